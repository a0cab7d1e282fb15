//! What stands above a plot of the gallery: rank, name, type, outlier factor, label; why there is no plot.

use leptos::prelude::*;
use web_sys::MouseEvent;

use super::sheet::{Cell, Sheet};
use crate::{
    context::{CurrentTheme, Labels, Rows, Selected, Showing, Theme},
    state::{
        colouring::{class_colour, css},
        listed::Listed,
    },
};

/// Id of a cell in the document, for the grid to point at.
pub fn element_id(cell: usize) -> String {
    format!("gallery-{cell}")
}

/// A cell of the sheet.
#[component]
pub fn CellView(sheet: Sheet, cell: Cell, at: usize, open: Callback<()>) -> impl IntoView {
    let (selected, showing): (Selected, Showing) = (expect_context(), expect_context());
    let row = move || cell.place.get().and_then(|place| sheet.row(place));
    let marked = Memo::new(move |_| row().is_some_and(|row| selected.marks.with(|marks| marks.0.has(row))));
    let read = move |read: fn(&Listed) -> String| {
        move || cell.listed.with(|listed| listed.as_ref().map(read).unwrap_or_default())
    };
    let click = move |event: MouseEvent| {
        let Some(place) = cell.place.get_untracked() else { return };
        if event.shift_key() {
            sheet.select_to(place);
        } else if event.ctrl_key() || event.meta_key() {
            sheet.toggle(place);
        } else {
            sheet.choose(place);
        }
    };
    let mark = move |event: MouseEvent| {
        event.stop_propagation();
        if let Some(place) = cell.place.get_untracked() {
            sheet.toggle(place);
        }
    };
    view! {
        <div
            id=element_id(at)
            class="thumb"
            role="gridcell"
            data-testid="gallery-cell"
            data-spectrum-id=read(|listed| listed.id.clone())
            aria-selected=move || (sheet.chosen_cell.get() == Some(at)).to_string()
            class:marked=move || marked.get()
            on:mousedown=move |event| {
                // a range of cells is wanted, not of letters
                if event.shift_key() {
                    event.prevent_default();
                }
            }
            on:click=click
            on:dblclick=move |_| open.run(())
            on:pointerenter=move |_| showing.pointed.set(untrack(row))
            on:pointerleave=move |_| showing.pointed.set(None)
        >
            <span class="thumb-head">
                <span
                    class="mark"
                    role="checkbox"
                    aria-checked=move || marked.get().to_string()
                    aria-label=move || format!("Select {}", read(|listed| listed.name.clone())())
                    title="Select it (x); Shift and click selects a range"
                    on:click=mark
                ></span>
                <span class="rank">{read(|listed| listed.number.clone())}</span>
                <span class="name">{read(|listed| listed.name.clone())}</span>
                <LabelOf cell />
            </span>
            <span class="thumb-said">{move || cell.said()}</span>
            <span class="thumb-foot">
                <span class="kind">{read(|listed| listed.kind.clone())}</span>
                <Strength cell />
            </span>
        </div>
    }
}

/// The outlier factor of a candidate, the S/N of a spectrum.
#[component]
fn Strength(cell: Cell) -> impl IntoView {
    let rows: Rows = expect_context();
    let what = move || {
        let ranked = rows.table.with(|table| table.ready().is_some_and(|table| table.has("lof")));
        if ranked { "LOF " } else { "S/N " }
    };
    let strength = move || cell.listed.with(|listed| listed.as_ref().map(|l| l.strength.clone()).unwrap_or_default());
    let is_outlier = move || cell.listed.with(|listed| listed.as_ref().is_some_and(|listed| listed.is_outlier));
    view! { <span class="strength" class:outlier=is_outlier>{what}{strength}</span> }
}

/// The label in force in the colour of its class; else the one that spread, without.
#[component]
fn LabelOf(cell: Cell) -> impl IntoView {
    let labels: Labels = expect_context();
    let CurrentTheme(theme) = expect_context();
    let given = Memo::new(move |_| {
        let id = cell.listed.with(|listed| listed.as_ref().map(|listed| listed.id.clone()))?;
        labels.in_force.with(|labels| labels.get(&id).map(|label| label.label.clone()))
    });
    let spread = move || cell.listed.with(|listed| listed.as_ref().and_then(|listed| listed.spread.clone()));
    move || match (given.get(), spread()) {
        (Some(label), _) => {
            let place = labels.offered.with(|classes| classes.iter().position(|class| *class == label));
            let colour = css(class_colour(place, theme.get() == Theme::Night));
            view! { <b class="given"><i style:background=colour aria-hidden="true"></i>{label}</b> }.into_any()
        }
        (None, Some((label, probability))) => view! { <span class="spread">{label}" "{probability}</span> }.into_any(),
        (None, None) => ().into_any(),
    }
}
