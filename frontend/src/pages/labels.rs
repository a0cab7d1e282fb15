//! Classes and labels of a survey: declared, listed, taken back, imported, exported, spread.

use std::{collections::BTreeMap, sync::Arc};

use balmer_exchange::api::{LabelChangeRow, LabelImport};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use crate::{
    client,
    components::new_class::NewClass,
    context::{Desk, Failures, Labels},
    state::{
        address::{Address, encoded},
        classes::{key_of, moved},
        format::count,
    },
};

/// Changes of the history that are shown.
const HISTORY: usize = 100;

/// The page.
#[component]
pub fn LabelsPage() -> impl IntoView {
    let desk: Desk = expect_context();
    view! {
        <section class="page">
            <h1>"Labels of " {move || desk.survey.get()}</h1>
            <div class="labels-columns">
                <div>
                    <Classes />
                    <Files />
                </div>
                <History />
            </div>
        </section>
    }
}

/// The classes with their keys and how many labels each has.
#[component]
fn Classes() -> impl IntoView {
    let labels: Labels = expect_context();
    let declare = move |classes: Vec<String>| {
        spawn_local(async move {
            // what went wrong stands in the banner
            let _ = labels.declare(classes).await;
        });
    };
    let counts = Memo::new(move |_| {
        labels.in_force.with(|rows| {
            let mut counts = BTreeMap::<String, u64>::new();
            for row in rows.values() {
                *counts.entry(row.label.clone()).or_default() += 1;
            }
            counts
        })
    });
    let entry = move |(place, class): (usize, String)| {
        let used = counts.with(|counts| counts.get(&class).copied().unwrap_or_default());
        let shift = move |down| declare(moved(&labels.offered.get_untracked(), place, down));
        let (gone, label) = (class.clone(), class.clone());
        let remove = move |_| {
            let mut classes = labels.offered.get_untracked();
            classes.retain(|known| *known != gone);
            declare(classes);
        };
        view! {
            <li>
                <kbd>{key_of(place)}</kbd>
                <span class="name">{class}</span>
                <span class="muted">{count(used)} " labelled"</span>
                <button type="button" aria-label=format!("Move {label} up") on:click=move |_| shift(false)>"↑"</button>
                <button type="button" aria-label=format!("Move {label} down") on:click=move |_| shift(true)>"↓"</button>
                <button
                    type="button"
                    aria-label=format!("Remove {label}")
                    disabled={used > 0}
                    title={if used > 0 { "a class in use stays" } else { "" }}
                    on:click=remove
                >
                    "×"
                </button>
            </li>
        }
    };
    view! {
        <h2>"Classes"</h2>
        <p class="muted">"The first nine have the keys 1 to 9 while you look at spectra."</p>
        <ol class="class-list">
            {move || labels.offered.get().into_iter().enumerate().map(entry).collect_view()}
        </ol>
        <NewClass label="Name of a new class" placeholder="a new class, such as p-cygni" />
    }
}

/// Label files in and out, and what labels are for.
#[component]
fn Files() -> impl IntoView {
    let (labels, desk, failures) = (expect_context::<Labels>(), expect_context::<Desk>(), expect_context::<Failures>());
    let report = RwSignal::new(None::<LabelImport>);
    let read = move |event: web_sys::Event| {
        let input: web_sys::HtmlInputElement = event_target(&event);
        let (Some(file), Some(survey)) = (input.files().and_then(|files| files.get(0)), desk.survey.get_untracked())
        else {
            return;
        };
        // the same file can be chosen again after it was mended
        input.set_value("");
        spawn_local(async move {
            let blob: &web_sys::Blob = file.unchecked_ref();
            let Some(text) = JsFuture::from(blob.text()).await.ok().and_then(|text| text.as_string()) else { return };
            if let Ok(found) = failures.noted(client::import_labels(&survey, text).await) {
                report.set(Some(found));
                labels.refresh().await;
            }
        });
    };
    let export = move || desk.survey.get().map(|s| format!("/api/v1/surveys/{}/labels?format=csv", encoded(&s)));
    let spread = move || {
        desk.survey
            .get()
            .map(|survey| Address::subset(&survey, None).with_view("method", Some("spreading".to_owned())).to_string())
    };
    view! {
        <h2>"Files"</h2>
        <div class="actions">
            <label class="button">
                "Import CSV …"
                <input type="file" accept=".csv,text/csv" data-testid="import-labels" on:change=read />
            </label>
            <a class="button" href=export download="">"Export CSV"</a>
        </div>
        <p class="muted">"Columns " <code>"spectrum_id,label"</code> ", and " <code>"author,time,note"</code> " where you have them."</p>
        {move || report.get().map(|report| view! { <Report report /> })}
        <h2>"What they are for"</h2>
        <p>"Labels flow along the neighbour graph to every spectrum that looks alike: label spreading."</p>
        <div class="actions"><a class="button" href=spread>"Spread these labels"</a></div>
    }
}

/// What became of a label file.
#[component]
fn Report(report: LabelImport) -> impl IntoView {
    let unknown = (report.unknown > 0).then(|| {
        format!(
            "; {} rows name spectra this survey does not have, such as {}",
            count(report.unknown),
            report.first_unknown.join(", ")
        )
    });
    view! {
        <p class="report" role="status" data-testid="import-report">
            {count(report.imported)} " labels given, " {count(report.unchanged)} " were in force already" {unknown} "."
        </p>
    }
}

/// The last changes, and the way back through them.
#[component]
fn History() -> impl IntoView {
    let (labels, desk, failures) = (expect_context::<Labels>(), expect_context::<Desk>(), expect_context::<Failures>());
    let changes = RwSignal::new(Arc::new(Vec::<LabelChangeRow>::new()));
    let fetch = move |survey: String| {
        spawn_local(async move {
            if let Ok(found) = failures.noted(client::label_history(&survey, HISTORY).await) {
                changes.set(Arc::new(found));
            }
        });
    };
    Effect::new(move || {
        // every change of a label is one of the history
        labels.in_force.track();
        if let Some(survey) = desk.survey.get() {
            fetch(survey);
        }
    });
    let undo = move |_| {
        spawn_local(async move {
            // what went wrong stands in the banner
            let _ = labels.undo().await;
        });
    };
    let row = move |change: LabelChangeRow, undone: bool| {
        let survey = desk.survey.get().unwrap_or_default();
        let what = match (&change.label, change.undoes) {
            (_, Some(number)) => format!("took back no. {number}"),
            (Some(label), None) => label.clone(),
            (None, None) => "no label".to_owned(),
        };
        let href = Address::subset(&survey, None).with_spectrum(&change.spectrum_id).to_string();
        view! {
            <tr class:undone=undone>
                <td class="num">{change.number}</td>
                <td class="wide"><a href=href>{change.spectrum_id}</a></td>
                <td>{what}</td>
                <td>{change.note}</td>
                <td>{change.author}</td>
                <td class="time">{change.time.replace('T', " ").trim_end_matches('Z').to_owned()}</td>
            </tr>
        }
    };
    let rows = move || {
        let changes = changes.get();
        let undone: Vec<u64> = changes.iter().filter_map(|change| change.undoes).collect();
        changes.iter().map(|change| row(change.clone(), undone.contains(&change.number))).collect_view()
    };
    view! {
        <div>
            <h2>"History"</h2>
            <div class="actions">
                <button type="button" data-testid="undo" on:click=undo>"Undo the last"</button>
                <span class="muted">
                    {move || count(labels.in_force.with(|labels| labels.len() as u64))} " in force; newest change first, times in UTC"
                </span>
            </div>
            <div class="wide-table">
                <table class="plain-table">
                    <thead>
                        <tr><th class="num">"No."</th><th>"Spectrum"</th><th>"Label"</th><th>"Note"</th><th>"By"</th><th>"When"</th></tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </div>
    }
}
