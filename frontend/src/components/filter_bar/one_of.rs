//! One of the values that a column has in the survey.

use balmer_exchange::api::{ColumnSummary, ValueCount};
use leptos::{prelude::*, task::spawn_local};

use super::{Controls, chip::Chip};
use crate::{
    client,
    context::Desk,
    state::{
        filter::{Clause, Slot},
        format::count,
        load::Load,
    },
};

/// Ticks for each value.
#[component]
pub fn OneOfChip(controls: Controls, name: &'static str, column: &'static str) -> impl IntoView {
    let desk: Desk = expect_context();
    let slot = move || Slot::OneOf(column.to_owned());
    let chosen = Memo::new(move |_| match controls.read(&slot()) {
        Some(Clause::OneOf { values, .. }) => values,
        _ => Vec::new(),
    });
    let summary: RwSignal<Load<ColumnSummary>> = RwSignal::new(Load::Idle);
    let is_open = Memo::new(move |_| controls.open.get() == Some(name));
    Effect::new(move || {
        desk.survey.with(|_| summary.set(Load::Idle));
    });
    Effect::new(move || {
        let (Some(survey), true) = (desk.survey.get(), is_open.get()) else { return };
        if summary.with_untracked(|summary| summary.ready().is_some() || summary.is_loading()) {
            return;
        }
        summary.set(Load::Loading);
        spawn_local(async move {
            let answer = client::column(&survey, column, None).await;
            if desk.survey.get_untracked() == Some(survey) {
                summary.try_update(|summary| *summary = answer.into());
            }
        });
    });
    let write = move |values: Vec<String>| {
        let clause = (!values.is_empty()).then(|| Clause::OneOf { column: column.to_owned(), values });
        controls.write(&slot(), clause.as_ref());
    };
    let tick = move |value: &str, is_ticked: bool| {
        let mut values = chosen.get_untracked();
        values.retain(|known| known != value);
        if is_ticked {
            values.push(value.to_owned());
        }
        write(values);
    };
    let short = Signal::derive(move || {
        chosen.with(|values| match &values[..] {
            [] => None,
            [value] => Some(value.clone()),
            values => Some(format!("{} chosen", values.len())),
        })
    });
    let row = move |ValueCount { value, count: number }: ValueCount| {
        let (shown, ticked, changed) = (value.clone(), value.clone(), value);
        let is_ticked = move || chosen.with(|values| values.contains(&ticked));
        view! {
            <label class="tick">
                <input
                    type="checkbox"
                    prop:checked=is_ticked
                    on:change=move |event| tick(&changed, event_target_checked(&event))
                />
                <span>{if shown.is_empty() { "(empty)".to_owned() } else { shown }}</span>
                <span class="muted num">{count(number)}</span>
            </label>
        }
    };
    let rows = move || match summary.get() {
        Load::Ready(summary) if summary.values.is_empty() => {
            view! { <p class="muted">"No spectrum of this survey states it."</p> }.into_any()
        }
        Load::Ready(summary) => {
            let more = (summary.values.len() >= ColumnSummary::MAX_VALUES)
                .then(|| view! { <p class="muted">"The most frequent; type any other into the condition."</p> });
            view! { <div class="ticks">{summary.values.into_iter().map(row).collect_view()}</div> {more} }.into_any()
        }
        Load::Failed(problem) => view! { <p class="muted">{problem.to_string()}</p> }.into_any(),
        Load::Idle | Load::Loading => view! { <p class="muted">"Asking for the values …"</p> }.into_any(),
    };
    view! {
        <Chip controls name value=short clear=move || write(Vec::new())>
            {rows}
        </Chip>
    }
}
