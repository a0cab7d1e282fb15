//! Which spectra: a condition in SQL, and controls that write it.

use leptos::prelude::*;

/// The bar.
#[component]
pub fn FilterBar() -> impl IntoView {
    view! { <section class="filter-bar" aria-label="Subset"></section> }
}
