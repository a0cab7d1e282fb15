//! Watches a run in the worker: tells the page how far it is and when it will end, times the stages, passes a wish to stop on.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use balmer_core::{
    engine::Observer,
    pipeline::{Forecast, Plan, Rates, RunObserver, Stage, Tracker, Within, Work},
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
    tracker: Tracker,
    stage: Stage,
    message: String,
    /// When the page was last told, milliseconds.
    told: f64,
}

impl Watch {
    /// Watches the run of that name, from its first stage on.
    pub fn new(run: &str, stopped: Arc<AtomicBool>) -> Self {
        let mut tracker = Tracker::default();
        tracker.stage(Stage::Read, seconds());
        let state = State { tracker, stage: Stage::Read, message: String::new(), told: 0.0 };
        Self { run: run.to_owned(), stopped, state: Mutex::new(state) }
    }

    /// Seconds of each stage so far.
    pub fn timings(&self) -> Vec<(Stage, f64)> {
        self.state().tracker.timings(seconds())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, state: &mut State) {
        let estimate = state.tracker.estimate(seconds());
        let (run, stage, message) = (self.run.clone(), state.stage, state.message.clone());
        port::report(&Report::Progress { run, stage, estimate, message }, &[]);
    }
}

/// Hears of features that come from the server.
pub trait Fetching {
    /// What is going on, and how far it is.
    fn say(&self, message: &str, fraction: f64);
    /// What a run of so many spectra, whose features the server prepares, will take.
    fn expect(&self, plan: &Plan, spectra: usize);
}

impl Fetching for Watch {
    fn say(&self, message: &str, fraction: f64) {
        message.clone_into(&mut self.state().message);
        self.progress(fraction);
    }

    fn expect(&self, plan: &Plan, spectra: usize) {
        let known = Forecast::new(&Work::of(plan, spectra), &Rates::ASSUMED);
        let here = |stage| if stage == Stage::Recipe { 0.0 } else { known.of(stage) };
        self.state().tracker.expect(Forecast::from_seconds(here, spectra as u64));
    }
}

/// A variant's features are a part of the run's.
impl Fetching for Within<'_> {
    fn say(&self, _message: &str, fraction: f64) {
        self.progress(fraction);
    }

    fn expect(&self, _plan: &Plan, _spectra: usize) {}
}

/// Seconds of the worker's clock.
fn seconds() -> f64 {
    port::now() / 1000.0
}

impl Observer for Watch {
    fn progress(&self, fraction: f64) {
        let mut state = self.state();
        let now = port::now();
        state.tracker.progress(fraction, now / 1000.0);
        if now - state.told >= PERIOD {
            state.told = now;
            self.tell(&mut state);
        }
    }

    fn known_before(&self, share: f64) {
        self.state().tracker.kept(share);
    }

    fn is_cancelled(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

impl RunObserver for Watch {
    fn stage(&self, stage: Stage, message: &str) {
        let mut state = self.state();
        let now = port::now();
        state.tracker.stage(stage, now / 1000.0);
        (state.stage, state.told) = (stage, now);
        message.clone_into(&mut state.message);
        self.tell(&mut state);
    }
}
