//! Runs.

use leptos::prelude::*;

/// The page.
#[component]
pub fn RunsPage() -> impl IntoView {
    view! { <section class="page"><h1>"Runs"</h1></section> }
}
