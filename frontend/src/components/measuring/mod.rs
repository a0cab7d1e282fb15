//! A line of the spectrum shown is measured: what, against which continuum, and what comes out. `e` opens and closes it.

mod columns;
mod controls;
mod results;

use leptos::{html, prelude::*};
use web_sys::{ScrollIntoViewOptions, ScrollLogicalPosition};

use super::keyboard::is_for_page;
use crate::{context::Measured, state::measuring::Measuring};
use columns::Columns;
use controls::Controls;
use results::Results;

/// Controls, numbers, and the way to the same numbers of the whole list; nothing while nothing is measured.
#[component]
pub fn MeasuringPanel() -> impl IntoView {
    let measured: Measured = expect_context();
    follow_keys(measured);
    let open = Memo::new(move |_| measured.measuring.with(Option::is_some));
    let panel = NodeRef::<html::Section>::new();
    let has_numbers = Memo::new(move |_| measured.outcome.with(Option::is_some));
    // below the plots it may be out of sight when it opens, and it grows once there are numbers
    Effect::new(move || {
        if let Some(panel) = panel.get().filter(|_| has_numbers.get()) {
            let nearest = ScrollIntoViewOptions::new();
            nearest.set_block(ScrollLogicalPosition::Nearest);
            panel.scroll_into_view_with_scroll_into_view_options(&nearest);
        }
    });
    let line = move || measured.measuring.with(|now| now.as_ref().map(|now| now.line.clone()).unwrap_or_default());
    view! {
        {move || open.get().then(|| view! {
            <section class="measuring" node_ref=panel aria-label="Measurement of a line" data-testid="measuring">
                <header>
                    <h2>"Line: " {line}</h2>
                    <button type="button" class="close" aria-label="Stop measuring" title="Stop measuring (e)" on:click=move |_| measured.toggle()>"×"</button>
                </header>
                <Controls />
                <Results />
                <Columns />
            </section>
        })}
    }
}

/// The button that opens it.
#[component]
pub fn MeasureButton() -> impl IntoView {
    let measured: Measured = expect_context();
    let pressed = move || measured.measuring.with(Option::is_some).to_string();
    view! {
        <button
            type="button"
            data-testid="measure"
            aria-pressed=pressed
            aria-keyshortcuts="e"
            title="Measure a line: equivalent width, centroid, widths, V/R (e)"
            on:click=move |_| measured.toggle()
        >
            "Measure"
        </button>
    }
}

fn follow_keys(measured: Measured) {
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        if !is_for_page(&event) {
            return;
        }
        match event.key().as_str() {
            "e" => measured.toggle(),
            "w" if measured.measuring.with_untracked(Option::is_some) => measured.take_window(),
            _ => return,
        }
        event.prevent_default();
    });
    on_cleanup(move || listener.remove());
}

/// Changes what is measured, where something is.
fn change(measured: Measured, how: impl FnOnce(Measuring) -> Measuring) {
    measured.edit(|measuring| measuring.map(how));
}
