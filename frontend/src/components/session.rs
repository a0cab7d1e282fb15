//! What the pages share: the lists, the chosen run, candidate and spectrum, and the last failure.
//!
//! The address decides what is chosen; [`Session::choose`] fetches what that needs. Answers that come
//! after something else was chosen are dropped.

use std::sync::Arc;

use balmer_exchange::api::{CandidatePage, Problem, RunSummary, SpectrumBody, SurveySummary};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::NavigateOptions;

use crate::{client, state::load::Load};

/// Candidates fetched at a time.
const PAGE: u64 = 200;

/// The state of one visit.
#[derive(Debug, Clone, Copy)]
pub struct Session {
    /// The surveys there are.
    pub surveys: RwSignal<Load<Arc<Vec<SurveySummary>>>>,
    /// The runs there are.
    pub runs: RwSignal<Load<Arc<Vec<RunSummary>>>>,
    /// The survey chosen in the header.
    pub survey: RwSignal<Option<String>>,
    /// The run in the address.
    pub run: RwSignal<Option<String>>,
    /// The spectrum in the address.
    pub spectrum_id: RwSignal<Option<String>>,
    /// The run's candidates as far as they were fetched.
    pub candidates: RwSignal<Load<Arc<CandidatePage>>>,
    /// The spectrum drawn: it stays until the next one is here.
    pub spectrum: RwSignal<Option<Arc<SpectrumBody>>>,
    /// Whether the next spectrum is awaited.
    pub spectrum_awaited: RwSignal<bool>,
    /// The last failure.
    pub failure: RwSignal<Option<Problem>>,
}

impl Session {
    /// Nothing asked for yet.
    pub fn new() -> Self {
        Self {
            surveys: RwSignal::new(Load::Idle),
            runs: RwSignal::new(Load::Idle),
            survey: RwSignal::new(None),
            run: RwSignal::new(None),
            spectrum_id: RwSignal::new(None),
            candidates: RwSignal::new(Load::Idle),
            spectrum: RwSignal::new(None),
            spectrum_awaited: RwSignal::new(false),
            failure: RwSignal::new(None),
        }
    }

    /// Fetches the lists of surveys and runs.
    pub fn refresh(self) {
        self.surveys.set(Load::Loading);
        self.runs.set(Load::Loading);
        spawn_local(async move {
            let surveys = self.noted(client::surveys().await);
            self.surveys.set(surveys.map(Arc::new).into());
            self.fetch_runs().await;
        });
    }

    /// Fetches the list of runs.
    pub async fn fetch_runs(self) {
        let runs = self.noted(client::runs().await);
        self.runs.set(runs.map(Arc::new).into());
    }

    /// Follows the address.
    pub fn choose(self, run: Option<String>, spectrum: Option<String>) {
        let new_run = self.run.get_untracked() != run;
        if new_run {
            self.run.set(run.clone());
            self.candidates.set(Load::Idle);
        }
        if self.spectrum_id.get_untracked() != spectrum {
            self.spectrum_id.set(spectrum);
        }
        if let Some(run) = run.filter(|_| new_run) {
            self.candidates.set(Load::Loading);
            spawn_local(self.fetch_candidates(run));
        } else {
            self.fetch_spectrum();
        }
    }

    /// Fetches the first candidates again, once a run has finished.
    pub fn reload_candidates(self) {
        if let Some(run) = self.run.get_untracked() {
            spawn_local(self.fetch_candidates(run));
        }
    }

    async fn fetch_candidates(self, run: String) {
        let page = self.noted(client::candidates(&run, 0, PAGE).await);
        if self.run.get_untracked().as_deref() != Some(&run) {
            return;
        }
        if let Ok(page) = &page {
            self.survey.set(Some(page.survey.clone()));
        }
        self.candidates.set(page.map(Arc::new).into());
        self.fetch_spectrum();
    }

    /// Fetches the candidates after those that are here.
    pub fn more_candidates(self) {
        let Load::Ready(page) = self.candidates.get_untracked() else { return };
        spawn_local(async move {
            let next = self.noted(client::candidates(&page.run, page.rows.len() as u64, PAGE).await);
            let same = self.candidates.with_untracked(|now| now.ready().is_some_and(|now| Arc::ptr_eq(now, &page)));
            if let (Ok(next), true) = (next, same) {
                let mut all = CandidatePage::clone(&page);
                all.rows.extend(next.rows);
                self.candidates.set(Load::Ready(Arc::new(all)));
            }
        });
    }

    /// Fetches the spectrum in the address, unless it is drawn already.
    fn fetch_spectrum(self) {
        let (Some(id), Some(survey)) = (self.spectrum_id.get_untracked(), self.survey_of_run()) else { return };
        let drawn =
            self.spectrum.with_untracked(|spectrum| spectrum.as_ref().is_some_and(|s| s.metadata.spectrum_id == id));
        if drawn {
            return;
        }
        self.spectrum_awaited.set(true);
        spawn_local(async move {
            let body = client::spectrum(&survey, &id).await;
            if self.spectrum_id.get_untracked().as_deref() != Some(&id) {
                return;
            }
            self.spectrum_awaited.set(false);
            self.spectrum.set(self.noted(body).ok().map(Arc::new));
        });
    }

    fn survey_of_run(self) -> Option<String> {
        self.candidates.with_untracked(|page| page.ready().map(|page| page.survey.clone()))
    }

    /// What the list says of the run in the address.
    pub fn run_summary(self) -> Option<RunSummary> {
        let run = self.run.get()?;
        self.runs.with(|runs| runs.ready()?.iter().find(|summary| summary.id == run).cloned())
    }

    /// The address of a run, or of one of its spectra.
    pub fn path(self, run: &str, spectrum: Option<&str>) -> String {
        let run = client::encoded(run);
        match spectrum {
            Some(spectrum) => format!("/runs/{run}/{}", client::encoded(spectrum)),
            None => format!("/runs/{run}"),
        }
    }

    /// Navigation that leaves no entry in the history: steps through a list, redirections.
    pub fn in_place() -> NavigateOptions {
        NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() }
    }

    /// Shows a failure in the banner and passes the result on.
    fn noted<T>(self, result: Result<T, Problem>) -> Result<T, Problem> {
        if let Err(problem) = &result {
            self.failure.set(Some(problem.clone()));
        }
        result
    }
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}
