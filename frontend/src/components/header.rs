//! The top of every page: the name, the survey and the run.

use balmer_exchange::api::RunSummary;
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::{session::Session, theme::ThemeToggle};
use crate::state::{candidates::run_to_open, format::count};

/// Name, choosers, theme.
#[component]
pub fn Header() -> impl IntoView {
    let session = expect_context::<Session>();
    view! {
        <header class="top">
            <a class="brand" href="/" aria-label="Balmer, start page">
                <span class="series" aria-hidden="true"><i></i><i></i><i></i><i></i></span>
                "Balmer"
            </a>
            <SurveySelect session />
            <RunSelect session />
            <ThemeToggle />
        </header>
    }
}

#[component]
fn SurveySelect(session: Session) -> impl IntoView {
    let navigate = use_navigate();
    let choose = move |event| {
        let survey = event_target_value(&event);
        let runs = session.runs.get_untracked();
        let path = runs
            .ready()
            .and_then(|runs| run_to_open(runs, Some(&survey)))
            .map_or_else(|| "/".to_owned(), |run| session.path(&run.id, None));
        session.survey.set(Some(survey));
        navigate(&path, NavigateOptions::default());
    };
    let options = move || {
        let surveys = session.surveys.get();
        let chosen = session.survey.get();
        let surveys = surveys.ready().map(|surveys| surveys.to_vec()).unwrap_or_default();
        let entry = move |name: String, number| {
            let selected = chosen.as_ref() == Some(&name);
            view! { <option value=name.clone() selected=selected>{format!("{name} ({})", count(number))}</option> }
        };
        surveys.into_iter().map(|survey| entry(survey.name, survey.count)).collect_view()
    };
    view! {
        <label class="chooser">
            <span>"Survey"</span>
            <select data-testid="survey-select" on:change=choose>{options}</select>
        </label>
    }
}

#[component]
fn RunSelect(session: Session) -> impl IntoView {
    let navigate = use_navigate();
    let choose = move |event| {
        navigate(&session.path(&event_target_value(&event), None), NavigateOptions::default());
    };
    let options = move || {
        let (survey, chosen) = (session.survey.get(), session.run.get());
        let mut runs = session.runs.get().ready().map(|runs| runs.to_vec()).unwrap_or_default();
        runs.retain(|run| survey.as_ref().is_none_or(|survey| *survey == run.survey));
        runs.sort_by(|a, b| b.created.cmp(&a.created));
        if runs.is_empty() {
            return view! { <option value="">"no run yet"</option> }.into_any();
        }
        let entry = move |run: RunSummary| {
            let selected = chosen.as_ref() == Some(&run.id);
            view! { <option value=run.id.clone() selected=selected>{run_label(&run)}</option> }
        };
        runs.into_iter().map(entry).collect_view().into_any()
    };
    view! {
        <label class="chooser wide">
            <span>"Run"</span>
            <select data-testid="run-select" on:change=choose>{options}</select>
        </label>
    }
}

fn run_label(run: &RunSummary) -> String {
    let outcome = if run.status == balmer_exchange::api::RunStatus::Done {
        format!("{} ranked", count(run.counts.ranked))
    } else {
        run.status.to_string()
    };
    format!("{} · {outcome}", run.id)
}
