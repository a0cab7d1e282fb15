//! `balmer work`: one run of a server, in a process of its own.

use std::{io, process, thread, time::Duration};

use balmer::jobs::worker;

use super::session::Session;

/// How long a run whose server is gone may take to stop.
const GRACE: Duration = Duration::from_secs(3);

/// Compute a run that waits, as `balmer serve` has it done
///
/// Orders (cancel, stop) come from standard input, progress goes to standard output as a JSON document a line. It
/// stops where the input ends.
#[derive(Debug, clap::Args)]
pub struct Work {
    /// Id of the run
    run: String,
}

impl Work {
    pub fn run(self, session: &Session) -> anyhow::Result<()> {
        let _lines_name_it = tracing::info_span!("run", id = self.run).entered();
        let (store, engine) = (session.store()?, session.engine()?);
        let orphaned = || {
            thread::sleep(GRACE);
            process::exit(1);
        };
        match worker::work(&store, &self.run, &engine, io::stdin(), io::stdout(), orphaned) {
            // as it was told
            Err(error) if error.is_cancelled() => {}
            // the server was told; the log has a form that a bare line would break
            Err(error) => tracing::error!(%error, "the run failed"),
            Ok(_) => {}
        }
        Ok(())
    }
}
