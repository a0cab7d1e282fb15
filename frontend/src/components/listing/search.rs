//! A field that finds an object of the list by its name or id as one types, and chooses it.

use leptos::{html, prelude::*};
use web_sys::KeyboardEvent;

use crate::{
    components::keyboard::is_for_page,
    context::{Desk, Rows},
    state::{format::count, search::found},
};

/// The field; `/` goes to it from anywhere on the page.
#[component]
pub fn Search() -> impl IntoView {
    let (desk, rows): (Desk, Rows) = (expect_context(), expect_context());
    let field = NodeRef::<html::Input>::new();
    let text = RwSignal::new(String::new());
    let at = RwSignal::new(0_usize);
    let hits = Memo::new(move |_| {
        text.with(|text| rows.table.with(|table| table.ready().map(|table| found(table, text)).unwrap_or_default()))
    });
    let choose = move |place: usize| {
        at.set(place);
        let row = hits.with_untracked(|hits| hits.get(place).copied());
        rows.table.with_untracked(|table| {
            if let Some(id) = row.and_then(|row| table.ready()?.id(row)) {
                desk.choose(id);
            }
        });
    };
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        if event.key() == "/"
            && is_for_page(&event)
            && let Some(field) = field.get_untracked()
        {
            event.prevent_default();
            // a field that cannot take the focus is not in sight
            let _: Result<(), wasm_bindgen::JsValue> = field.focus();
            field.select();
        }
    });
    on_cleanup(move || listener.remove());
    let key = move |event: KeyboardEvent| {
        let number = hits.with_untracked(Vec::len);
        match event.key().as_str() {
            "Enter" if number > 0 => {
                let step = if event.shift_key() { number - 1 } else { 1 };
                choose((at.get_untracked() + step) % number);
            }
            "Escape" => {
                text.set(String::new());
                if let Some(field) = field.get_untracked() {
                    // the keys belong to the page again
                    let _: Result<(), wasm_bindgen::JsValue> = field.blur();
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    let said = move || {
        let number = hits.with(Vec::len);
        match (text.with(|text| text.trim().is_empty()), number) {
            (true, _) => String::new(),
            (false, 0) => "nothing listed is called so".to_owned(),
            (false, _) => format!("{} of {}", count(at.get() as u64 + 1), count(number as u64)),
        }
    };
    view! {
        <div class="search" role="search">
            <input
                type="search"
                data-testid="listing-search"
                node_ref=field
                aria-label="Find an object of the list by name or id"
                aria-keyshortcuts="/"
                placeholder="find by name or id (/)"
                title="Enter goes to the next one that is called so, Shift and Enter to the one before"
                prop:value=move || text.get()
                on:input=move |event| {
                    text.set(event_target_value(&event));
                    choose(0);
                }
                on:keydown=key
            />
            <span class="muted" role="status" data-testid="listing-found">{said}</span>
        </div>
    }
}
