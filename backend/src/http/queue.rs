//! Runs wait in a bounded queue and are carried out one after the other, on a thread of their own.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use balmer_core::pipeline::Plan;
use tokio::sync::mpsc::{self, OwnedPermit};

use super::problem::Failure;
use crate::{
    engine::HostEngine,
    jobs::{ExecuteOptions, RunProgress, execute},
    storage::{OwnedRun, Store},
};

/// Runs that may wait.
const CAPACITY: usize = 8;
/// Seconds after which a refused caller may try again.
const RETRY_AFTER: u64 = 30;

/// A run that waits for its turn.
#[derive(Debug)]
pub struct Waiting {
    run: OwnedRun,
    plan: Plan,
}

/// The run being carried out.
#[derive(Debug)]
struct Current {
    id: String,
    cancel: Arc<AtomicBool>,
    progress: Option<RunProgress>,
}

/// The end that takes runs in. Cheap to clone.
#[derive(Clone)]
pub struct Queue {
    sender: mpsc::Sender<Waiting>,
    current: Arc<Mutex<Option<Current>>>,
    closed: Arc<AtomicBool>,
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue").field("free", &self.sender.capacity()).finish_non_exhaustive()
    }
}

/// The thread that carries runs out.
#[derive(Debug)]
pub struct Worker(JoinHandle<()>);

impl Queue {
    /// A queue and its thread, which computes with `engine`.
    pub fn start(store: Store, engine: HostEngine) -> (Self, Worker) {
        let (sender, receiver) = mpsc::channel(CAPACITY);
        let queue = Self { sender, current: Arc::default(), closed: Arc::default() };
        let (current, closed) = (queue.current.clone(), queue.closed.clone());
        let worker = thread::spawn(move || work(&store, &engine, receiver, &current, &closed));
        (queue, Worker(worker))
    }

    /// A place in the queue, before anything is written to the disk.
    ///
    /// # Errors
    /// 503 where the queue is full.
    pub fn place(&self) -> Result<Place, Failure> {
        let place = self.sender.clone().try_reserve_owned();
        place
            .map(Place)
            .map_err(|_| Failure::busy(format!("{CAPACITY} runs are waiting: try again later"), RETRY_AFTER))
    }

    /// Runs that wait for their turn.
    pub fn waiting(&self) -> usize {
        self.sender.max_capacity() - self.sender.capacity()
    }

    /// What the run of that id is doing, if it is the one being carried out.
    pub fn progress(&self, id: &str) -> Option<RunProgress> {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current.as_ref().filter(|current| current.id == id)?.progress.clone()
    }

    /// Takes nothing more in, and cancels the run under way.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        if let Some(current) = &*self.current.lock().unwrap_or_else(PoisonError::into_inner) {
            current.cancel.store(true, Ordering::Relaxed);
        }
    }
}

/// A place in the queue.
#[derive(Debug)]
pub struct Place(OwnedPermit<Waiting>);

impl Place {
    /// Puts a run in.
    pub fn take(self, run: OwnedRun, plan: Plan) {
        self.0.send(Waiting { run, plan });
    }
}

impl Worker {
    /// Waits for the run under way to notice that it is cancelled.
    pub fn finish(self, at_most: Duration) {
        let begun = Instant::now();
        while !self.0.is_finished() && begun.elapsed() < at_most {
            thread::sleep(Duration::from_millis(20));
        }
    }
}

fn work(
    store: &Store,
    engine: &HostEngine,
    mut receiver: mpsc::Receiver<Waiting>,
    current: &Mutex<Option<Current>>,
    closed: &AtomicBool,
) {
    let set = |value: Option<Current>| *current.lock().unwrap_or_else(PoisonError::into_inner) = value;
    while let Some(Waiting { run, plan }) = receiver.blocking_recv() {
        let id = run.run().id().to_owned();
        let cancel = Arc::new(AtomicBool::new(closed.load(Ordering::Relaxed)));
        set(Some(Current { id: id.clone(), cancel: cancel.clone(), progress: None }));
        let report = |progress: &RunProgress| {
            if let Some(current) = &mut *current.lock().unwrap_or_else(PoisonError::into_inner) {
                current.progress = Some(progress.clone());
            }
        };
        // a label file is a file of this machine: over HTTP only surveys' labels can be named
        let options = ExecuteOptions { label_files: false };
        match execute(store, run, &plan, engine, options, &cancel, &report) {
            Ok(_) => tracing::info!(run = id, "done"),
            Err(error) => tracing::warn!(run = id, %error, "ended without candidates"),
        }
        set(None);
        if closed.load(Ordering::Relaxed) {
            return;
        }
    }
}
