//! What the recipe of the run made of the spectrum, a small plot for each step.

use std::sync::Arc;

use balmer_exchange::api::RecipeTrace;
use leptos::{html::Details, prelude::*};

use crate::{
    components::keyboard::is_for_page,
    context::{Desk, Traced},
    state::{
        format::fixed,
        load::Load,
        small_plot::{HEIGHT, WIDTH},
        steps::{StepPlot, plots},
    },
};

/// The steps, once somebody opens them.
#[component]
pub fn Steps() -> impl IntoView {
    let (desk, traced): (Desk, Traced) = (expect_context(), expect_context());
    let details = NodeRef::<Details>::new();
    let toggle = move || {
        if let Some(details) = details.get_untracked() {
            details.set_open(!details.open());
        }
    };
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        if event.key() == "f" && is_for_page(&event) {
            event.prevent_default();
            toggle();
        }
    });
    on_cleanup(move || listener.remove());
    let body = move || match traced.answer.get() {
        Load::Idle => ().into_any(),
        Load::Loading => view! { <p class="muted" role="status">"Asking for the steps …"</p> }.into_any(),
        Load::Failed(problem) => view! {
            <p class="muted">{format!("The steps are not available: {problem}")}</p>
            <button type="button" on:click=move |_| traced.ask()>"Try again"</button>
        }
        .into_any(),
        Load::Ready(trace) => view! { <Trace trace /> }.into_any(),
    };
    view! {
        <Show when=move || desk.run_id.get().is_some()>
            <details
                node_ref=details
                class="recipe-steps"
                data-testid="steps"
                on:toggle=move |_| {
                    if let Some(details) = details.get_untracked() {
                        traced.is_open.set(details.open());
                    }
                }
            >
                <summary title="From its native pixels to what the algorithm compares (f)">"The recipe, step by step"</summary>
                {body}
            </details>
        </Show>
    }
}

#[component]
fn Trace(trace: Arc<RecipeTrace>) -> impl IntoView {
    let rejected = trace
        .rejected
        .clone()
        .map(|why| view! { <p class="fault" role="status">{format!("It is rejected: {why}")}</p> });
    let notes = (!trace.notes.is_empty()).then(|| view! { <p class="muted">{trace.notes.join("; ")}</p> });
    view! {
        <ol class="step-plots">{plots(&trace).into_iter().map(|plot| view! { <Step plot /> }).collect_view()}</ol>
        {notes}
        {rejected}
    }
}

#[component]
fn Step(plot: StepPlot) -> impl IntoView {
    let bad = |&x: &f64| view! { <line class="bad" x1=x x2=x y1="0" y2=HEIGHT /> };
    let (from, to) = plot.wavelengths;
    let (low, high) = plot.range;
    let wavelengths = format!("{}–{} Å", fixed(from, 0), fixed(to, 0));
    let label = format!("{}, {wavelengths}, from {low} to {high}", plot.title);
    view! {
        <li data-step=plot.step>
            <p>{plot.title.clone()}</p>
            <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio="none" role="img" aria-label=label>
                {plot.bad.iter().map(bad).collect_view()}
                <path d=plot.path />
                {plot.level.map(|level| view! { <path class="level" d=level /> })}
            </svg>
            <p class="muted">{wavelengths} <span>{format!("{low} to {high}")}</span></p>
        </li>
    }
}
