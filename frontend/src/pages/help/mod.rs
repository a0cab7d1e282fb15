//! Help: what rare things look like, how conditions are written, where lines are, which keys there are.

mod conditions;
mod examples;
mod line_lists;

use leptos::prelude::*;

use crate::{
    components::keyboard::KeyGroups,
    context::{Desk, Tour},
    state::address::Address,
};
use conditions::Conditions;
use examples::Examples;
use line_lists::LineLists;

/// The page at `/help`.
#[component]
pub fn HelpPage() -> impl IntoView {
    let (desk, tour): (Desk, Tour) = (expect_context(), expect_context());
    let begin = move |_| {
        desk.open(&Address::default());
        tour.begin();
    };
    view! {
        <section class="page help">
            <div class="page-head">
                <h1>"Help"</h1>
                <button type="button" data-testid="tour-again" on:click=begin>"Show me round"</button>
            </div>
            <nav aria-label="On this page">
                <a href="#examples">"What to look for"</a>
                <a href="#conditions">"Conditions"</a>
                <a href="#lines">"Lines"</a>
                <a href="#keys">"Keys"</a>
            </nav>
            <Examples />
            <Conditions />
            <LineLists />
            <section aria-labelledby="keys">
                <h2 id="keys">"Keys"</h2>
                <div class="key-groups"><KeyGroups /></div>
            </section>
        </section>
    }
}
