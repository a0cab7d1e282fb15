//! What makers of runs leave that die before anybody was told of the run.

use std::{
    collections::BTreeSet,
    time::{Duration, SystemTime},
};

use balmer_exchange::api::RunStatus;

use super::{Result, Run, Store};

/// A folder without a lock is somebody's who has just made it, or nobody's any more.
const JUST_MADE: Duration = Duration::from_secs(10);

impl Store {
    /// Removes folders that never became runs, and marks runs as failed that wait though nobody of those who are `known` to
    /// wait does: their makers died. To be called before anybody is told of further runs.
    ///
    /// # Errors
    /// When the data directory cannot be read or changed.
    pub(crate) fn end_abandoned(&self, known: &BTreeSet<String>) -> Result<()> {
        for id in self.run_ids()? {
            let Ok(run) = self.run(&id) else { continue };
            if known.contains(&id) || run.is_owned() || is_just_made(&run) {
                continue;
            }
            match run.recorded() {
                Err(_) if !run.folder().join("status.json").exists() => run.discard()?,
                Ok(state) if state.status == RunStatus::Queued && !run.cancel_requested() => {
                    let reason = "whoever asked for it died before it began: resume it, or delete it";
                    self.end_run(&id, RunStatus::Failed, Some(reason.to_owned()))?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn is_just_made(run: &Run) -> bool {
    let made = |time: SystemTime| time.elapsed().is_ok_and(|age| age < JUST_MADE);
    !run.folder().join(super::runs::LOCK).exists()
        && run.folder().metadata().and_then(|about| about.modified()).is_ok_and(made)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use balmer_core::pipeline::PipelineSpec;

    use super::*;
    use crate::storage::{WriteOptions, test_spectra::numbered};

    #[test]
    fn what_nobody_was_told_of_ends_and_the_rest_stays() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_or_create(folder.path()).unwrap();
        let mut writer = store.writer("test", WriteOptions::default()).unwrap();
        for spectrum in numbered(3) {
            writer.push(spectrum).unwrap();
        }
        writer.commit().unwrap();
        let run = || store.create_run(&PipelineSpec::new("test")).unwrap();
        let (abandoned, awaited, owned, no_run) = (run(), run(), run(), run());
        fs::remove_file(no_run.run().folder().join("status.json")).unwrap();
        let [abandoned, awaited, no_run] = [abandoned, awaited, no_run].map(|run| run.run().id().to_owned());
        store.end_abandoned(&BTreeSet::from([awaited.clone()])).unwrap();
        let status = |id: &str| store.run(id).map(|run| run.recorded().unwrap().status);
        assert_eq!(status(&abandoned).unwrap(), RunStatus::Failed);
        assert_eq!(status(&awaited).unwrap(), RunStatus::Queued);
        assert_eq!(status(owned.run().id()).unwrap(), RunStatus::Queued);
        assert!(status(&no_run).is_err());
        // it can be resumed like any that failed
        store.resume_run(&abandoned).unwrap();
    }
}
