//! The way round the workbench: a line that offers it, and a box that points at one control after the other.

use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{DomRect, Element, HtmlElement, KeyboardEvent};

use crate::{
    context::{Rows, Tour},
    state::tour::{STOPS, Stop},
};

/// Room between a control and the ring around it, CSS pixels.
const AROUND: f64 = 4.0;

/// The offer: one line, until it is answered.
#[component]
pub fn TourOffer() -> impl IntoView {
    let (tour, rows): (Tour, Rows) = (expect_context(), expect_context());
    // there is something to be shown
    let is_due = Memo::new(move |_| tour.is_offered.get() && rows.table.with(|table| table.ready().is_some()));
    move || {
        is_due.get().then(|| view! {
            <section class="tour-offer" aria-label="First visit" data-testid="tour-offer">
                <span>"Your first visit? Eight short stops show what is where."</span>
                <button type="button" data-testid="tour-begin" on:click=move |_| tour.begin()>"Show me round"</button>
                <button type="button" class="quiet" data-testid="tour-decline" on:click=move |_| tour.decline()>"No, thanks"</button>
            </section>
        })
    }
}

/// The box and the ring, while somebody is shown round.
#[component]
pub fn TourView() -> impl IntoView {
    let tour: Tour = expect_context();
    let is_on = Memo::new(move |_| tour.at.with(Option::is_some));
    move || is_on.get().then(|| view! { <Round /> })
}

#[component]
fn Round() -> impl IntoView {
    let tour: Tour = expect_context();
    let dialog = NodeRef::<html::Dialog>::new();
    let ring = RwSignal::new(None::<(f64, f64, f64, f64)>);
    let stop = move || tour.at.get().and_then(|at| STOPS.get(at).copied());
    let measure =
        move || ring.set(untrack(stop).and_then(|stop| found(&stop)).map(|at| frame(&at.get_bounding_client_rect())));
    // who had the focus has it again in the end
    let before = StoredValue::new_local(focused());
    on_cleanup(move || {
        if let Some(element) = before.try_update_value(Option::take).flatten() {
            // it may have gone meanwhile
            let _ = element.focus();
        }
    });
    Effect::new(move || {
        if let Some(dialog) = dialog.get() {
            // beside the page, not above it: the controls that are shown can be tried
            dialog.show();
            // a dialog that is open takes the focus
            let _ = dialog.focus();
        }
    });
    Effect::new(move || {
        if let Some(at) = stop().and_then(|stop| found(&stop)) {
            let rect = at.get_bounding_client_rect();
            if rect.top() < 0.0 || rect.top() > 0.8 * height() {
                at.scroll_into_view();
            }
        }
        measure();
    });
    for listener in [
        window_event_listener(leptos::ev::resize, move |_| measure()),
        window_event_listener(leptos::ev::scroll, move |_| measure()),
    ] {
        on_cleanup(move || listener.remove());
    }
    let key = move |event: KeyboardEvent| {
        if !event.ctrl_key() && !event.alt_key() && !event.meta_key() && tour.key(&event.key()) {
            event.prevent_default();
        }
        event.stop_propagation();
    };
    // the box keeps out of the way of what it points at
    let is_low = move || ring.get().is_none_or(|(_, top, _, high)| top + 0.5 * high < 0.5 * height());
    let px = |value: f64| format!("{value:.0}px");
    view! {
        {move || ring.get().map(|(left, top, width, height)| view! {
            <div class="tour-ring" aria-hidden="true" style:left=px(left) style:top=px(top) style:width=px(width) style:height=px(height)></div>
        })}
        <dialog
            node_ref=dialog
            class="tour"
            class:low=is_low
            tabindex="-1"
            aria-labelledby="tour-title"
            aria-describedby="tour-text"
            data-testid="tour"
            on:keydown=key
        >
            <p class="muted" data-testid="tour-stop">{move || tour.at.get().map(|at| format!("{} of {}", at + 1, STOPS.len()))}</p>
            <div aria-live="polite">
                <h2 id="tour-title">{move || stop().map(|stop| stop.title)}</h2>
                <p id="tour-text">{move || stop().map(|stop| stop.text)}</p>
            </div>
            <p class="tour-deeds">
                <button type="button" disabled=move || tour.at.get() == Some(0) on:click=move |_| { tour.key("ArrowLeft"); }>"Back"</button>
                <button type="button" class="primary" data-testid="tour-next" on:click=move |_| { tour.key("ArrowRight"); }>
                    {move || if tour.is_last() { "Done" } else { "Next" }}
                </button>
                <button type="button" class="quiet" data-testid="tour-end" title="Escape" on:click=move |_| { tour.key("Escape"); }>"End"</button>
            </p>
        </dialog>
    }
}

/// Height of the window, CSS pixels.
fn height() -> f64 {
    window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or_default()
}

fn focused() -> Option<HtmlElement> {
    document().active_element()?.dyn_into().ok()
}

/// What a stop points at, as far as it is on the page.
fn found(stop: &Stop) -> Option<Element> {
    stop.at.iter().find_map(|selector| document().query_selector(selector).ok().flatten())
}

fn frame(rect: &DomRect) -> (f64, f64, f64, f64) {
    (rect.left() - AROUND, rect.top() - AROUND, rect.width() + 2.0 * AROUND, rect.height() + 2.0 * AROUND)
}
