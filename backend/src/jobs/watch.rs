//! Watching a run: times its stages, reports its progress, notices that it is to stop.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use balmer_core::{
    engine::Observer,
    neighbors::Keeper,
    pipeline::{RunObserver, Stage},
};
use serde::{Deserialize, Serialize};

use crate::storage::{KeptPieces, OwnedRun, Run};

/// How often the status on the disk is renewed and requests to stop are looked for there.
const PERIOD: Duration = Duration::from_millis(500);

/// What a run is doing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunProgress {
    /// The stage.
    pub stage: Stage,
    /// Done of the stage, 0 to 1.
    pub fraction: f64,
    /// Seconds until the stage ends, where its pace so far tells.
    pub eta_seconds: Option<f64>,
    /// What is going on.
    pub message: String,
}

/// The observer of one run.
pub(crate) struct Watch<'a> {
    run: Run,
    owned: Mutex<&'a mut OwnedRun>,
    state: Mutex<State>,
    pieces: KeptPieces,
    cancel: &'a AtomicBool,
    report: &'a (dyn Fn(&RunProgress) + Sync),
}

struct State {
    current: RunProgress,
    begun: Instant,
    looked: Option<Instant>,
    timings: Vec<(Stage, f64)>,
}

impl<'a> Watch<'a> {
    pub(crate) fn new(
        owned: &'a mut OwnedRun,
        cancel: &'a AtomicBool,
        report: &'a (dyn Fn(&RunProgress) + Sync),
    ) -> Self {
        let current = RunProgress { stage: Stage::Read, fraction: 0.0, eta_seconds: None, message: String::new() };
        let state = State { current, begun: Instant::now(), looked: None, timings: Vec::new() };
        let (run, pieces) = (owned.run().clone(), owned.run().pieces());
        Self { run, owned: Mutex::new(owned), state: Mutex::new(state), pieces, cancel, report }
    }

    /// Seconds of each stage so far, in the order in which they ran.
    pub(crate) fn timings(&self) -> Vec<(Stage, f64)> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut timings = state.timings.clone();
        timings.push((state.current.stage, state.begun.elapsed().as_secs_f64()));
        timings
    }

    /// Tells the listener, and now and then the disk.
    fn publish(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut state);
        let current = state.current.clone();
        let due = state.looked.is_none_or(|last| last.elapsed() >= PERIOD);
        if due {
            state.looked = Some(Instant::now());
        }
        drop(state);
        if due {
            if self.run.cancel_requested() {
                self.cancel.store(true, Ordering::Relaxed);
            }
            let mut owned = self.owned.lock().unwrap_or_else(PoisonError::into_inner);
            let written = owned.update(|status| {
                status.stage = Some(current.stage.name().to_owned());
                status.fraction = current.fraction;
                status.message.clone_from(&current.message);
            });
            if let Err(error) = written {
                // progress is a courtesy: a full disk is reported by the write that matters
                tracing::warn!(%error, "the status of the run could not be written");
            }
        }
        (self.report)(&current);
    }
}

impl Observer for Watch<'_> {
    fn progress(&self, fraction: f64) {
        self.publish(|state| {
            let elapsed = state.begun.elapsed().as_secs_f64();
            state.current.fraction = fraction.clamp(0.0, 1.0);
            state.current.eta_seconds =
                (fraction > 0.02 && elapsed > 0.5).then(|| elapsed * (1.0 - fraction).max(0.0) / fraction);
        });
    }

    fn is_cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }

    fn keeper(&self) -> &dyn Keeper {
        &self.pieces
    }
}

impl RunObserver for Watch<'_> {
    fn stage(&self, stage: Stage, message: &str) {
        self.publish(|state| {
            let seconds = state.begun.elapsed().as_secs_f64();
            let before = state.current.stage;
            state.timings.push((before, seconds));
            state.begun = Instant::now();
            state.looked = None;
            state.current = RunProgress { stage, fraction: 0.0, eta_seconds: None, message: message.to_owned() };
        });
    }
}
