//! `balmer resume`: going on with a run that ended before it was done.

use balmer::jobs::{JobTable, Room};
use balmer_core::pipeline::Plan;
use serde_json::json;

use super::{candidates::SCREEN, output, run::carry_out, runs::find, session::Session};

/// Go on with a run that failed or was cancelled
///
/// From what it kept, to the same bytes. Where a server has the data directory, the run waits for its turn there; otherwise it
/// is computed here and now.
#[derive(Debug, clap::Args)]
pub struct Resume {
    /// Run: its id, the beginning of it, or 'latest'
    run: String,
    /// Candidates to print
    #[arg(long, value_name = "N", default_value_t = SCREEN)]
    limit: usize,
}

impl Resume {
    pub fn run(self, session: &Session) -> anyhow::Result<()> {
        let store = session.store()?;
        let run = find(&store, &self.run)?;
        let plan = Plan::new(run.spec()?)?;
        if !store.is_served() {
            let engine = session.engine()?;
            let owned = store.resume_run(run.id())?;
            return carry_out(session, &store, owned, &plan, &engine, self.limit);
        }
        drop(store.resume_run(run.id())?);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let table = JobTable::open(store.root()).await?;
            table.wait_again(run.id(), Room::ANY).await?;
            table.close().await;
            anyhow::Ok(())
        })?;
        if session.json() {
            return output::print_json(&json!({ "run": run.id() }));
        }
        output::print(|out| writeln!(out, "run {} waits for its turn on the server", run.id()))
    }
}
