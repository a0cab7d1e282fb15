//! What went wrong, to what, and the remedy: above the page, which stays usable.

use leptos::prelude::*;

use crate::context::Failures;

/// The last failure, until it is dismissed.
#[component]
pub fn ErrorBanner() -> impl IntoView {
    let failures: Failures = expect_context();
    move || {
        failures.last.get().map(|problem| {
            let detail = problem.detail.clone();
            let instance = problem.instance.clone();
            view! {
                <div class="error-banner" role="alert" data-testid="error-banner">
                    <p>
                        <strong>{problem.title.clone()}</strong>
                        {detail.map(|detail| view! { <span>{detail}</span> })}
                        {instance.map(|instance| view! { <code>{instance}</code> })}
                    </p>
                    <button type="button" on:click=move |_| failures.last.set(None)>"Dismiss"</button>
                </div>
            }
        })
    }
}
