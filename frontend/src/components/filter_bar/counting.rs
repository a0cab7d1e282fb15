//! How many spectra the condition selects, counted while one types.

use std::time::Duration;

use leptos::{
    leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle},
    prelude::*,
    task::spawn_local,
};

use crate::{
    client,
    context::{Catalogue, Desk, Draft},
    state::{filter, format::count, load::Load},
};

/// Rest after a key before the server is asked.
const REST: Duration = Duration::from_millis(250);

/// Keeps [`Draft::count`] up to date; answers to a condition that has changed since are dropped.
pub fn follow(draft: Draft) {
    let desk: Desk = expect_context();
    let asked = Memo::new(move |_| Some((desk.survey.get()?, draft.given_condition(), draft.revision.get())));
    let timer: StoredValue<Option<TimeoutHandle>> = StoredValue::new(None);
    let clear = move || {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    };
    Effect::new(move |before: Option<()>| {
        let asked_now = asked.get();
        clear();
        draft.count.set(if asked_now.is_some() { Load::Loading } else { Load::Idle });
        let Some((survey, condition, revision)) = asked_now else { return };
        let ask = move || {
            spawn_local(async move {
                let answer = client::count(&survey, condition.as_deref()).await;
                if asked.try_get_untracked().flatten() == Some((survey, condition, revision)) {
                    draft.count.set(answer.into());
                }
            });
        };
        if before.is_none() {
            ask();
        } else {
            timer.set_value(set_timeout_with_handle(ask, REST).ok());
        }
    });
    on_cleanup(clear);
}

/// `1 242 of 1 776`.
#[component]
pub fn SubsetCount(draft: Draft) -> impl IntoView {
    let (catalogue, desk) = (expect_context::<Catalogue>(), expect_context::<Desk>());
    let total = Memo::new(move |_| {
        let survey = desk.survey.get()?;
        let surveys = catalogue.surveys.get();
        surveys.ready()?.iter().find(|known| known.name == survey).map(|known| known.count)
    });
    // the last answer stays, dimmed, until the next one is here
    let last = Memo::new(move |old: Option<&Option<u64>>| {
        draft.count.with(|count| count.ready().copied().or(old.copied().flatten().filter(|_| count.is_loading())))
    });
    let text = move || match (last.get(), total.get()) {
        (Some(selected), Some(total)) => format!("{} of {}", count(selected), count(total)),
        (Some(selected), None) => count(selected),
        (None, Some(total)) => format!("– of {}", count(total)),
        (None, None) => "–".to_owned(),
    };
    let is_stale = move || draft.count.with(Load::is_loading);
    view! {
        <output class="subset-count" class:stale=is_stale data-testid="subset-count" aria-label="Spectra selected">
            {text}
        </output>
    }
}

/// What the server has against the condition: one line, and nothing is blocked.
#[component]
pub fn Refusal(draft: Draft) -> impl IntoView {
    let refused = move || {
        let counted = draft.count.with(|count| count.problem().map(|problem| (problem.status, problem.to_string())));
        let submitted = || {
            draft
                .faults
                .with(|faults| faults.iter().find(|fault| fault.name == "where").map(|f| (400, f.detail.clone())))
        };
        counted.or_else(submitted)
    };
    // half a condition is no mistake yet
    let is_unfinished = Memo::new(move |_| draft.condition.with(|text| filter::is_unfinished(text)));
    move || {
        refused().filter(|_| !is_unfinished.get()).map(|(status, detail)| {
            let said = detail.trim_start_matches("where: ").to_owned();
            let advice = if status == 0 { "" } else { "Condition: " };
            view! {
                <p id="where-fault" class="bar-fault" role="status">
                    {advice}
                    {said}
                </p>
            }
        })
    }
}
