//! The desk: a run's ranked candidates on one side, the chosen spectrum on the other.

use balmer_exchange::api::{RunStatus, RunSummary};
use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_params_map};

use crate::{
    components::{
        candidate_table::CandidateTable, empty::Empty, run_progress::RunProgress, session::Session,
        spectrum_view::SpectrumView,
    },
    state::{candidates::run_to_open, load::Load},
};

/// What the desk has to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scene {
    Waiting,
    NoSurvey,
    NoRun,
    Unfinished,
    Candidates,
}

/// The page at `/` and `/runs/{run}/{spectrum}`.
#[component]
pub fn Desk() -> impl IntoView {
    let session = expect_context::<Session>();
    let params = use_params_map();
    Effect::new(move || {
        let (run, spectrum) = params.with(|params| (params.get("run"), params.get("spectrum")));
        session.choose(run, spectrum);
    });
    open_a_run(session);
    open_a_candidate(session);
    let scene = Memo::new(move |_| scene(session));
    move || match scene.get() {
        Scene::Waiting => {
            view! { <Empty title="Loading …"><p>"Asking the server for its surveys and runs."</p></Empty> }.into_any()
        }
        Scene::NoSurvey => view! {
            <Empty title="No survey yet">
                <p>"Read spectra from files, or simulate some:"</p>
                <pre>"balmer ingest my-survey folder/of/spectra\nbalmer simulate trial --count 2000 --seed 1"</pre>
                <p>"Then reload this page."</p>
            </Empty>
        }
        .into_any(),
        Scene::NoRun => view! { <NoRun session /> }.into_any(),
        Scene::Unfinished => view! { <RunProgress /> }.into_any(),
        Scene::Candidates => view! {
            <div class="desk">
                <CandidateTable />
                <SpectrumView />
            </div>
        }
        .into_any(),
    }
}

fn scene(session: Session) -> Scene {
    let run: Option<RunSummary> = session.run_summary();
    match (session.surveys.get(), session.runs.get()) {
        (Load::Ready(surveys), _) if surveys.is_empty() => Scene::NoSurvey,
        (_, Load::Idle | Load::Loading) => Scene::Waiting,
        _ => match run {
            None if session.run.get().is_some() => Scene::Candidates,
            None => Scene::NoRun,
            Some(run) if run.status == RunStatus::Done => Scene::Candidates,
            Some(_) => Scene::Unfinished,
        },
    }
}

/// Without a run in the address, opens the newest finished one of the chosen survey.
fn open_a_run(session: Session) {
    let navigate = use_navigate();
    Effect::new(move || {
        if session.run.get().is_some() {
            return;
        }
        let runs = session.runs.get();
        let survey = session.survey.get();
        if let Some(run) = runs.ready().and_then(|runs| run_to_open(runs, survey.as_deref())) {
            navigate(&session.path(&run.id, None), Session::in_place());
        }
    });
}

/// Without a spectrum in the address, opens the rarest candidate.
fn open_a_candidate(session: Session) {
    let navigate = use_navigate();
    Effect::new(move || {
        let Some(run) = session.run.get() else { return };
        if session.spectrum_id.get().is_some() {
            return;
        }
        let page = session.candidates.get();
        let first = page.ready().filter(|page| page.run == run).and_then(|page| page.rows.first());
        if let Some(first) = first {
            navigate(&session.path(&run, Some(&first.spectrum_id)), Session::in_place());
        }
    });
}

/// A survey without runs.
#[component]
fn NoRun(session: Session) -> impl IntoView {
    let command = move || {
        let surveys = session.surveys.get();
        let first = surveys.ready().and_then(|surveys| surveys.first()).map(|survey| survey.name.clone());
        let survey = session.survey.get().or(first).unwrap_or_else(|| "my-survey".to_owned());
        format!("printf 'schema_version = 1\\nsurvey = \"{survey}\"\\n' > first.toml\nbalmer run first.toml")
    };
    view! {
        <Empty title="No run of this survey yet">
            <p>"A run scores every spectrum of the survey and ranks the rare ones first. Start one with:"</p>
            <pre>{command}</pre>
            <p>"Then reload this page."</p>
        </Empty>
    }
}
