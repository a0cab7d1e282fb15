//! `balmer cancel`: ending a run, whoever computes it.

use serde_json::json;

use super::{output, runs::find, session::Session};

/// End a run that waits or is under way
///
/// Whoever computes it, this machine's server or another command line, stops within a second. What was found is kept for
/// `balmer resume`.
#[derive(Debug, clap::Args)]
pub struct Cancel {
    /// Run: its id, the beginning of it, or 'latest'
    run: String,
}

impl Cancel {
    pub fn run(self, session: &Session) -> anyhow::Result<()> {
        let run = find(&session.store()?, &self.run)?;
        run.cancel()?;
        if session.json() {
            return output::print_json(&json!({ "run": run.id() }));
        }
        output::print(|out| writeln!(out, "run {} is to end", run.id()))
    }
}
