//! The runs computed in this browser, and the worker that computes them.
//!
//! One run at a time, the others wait. A finished run's table stays in the worker, so that another number of
//! neighbours or another label is answered at once; what the page lists stays here, whatever becomes of the worker.

mod ask;
mod hear;
mod map;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use balmer_core::pipeline::{LabelAlgorithm, PipelineSpec};
use balmer_exchange::{
    api::{Method, Problem, RunCounts, RunDetail, RunStatus, RunSummary},
    worker::{Command, Device},
};
use leptos::prelude::*;

use self::ask::{Asking, Scoring};
use super::{Catalogue, Failures};
use crate::{
    client::Chief,
    state::{
        drawing::Drawing,
        local_run::LocalRun,
        progress::Progress,
        remembered::Remembered,
        turns::{Stopped, Turns},
    },
};

/// How long the worker may take to obey before it is ended.
const PATIENCE: Duration = Duration::from_millis(700);
/// Where the browser remembers what was asked for.
const MEMORY: &str = "balmer-runs";

/// The runs of this tab.
#[derive(Debug, Clone, Copy)]
pub struct Local {
    /// The runs, by name.
    pub runs: RwSignal<BTreeMap<String, Arc<LocalRun>>>,
    /// How far the run under way is.
    pub progress: RwSignal<Option<(String, Progress)>>,
    /// The map of feature space that was asked for last.
    pub map: RwSignal<Option<Drawing>>,
    inside: StoredValue<Inside, LocalStorage>,
    catalogue: Catalogue,
    failures: Failures,
}

/// What nobody else looks at.
#[derive(Debug, Default)]
struct Inside {
    chief: Option<Chief>,
    /// The run that the worker carries out, and those that wait.
    turns: Turns,
    /// The number of the last run of this tab.
    last: u64,
    /// The number of the last map of this tab.
    last_map: u64,
    /// What is in the worker's hands of another number of neighbours, and what is wanted since.
    scoring: Option<Scoring>,
    /// Who waits for an explanation.
    asking: Vec<Asking>,
}

impl Local {
    /// None yet.
    pub fn new() -> Self {
        Self {
            runs: RwSignal::new(BTreeMap::new()),
            progress: RwSignal::new(None),
            map: RwSignal::new(None),
            inside: StoredValue::new_local(Inside::default()),
            catalogue: expect_context(),
            failures: expect_context(),
        }
    }

    /// What is known of a run.
    pub fn run(self, run: &str) -> Option<Arc<LocalRun>> {
        self.runs.with(|runs| runs.get(run).cloned())
    }

    fn run_untracked(self, run: &str) -> Option<Arc<LocalRun>> {
        self.runs.with_untracked(|runs| runs.get(run).cloned())
    }

    /// The settings of a run of this or another tab, as far as the browser remembers them.
    pub fn remembered(run: &str) -> Option<PipelineSpec> {
        Remembered::read(memory().as_deref()).spec(run).cloned()
    }

    /// Begins a run, or lets it wait for its turn.
    pub fn begin(self, spec: &PipelineSpec, device: Device) -> RunSummary {
        let mut memory = Remembered::read(memory().as_deref());
        let known = self.inside.with_value(|inside| inside.last);
        let (name, number) = memory.add(spec.clone(), known);
        keep(&memory);
        let summary = summary(&name, spec);
        let detail = RunDetail {
            summary: summary.clone(),
            spec: serde_json::to_value(spec).unwrap_or_default(),
            classes: Vec::new(),
            rejected: Vec::new(),
            provenance: None,
        };
        let run = LocalRun { detail, spec: spec.clone(), note: None, found: None };
        self.runs.update(|runs| {
            runs.insert(name.clone(), Arc::new(run));
        });
        self.catalogue.take_news(summary.clone());
        self.inside.update_value(|inside| {
            inside.last = number;
            inside.turns.wait(name, device);
        });
        self.next();
        summary
    }

    /// Starts the next run where none is under way.
    fn next(self) {
        let next = self.inside.try_update_value(|inside| inside.turns.next(seconds()));
        let Some((name, device)) = next.flatten() else { return };
        let Some(run) = self.run_untracked(&name) else { return self.end(&name, RunStatus::Cancelled, None) };
        self.note(&name, |summary| {
            summary.status = RunStatus::Running;
            summary.elapsed_seconds = Some(0.0);
        });
        self.progress.set(Some((name.clone(), Progress::default())));
        if let Err(problem) = self.send(&Command::Run { run: name.clone(), spec: Box::new(run.spec.clone()), device }) {
            self.end(&name, RunStatus::Failed, Some(problem.to_string()));
        }
    }

    /// Sends a command to the worker, which is started first where there is none.
    fn send(self, command: &Command) -> Result<(), Problem> {
        let is_there = self.inside.with_value(|inside| inside.chief.is_some());
        if !is_there {
            let chief = Chief::start(move |report, buffers| self.hear(report, &buffers), move || self.broke())?;
            self.inside.update_value(|inside| inside.chief = Some(chief));
        }
        self.inside.with_value(|inside| {
            if let Some(chief) = &inside.chief {
                chief.send(command);
            }
        });
        Ok(())
    }

    /// Changes a run and what the lists say of it; one that was deleted stays so.
    fn change(self, run: &str, change: impl FnOnce(&mut LocalRun)) {
        let changed = self.runs.try_update(|runs| {
            let run = Arc::make_mut(runs.get_mut(run)?);
            change(run);
            Some(run.detail.summary.clone())
        });
        if let Some(summary) = changed.flatten() {
            self.catalogue.take_news(summary);
        }
    }

    fn note(self, run: &str, change: impl FnOnce(&mut RunSummary)) {
        self.change(run, |run| change(&mut run.detail.summary));
    }

    /// Marks the end of a run, and starts the next.
    fn end(self, run: &str, status: RunStatus, error: Option<String>) {
        let took = self.inside.try_update_value(|inside| inside.turns.end(run, seconds())).flatten();
        self.note(run, |summary| {
            summary.status = status;
            summary.error = error;
            summary.finished = Some(now());
            summary.elapsed_seconds = took;
        });
        if took.is_some() {
            self.progress.set(None);
            self.next();
        }
    }

    /// Stops a run; one that waits is over at once.
    pub fn cancel(self, run: &str) {
        match self.inside.try_update_value(|inside| inside.turns.stop(run)) {
            Some(Stopped::Waiting) => self.end(run, RunStatus::Cancelled, None),
            Some(Stopped::UnderWay) => self.insist(run),
            Some(Stopped::Over) | None => {}
        }
    }

    /// Asks the worker to stop the run under way, and ends the worker where it does not listen.
    fn insist(self, run: &str) {
        if self.send(&Command::Cancel { run: run.to_owned() }).is_err() {
            return;
        }
        let run = run.to_owned();
        let look = move || {
            if self.inside.with_value(|inside| inside.turns.current() == Some(&run)) {
                self.lose_worker();
                self.end(&run, RunStatus::Cancelled, None);
            }
        };
        set_timeout(look, PATIENCE);
    }

    /// Takes a run out of the lists; one that is not over is stopped.
    pub fn forget(self, run: &str) {
        self.cancel(run);
        self.runs.update(|runs| {
            runs.remove(run);
        });
        self.catalogue.forget(run);
        self.let_go(run);
    }

    /// Ends the worker: what it kept is gone, what the page has stays.
    fn lose_worker(self) {
        let asking = self.inside.try_update_value(|inside| {
            (inside.chief, inside.scoring) = (None, None);
            std::mem::take(&mut inside.asking)
        });
        drop(asking);
        self.lose_map();
        self.runs.update(|runs| {
            for run in runs.values_mut().filter(|run| run.found.is_some()) {
                Arc::make_mut(run).let_go();
            }
        });
    }

    /// The worker broke down by itself.
    fn broke(self) {
        let current = move || self.inside.with_value(|inside| inside.turns.current().map(str::to_owned));
        let under_way = current();
        // not from within the worker's own event, which would end its listener while it listens
        set_timeout(
            move || {
                // it may say so twice: the second time another worker has begun
                if current() != under_way {
                    return;
                }
                self.lose_worker();
                if let Some(run) = under_way {
                    let why = "the browser's worker broke down, for want of memory perhaps: take a smaller subset, or \
                               run it on the server";
                    self.end(&run, RunStatus::Failed, Some(why.to_owned()));
                }
            },
            Duration::ZERO,
        );
    }
}

impl Default for Local {
    fn default() -> Self {
        Self::new()
    }
}

fn summary(name: &str, spec: &PipelineSpec) -> RunSummary {
    let method = match spec.labels.as_ref().map(|labels| labels.algorithm) {
        None => Method::Lof,
        Some(LabelAlgorithm::Spreading) => Method::Spreading,
        Some(LabelAlgorithm::Propagation) => Method::Propagation,
    };
    RunSummary {
        id: name.to_owned(),
        survey: spec.survey.clone(),
        status: RunStatus::Queued,
        stage: None,
        fraction: 0.0,
        eta_seconds: None,
        rate: None,
        created: now(),
        finished: None,
        error: None,
        counts: RunCounts::default(),
        r#where: spec.r#where.clone(),
        method,
        n_neighbors: spec.lof.n_neighbors as u64,
        device: Some("browser".to_owned()),
        elapsed_seconds: None,
    }
}

/// The time of the day, RFC 3339.
fn now() -> String {
    js_sys::Date::new_0().to_iso_string().into()
}

/// Seconds of the page's clock.
fn seconds() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now() / 1000.0)
}

fn memory() -> Option<String> {
    window().local_storage().ok().flatten()?.get_item(MEMORY).ok().flatten()
}

fn keep(memory: &Remembered) {
    if let Ok(Some(storage)) = window().local_storage() {
        // a browser that remembers nothing still counts within the tab
        let _: Result<(), wasm_bindgen::JsValue> = storage.set_item(MEMORY, &memory.written());
    }
}
