//! What to compute on the subset, and where.

use leptos::prelude::*;

/// The bar.
#[component]
pub fn RunBar() -> impl IntoView {
    view! { <section class="run-bar" aria-label="Run"></section> }
}
