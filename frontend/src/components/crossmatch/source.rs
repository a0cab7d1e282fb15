//! What the survey is matched with: a file, or another survey of the server.

use leptos::prelude::*;
use web_sys::HtmlInputElement;

use super::{form::Fault, matching::Matching};
use crate::{
    context::{Catalogue, Desk},
    state::{
        crossmatch::{Form, Source},
        format::fixed,
    },
};

/// Names and kinds of files that a picker shows first; the server goes by their content.
const KINDS: &str = ".vot,.xml,.votable,.csv,.fits,.fit,.parquet,.gz,text/csv";

/// The choice and its field.
#[component]
pub fn SourceField(matching: Matching) -> impl IntoView {
    let source = Memo::new(move |_| matching.form.with(|form| form.source));
    let choice = move |of: Source, title: &'static str| {
        view! {
            <button
                type="button"
                aria-pressed=move || (source.get() == of).to_string()
                on:click=move |_| matching.edit(|form| form.choose(of))
            >
                {title}
            </button>
        }
    };
    view! {
        <div class="crossmatch-source" role="group" aria-label="Match with">
            <span class="muted">"With"</span>
            {choice(Source::File, "A file")}
            {choice(Source::Survey, "Another survey")}
        </div>
        {move || match source.get() {
            Source::File => view! { <FileField matching /> }.into_any(),
            Source::Survey => view! { <SurveyField matching /> }.into_any(),
        }}
    }
}

#[component]
fn FileField(matching: Matching) -> impl IntoView {
    let read = move |event: web_sys::Event| {
        let input: HtmlInputElement = event_target(&event);
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            matching.choose(file);
        }
        // the same file can be chosen again after it was mended
        input.set_value("");
    };
    let chosen = move || matching.form.with(|form| form.file.clone());
    let said = move || match chosen() {
        Some((name, size)) => view! {
            <b data-testid="crossmatch-file-name">{name}</b>
            <span class="muted">{megabytes(size)}</span>
        }
        .into_any(),
        None => view! { <span class="muted">"or drop one here: VOTable, CSV, FITS or Parquet, 64 MiB at most"</span> }
            .into_any(),
    };
    view! {
        <div class="crossmatch-drop">
            <label class="button">
                "Choose a file …"
                <input type="file" accept=KINDS data-testid="crossmatch-file" on:change=read />
            </label>
            {said}
            <Fault matching name="file" />
        </div>
    }
}

fn megabytes(bytes: f64) -> String {
    if bytes < 1e6 {
        format!("{} kB", fixed((bytes / 1e3).max(1.0), 0))
    } else {
        format!("{} MB", fixed(bytes / 1e6, 1))
    }
}

#[component]
fn SurveyField(matching: Matching) -> impl IntoView {
    let (catalogue, desk): (Catalogue, Desk) = (expect_context(), expect_context());
    let others = Memo::new(move |_| {
        let own = desk.survey.get();
        let name = |name: &String| Some(name) != own.as_ref();
        catalogue.surveys.with(|all| {
            let all = all.ready().map(|all| all.iter().map(|one| one.name.clone()).collect::<Vec<_>>());
            all.unwrap_or_default().into_iter().filter(name).collect::<Vec<_>>()
        })
    });
    let chosen = Memo::new(move |_| matching.form.with(|form| form.survey.clone()));
    let option = move |name: String| {
        let is_chosen = chosen.with_untracked(|chosen| *chosen == name);
        view! { <option value=name.clone() selected=is_chosen>{name.clone()}</option> }
    };
    move || {
        if others.with(Vec::is_empty) {
            let said = "The server has no other survey yet: match a file instead.";
            return view! { <p class="muted crossmatch-drop">{said}</p> }.into_any();
        }
        view! {
            <div class="crossmatch-drop">
                <label class="inline-field">
                    <span>"Survey"</span>
                    <select
                        data-testid="crossmatch-survey"
                        aria-invalid=move || matching.fault("survey").is_some().to_string()
                        on:change=move |event| {
                            let survey = event_target_value(&event);
                            matching.edit(|form| *form = Form { survey, prefix: None, ..form.clone() });
                        }
                    >
                        <option value="" disabled=true selected=chosen.with_untracked(String::is_empty)>"choose one"</option>
                        {others.get().into_iter().map(option).collect_view()}
                    </select>
                </label>
                <Fault matching name="survey" />
            </div>
        }
        .into_any()
    }
}
