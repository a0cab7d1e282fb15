//! The jobs of a server: taken in, begun in turn, watched, ended, resumed.
//!
//! What was asked for is in the [`JobTable`], what is being computed in processes of its own ([`super::launch`]), what came of
//! it in the folder of the run. A worker that dies takes nothing with it: its run waits again and goes on from what was kept.
//! So does everything that was under way when the server itself died. What may be asked of a job is in `verbs`.

mod ends;
mod room;
mod verbs;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    sync::{Notify, mpsc, watch},
    task::JoinSet,
};

use self::ends::{End, Scope};
use super::{
    Job, JobTable, Phase, Room, RunProgress, TableError,
    launch::{Launch, Launched},
    retention,
    worker::{CANCEL, Report, STOP},
};
use crate::{
    config::Bytes,
    storage::{Lock, Store, StoreError},
};

/// How long a worker may take to do as it is told: within a second a job that is cancelled is over. Every file of a run is
/// written whole or not at all, so that nothing is spoilt by killing whoever writes it.
const GRACE: Duration = Duration::from_millis(700);
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
    /// Memory of all runs under way together, in bytes.
    pub memory: u64,
    /// Seconds a run may take where it does not say; 0 for as long as it takes.
    pub execution_duration: u64,
    /// What must be free on the disk where a run is taken in, in bytes.
    pub keep_free: u64,
    /// What all runs together may take of the disk, in bytes; 0 for no limit.
    pub quota: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            waiting: 8,
            waiting_per_owner: 8,
            idle: 200,
            at_once: 1,
            attempts: 3,
            memory: u64::MAX,
            execution_duration: 0,
            keep_free: 0,
            quota: 0,
        }
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
    /// The disk is nearly full.
    #[error(
        "{free} are free on the disk of the data directory, and {keep_free} are to stay free: make room, and try again"
    )]
    Disk {
        /// What is free.
        free: Bytes,
        /// What is to stay so.
        keep_free: Bytes,
    },
    /// The runs there are take all that they may.
    #[error("the runs there are take {taken} of the {quota} that they may: delete some, and try again")]
    Quota {
        /// What they take.
        taken: Bytes,
        /// What they may.
        quota: Bytes,
    },
    /// A run that could never begin.
    #[error(
        "the run needs about {memory} of memory, and this server gives its runs {allowed}: select fewer spectra, ask for \
         fewer neighbours, or serve with more --memory"
    )]
    TooLarge {
        /// What it needs.
        memory: Bytes,
        /// What there is.
        allowed: Bytes,
    },
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
    /// Memory that runs need, as far as it was asked for: bytes by id.
    needs: Mutex<BTreeMap<String, u64>>,
    /// Held by whoever changes both a job and its run: one at a time.
    changing: tokio::sync::Mutex<()>,
    /// Something may have to begin.
    wake: Notify,
    closing: watch::Sender<bool>,
    /// Processes that died over a run.
    deaths: AtomicU64,
    /// One server has the data directory.
    _lock: Lock,
}

/// A job being computed.
struct UnderWay {
    /// What it needs, in bytes.
    memory: u64,
    progress: Option<RunProgress>,
    orders: mpsc::Sender<&'static str>,
    /// Why it failed, if it says so.
    failed: Option<String>,
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
        let inner = Inner {
            store,
            table,
            launcher,
            limits,
            under_way: Mutex::default(),
            needs: Mutex::default(),
            changing: tokio::sync::Mutex::default(),
            wake: Notify::new(),
            closing,
            deaths: AtomicU64::new(0),
            _lock: lock,
        };
        let jobs = Self(Arc::new(inner));
        for job in jobs.0.table.jobs().await? {
            match job.phase {
                Phase::Executing => jobs.settle(&job, &End::OfServer).await?,
                // the server died while it made its run
                Phase::Pending => jobs.unmake(&job.id).await?,
                _ => {}
            }
        }
        jobs.reconcile(Scope::AfterDeath).await?;
        Ok(jobs)
    }

    /// Begins jobs in turn, until [`Self::close`]; then returns once nothing is under way any more, and the table is closed.
    pub async fn serve(&self) {
        let mut closing = self.0.closing.subscribe();
        let mut workers = JoinSet::new();
        let retention = tokio::spawn(retention::keep(self.clone()));
        loop {
            self.heed_wishes().await;
            while workers.len() < self.0.limits.at_once && !*closing.borrow() {
                match self.begin_next().await {
                    Ok(Some((job, memory))) => {
                        tracing::info!(run = job.id, attempt = job.attempts, memory, "begins");
                        let (order, orders) = mpsc::channel(4);
                        let begun = UnderWay { memory, progress: None, orders: order, failed: None };
                        self.under_way().insert(job.id.clone(), begun);
                        let jobs = self.clone();
                        workers.spawn(async move { jobs.carry_out(job, orders).await });
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

    /// Processes that died over a run since the server began.
    pub fn deaths(&self) -> u64 {
        self.0.deaths.load(Ordering::Relaxed)
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

    fn needs(&self) -> MutexGuard<'_, BTreeMap<String, u64>> {
        self.0.needs.lock().unwrap_or_else(PoisonError::into_inner)
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
    async fn carry_out(&self, job: Job, orders: mpsc::Receiver<&'static str>) {
        let end = match self.0.launcher.launch(&job.id) {
            Ok(launched) => self.watch(&job, launched, orders).await,
            Err(error) => End::OfWorker(format!("it could not be started: {error}")),
        };
        // before it ends: whoever resumes it then begins an entry of its own
        self.under_way().remove(&job.id);
        while let Err(error) = self.settle(&job, &end).await {
            tracing::error!(run = job.id, %error, "the end of the run could not be recorded");
            if *self.0.closing.borrow() {
                // the next server asks the run itself
                break;
            }
            tokio::time::sleep(PERIOD).await;
        }
        self.needs().remove(&job.id);
        self.0.wake.notify_one();
    }

    /// Passes orders on and takes progress in, until the worker has ended.
    async fn watch(&self, job: &Job, launched: Launched, mut ordered: mpsc::Receiver<&'static str>) -> End {
        let Launched { mut orders, reports, mut ended, kill, memory } = launched;
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
        let mut look = tokio::time::interval(PERIOD);
        let mut telling = true;
        let how = loop {
            let (word, why) = tokio::select! {
                how = &mut ended => break how,
                line = reports.next_line(), if telling => {
                    match line {
                        Ok(Some(line)) => self.hear(&job.id, &line),
                        Ok(None) | Err(_) => telling = false,
                    }
                    continue;
                }
                _ = look.tick() => {
                    let (taken, allowed) = (memory().unwrap_or(0), self.memory_allowed(job));
                    if taken > allowed && asked.is_none() {
                        let (taken, allowed) = (Bytes(taken), Bytes(allowed));
                        let reason = format!("it took {taken} of memory, more than the {allowed} that it may: \
                            select fewer spectra, ask for fewer neighbours, or serve with more --memory");
                        tracing::warn!(run = job.id, reason, "it is killed");
                        asked = Some(End::OfRun(reason));
                        kill.take().map(|kill| kill.send(()));
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
        };
        // what it said last may not have been read yet
        while let (true, Ok(Some(line))) = (telling, reports.next_line().await) {
            self.hear(&job.id, &line);
        }
        let failed = self.under_way().get_mut(&job.id).and_then(|job| job.failed.take());
        asked.or(failed.map(End::OfRun)).unwrap_or(End::OfWorker(how))
    }

    fn hear(&self, id: &str, line: &str) {
        let mut under_way = self.under_way();
        let Some(job) = under_way.get_mut(id) else { return };
        match serde_json::from_str(line) {
            Ok(Report::Progress(progress)) => job.progress = Some(progress),
            Ok(Report::Failed(reason)) => job.failed = Some(reason),
            Err(error) => tracing::warn!(run = id, %error, line, "what a worker said is no report"),
        }
    }
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
