//! The jobs of a server: taken in, begun in turn, watched, ended, resumed.
//!
//! What was asked for is in the [`JobTable`], what is being computed in processes of its own ([`super::launch`]), what came of
//! it in the folder of the run. A worker that dies takes nothing with it: its run waits again and goes on from what was kept.
//! So does everything that was under way when the server itself died. What may be asked of a job is in `verbs`.

mod verbs;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use balmer_exchange::api::RunStatus;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    sync::{Notify, mpsc, watch},
    task::JoinSet,
};

use super::{
    Fault, Job, JobTable, Phase, Room, RunProgress, TableError,
    launch::{Launch, Launched},
    retention,
    worker::{CANCEL, STOP},
};
use crate::storage::{Lock, Store, StoreError};

/// How long a worker may take to do as it is told.
const GRACE: Duration = Duration::from_secs(2);
/// How often the table is looked at though nobody said that it changed.
const PERIOD: Duration = Duration::from_secs(1);

/// What a server takes upon itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Runs that may wait.
    pub waiting: u32,
    /// Runs of one owner that may wait.
    pub waiting_per_owner: u32,
    /// Jobs that may wait to be told to run.
    pub idle: u32,
    /// Runs computed at the same time.
    pub at_once: usize,
    /// Processes that may die over a run before it counts as failed.
    pub attempts: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { waiting: 8, waiting_per_owner: 8, idle: 200, at_once: 1, attempts: 3 }
    }
}

impl Limits {
    fn room(self) -> Room {
        Room { waiting: self.waiting, of_owner: self.waiting_per_owner, idle: self.idle }
    }
}

/// Why a job was not taken in, or not changed.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The table's part.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The store's part.
    #[error(transparent)]
    Store(#[from] StoreError),
}

type Result<T> = std::result::Result<T, ServiceError>;

/// The jobs of a server. Cheap to clone.
#[derive(Clone)]
pub struct Jobs(Arc<Inner>);

struct Inner {
    store: Store,
    table: JobTable,
    launcher: Box<dyn Launch>,
    limits: Limits,
    under_way: Mutex<BTreeMap<String, UnderWay>>,
    /// Held by whoever makes a job's run: one at a time.
    making: tokio::sync::Mutex<()>,
    /// Something may have to begin.
    wake: Notify,
    closing: watch::Sender<bool>,
    /// One server has the data directory.
    _lock: Lock,
}

/// A job being computed.
struct UnderWay {
    progress: Option<RunProgress>,
    orders: mpsc::Sender<&'static str>,
}

impl fmt::Debug for Jobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jobs").field("limits", &self.0.limits).finish_non_exhaustive()
    }
}

impl Jobs {
    /// Takes up what an earlier server left. Nothing begins before [`Self::serve`].
    ///
    /// # Errors
    /// Where another process serves the same data directory, or the table cannot be opened or read.
    pub async fn open(store: Store, launcher: Box<dyn Launch>, limits: Limits) -> Result<Self> {
        let lock = store.lock_for_serving()?;
        let table = JobTable::open(store.root()).await?;
        let (closing, _) = watch::channel(false);
        let (under_way, making, wake) = (Mutex::default(), tokio::sync::Mutex::default(), Notify::new());
        let inner = Inner { store, table, launcher, limits, under_way, making, wake, closing, _lock: lock };
        let jobs = Self(Arc::new(inner));
        for job in jobs.0.table.jobs().await? {
            match job.phase {
                Phase::Executing => jobs.settle(&job, End::OfServer).await?,
                // the server died while it made its run
                Phase::Pending => jobs.unmake(&job.id).await?,
                _ => {}
            }
        }
        Ok(jobs)
    }

    /// Begins jobs in turn, until [`Self::close`]; then returns once nothing is under way any more, and the table is closed.
    pub async fn serve(&self) {
        let mut closing = self.0.closing.subscribe();
        let mut workers = JoinSet::new();
        let retention = tokio::spawn(retention::keep(self.clone()));
        loop {
            while workers.len() < self.0.limits.at_once && !*closing.borrow() {
                match self.0.table.begin_next().await {
                    Ok(Some(job)) => {
                        let jobs = self.clone();
                        workers.spawn(async move { jobs.carry_out(job).await });
                    }
                    Ok(None) => break,
                    Err(error) => {
                        tracing::error!(%error, "no job can begin");
                        break;
                    }
                }
            }
            if *closing.borrow() && workers.is_empty() {
                // it ends by itself, and does not panic
                let _ = retention.await;
                return self.0.table.close().await;
            }
            tokio::select! {
                Some(_) = workers.join_next() => {}
                () = self.0.wake.notified() => {}
                () = tokio::time::sleep(PERIOD) => {}
                _ = closing.changed(), if !*closing.borrow() => {}
            }
        }
    }

    /// What the run of that id is doing, if this server computes it.
    pub fn progress(&self, id: &str) -> Option<RunProgress> {
        self.under_way().get(id)?.progress.clone()
    }

    /// Begins nothing more, and stops what is under way: it waits for the next server.
    pub fn close(&self) {
        self.0.closing.send_replace(true);
    }

    /// Comes once the server ends.
    pub(super) async fn closed(&self) {
        // the sender lives as long as we do
        let _ = self.0.closing.subscribe().wait_for(|closing| *closing).await;
    }

    fn under_way(&self) -> MutexGuard<'_, BTreeMap<String, UnderWay>> {
        self.0.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the store on a thread that may block.
    async fn ask<T: Send + 'static>(
        &self,
        call: impl FnOnce(&Store) -> std::result::Result<T, StoreError> + Send + 'static,
    ) -> Result<T> {
        let store = self.0.store.clone();
        match tokio::task::spawn_blocking(move || call(&store)).await {
            Ok(answer) => Ok(answer?),
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        }
    }

    /// A job from the start of its process to the record of its end.
    async fn carry_out(&self, job: Job) {
        let end = match self.0.launcher.launch(&job.id) {
            Ok(launched) => self.watch(&job, launched).await,
            Err(error) => End::OfWorker(format!("it could not be started: {error}")),
        };
        if let Err(error) = self.settle(&job, end).await {
            tracing::error!(run = job.id, %error, "the end of the run could not be recorded");
        }
        self.under_way().remove(&job.id);
        self.0.wake.notify_one();
    }

    /// Passes orders on and takes progress in, until the worker has ended.
    async fn watch(&self, job: &Job, launched: Launched) -> End {
        let Launched { mut orders, reports, mut ended, kill } = launched;
        let (order, mut ordered) = mpsc::channel(4);
        self.under_way().insert(job.id.clone(), UnderWay { progress: None, orders: order });
        let mut reports = BufReader::new(reports).lines();
        let mut closing = self.0.closing.subscribe();
        let mut kill = Some(kill);
        let mut asked: Option<End> = None;
        let allowed = match job.execution_duration {
            0 => Duration::MAX,
            seconds => Duration::from_secs(seconds),
        };
        let overrun = sleep_at_most(allowed);
        let patience = sleep_at_most(Duration::MAX);
        tokio::pin!(overrun, patience);
        let mut telling = true;
        loop {
            let (word, why) = tokio::select! {
                how = &mut ended => return asked.unwrap_or(End::OfWorker(how)),
                line = reports.next_line(), if telling => {
                    match line {
                        Ok(Some(line)) => self.take_progress(&job.id, &line),
                        Ok(None) | Err(_) => telling = false,
                    }
                    continue;
                }
                () = &mut patience => {
                    tracing::warn!(run = job.id, "the worker does not end as it is told: it is killed");
                    kill.take().map(|kill| kill.send(()));
                    patience.set(sleep_at_most(Duration::MAX));
                    continue;
                }
                Some(word) = ordered.recv() => (word, End::OnRequest(None)),
                () = &mut overrun => {
                    let reason = format!("it took longer than the {} s that it may take", job.execution_duration);
                    overrun.set(sleep_at_most(Duration::MAX));
                    (CANCEL, End::OnRequest(Some(reason)))
                }
                _ = closing.wait_for(|closing| *closing), if asked.is_none() => (STOP, End::OfServer),
            };
            // one that has just ended takes no orders any more
            let _ = orders.write_all(format!("{word}\n").as_bytes()).await;
            let _ = orders.flush().await;
            asked.get_or_insert(why);
            patience.set(sleep_at_most(GRACE));
        }
    }

    fn take_progress(&self, id: &str, line: &str) {
        match serde_json::from_str(line) {
            Ok(progress) => {
                if let Some(job) = self.under_way().get_mut(id) {
                    job.progress = Some(progress);
                }
            }
            Err(error) => tracing::warn!(run = id, %error, line, "what a worker said is no progress"),
        }
    }

    /// Records how a job ended.
    ///
    /// # Errors
    /// Where the table cannot be changed: what is wrong with the run is recorded as its error.
    async fn settle(&self, job: &Job, end: End) -> Result<()> {
        let mut outcome = self.record(job, &end).await;
        if let Err(ServiceError::Store(StoreError::Run { .. })) = &outcome {
            // its worker came to the end of it in between
            outcome = self.record(job, &end).await;
        }
        if let Err(ServiceError::Store(error)) = &outcome {
            self.0.table.bring(&job.id, Phase::Error, Some(Fault::fatal(&error.to_string()))).await?;
            return Ok(());
        }
        outcome
    }

    /// Records how a job ended, as its run says, or else as is known of its process.
    async fn record(&self, job: &Job, end: &End) -> Result<()> {
        let id = job.id.clone();
        let look = move |store: &Store| {
            let run = store.run(&id)?;
            Ok((run.recorded()?, run.cancel_requested()))
        };
        let (recorded, to_cancel) = self.ask(look).await?;
        let (phase, status, reason) = match (recorded.status, end) {
            (RunStatus::Done, _) => (Phase::Completed, None, None),
            (RunStatus::Failed, _) => (Phase::Error, None, recorded.error),
            (RunStatus::Cancelled, End::OnRequest(reason)) => (Phase::Aborted, None, reason.clone()),
            (RunStatus::Cancelled, _) if to_cancel => (Phase::Aborted, None, None),
            (_, End::OnRequest(reason)) => (Phase::Aborted, Some(RunStatus::Cancelled), reason.clone()),
            // stopped with its server
            (_, End::OfServer) | (RunStatus::Cancelled, End::OfWorker(_)) => (Phase::Queued, None, None),
            (_, End::OfWorker(how)) if job.attempts >= self.0.limits.attempts => {
                let reason = format!("its process died {} times, at last with {how}", job.attempts);
                (Phase::Error, Some(RunStatus::Failed), Some(reason))
            }
            (_, End::OfWorker(how)) => {
                tracing::warn!(run = job.id, how, "a worker died: its run waits again");
                (Phase::Queued, None, None)
            }
        };
        let (id, why) = (job.id.clone(), reason.clone());
        self.ask(move |store| match (status, phase) {
            (Some(status), _) => store.take_run(&id)?.finish(status, why).map(drop),
            // its status says that it is computed
            (None, Phase::Queued) => store.take_run(&id).map(drop),
            (None, _) => Ok(()),
        })
        .await?;
        // what kills a process (memory, a driver) may be gone another time; what a run reports itself stays
        let is_transient = matches!((status, end), (Some(RunStatus::Failed), End::OfWorker(_)));
        let fault = reason.as_deref().map(|message| Fault { message, is_transient });
        self.0.table.bring(&job.id, phase, fault).await?;
        tracing::info!(run = job.id, %phase, "ended");
        Ok(())
    }
}

/// Why a worker is no more.
#[derive(Debug)]
enum End {
    /// By itself, and how.
    OfWorker(String),
    /// It was told to cancel the run, and why where nobody asked for it.
    OnRequest(Option<String>),
    /// The server ends, or did.
    OfServer,
}

/// Sleeps so long; for ever, where it is too long for a clock.
async fn sleep_at_most(duration: Duration) {
    if duration == Duration::MAX {
        std::future::pending::<()>().await;
    }
    tokio::time::sleep(duration).await;
}

#[cfg(test)]
mod tests;
