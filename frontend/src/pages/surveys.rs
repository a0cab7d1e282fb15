//! Surveys.

use leptos::prelude::*;

/// The page.
#[component]
pub fn SurveysPage() -> impl IntoView {
    view! { <section class="page"><h1>"Surveys"</h1></section> }
}
