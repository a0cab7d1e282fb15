//! The runs computed in this browser, and the worker that computes them.
//!
//! One run at a time, the others wait. A finished run's table stays in the worker, so that another number of
//! neighbours or another label is answered at once; what the page lists stays here, whatever becomes of the worker.

mod hear;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use balmer_core::pipeline::{LabelAlgorithm, Labelled, PipelineSpec};
use balmer_exchange::{
    api::{Explanation, Method, Problem, RunCounts, RunDetail, RunStatus, RunSummary},
    worker::{Command, Device},
};
use futures_channel::oneshot;
use leptos::prelude::*;

use super::{Catalogue, Failures};
use crate::{
    client::Chief,
    state::{
        local_run::{LocalRun, Stated},
        progress::Progress,
        remembered::Remembered,
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
    inside: StoredValue<Inside, LocalStorage>,
    catalogue: Catalogue,
    failures: Failures,
}

/// What nobody else looks at.
#[derive(Debug, Default)]
struct Inside {
    chief: Option<Chief>,
    /// The run that the worker carries out.
    under_way: Option<UnderWay>,
    /// Runs that wait for their turn.
    waiting: VecDeque<(String, Device)>,
    /// The number of the last run of this tab.
    last: u64,
    /// What is in the worker's hands of another number of neighbours, and what is wanted since.
    scoring: Option<Scoring>,
    /// Who waits for an explanation.
    asking: Vec<Asking>,
    /// What the survey states of the last subset: survey, condition, rows.
    stated: Option<(String, Option<String>, Arc<Stated>)>,
}

#[derive(Debug)]
struct UnderWay {
    run: String,
    /// When it began, and its stage, seconds of the page's clock.
    begun: f64,
    stage: (String, f64),
}

#[derive(Debug)]
struct Scoring {
    run: String,
    wanted: Option<usize>,
}

#[derive(Debug)]
struct Asking {
    run: String,
    row: u32,
    answer: oneshot::Sender<Result<Explanation, Problem>>,
}

impl Local {
    /// None yet.
    pub fn new() -> Self {
        Self {
            runs: RwSignal::new(BTreeMap::new()),
            progress: RwSignal::new(None),
            inside: StoredValue::new_local(Inside::default()),
            catalogue: expect_context(),
            failures: expect_context(),
        }
    }

    /// What is known of a run.
    pub fn run(self, run: &str) -> Option<Arc<LocalRun>> {
        self.runs.with(|runs| runs.get(run).cloned())
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
            inside.waiting.push_back((name, device));
        });
        self.next();
        summary
    }

    /// Starts the next run where none is under way.
    fn next(self) {
        let next = self.inside.try_update_value(|inside| {
            if inside.under_way.is_some() {
                return None;
            }
            let (run, device) = inside.waiting.pop_front()?;
            let now = seconds();
            inside.under_way = Some(UnderWay { run: run.clone(), begun: now, stage: (String::new(), now) });
            Some((run, device))
        });
        let Some((name, device)) = next.flatten() else { return };
        let Some(run) = self.runs.with_untracked(|runs| runs.get(&name).cloned()) else { return self.over() };
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

    /// Changes what the lists say of a run.
    fn note(self, run: &str, change: impl FnOnce(&mut RunSummary)) {
        let changed = self.runs.try_update(|runs| {
            let run = Arc::make_mut(runs.get_mut(run)?);
            change(&mut run.detail.summary);
            Some(run.detail.summary.clone())
        });
        if let Some(summary) = changed.flatten() {
            self.catalogue.take_news(summary);
        }
    }

    /// Marks the end of a run, and starts the next.
    fn end(self, run: &str, status: RunStatus, error: Option<String>) {
        let begun = self.inside.with_value(|inside| {
            inside.under_way.as_ref().filter(|under_way| under_way.run == run).map(|under_way| under_way.begun)
        });
        self.note(run, |summary| {
            summary.status = status;
            summary.error = error;
            summary.finished = Some(now());
            summary.elapsed_seconds = begun.map(|begun| seconds() - begun);
        });
        if begun.is_some() {
            self.over();
        }
    }

    fn over(self) {
        self.inside.update_value(|inside| inside.under_way = None);
        self.progress.set(None);
        self.next();
    }

    /// Stops a run; one that waits is over at once.
    pub fn cancel(self, run: &str) {
        let waited = self.inside.try_update_value(|inside| {
            let before = inside.waiting.len();
            inside.waiting.retain(|(waiting, _)| waiting != run);
            inside.waiting.len() < before
        });
        if waited == Some(true) {
            return self.end(run, RunStatus::Cancelled, None);
        }
        if self.send(&Command::Cancel { run: run.to_owned() }).is_err() {
            return;
        }
        let run = run.to_owned();
        let insist = move || {
            let is_going_on = self
                .inside
                .with_value(|inside| inside.under_way.as_ref().is_some_and(|under_way| under_way.run == run));
            if is_going_on {
                self.lose_worker();
                self.end(&run, RunStatus::Cancelled, None);
            }
        };
        set_timeout(insist, PATIENCE);
    }

    /// Takes a run out of the lists.
    pub fn forget(self, run: &str) {
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
        self.runs.update(|runs| {
            for run in runs.values_mut().filter(|run| run.found.is_some()) {
                Arc::make_mut(run).let_go();
            }
        });
    }

    /// The worker broke down by itself.
    fn broke(self) {
        let under_way = self.inside.with_value(|inside| inside.under_way.as_ref().map(|run| run.run.clone()));
        // not from within the worker's own event, which would end its listener while it listens
        set_timeout(
            move || {
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

    /// Scores a finished run with another number of neighbours. While an answer is awaited, only the last wish counts.
    pub fn rescore(self, run: &str, n_neighbors: usize) {
        let is_free = self.inside.try_update_value(|inside| match &mut inside.scoring {
            Some(scoring) if scoring.run == run => {
                scoring.wanted = Some(n_neighbors);
                false
            }
            _ => {
                inside.scoring = Some(Scoring { run: run.to_owned(), wanted: None });
                true
            }
        });
        if is_free == Some(true) {
            let asked = self.send(&Command::Rescore { run: run.to_owned(), n_neighbors });
            // the banner has said it
            let _: Result<(), Problem> = self.failures.noted(asked);
        }
    }

    /// Lets other labels flow in a finished run.
    pub fn respread(self, run: &str, labels: Vec<Labelled>) {
        let asked = self.send(&Command::Respread { run: run.to_owned(), labels });
        // the banner has said it
        let _: Result<(), Problem> = self.failures.noted(asked);
    }

    /// Why a spectrum stands where it does.
    ///
    /// # Errors
    /// Where the run did not rank it, or its table is kept no more.
    pub async fn explain(self, run: &str, id: &str) -> Result<Explanation, Problem> {
        let gone = || {
            let detail = "the neighbours of this run are kept no more: run it again, or on the server";
            Problem::new(410, "no table").with_detail(detail)
        };
        let known = self.runs.with_untracked(|runs| runs.get(run).cloned()).ok_or_else(gone)?;
        let row = known.row_of(id).ok_or_else(|| {
            Problem::new(404, "not ranked").with_detail(format!("{id} is not among the spectra that this run ranked"))
        })?;
        let most = known.most_neighbors().ok_or_else(gone)?;
        let n_neighbors = known.spec.lof.n_neighbors.min(most);
        let (answer, question) = oneshot::channel();
        self.send(&Command::Explain { run: run.to_owned(), row, n_neighbors })?;
        self.inside.update_value(|inside| inside.asking.push(Asking { run: run.to_owned(), row, answer }));
        question.await.map_err(|_| gone())?
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
