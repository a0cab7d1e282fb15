//! How far the list is scrolled.

use leptos::{html, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};

/// How far an element is scrolled and how much of it can be seen, CSS pixels.
pub fn watch(element: NodeRef<html::Div>) -> (RwSignal<f64>, RwSignal<f64>) {
    let (top, height) = (RwSignal::new(0.0), RwSignal::new(0.0));
    Effect::new(move || {
        let Some(element) = element.get() else { return };
        let seen = element.clone();
        let measure = move || {
            top.set(f64::from(seen.scroll_top()));
            height.set(f64::from(seen.client_height()));
        };
        measure();
        let callback = Closure::<dyn Fn()>::new(measure);
        let listener = callback.as_ref().unchecked_ref();
        // an element of the document takes listeners
        let _ = element.add_event_listener_with_callback("scroll", listener);
        if let Ok(observer) = web_sys::ResizeObserver::new(listener) {
            observer.observe(&element);
            let keep = StoredValue::new_local((observer, callback));
            on_cleanup(move || keep.with_value(|(observer, _)| observer.disconnect()));
        }
    });
    (top, height)
}
