//! One row of the list.

use leptos::prelude::*;
use web_sys::MouseEvent;

use crate::{
    context::{Desk, Labels, Rows, Selected},
    state::{
        format::{fixed, object_type},
        selection::How,
        table::Table,
    },
};

/// Height of a row, CSS pixels; the style sheet says the same.
pub const ROW_HEIGHT: f64 = 48.0;

/// What a row says, in the order of the columns.
#[derive(Debug, Clone, PartialEq)]
struct Cells {
    id: String,
    number: String,
    name: String,
    second: Option<String>,
    kind: String,
    strength: String,
    is_outlier: bool,
    spread: Option<(String, String)>,
}

fn cells(table: &Table, row: usize) -> Option<Cells> {
    let id = table.id(row)?.to_owned();
    let designation = table.text("designation", row).filter(|name| !name.is_empty()).map(str::to_owned);
    let ranked = table.has("lof");
    let number = if ranked { table.number("rank", row).unwrap_or_default() } else { row as f64 + 1.0 };
    let strength = if ranked {
        table.number("lof", row).map(|lof| fixed(lof, 2))
    } else {
        table.number("snr_r", row).map(|snr| fixed(snr, 0))
    };
    let spread = table.text("label", row).map(|label| {
        let probability = table.number("probability", row).unwrap_or_default();
        (label.to_owned(), fixed(probability, 2))
    });
    Some(Cells {
        number: format!("{number:.0}"),
        // an object without a name of its own goes by its spectrum's
        second: designation.is_some().then(|| id.clone()),
        name: designation.unwrap_or_else(|| id.clone()),
        kind: object_type(table.text("class", row), table.text("subclass", row)),
        strength: strength.unwrap_or_default(),
        is_outlier: table.flag("is_outlier", row),
        spread,
        id,
    })
}

/// Row `row` of the table, at its place in the list.
#[component]
pub fn Row(row: usize, chosen_row: Memo<Option<usize>>) -> impl IntoView {
    let (desk, rows, labels) = (expect_context::<Desk>(), expect_context::<Rows>(), expect_context::<Labels>());
    let selected: Selected = expect_context();
    let cells = Memo::new(move |_| rows.table.with(|table| cells(table.ready()?, row)));
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
    let marked = Memo::new(move |_| selected.marks.with(|marks| marks.0.has(row)));
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
    let cell = move |read: fn(&Cells) -> String| cells.with(|cells| cells.as_ref().map(read).unwrap_or_default());
    view! {
        <tr
            role="row"
            data-testid="candidate-row"
            data-spectrum-id=move || cell(|cells| cells.id.clone())
            aria-rowindex=(row + 2).to_string()
            aria-selected=move || (chosen_row.get() == Some(row)).to_string()
            style:top=format!("{}px", row as f64 * ROW_HEIGHT)
            class:marked=move || marked.get()
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
                <span class="name">{move || cell(|cells| cells.name.clone())}</span>
                <span class="id">{move || cell(|cells| cells.second.clone().unwrap_or_default())}</span>
            </td>
            <td role="gridcell">{move || cell(|cells| cells.kind.clone())}</td>
            <td role="gridcell" class="num lof" class:outlier=move || cells.with(|cells| cells.as_ref().is_some_and(|c| c.is_outlier))>
                {move || cell(|cells| cells.strength.clone())}
            </td>
            <td role="gridcell" class="label">{label}</td>
        </tr>
    }
}
