//! Runs: what was computed on every survey, the newest first.

mod row;

use std::time::Duration;

use balmer_exchange::api::RunSummary;
use leptos::{leptos_dom::helpers::set_interval_with_handle, prelude::*, task::spawn_local};

use self::row::RunRow;
use crate::{
    components::empty::Empty,
    context::{Catalogue, Desk},
    state::format::count,
};

/// Time between questions to the server while a run is under way.
const PERIOD: Duration = Duration::from_secs(1);
/// Key of the address: runs of one survey only.
const SURVEY: &str = "survey";

/// The page.
#[component]
pub fn RunsPage() -> impl IntoView {
    let (catalogue, desk) = (expect_context::<Catalogue>(), expect_context::<Desk>());
    spawn_local(catalogue.fetch_runs());
    let ask = move || {
        let is_moving = catalogue
            .runs
            .with_untracked(|runs| runs.ready().is_some_and(|runs| runs.iter().any(|run| !run.status.is_final())));
        if is_moving {
            spawn_local(catalogue.fetch_runs());
        }
    };
    if let Ok(timer) = set_interval_with_handle(ask, PERIOD) {
        on_cleanup(move || timer.clear());
    }
    let survey = Memo::new(move |_| desk.view(SURVEY));
    let ids = Memo::new(move |_| {
        let survey = survey.get();
        let is_mine = |run: &&RunSummary| survey.as_ref().is_none_or(|survey| run.survey == *survey);
        catalogue
            .runs
            .with(|runs| Some(runs.ready()?.iter().filter(is_mine).map(|run| run.id.clone()).collect::<Vec<String>>()))
    });
    let is_known = Memo::new(move |_| ids.with(Option::is_some));
    let is_failed = Memo::new(move |_| catalogue.runs.with(|runs| runs.problem().is_some()));
    let is_empty = Memo::new(move |_| ids.with(|ids| ids.as_ref().is_some_and(Vec::is_empty)));
    move || {
        if !is_known.get() {
            return if is_failed.get() {
                view! { <Empty title="The runs cannot be had"><p>"The line above says why."</p></Empty> }.into_any()
            } else {
                view! { <Empty title="Loading …"><p>"Asking the server for its runs."</p></Empty> }.into_any()
            };
        }
        view! {
            <section class="page runs">
                <div class="page-head">
                    <h1>"Runs"</h1>
                    <SurveyFilter survey />
                    <span class="muted">{move || ids.with(|ids| count(ids.as_ref().map_or(0, Vec::len) as u64))}</span>
                </div>
                <Show when=move || is_empty.get()>
                    <NoRun survey />
                </Show>
                <ul class="run-list">
                    <For each=move || ids.get().unwrap_or_default() key=String::clone let:id>
                        <RunRow id />
                    </For>
                </ul>
            </section>
        }
        .into_any()
    }
}

#[component]
fn SurveyFilter(survey: Memo<Option<String>>) -> impl IntoView {
    let (catalogue, desk) = (expect_context::<Catalogue>(), expect_context::<Desk>());
    let names = Memo::new(move |_| {
        let mut names: Vec<String> = catalogue
            .runs
            .with(|runs| runs.ready().iter().flat_map(|runs| runs.iter()).map(|run| run.survey.clone()).collect());
        names.extend(survey.get());
        names.sort_unstable();
        names.dedup();
        names
    });
    let choose = move |event| desk.set_view(SURVEY, Some(event_target_value(&event)).filter(|name| !name.is_empty()));
    let option = move |name: String| {
        let value = name.clone();
        let is_it = name.clone();
        view! { <option value=value selected=move || survey.get().as_ref() == Some(&is_it)>{name}</option> }
    };
    view! {
        <label class="inline-field">
            <span>"Of"</span>
            <select aria-label="Survey of the runs" on:change=choose>
                <option value="" selected=move || survey.with(Option::is_none)>"all surveys"</option>
                {move || names.get().into_iter().map(option).collect_view()}
            </select>
        </label>
    }
}

#[component]
fn NoRun(survey: Memo<Option<String>>) -> impl IntoView {
    let catalogue: Catalogue = expect_context();
    let named = move || {
        let first = || catalogue.surveys.with(|surveys| Some(surveys.ready()?.first()?.name.clone()));
        survey.get().or_else(first)
    };
    let text = move || {
        let survey = named().unwrap_or_else(|| "my-survey".to_owned());
        format!("balmer run --survey {survey}")
    };
    let link = move || {
        named().map(|survey| {
            let href = crate::state::address::Address::subset(&survey, None).to_string();
            view! { <a class="button primary" href=href>{format!("Explore {survey}")}</a> }
        })
    };
    view! {
        <div class="nothing-here">
            <p>"No run yet. A run scores every spectrum of a subset and ranks the rare ones first."</p>
            <p>"Choose a subset, then press Run: " {link}</p>
            <p>"Or on the command line:"</p>
            <pre tabindex="0">{text}</pre>
        </div>
    }
}
