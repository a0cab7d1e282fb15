//! What may be asked of a server's jobs: by the HTTP API with runs, by UWS with parameters.
//!
//! A job that was made from parameters has no run until it is told to run: the run is made then, under the job's id, and what
//! is wrong with the parameters is the job's error. Runs of the command line, and those of restored backups, become jobs once
//! they have ended and somebody asks for the list.

use std::{collections::BTreeSet, time::Duration};

use balmer_core::pipeline::Plan;
use balmer_exchange::api::RunStatus;

use super::{Jobs, Result, ServiceError, ends::Scope};
use crate::{
    jobs::{Change, Fault, Filter, Job, JobError, Parameters, Phase, TableError, accept, parameters, worker::CANCEL},
    storage::{self, OwnedRun, StoreError, time},
};

/// How long a job that is to be destroyed may take to end: its worker has two seconds to obey.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a worker that has been asked for is waited for before it is looked for again.
const MOMENT: Duration = Duration::from_millis(10);

impl Jobs {
    /// Takes a new run in, which waits for its turn from now on: this is the acknowledgement.
    ///
    /// # Errors
    /// [`TableError::Full`], [`ServiceError::TooLarge`]; the run is gone then.
    pub async fn submit(&self, run: OwnedRun) -> Result<()> {
        let id = run.run().id().to_owned();
        let folder = run.run().clone();
        // whoever computes it locks it
        drop(run);
        let job = Job { execution_duration: self.0.limits.execution_duration, ..Job::queued(id) };
        let taken_in = match self.check_size(job.id.as_str()).await {
            Ok(()) => self.0.table.insert(&job, self.0.limits.room()).await.map_err(ServiceError::from),
            refused => refused,
        };
        if let Err(error) = taken_in {
            self.needs().remove(&job.id);
            self.ask(move |_| folder.discard()).await?;
            return Err(error);
        }
        self.0.wake.notify_one();
        Ok(())
    }

    /// Runs that wait for their turn.
    ///
    /// # Errors
    /// Where the table cannot be read.
    pub async fn waiting(&self) -> Result<u32> {
        Ok(self.0.table.waiting().await?)
    }

    /// How many jobs there are of each phase.
    ///
    /// # Errors
    /// Where the table cannot be read.
    pub async fn by_phase(&self) -> Result<Vec<(String, i64)>> {
        Ok(self.0.table.by_phase().await?)
    }

    /// Ends a run, this server's or a command line's.
    ///
    /// # Errors
    /// Where it has ended already.
    pub async fn cancel(&self, id: &str) -> Result<()> {
        let _one = self.0.changing.lock().await;
        if !self.has_run(id).await? {
            return Ok(self.0.table.withdraw(id).await.map(drop)?);
        }
        let asked = id.to_owned();
        // the wish is on the disk before anybody acts on it: whoever dies in between, it stands
        self.ask(move |store| store.run(&asked)?.cancel()).await?;
        self.withdraw(id).await
    }

    /// Ends a job whose run is to be cancelled, as its `cancel` file says.
    pub(super) async fn withdraw(&self, id: &str) -> Result<()> {
        let over = tokio::time::Instant::now() + PATIENCE;
        loop {
            let orders = self.under_way().get(id).map(|job| job.orders.clone());
            if let Some(orders) = orders {
                // one that has just ended takes no orders any more
                let _ = orders.send(CANCEL).await;
                return Ok(());
            }
            match self.0.table.withdraw(id).await {
                Ok(_) => {
                    let asked = id.to_owned();
                    return self.ask(move |store| store.end_run(&asked, RunStatus::Cancelled, None)).await;
                }
                // it has begun in between, and its worker is about to be there; or that has just ended
                Err(TableError::Phase { phase: Phase::Executing, .. }) if tokio::time::Instant::now() < over => {
                    tokio::time::sleep(MOMENT).await;
                }
                // what is not ours to end is a command line's, which looks at the disk
                Err(TableError::Unknown(_)) => return Ok(()),
                Err(TableError::Phase { phase, .. }) if phase.is_final() => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Ends a job; one that was ended so already stays as it is.
    ///
    /// # Errors
    /// Where it has ended by itself.
    pub async fn abort(&self, id: &str) -> Result<()> {
        let job = self.job(id).await?;
        match job.phase {
            Phase::Aborted => Ok(()),
            phase if phase.is_final() => Err(TableError::Phase { id: job.id, phase, wanted: Phase::Aborted }.into()),
            _ => self.cancel(id).await,
        }
    }

    /// Lets a run that failed or was cancelled wait for its turn again.
    ///
    /// # Errors
    /// Where it is neither; [`TableError::Full`].
    pub async fn resume(&self, id: &str) -> Result<()> {
        let _one = self.0.changing.lock().await;
        // whoever cancels it and thinks again may come before it has ended
        if self.0.table.job(id).await.is_ok_and(|job| job.phase == Phase::Executing) {
            let asked = id.to_owned();
            if self.ask(move |store| Ok(store.run(&asked)?.cancel_requested())).await? {
                self.wait(id, Phase::Executing, PATIENCE).await?;
            }
        }
        match self.0.table.job(id).await {
            Ok(Job { phase: Phase::Error | Phase::Aborted, .. }) | Err(TableError::Unknown(_)) => {}
            Ok(Job { phase, .. }) => {
                return Err(TableError::Phase { id: id.to_owned(), phase, wanted: Phase::Queued }.into());
            }
            Err(error) => return Err(error.into()),
        }
        let asked = id.to_owned();
        self.ask(move |store| store.run(&asked)?.check_resumable()).await?;
        self.check_room().await?;
        let asked = id.to_owned();
        self.ask(move |store| store.resume_run(&asked).map(drop)).await?;
        self.0.table.wait_again(id, self.0.limits.room()).await?;
        self.0.wake.notify_one();
        Ok(())
    }

    /// Removes a run that has ended, and all that it found.
    ///
    /// # Errors
    /// While it waits or is computed.
    pub async fn delete(&self, id: &str) -> Result<()> {
        let _one = self.0.changing.lock().await;
        let job = match self.0.table.job(id).await {
            Err(TableError::Unknown(_)) => None,
            found => Some(found?),
        };
        let has_run = self.has_run(id).await?;
        if let Some(Job { phase, .. }) = job
            && (phase == Phase::Executing || has_run && !phase.is_final())
        {
            return Err(TableError::Active { id: id.to_owned(), phase }.into());
        }
        if has_run || job.is_none() {
            let asked = id.to_owned();
            self.ask(move |store| store.run(&asked)?.delete()).await?;
        }
        self.needs().remove(id);
        Ok(self.0.table.forget(id).await?)
    }

    /// One job.
    ///
    /// # Errors
    /// [`TableError::Unknown`].
    pub async fn job(&self, id: &str) -> Result<Job> {
        match self.0.table.job(id).await {
            Err(TableError::Unknown(_)) => {
                self.adopt().await?;
                Ok(self.0.table.job(id).await?)
            }
            found => Ok(found?),
        }
    }

    /// Some jobs.
    ///
    /// # Errors
    /// Where the table or the data directory cannot be read.
    pub async fn list(&self, filter: &Filter) -> Result<Vec<Job>> {
        self.adopt().await?;
        Ok(self.0.table.list(filter).await?)
    }

    /// Takes a job in that waits to be told to run.
    ///
    /// # Errors
    /// [`TableError::Idle`] where too many do.
    pub async fn create(&self, parameters: Parameters) -> Result<Job> {
        let survey = parameters.get("SURVEY").filter(|name| storage::check_name(name).is_ok());
        let survey = survey.map_or("job", String::as_str).to_owned();
        let mut job = Job {
            parameters: Some(parameters),
            execution_duration: self.0.limits.execution_duration,
            ..Job::new(storage::new_run_id(&survey), Phase::Pending)
        };
        loop {
            match self.0.table.insert(&job, self.0.limits.room()).await {
                Err(TableError::Taken(_)) => job.id = storage::new_run_id(&survey),
                inserted => return Ok(inserted.map(|()| job)?),
            }
        }
    }

    /// Lets a job wait for its turn that was made from parameters, or held. What is wrong with the parameters becomes the
    /// job's error, and is none here.
    ///
    /// # Errors
    /// Where it is neither; [`TableError::Full`], [`TableError::OwnerFull`].
    pub async fn run(&self, id: &str) -> Result<Job> {
        let _one = self.0.changing.lock().await;
        let job = self.0.table.job(id).await?;
        if !matches!(job.phase, Phase::Pending | Phase::Held) {
            return Err(TableError::Phase { id: job.id, phase: job.phase, wanted: Phase::Queued }.into());
        }
        self.check_room().await?;
        if !self.has_run(id).await? {
            let parameters = job.parameters.unwrap_or_default();
            if let Err((message, is_transient)) = self.make(id, parameters).await {
                let fault = Fault { message: &message, is_transient };
                return Ok(self.0.table.bring(id, Phase::Error, Some(fault)).await?);
            }
        }
        match self.0.table.queue(id, self.0.limits.room()).await {
            Ok(job) => {
                self.0.wake.notify_one();
                Ok(job)
            }
            Err(error) => {
                if job.phase == Phase::Pending {
                    self.unmake(id).await?;
                }
                Err(error.into())
            }
        }
    }

    /// Makes the run of a job; else why not, and whether it may be made another time.
    async fn make(&self, id: &str, parameters: Parameters) -> std::result::Result<(), (String, bool)> {
        let plan = parameters::unflatten(&parameters).map_err(|message| (message, false))?;
        let plan = Plan::new(plan).map_err(|error| (error.to_string(), false))?;
        let (store, id, asked) = (self.0.store.clone(), id.to_owned(), id.to_owned());
        let made = tokio::task::spawn_blocking(move || accept(&store, &plan, Some(id)).map(drop)).await;
        match made {
            Ok(made) => made.map_err(|error| {
                let is_transient =
                    matches!(error, JobError::Store(StoreError::DiskFull { .. } | StoreError::Locked { .. }));
                (error.to_string(), is_transient)
            })?,
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        }
        if let Err(too_large) = self.check_size(&asked).await {
            let _ = self.unmake(&asked).await;
            return Err((too_large.to_string(), false));
        }
        Ok(())
    }

    /// Removes the run of a job that was not told to run after all.
    pub(super) async fn unmake(&self, id: &str) -> Result<()> {
        let id = id.to_owned();
        self.ask(move |store| match store.run(&id) {
            Err(StoreError::NoRun { .. }) => Ok(()),
            found => found?.discard(),
        })
        .await
    }

    /// Takes a job that waits out of the queue, or keeps it from going there, until it is told to run.
    ///
    /// # Errors
    /// Where it does not wait.
    pub async fn hold(&self, id: &str) -> Result<Job> {
        let _one = self.0.changing.lock().await;
        Ok(self.0.table.hold(id, self.0.limits.room()).await?)
    }

    /// Changes something of a job.
    ///
    /// # Errors
    /// [`TableError::Fixed`] where it is too late.
    pub async fn set(&self, id: &str, change: &Change) -> Result<Job> {
        Ok(self.0.table.set(id, change).await?)
    }

    /// The job once it is not in that phase any more, or cannot leave it by itself, or so much time is over.
    ///
    /// # Errors
    /// [`TableError::Unknown`], also where it is deleted meanwhile.
    pub async fn wait(&self, id: &str, phase: Phase, at_most: Duration) -> Result<Job> {
        let mut changes = self.0.table.changes();
        let over = tokio::time::sleep(at_most);
        tokio::pin!(over);
        loop {
            changes.mark_unchanged();
            let job = self.0.table.job(id).await?;
            if job.phase != phase || !phase.is_active() {
                return Ok(job);
            }
            tokio::select! {
                _ = changes.changed() => {}
                () = &mut over => return Ok(job),
                () = self.closed() => return Ok(job),
            }
        }
    }

    /// Ends a job, if it has not ended, and removes it and all that came of it.
    ///
    /// # Errors
    /// Where it does not end.
    pub async fn destroy(&self, id: &str) -> Result<()> {
        self.end(id).await?;
        self.delete(id).await
    }

    /// Ends a job, if it has not ended, and clears its results away; its record stays.
    ///
    /// # Errors
    /// Where it does not end, or the disk refuses.
    pub async fn archive(&self, id: &str) -> Result<Job> {
        self.end(id).await?;
        let _one = self.0.changing.lock().await;
        if self.has_run(id).await? {
            let asked = id.to_owned();
            self.ask(move |store| store.archive_run(&asked)).await?;
        }
        Ok(self.0.table.bring(id, Phase::Archived, None).await?)
    }

    /// Jobs whose time is over.
    ///
    /// # Errors
    /// Where the table cannot be read.
    pub(in crate::jobs) async fn due(&self) -> Result<Vec<Job>> {
        Ok(self.0.table.due(&time::now()).await?)
    }

    /// Cancels a job that has not ended, and waits until it has.
    async fn end(&self, id: &str) -> Result<()> {
        if self.job(id).await?.phase.is_final() {
            return Ok(());
        }
        let cancelled = self.cancel(id).await;
        let over = tokio::time::Instant::now() + PATIENCE;
        loop {
            let left = over.saturating_duration_since(tokio::time::Instant::now());
            let job = self.0.table.job(id).await?;
            if job.phase.is_final() {
                // by itself, where it could not be cancelled any more
                return Ok(());
            }
            if cancelled.is_err() || left.is_zero() {
                cancelled?;
                return Err(TableError::Phase { id: job.id, phase: job.phase, wanted: Phase::Aborted }.into());
            }
            self.wait(id, job.phase, left).await?;
        }
    }

    async fn has_run(&self, id: &str) -> Result<bool> {
        let id = id.to_owned();
        self.ask(move |store| match store.run(&id) {
            Err(StoreError::NoRun { .. }) => Ok(false),
            found => found.map(|_| true),
        })
        .await
    }

    /// Takes runs into the table that nobody asked this server for, once they have ended.
    async fn adopt(&self) -> Result<()> {
        self.reconcile(Scope::Now).await?;
        let known: BTreeSet<String> = self.0.table.ids().await?.into_iter().collect();
        let ended = self.ask(move |store| {
            let unknown = store.run_ids()?.into_iter().filter(|id| !known.contains(id));
            // a run that cannot be read is passed over, as in the list of runs
            Ok(unknown.filter_map(|id| store.run(&id).ok()?.state().ok()).collect::<Vec<_>>())
        });
        for state in ended.await? {
            let phase = match state.status {
                RunStatus::Queued | RunStatus::Running => continue,
                RunStatus::Done => Phase::Completed,
                RunStatus::Failed => Phase::Error,
                RunStatus::Cancelled => Phase::Aborted,
                RunStatus::Archived => Phase::Archived,
            };
            let job = Job {
                created: state.created,
                started: state.started,
                ended: state.finished,
                error: state.error,
                ..Job::new(state.id, phase)
            };
            match self.0.table.insert(&job, self.0.limits.room()).await {
                // somebody else asked for the list, too
                Ok(()) | Err(TableError::Taken(_)) => {}
                Err(error) => return Err(ServiceError::Table(error)),
            }
        }
        Ok(())
    }
}
