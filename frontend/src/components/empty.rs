//! A page that has nothing to show yet: what is missing, and what to do.

use leptos::prelude::*;

/// Title and advice, in the middle of the page.
#[component]
pub fn Empty(title: &'static str, children: Children) -> impl IntoView {
    view! {
        <section class="empty">
            <span class="series" aria-hidden="true"><i></i><i></i><i></i><i></i></span>
            <h1>{title}</h1>
            {children()}
        </section>
    }
}
