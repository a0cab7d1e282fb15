//! What the list of candidates says of those that are set aside.

use leptos::prelude::*;

use crate::{
    context::Families,
    state::families::{Among, aside_words, set_aside},
};

/// The line; where nothing is set aside it is not there.
#[component]
pub fn AsideLine() -> impl IntoView {
    let families: Families = expect_context();
    let are_listed = Memo::new(move |_| families.listed_aside.with(Option::is_some));
    let number = families.aside;
    let words = move || {
        let of = families.named.with(|named| set_aside(named).count());
        aside_words(number.get(), of, are_listed.get())
    };
    view! {
        <Show when=move || { number.get() > 0 }>
            <p class="aside-line" data-testid="aside-line">
                <span role="status">{words}</span>
                <button
                    type="button"
                    class="quiet"
                    data-testid="toggle-aside"
                    aria-pressed=move || are_listed.get().to_string()
                    title="List those that are set aside, too, or no longer (Shift+D)"
                    on:click=move |_| families.toggle_aside()
                >
                    {move || if are_listed.get() { "Hide them" } else { "Show them" }}
                </button>
                <button type="button" class="quiet" on:click=move |_| families.open(Among::default())>"Families"</button>
            </p>
        </Show>
    }
}
