//! A control of the bar: a button that says what is set, and a small panel under it.

use leptos::{
    ev,
    html::{Button, Div},
    prelude::*,
};
use wasm_bindgen::JsCast;

use super::Controls;

/// Button and panel; `value` is what the condition says, in short.
#[component]
pub fn Chip(
    controls: Controls,
    name: &'static str,
    #[prop(into)] value: Signal<Option<String>>,
    clear: impl Fn() + Copy + Send + Sync + 'static,
    children: ChildrenFn,
) -> impl IntoView {
    let (root, button) = (NodeRef::<Div>::new(), NodeRef::<Button>::new());
    let is_open = Memo::new(move |_| controls.open.get() == Some(name));
    let panel_id = format!("chip-{}", name.to_lowercase().replace('/', ""));
    let controlled = panel_id.clone();
    let toggle = move |_| controls.open.update(|open| *open = (*open != Some(name)).then_some(name));
    let on_key = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" && is_open.get_untracked() {
            event.stop_propagation();
            controls.open.set(None);
            if let Some(button) = button.get_untracked() {
                // a button that has just gone needs no focus
                let _: Result<(), _> = button.focus();
            }
        }
    };
    let outside = window_event_listener(ev::pointerdown, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        let is_inside = root.get_untracked().is_some_and(|root| root.contains(target.as_ref()));
        if !is_inside && is_open.try_get_untracked() == Some(true) {
            controls.open.set(None);
        }
    });
    on_cleanup(move || outside.remove());
    let is_unfinished = move || controls.condition.with(Option::is_none);
    let label = move || value.get().map_or_else(|| name.to_owned(), |value| format!("{name}: {value}"));
    let panel = move || {
        is_open.get().then(|| {
            let children = children.clone();
            view! {
                <div id=panel_id.clone() class="chip-panel" role="group" aria-label=name>
                    <fieldset disabled=is_unfinished>{children()}</fieldset>
                    <p class="chip-foot">
                        <Show when=is_unfinished>
                            <span class="muted">"Finish the condition first: a quote or bracket is open."</span>
                        </Show>
                        <button
                            type="button"
                            class="quiet"
                            disabled=move || value.with(Option::is_none)
                            on:click=move |_| clear()
                        >
                            "Any"
                        </button>
                    </p>
                </div>
            }
        })
    };
    view! {
        <div class="chip" node_ref=root on:keydown=on_key>
            <button
                type="button"
                node_ref=button
                class:set=move || value.with(Option::is_some)
                aria-expanded=move || if is_open.get() { "true" } else { "false" }
                aria-controls=controlled
                on:click=toggle
            >
                <span>{label}</span>
            </button>
            {panel}
        </div>
    }
}
