//! Watches a run in the worker: tells the page how far it is, times the stages, passes a wish to stop on.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use balmer_core::{
    engine::Observer,
    pipeline::{RunObserver, Stage},
};
use balmer_exchange::worker::Report;

use crate::port;

/// Milliseconds between two reports of progress.
const PERIOD: f64 = 50.0;

/// The observer of one run.
#[derive(Debug)]
pub struct Watch {
    run: String,
    stopped: Arc<AtomicBool>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    stage: Stage,
    message: String,
    /// When the stage began, milliseconds.
    begun: f64,
    /// When the page was last told, milliseconds.
    told: f64,
    /// Seconds of the stages that are over.
    timings: Vec<(Stage, f64)>,
}

impl Watch {
    /// Watches the run of that name, from its first stage on.
    pub fn new(run: &str, stopped: Arc<AtomicBool>) -> Self {
        let state =
            State { stage: Stage::Read, message: String::new(), begun: port::now(), told: 0.0, timings: Vec::new() };
        Self { run: run.to_owned(), stopped, state: Mutex::new(state) }
    }

    /// Seconds of each stage so far.
    pub fn timings(&self) -> Vec<(Stage, f64)> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut timings = state.timings.clone();
        timings.push((state.stage, (port::now() - state.begun) / 1000.0));
        timings
    }

    /// Says what is going on within the stage, and how far it is.
    pub fn say(&self, message: &str, fraction: f64) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).message = message.to_owned();
        self.progress(fraction);
    }

    fn tell(&self, state: &State, fraction: f64) {
        let (run, stage, message) = (self.run.clone(), state.stage, state.message.clone());
        port::report(&Report::Progress { run, stage, fraction: fraction.clamp(0.0, 1.0), message }, &[]);
    }
}

impl Observer for Watch {
    fn progress(&self, fraction: f64) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = port::now();
        if now - state.told >= PERIOD {
            state.told = now;
            self.tell(&state, fraction);
        }
    }

    fn is_cancelled(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

impl RunObserver for Watch {
    fn stage(&self, stage: Stage, message: &str) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = port::now();
        let before = (state.stage, (now - state.begun) / 1000.0);
        state.timings.push(before);
        (state.stage, state.begun, state.told) = (stage, now, now);
        message.clone_into(&mut state.message);
        self.tell(&state, 0.0);
    }
}
