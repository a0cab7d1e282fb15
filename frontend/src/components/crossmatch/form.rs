//! How to match: radius, pairs, the beginning of the columns' names, and where the catalogue has its positions.

use balmer_core::sky::Find;
use leptos::prelude::*;
use web_sys::{HtmlDetailsElement, SubmitEvent};

use super::{matching::Matching, source::SourceField};
use crate::{
    context::Joined,
    state::crossmatch::{COLUMNS, FINDS, Form, Source, UNITS, find_title},
};

/// The form.
#[component]
pub fn MatchForm(matching: Matching) -> impl IntoView {
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        matching.start();
    };
    let is_busy = move || matching.is_busy.get();
    view! {
        <form class="crossmatch-form" on:submit=submit>
            <SourceField matching />
            <div class="crossmatch-fields">
                <Radius matching />
                <Pairs matching />
                <Prefix matching />
            </div>
            <CatalogueColumns matching />
            <div class="crossmatch-deeds">
                <button type="submit" class="primary" data-testid="crossmatch-start" disabled=is_busy>
                    {move || if is_busy() { "Matching …" } else { "Match" }}
                </button>
                {move || is_busy().then(|| view! {
                    <button type="button" on:click=move |_| matching.stop()>"Stop"</button>
                })}
                {move || {
                    let faults = matching.other_faults();
                    (!faults.is_empty()).then(|| view! {
                        <p class="fault" role="alert" data-testid="crossmatch-fault">{faults.join("; ")}</p>
                    })
                }}
            </div>
        </form>
    }
}

/// What is wrong with a field, below it.
#[component]
pub fn Fault(matching: Matching, name: &'static str) -> impl IntoView {
    move || matching.fault(name).map(|fault| view! { <span class="fault" role="alert">{fault}</span> })
}

#[component]
fn Radius(matching: Matching) -> impl IntoView {
    let unit = Memo::new(move |_| matching.form.with(|form| form.unit.clone()));
    let option = move |(key, title): (&'static str, &'static str)| {
        view! { <option value=key selected=move || unit.with(|unit| unit == key)>{title}</option> }
    };
    view! {
        <div class="field">
            <span>"Within"</span>
            <div class="pair">
                <input
                    type="number"
                    min="0"
                    step="any"
                    data-testid="crossmatch-radius"
                    aria-label="Greatest separation"
                    aria-invalid=move || matching.fault("radius").is_some().to_string()
                    prop:value=move || matching.form.with(|form| form.radius.clone())
                    on:input=move |event| matching.edit(|form| form.radius = event_target_value(&event))
                />
                <select aria-label="Unit of the separation" on:change=move |event| matching.edit(|form| form.unit = event_target_value(&event))>
                    {UNITS.map(option).collect_view()}
                </select>
            </div>
            <Fault matching name="radius" />
        </div>
    }
}

#[component]
fn Pairs(matching: Matching) -> impl IntoView {
    let find = Memo::new(move |_| matching.form.with(|form| form.find));
    let meaning = move || FINDS.iter().find(|(one, ..)| *one == find.get()).map_or("", |(.., meaning)| meaning);
    let choose = move |event| {
        if let Ok(find) = event_target_value(&event).parse() {
            matching.edit(|form| form.find = find);
        }
    };
    let option = move |(one, ..): (Find, &'static str, &'static str)| {
        view! { <option value=one.to_string() selected=move || find.get() == one>{find_title(one)}</option> }
    };
    view! {
        <label class="field">
            <span>"Pairs"</span>
            <select data-testid="crossmatch-find" on:change=choose>{FINDS.map(option).collect_view()}</select>
            <span class="muted">{meaning}</span>
        </label>
    }
}

#[component]
fn Prefix(matching: Matching) -> impl IntoView {
    let joined: Joined = expect_context();
    let prefix = Memo::new(move |_| matching.form.with(Form::prefix));
    let meaning = move || {
        let prefix = prefix.get();
        if prefix.is_empty() {
            return "made of the catalogue's name".to_owned();
        }
        let is_taken = joined.matches.with(|all| all.iter().any(|one| one.prefix == prefix));
        if is_taken { format!("replaces the columns of {prefix}") } else { format!("{prefix}_separation and more") }
    };
    view! {
        <label class="field">
            <span>"Columns begin with"</span>
            <input
                type="text"
                maxlength="32"
                data-testid="crossmatch-prefix"
                aria-invalid=move || matching.fault("prefix").is_some().to_string()
                prop:value=move || prefix.get()
                on:input=move |event| matching.edit(|form| form.prefix = Some(event_target_value(&event).trim().to_owned()))
                on:change=move |_| {
                    // a field that was emptied proposes a name again
                    if prefix.with_untracked(String::is_empty) {
                        matching.edit(|form| form.prefix = None);
                    }
                }
            />
            {move || matching.fault("prefix").is_none().then(|| view! { <span class="muted">{meaning}</span> })}
            <Fault matching name="prefix" />
        </label>
    }
}

/// The columns that can be named, where one wants to.
#[component]
fn CatalogueColumns(matching: Matching) -> impl IntoView {
    let of_survey = Memo::new(move |_| matching.form.with(|form| form.source == Source::Survey));
    let field =
        move |(place, (key, title, meaning, of_file)): (usize, (&'static str, &'static str, &'static str, bool))| {
            move || {
                (!(of_file && of_survey.get())).then(|| view! {
                <label class="field">
                    <span>{title}</span>
                    <input
                        type="text"
                        data-column=key
                        aria-invalid=move || matching.fault(key).is_some().to_string()
                        prop:value=move || matching.form.with(|form| form.columns[place].clone())
                        on:input=move |event| matching.edit(|form| form.columns[place] = event_target_value(&event))
                    />
                    <span class="muted">{meaning}</span>
                    <Fault matching name=key />
                </label>
            })
            }
        };
    let turn = move |event: web_sys::Event| matching.has_columns.set(event_target::<HtmlDetailsElement>(&event).open());
    view! {
        <details class="crossmatch-columns" prop:open=move || matching.has_columns.get() on:toggle=turn>
            <summary>"Columns of the catalogue"</summary>
            <div class="crossmatch-fields">{COLUMNS.into_iter().enumerate().map(field).collect_view()}</div>
        </details>
    }
}
