//! A text to take along: shown, copied, downloaded.

use std::time::Duration;

use leptos::{leptos_dom::helpers::set_timeout, prelude::*, task::spawn_local};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use wasm_bindgen_futures::JsFuture;

/// How long the button says that it has copied.
const SAID: Duration = Duration::from_secs(2);

/// The text under its title.
#[component]
pub fn TextBlock(title: &'static str, #[prop(into)] text: Signal<String>, name: &'static str) -> impl IntoView {
    let said = RwSignal::new("Copy");
    let copy = move |_| {
        let text = text.get_untracked();
        spawn_local(async move {
            let written = JsFuture::from(window().navigator().clipboard().write_text(&text)).await;
            // a browser may refuse without a secure context
            said.try_set(if written.is_ok() { "Copied" } else { "Select the text and copy it" });
            set_timeout(
                move || {
                    said.try_set("Copy");
                },
                SAID,
            );
        });
    };
    let href = move || format!("data:text/plain;charset=utf-8,{}", utf8_percent_encode(&text.get(), NON_ALPHANUMERIC));
    view! {
        <section class="text-block">
            <header>
                <h3>{title}</h3>
                <button type="button" class="quiet" on:click=copy>
                    {said}
                </button>
                <a href=href download=name>"Save"</a>
            </header>
            <pre tabindex="0">{text}</pre>
        </section>
    }
}
