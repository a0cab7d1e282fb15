//! Menus under a button of the toolbar.

use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;

/// Closes a menu by Escape and by a click elsewhere.
pub fn close_when_done(menu: NodeRef<html::Details>) {
    let close = move || {
        if let Some(menu) = menu.get_untracked() {
            menu.set_open(false);
        }
    };
    let keys = window_event_listener(leptos::ev::keydown, move |event| {
        let Some(menu) = menu.get_untracked().filter(|menu| event.key() == "Escape" && menu.open()) else { return };
        menu.set_open(false);
        focus_summary(&menu);
    });
    let clicks = window_event_listener(leptos::ev::pointerdown, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        if !menu.get_untracked().is_some_and(|menu| menu.contains(target.as_ref())) {
            close();
        }
    });
    on_cleanup(move || {
        keys.remove();
        clicks.remove();
    });
}

/// Opens or closes a menu by a key; the focus goes to its button.
pub fn toggle(menu: NodeRef<html::Details>) {
    if let Some(menu) = menu.get_untracked() {
        menu.set_open(!menu.open());
        focus_summary(&menu);
    }
}

/// The focus would be lost with what it was on.
fn focus_summary(menu: &web_sys::HtmlElement) {
    if let Some(summary) = menu.query_selector("summary").ok().flatten() {
        // a button that is in the document takes the focus
        let _ = summary.unchecked_into::<web_sys::HtmlElement>().focus();
    }
}
