//! What is left of a run whose time is over: its record without its results.

use std::fs;

use balmer_exchange::api::RunStatus;

use super::{Result, Store, StoreError, durable, durable::Lock};

/// Files that say what a run was asked for and what became of it.
const RECORD: [&str; 6] = ["spec.toml", "snapshot.json", "status.json", "provenance.json", "labels.csv", "run.lock"];

impl Store {
    /// Clears a run's results away, and whatever else is not its record; it is `archived` from then on.
    ///
    /// # Errors
    /// [`StoreError::NoRun`]; [`StoreError::Run`] where it has not ended; [`StoreError::Locked`] while it is under way; an
    /// unwritable disk.
    pub fn archive_run(&self, id: &str) -> Result<()> {
        let run = self.run(id)?;
        let folder = run.folder();
        let _lock = Lock::acquire(&folder.join("run.lock"), &format!("run {id}"))?;
        let mut state = run.recorded()?;
        // nobody computes it while we hold its lock: one that says so was interrupted
        if state.status == RunStatus::Queued && !run.cancel_requested() {
            return Err(run.refused(format!("it is {}: cancel it first", state.status)));
        }
        // first the word, then the deed: nobody looks for tables that are about to go
        state.status = RunStatus::Archived;
        state.message = state.status.to_string();
        durable::replace_json(&folder.join("status.json"), &state)?;
        let entries = fs::read_dir(folder).map_err(|e| StoreError::io("reading", folder, e))?;
        for entry in entries.flatten() {
            if entry.file_name().to_str().is_some_and(|name| RECORD.contains(&name)) {
                continue;
            }
            let path = entry.path();
            if path.is_dir() { durable::remove_dir(&path)? } else { durable::remove_file(&path)? }
        }
        durable::sync_dir(folder)
    }
}
