//! One run in a process of its own: `balmer work RUN`, started by a server, or by hand.
//!
//! A server writes orders to its standard input, a word a line, and reads its progress from its standard output, a
//! [`Report`] a line as JSON. How the run ended stands in its `status.json`. Where the input ends the server is
//! gone: the run goes back to where it waits, and the process ends too.

use std::{
    io::{BufRead, BufReader, Read, Write},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use balmer_core::{Engine, pipeline::Plan};
use serde::{Deserialize, Serialize};

use super::{ExecuteOptions, JobError, RunProgress, execute};
use crate::storage::{RunState, Store};

/// The run is to end as cancelled.
pub(super) const CANCEL: &str = "cancel";
/// The run is to go back to where it waits.
pub(super) const STOP: &str = "stop";
/// A line of what a worker says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Report {
    /// What it is doing.
    Progress(RunProgress),
    /// Why the run failed: said, too, because the disk may be too full for its `status.json`.
    Failed(String),
}

/// The least time between two lines of progress of one stage. What is told more often than a run's watch ticks is left out.
const PERIOD: Duration = Duration::from_millis(150);

/// Carries out a run that waits, on the calling thread. `orphaned` is called where the orders end before the run does, which
/// then stops by itself; it may end the process where that takes too long.
///
/// # Errors
/// Whatever ended it, which its `status.json` says too, unless it was stopped: then it waits again.
pub fn work<E: Engine>(
    store: &Store,
    id: &str,
    engine: &E,
    orders: impl Read + Send + 'static,
    reports: impl Write + Send,
    orphaned: impl FnOnce() + Send + 'static,
) -> Result<RunState, JobError> {
    let (cancel, stopped) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let run = store.take_run(id)?;
    let plan = Plan::new(run.run().spec()?)?;
    let (to_cancel, to_stop) = (cancel.clone(), stopped.clone());
    thread::spawn(move || {
        let stop = || {
            to_stop.store(true, Ordering::Relaxed);
            to_cancel.store(true, Ordering::Relaxed);
        };
        for order in BufReader::new(orders).lines() {
            match order.as_deref() {
                Ok(CANCEL) => to_cancel.store(true, Ordering::Relaxed),
                Ok(STOP) => stop(),
                Ok(other) => tracing::warn!(order = other, "an order that nobody understands"),
                Err(_) => break,
            }
        }
        stop();
        orphaned();
    });
    let teller = Mutex::new(Teller { reports, told: None });
    let report = |progress: &RunProgress| teller.lock().unwrap_or_else(PoisonError::into_inner).tell(progress);
    // a label file is a file of this machine: a server's runs can name surveys' labels only
    let options = ExecuteOptions { label_files: false };
    let ended = execute(store, run, &plan, engine, options, &cancel, &report);
    if let Err(error) = &ended
        && !error.is_cancelled()
    {
        teller.lock().unwrap_or_else(PoisonError::into_inner).say(&Report::Failed(error.to_string()));
    }
    let is_unwanted = store.run(id)?.cancel_requested();
    if stopped.load(Ordering::Relaxed) && !is_unwanted && ended.as_ref().is_err_and(JobError::is_cancelled) {
        drop(store.resume_run(id)?);
    }
    ended
}

/// Writes what is new, but not too often; and that there is nothing new, which is news of its own.
struct Teller<W> {
    reports: W,
    told: Option<(RunProgress, Instant)>,
}

impl<W: Write> Teller<W> {
    fn tell(&mut self, progress: &RunProgress) {
        let is_due = self.told.as_ref().is_none_or(|(told, at)| {
            at.elapsed() >= PERIOD || told.stage != progress.stage || told.message != progress.message
        });
        if is_due {
            self.say(&Report::Progress(progress.clone()));
            self.told = Some((progress.clone(), Instant::now()));
        }
    }

    fn say(&mut self, report: &Report) {
        let line = serde_json::to_string(report).unwrap_or_default();
        // where nobody reads, the orders end too
        let _ = writeln!(self.reports, "{line}").and_then(|()| self.reports.flush());
    }
}
