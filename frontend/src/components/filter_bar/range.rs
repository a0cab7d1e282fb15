//! A column of numbers between two bounds.

use balmer_exchange::api::ColumnInfo;
use leptos::{prelude::*, task::spawn_local};

use super::{Controls, chip::Chip};
use crate::{
    client,
    context::Desk,
    state::{
        filter::{Bounds, Clause, Slot},
        format::number,
    },
};

/// Column, least and greatest value. Which columns there are to choose from is up to `test`.
#[component]
pub fn RangeChip(
    controls: Controls,
    name: &'static str,
    preferred: &'static str,
    test: fn(&ColumnInfo) -> bool,
) -> impl IntoView {
    let desk: Desk = expect_context();
    let columns = Memo::new(move |_| controls.numbers(test));
    let bounds_of = move |column: &str| match controls.read(&Slot::Bounds(column.to_owned())) {
        Some(Clause::Bounds { bounds, .. }) => Some(bounds),
        _ => None,
    };
    let picked = RwSignal::new(None::<String>);
    // what was picked here, else what the condition bounds, else the usual one
    let column = Memo::new(move |_| {
        let columns = columns.get();
        let names = || columns.iter().map(|column| column.name.as_str());
        let known = picked.get().filter(|picked| names().any(|name| name == picked));
        let bounded = || names().find(|name| bounds_of(name).is_some());
        let usual = || names().find(|name| name.contains(preferred)).or_else(|| names().find(|name| *name == "z"));
        known.or_else(|| bounded().or_else(usual).or_else(|| names().next()).map(str::to_owned))
    });
    let bounds = Memo::new(move |_| column.get().and_then(|column| bounds_of(&column)).unwrap_or_default());
    let write = move |low: Option<f64>, high: Option<f64>| {
        let Some(column) = column.get_untracked() else { return };
        let changed = bounds.get_untracked().changed(low, high);
        let slot = Slot::Bounds(column.clone());
        let clause = (changed != Bounds::default()).then_some(Clause::Bounds { column, bounds: changed });
        controls.write(&slot, clause.as_ref());
    };
    let short = Signal::derive(move || short(&column.get()?, bounds.get(), preferred == "snr_r"));
    let range = RwSignal::new(None::<[f64; 2]>);
    let is_open = Memo::new(move |_| controls.open.get() == Some(name));
    Effect::new(move || {
        range.set(None);
        let (Some(survey), Some(name), true) = (desk.survey.get(), column.get(), is_open.get()) else { return };
        spawn_local(async move {
            // the bounds there are only help: without them the fields work as well
            if let Ok(summary) = client::column(&survey, &name, None).await
                && column.try_get_untracked().flatten() == Some(name)
            {
                range.set(summary.range);
            }
        });
    });
    let chooser = move || {
        let option = move |info: ColumnInfo| {
            let (value, is_it) = (info.name.clone(), info.name.clone());
            let text = if info.unit.is_empty() { info.name } else { format!("{} [{}]", info.name, info.unit) };
            view! { <option value=value selected=move || column.get().as_ref() == Some(&is_it)>{text}</option> }
        };
        columns.get().into_iter().map(option).collect_view()
    };
    let about = move || {
        let column = column.get()?;
        columns.with(|columns| columns.iter().find(|info| info.name == column).map(|info| info.description.clone()))
    };
    let parsed = |event: &leptos::ev::Event| event_target_value(event).trim().parse::<f64>().ok();
    let text = |bound: Option<f64>| bound.map(|value| value.to_string()).unwrap_or_default();
    let low = move || bounds.get().low.map(|bound| bound.value);
    let high = move || bounds.get().high.map(|bound| bound.value);
    view! {
        <Chip controls name value=short clear=move || write(None, None)>
            <label class="field">
                <span>"Column"</span>
                <select on:change=move |event| picked.set(Some(event_target_value(&event)))>{chooser}</select>
            </label>
            <p class="muted">{about}</p>
            <div class="pair">
                <label class="field">
                    <span>"At least"</span>
                    <input
                        type="number"
                        step="any"
                        placeholder=move || range.get().map(|[low, _]| number(low))
                        prop:value=move || text(low())
                        on:change=move |event| write(parsed(&event), untrack(high))
                    />
                </label>
                <label class="field">
                    <span>"At most"</span>
                    <input
                        type="number"
                        step="any"
                        placeholder=move || range.get().map(|[_, high]| number(high))
                        prop:value=move || text(high())
                        on:change=move |event| write(untrack(low), parsed(&event))
                    />
                </label>
            </div>
        </Chip>
    }
}

/// `≥ 10`, `z 0 to 0.1`.
fn short(column: &str, bounds: Bounds, is_known: bool) -> Option<String> {
    let column = if is_known { String::new() } else { format!("{column} ") };
    let at = |value: f64| value.to_string().replace('-', "−");
    Some(match (bounds.low, bounds.high) {
        (None, None) => return None,
        (Some(low), None) => format!("{column}{} {}", if low.strict { '>' } else { '≥' }, at(low.value)),
        (None, Some(high)) => format!("{column}{} {}", if high.strict { '<' } else { '≤' }, at(high.value)),
        (Some(low), Some(high)) => format!("{column}{} to {}", at(low.value), at(high.value)),
    })
}
