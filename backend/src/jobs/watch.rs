//! Watching a run: times its stages, foretells its end, reports its progress, notices that it is to stop.
//!
//! What the computation says goes into a [`Tracker`]; a thread beside it ([`Watch::tick`]) tells of it several times a second
//! also while the computation is silent, and does all that takes time: the status on the disk, and the look for a wish to
//! stop there.

use std::{
    sync::{
        Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use balmer_core::{
    engine::Observer,
    neighbors::Keeper,
    pipeline::{Forecast, Past, Plan, Provenance, Rates, RunObserver, Stage, Tracker, Work},
};
use serde::{Deserialize, Serialize};

use crate::storage::{KeptPieces, OwnedRun, Run, Store};

/// How often somebody is told, and requests to stop are looked for.
const PERIOD: Duration = Duration::from_millis(200);
/// How often the status on the disk is renewed.
const RENEWED: Duration = Duration::from_millis(600);

/// What a run is doing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunProgress {
    /// The stage.
    pub stage: Stage,
    /// Done of the whole run, 0 to 1; never less than before.
    pub fraction: f64,
    /// Done of the stage, 0 to 1.
    pub stage_fraction: f64,
    /// Seconds until the run ends, once they can be told.
    pub eta_seconds: Option<f64>,
    /// Spectra a second, in stages that go through them one after the other.
    pub rate: Option<f64>,
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
    begun: Instant,
    over: Mutex<bool>,
    ended: Condvar,
}

struct State {
    tracker: Tracker,
    stage: Stage,
    message: String,
    work: Option<Work>,
    /// The device's name before the run, by which later forecasts look for it: afterwards it also says what happened.
    device: String,
    /// Share of the spectra whose features were there before.
    prepared: f64,
    /// Whether any of another stage was: its seconds say nothing of what such a stage takes.
    is_resumed: bool,
}

impl<'a> Watch<'a> {
    pub(crate) fn new(
        owned: &'a mut OwnedRun,
        cancel: &'a AtomicBool,
        report: &'a (dyn Fn(&RunProgress) + Sync),
    ) -> Self {
        // an earlier attempt may have come so far
        let tracker = Tracker::new(owned.state().fraction);
        let (stage, message) = (Stage::Read, String::new());
        let device = String::new();
        let state = State { tracker, stage, message, work: None, device, prepared: 0.0, is_resumed: false };
        let (run, pieces) = (owned.run().clone(), owned.run().pieces());
        Self {
            run,
            owned: Mutex::new(owned),
            state: Mutex::new(state),
            pieces,
            cancel,
            report,
            begun: Instant::now(),
            over: Mutex::new(false),
            ended: Condvar::new(),
        }
    }

    /// The run.
    pub(crate) fn run(&self) -> &Run {
        &self.run
    }

    /// Tells what to expect of a run of so many spectra, by what runs of this machine took before.
    pub(crate) fn expect(&self, store: &Store, plan: &Plan, spectra: usize, device: &str) {
        let work = Work::of(plan, spectra);
        let forecast = Forecast::new(&work, &Rates::of(&store.timings(), device));
        self.change(|state, _| {
            state.work = Some(work);
            device.clone_into(&mut state.device);
            state.tracker.expect(forecast);
        });
    }

    /// What there is to remember of the run for later forecasts, once its record is made; nothing of one that went on from
    /// what an earlier attempt had kept.
    pub(crate) fn past(&self, record: &Provenance) -> Option<Past> {
        self.change(|state, _| {
            let (device, timings) = (state.device.clone(), record.timings.clone());
            state.work.filter(|_| !state.is_resumed).map(|work| Past {
                device,
                work,
                prepared: state.prepared,
                timings,
            })
        })
    }

    /// Seconds of each stage so far, in the order in which they ran.
    pub(crate) fn timings(&self) -> Vec<(Stage, f64)> {
        self.change(|state, now| state.tracker.timings(now))
    }

    /// Tells of the run several times a second, until [`Self::stop`].
    pub(crate) fn tick(&self) {
        let mut written = Instant::now();
        let mut over = self.over.lock().unwrap_or_else(PoisonError::into_inner);
        while !*over {
            drop(over);
            self.look();
            let now = self.tell();
            if written.elapsed() >= RENEWED {
                written = Instant::now();
                self.write(now);
            }
            over = self.over.lock().unwrap_or_else(PoisonError::into_inner);
            if !*over {
                let waited = self.ended.wait_timeout(over, PERIOD);
                over = waited.map_or_else(|poisoned| poisoned.into_inner().0, |(over, _)| over);
            }
        }
    }

    /// Nothing more is told.
    pub(crate) fn stop(&self) {
        *self.over.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.ended.notify_all();
    }

    fn change<T>(&self, change: impl FnOnce(&mut State, f64) -> T) -> T {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut state, self.begun.elapsed().as_secs_f64())
    }

    /// Tells the listener.
    fn tell(&self) -> RunProgress {
        let progress = self.change(|state, now| {
            let estimate = state.tracker.estimate(now);
            RunProgress {
                stage: state.stage,
                fraction: estimate.fraction,
                stage_fraction: estimate.stage_fraction,
                eta_seconds: estimate.eta_seconds,
                rate: estimate.rate,
                message: state.message.clone(),
            }
        });
        (self.report)(&progress);
        progress
    }

    /// Tells the disk, and looks there whether the run is to stop.
    fn write(&self, now: RunProgress) {
        self.look();
        let mut owned = self.owned.lock().unwrap_or_else(PoisonError::into_inner);
        let written = owned.update(|status| {
            status.stage = Some(now.stage.name().to_owned());
            status.fraction = now.fraction;
            status.stage_fraction = now.stage_fraction;
            status.eta_seconds = now.eta_seconds;
            status.rate = now.rate;
            status.message = now.message;
        });
        if let Err(error) = written {
            // progress is a courtesy: a full disk is reported by the write that matters
            tracing::warn!(%error, "the status of the run could not be written");
        }
    }

    fn look(&self) {
        if self.run.cancel_requested() {
            self.cancel.store(true, Ordering::Relaxed);
        }
    }
}

impl Observer for Watch<'_> {
    fn progress(&self, fraction: f64) {
        self.change(|state, now| state.tracker.progress(fraction, now));
        self.tell();
    }

    fn known_before(&self, share: f64) {
        self.change(|state, _| {
            state.tracker.kept(share);
            if state.stage == Stage::Recipe {
                state.prepared = share;
            } else {
                state.is_resumed |= share > 0.0;
            }
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
        self.change(|state, now| {
            state.tracker.stage(stage, now);
            state.stage = stage;
            message.clone_into(&mut state.message);
        });
        let now = self.tell();
        self.write(now);
    }
}
