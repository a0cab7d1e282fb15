//! The lists of surveys and runs.

use std::sync::Arc;

use balmer_exchange::{
    api::{RunSummary, SurveySummary},
    worker::is_run_name,
};
use leptos::{prelude::*, task::spawn_local};

use super::Failures;
use crate::{client, state::load::Load};

/// The lists, as far as they were fetched.
#[derive(Debug, Clone, Copy)]
pub struct Catalogue {
    /// The surveys there are.
    pub surveys: RwSignal<Load<Arc<Vec<SurveySummary>>>>,
    /// The runs there are, newest first.
    pub runs: RwSignal<Load<Arc<Vec<RunSummary>>>>,
    failures: Failures,
}

impl Catalogue {
    /// Asks the server for both.
    pub fn new() -> Self {
        let failures = expect_context();
        let lists = Self { surveys: RwSignal::new(Load::Loading), runs: RwSignal::new(Load::Loading), failures };
        lists.refresh();
        lists
    }

    /// Fetches both lists again; the old ones stay until the new ones are here.
    pub fn refresh(self) {
        spawn_local(async move {
            let surveys = self.failures.noted(client::surveys().await);
            self.surveys.set(surveys.map(Arc::new).into());
        });
        spawn_local(self.fetch_runs());
    }

    /// Fetches the list of runs.
    pub async fn fetch_runs(self) {
        let runs = self.failures.noted(client::runs().await).map(|runs| self.with_own(runs));
        // the old list is better than none, and nothing is redrawn where nothing is new
        let is_known = self.runs.with_untracked(|known| known.ready().is_some());
        match runs {
            Err(_) if is_known => {}
            Ok(runs) if self.runs.with_untracked(|known| known.ready().is_some_and(|known| **known == runs)) => {}
            runs => self.runs.set(runs.map(Arc::new).into()),
        }
    }

    /// The server's runs and those of this tab, newest first.
    fn with_own(self, mut runs: Vec<RunSummary>) -> Vec<RunSummary> {
        self.runs.with_untracked(|known| {
            let known = known.ready().map(|known| &known[..]).unwrap_or_default();
            runs.extend(known.iter().filter(|run| is_run_name(&run.id)).cloned());
        });
        runs.sort_by(|a, b| b.created.cmp(&a.created));
        runs
    }

    /// Puts a run's news into the list: a new run comes first.
    pub fn take_news(self, run: RunSummary) {
        self.runs.update(|runs| {
            let mut all = runs.ready().map(|runs| runs.to_vec()).unwrap_or_default();
            match all.iter_mut().find(|known| known.id == run.id) {
                Some(known) => *known = run,
                None => all.insert(0, run),
            }
            *runs = Load::Ready(Arc::new(all));
        });
    }

    /// Takes a run out of the list, because it is no more.
    pub fn forget(self, id: &str) {
        self.runs.update(|runs| {
            if let Load::Ready(all) = runs {
                *runs = Load::Ready(Arc::new(all.iter().filter(|run| run.id != id).cloned().collect()));
            }
        });
    }

    /// Whether the list is here and a run is not in it.
    pub fn lacks_run(self, id: &str) -> bool {
        self.runs.with(|runs| runs.ready().is_some_and(|runs| runs.iter().all(|run| run.id != id)))
    }

    /// Asks for a run that is not in the list: it may be newer than the list.
    pub fn look_for_run(self, id: String) {
        spawn_local(async move {
            if let Ok(found) = self.failures.noted(client::run(&id).await) {
                self.take_news(found.summary);
            }
        });
    }

    /// What the list says of a run.
    pub fn run(self, id: &str) -> Option<RunSummary> {
        self.runs.with(|runs| runs.ready()?.iter().find(|run| run.id == id).cloned())
    }
}

impl Default for Catalogue {
    fn default() -> Self {
        Self::new()
    }
}
