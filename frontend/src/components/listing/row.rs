//! One row of the list.

use leptos::prelude::*;
use web_sys::MouseEvent;

use crate::{
    context::{Columns, Desk, Families, Joined, Labels, Recalled, Rows, Selected},
    state::{
        columns::{is_number, written},
        listed::Listed,
        places::Standing,
        selection::How,
    },
};

/// Height of a row, CSS pixels; the style sheet says the same.
pub const ROW_HEIGHT: f64 = 48.0;

/// Row `row` of the table, at its place in the list.
#[component]
pub fn Row(row: usize, chosen_row: Memo<Option<usize>>) -> impl IntoView {
    let (desk, rows, labels) = (expect_context::<Desk>(), expect_context::<Rows>(), expect_context::<Labels>());
    let (selected, more): (Selected, Columns) = (expect_context(), expect_context());
    let joined: Joined = expect_context();
    let cells = Memo::new(move |_| rows.table.with(|table| Listed::of(table.ready()?, row)));
    let given = move || {
        let id = cells.with(|cells| cells.as_ref().map(|cells| cells.id.clone()))?;
        labels.in_force.with(|labels| labels.get(&id).map(|label| label.label.clone()))
    };
    let label = move || match (given(), cells.with(|cells| cells.as_ref()?.spread.clone())) {
        (Some(label), _) => view! { <b class="given">{label}</b> }.into_any(),
        (None, Some((label, probability))) => {
            view! { <span class="spread">{label}" "<span class="muted">{probability}</span></span> }.into_any()
        }
        _ => ().into_any(),
    };
    let known = Memo::new(move |_| {
        let id = cells.with(|cells| cells.as_ref().map(|cells| cells.id.clone()))?;
        joined.known.with(|known| known.0.said(&id))
    });
    let marked = Memo::new(move |_| selected.marks.with(|marks| marks.0.has(row)));
    let (last, aside) = (is_last_looked_at(cells), is_set_aside(cells));
    let id = move || cells.with_untracked(|cells| cells.as_ref().map(|cells| cells.id.clone()));
    let toggle = move || {
        if let Some(id) = id() {
            selected.toggle(&id);
        }
    };
    let choose = move |event: MouseEvent| {
        if event.shift_key() {
            // from the chosen row to this one, as in mail
            let from = chosen_row.get_untracked().unwrap_or(row);
            let rows: Vec<u32> = (row.min(from)..=row.max(from)).map(|row| row as u32).collect();
            selected.choose(How::Add, &rows);
        } else if event.ctrl_key() || event.meta_key() {
            toggle();
        } else if let Some(id) = id() {
            desk.choose(&id);
        }
    };
    let mark = move |event: MouseEvent| {
        event.stop_propagation();
        toggle();
    };
    let cell = move |read: fn(&Listed) -> String| cells.with(|cells| cells.as_ref().map(read).unwrap_or_default());
    view! {
        <tr
            role="row"
            data-testid="candidate-row"
            data-spectrum-id=move || cell(|cells| cells.id.clone())
            aria-rowindex=(row + 2).to_string()
            aria-selected=move || (chosen_row.get() == Some(row)).to_string()
            style:top=format!("{}px", row as f64 * ROW_HEIGHT)
            class:marked=move || marked.get()
            class:threshold=move || last.get()
            class:aside=move || aside.get()
            on:mousedown=move |event| {
                // a range of rows is wanted, not of letters
                if event.shift_key() {
                    event.prevent_default();
                }
            }
            on:click=choose
        >
            <td role="gridcell" class="num rank">
                <span
                    class="mark"
                    role="checkbox"
                    aria-checked=move || marked.get().to_string()
                    aria-label=move || format!("Select {}", cell(|cells| cells.name.clone()))
                    title="Select it (x); Shift and click selects a range"
                    on:click=mark
                ></span>
                {move || cell(|cells| cells.number.clone())}
            </td>
            <td role="gridcell" class="object">
                <span class="name">
                    {move || known.get().map(|said| view! { <i class="known" role="img" aria-label=said.clone() title=said.clone()>"◆"</i> })}
                    {move || cell(|cells| cells.name.clone())}
                </span>
                <span class="id">{move || cell(|cells| cells.second.clone().unwrap_or_default())}</span>
            </td>
            <td role="gridcell">{move || cell(|cells| cells.kind.clone())}</td>
            <td role="gridcell" class="num lof" class:outlier=move || cells.with(|cells| cells.as_ref().is_some_and(|c| c.is_outlier))>
                {move || cells.with(|cells| cells.as_ref()?.standing).map(|standing| view! { <Mark standing /> })}
                {move || cell(|cells| cells.strength.clone())}
            </td>
            <td role="gridcell" class="label">{label}</td>
            <For each=move || more.chosen.get() key=|column| column.name.clone() let:column>
                {
                    let is_number = is_number(&column);
                    let value = move || rows.table.with(|table| table.ready().map(|table| written(table, &column, row)));
                    view! { <td role="gridcell" class="more" class:num=is_number>{value}</td> }
                }
            </For>
        </tr>
    }
}

/// Whether the row is the last one that is looked at, where somebody asks how many.
fn is_last_looked_at(cells: Memo<Option<Listed>>) -> Memo<bool> {
    let recalled: Recalled = expect_context();
    let first = move || recalled.vetting.with(|vetting| vetting.as_ref().map(|vetting| vetting.first.to_string()));
    Memo::new(move |_| {
        first().is_some_and(|first| cells.with(|cells| cells.as_ref().is_some_and(|c| c.number == first)))
    })
}

/// Whether the row was set aside, and is listed all the same.
fn is_set_aside(cells: Memo<Option<Listed>>) -> Memo<bool> {
    let families: Families = expect_context();
    Memo::new(move |_| {
        families.listed_aside.with(|aside| {
            let Some(aside) = aside.as_ref() else { return false };
            cells.with(|cells| cells.as_ref().is_some_and(|cells| aside.contains(&cells.id)))
        })
    })
}

/// How far a place can be relied on: a shape beside the factor.
#[component]
fn Mark(standing: Standing) -> impl IntoView {
    let about = match standing {
        Standing::Firm => "firm: in the head of the list under nearly all settings",
        Standing::Mixed => "mixed: in the head of the list under some settings",
        Standing::Outside => "outside the head of the list under every setting",
    };
    view! { <i class=format!("standing {}", standing.word()) role="img" aria-label=about title=about>{standing.mark()}</i> }
}
