//! Classes and labels.

use leptos::prelude::*;

/// The page.
#[component]
pub fn LabelsPage() -> impl IntoView {
    view! { <section class="page"><h1>"Classes and labels"</h1></section> }
}
