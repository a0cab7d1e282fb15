//! How a run gets its owner: made, taken up, resumed, or ended for one that died.

use std::{fs, time::Duration};

use balmer_core::pipeline::PipelineSpec;
use balmer_exchange::api::RunStatus;

use super::{CANCEL, LABELS, LOCK, OwnedRun, Run};
use crate::storage::{Result, RunState, Store, StoreError, durable, durable::Lock, run_tables::TABLES, time};

/// How long an owner that is about to die is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
/// Characters of the second that an id begins with.
const STAMP: usize = "20261122-181455".len();

impl Store {
    /// Makes the folder of a new run, `queued` and owned by the caller, which will read the survey as it is now. Ids sort
    /// by time: `20261122-181455-lamost-a1b2`.
    ///
    /// # Errors
    /// A survey that does not exist, an unwritable disk.
    pub fn create_run(&self, spec: &PipelineSpec) -> Result<OwnedRun> {
        self.survey(&spec.survey)?;
        loop {
            match self.create_run_as(new_run_id(&spec.survey), spec) {
                Err(StoreError::Run { .. }) => {}
                made => return made,
            }
        }
    }

    /// [`Self::create_run`] under an id that [`new_run_id`] gave.
    ///
    /// # Errors
    /// As there; [`StoreError::Run`] where there is a run of that id.
    pub fn create_run_as(&self, id: String, spec: &PipelineSpec) -> Result<OwnedRun> {
        let survey = self.survey(&spec.survey)?;
        durable::create_dir(&self.runs_dir())?;
        let folder = self.runs_dir().join(&id);
        fs::create_dir(&folder).map_err(|e| match e.kind() {
            std::io::ErrorKind::AlreadyExists => StoreError::Run { id: id.clone(), reason: "it exists already".into() },
            _ => StoreError::io("creating folder", &folder, e),
        })?;
        let lock = Lock::acquire(&folder.join(LOCK), &format!("run {id}"))?;
        durable::replace(&folder.join("spec.toml"), spec.to_toml().as_bytes())?;
        let state = RunState::queued(id.clone(), spec);
        let run = Run { id, folder };
        run.freeze(&survey)?;
        let mut owned = OwnedRun { run, state, begun: None, _lock: lock };
        owned.update(|_| {})?;
        Ok(owned)
    }
}

impl Store {
    /// A run that failed or was cancelled, owned by the caller and `queued` again under the same id.
    ///
    /// # Errors
    /// [`StoreError::NoRun`]; [`StoreError::Run`] where it is done or under way; an unwritable disk.
    pub fn resume_run(&self, id: &str) -> Result<OwnedRun> {
        let run = self.run(id)?;
        run.check_resumable()?;
        let owned = self.take_run(id)?;
        durable::remove_file(&run.folder.join(CANCEL))?;
        Ok(owned)
    }

    /// A run that is not done, owned by the caller and `queued`, whatever became of its last owner; one that is about to
    /// die is waited for. What that left unfinished is removed, but for the pieces of its search and what it was accepted
    /// with. A wish to cancel it stands.
    ///
    /// # Errors
    /// [`StoreError::NoRun`]; [`StoreError::Run`] where it is done; [`StoreError::Locked`] while it is under way; an
    /// unwritable disk.
    pub fn take_run(&self, id: &str) -> Result<OwnedRun> {
        let mut owned = self.own_run(id)?;
        let spec = owned.run.spec()?;
        // what was kept is progress that the next attempt begins with
        let RunState { fraction, created, .. } = owned.state;
        owned.state = RunState { fraction, created, ..RunState::queued(id.to_owned(), &spec) };
        owned.update(|_| {})?;
        Ok(owned)
    }

    /// Marks the end of a run that is not done, and says why, whatever its last owner said. When it began and what it was
    /// doing stays as it was.
    ///
    /// # Errors
    /// As [`Self::take_run`].
    pub(crate) fn end_run(&self, id: &str, status: RunStatus, error: Option<String>) -> Result<()> {
        self.own_run(id)?.finish(status, error).map(drop)
    }

    /// A run that is not done, in the state in which its last owner left it, but for what that left unfinished.
    fn own_run(&self, id: &str) -> Result<OwnedRun> {
        let run = self.run(id)?;
        let lock = Lock::acquire_within(PATIENCE, &run.folder.join(LOCK), &format!("run {id}"))?;
        // nobody else owns it now, but somebody may have carried it out in the meantime
        let state = run.recorded()?;
        if matches!(state.status, RunStatus::Done | RunStatus::Archived) {
            return Err(run.refused(format!("it is {} already", state.status)));
        }
        for left_over in TABLES {
            durable::remove_file(&run.folder.join(left_over))?;
        }
        if run.frozen()?.is_none() {
            // it is of an older version, which saved them with its results
            durable::remove_file(&run.folder.join(LABELS))?;
        }
        durable::remove_temporary_files(&run.folder)?;
        Ok(OwnedRun { run, state, begun: None, _lock: lock })
    }
}

/// The id of a run of that survey that begins to be now.
/// The four hexadecimal digits at its end are the part of the second, so that ids tell which of two runs is the later one.
pub fn new_run_id(survey: &str) -> String {
    let (second, part) = time::stamp();
    format!("{second}-{survey}-{part:04x}")
}

/// When an id was given: its second, and what part of it.
pub(super) fn given_at(id: &str) -> (&str, &str) {
    (id.get(..STAMP).unwrap_or(id), id.rsplit('-').next().unwrap_or_default())
}
