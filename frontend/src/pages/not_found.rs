//! An address that leads nowhere.

use leptos::prelude::*;

use crate::components::empty::Empty;

/// Says so, and leads back.
#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <Empty title="There is no such page">
            <p>"The address may be mistyped. " <a href="/">"Go to the candidates"</a></p>
        </Empty>
    }
}
