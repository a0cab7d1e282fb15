//! Why the spectrum ranks where it does: how stable its place is, its nearest neighbours, the labelled spectra behind its
//! label, and what the recipe made of it.

mod neighbors;
mod places;
mod seeds;
mod steps;

use balmer_exchange::api::Explanation;
use leptos::prelude::*;

use self::{neighbors::neighbors, places::strip, seeds::seeds, steps::Steps};
use crate::{
    components::families::OwnFamily,
    context::Explained,
    state::{load::Load, places::Places},
};

/// The panel.
#[component]
pub fn ExplanationPanel() -> impl IntoView {
    let explained: Explained = expect_context();
    let body = move || match explained.answer.get() {
        Load::Idle => {
            view! { <p class="muted">"Open a run to see the nearest neighbours of this spectrum."</p> }.into_any()
        }
        Load::Loading => view! { <p class="muted" role="status">"Asking for the neighbours …"</p> }.into_any(),
        Load::Failed(problem) => view! {
            <p class="muted">{format!("The neighbours are not available: {problem}")}</p>
            <button type="button" on:click=move |_| explained.ask()>"Try again"</button>
        }
        .into_any(),
        Load::Ready(answer) => told(&answer).into_any(),
    };
    view! {
        <section class="explanation" aria-label="Why it ranks here" data-testid="explanation">
            <h2>"Why it ranks here"</h2>
            {body}
            <OwnFamily />
            <Steps />
        </section>
    }
}

fn told(answer: &Explanation) -> impl IntoView + use<> {
    let places = Places::of(&answer.places, answer.ranked);
    (places.as_ref().map(strip), neighbors(answer), seeds(answer))
}
