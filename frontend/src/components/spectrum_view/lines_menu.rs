//! The menu of lines: groups, and lines of the reader's own.

use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;

use crate::{
    context::Viewing,
    state::{
        lines::{LineGroup, OwnLine},
        view::View,
    },
};

/// The menu.
#[component]
pub fn LinesMenu() -> impl IntoView {
    let viewing: Viewing = expect_context();
    let menu = NodeRef::<html::Details>::new();
    close_when_done(menu);
    let number = Memo::new(move |_| viewing.view.with(|view| view.groups.len() + view.marks.len()));
    view! {
        <details class="menu" node_ref=menu>
            <summary>"Lines " <span class="muted">{move || number.get()}</span></summary>
            <div class="lines-body">
                <fieldset>
                    <legend>"Move with the object"</legend>
                    {LineGroup::ALL.iter().filter(|group| !group.stays()).map(|group| choice(viewing, *group)).collect_view()}
                </fieldset>
                <fieldset>
                    <legend>"Stay where they are"</legend>
                    {LineGroup::ALL.iter().filter(|group| group.stays()).map(|group| choice(viewing, *group)).collect_view()}
                </fieldset>
                <OwnLines />
            </div>
        </details>
    }
}

fn choice(viewing: Viewing, group: LineGroup) -> impl IntoView {
    let on = Memo::new(move |_| viewing.view.with(|view| view.groups.contains(&group)));
    view! {
        <label class="check">
            <input
                type="checkbox"
                name="lines"
                value=group.key()
                prop:checked=move || on.get()
                on:change=move |event| {
                    let on = event_target_checked(&event);
                    viewing.edit(|view| view.with_group(group, on));
                }
            />
            {group.title()}
        </label>
    }
}

/// The reader's own lines, and a field for one more.
#[component]
fn OwnLines() -> impl IntoView {
    let viewing: Viewing = expect_context();
    let marks = Memo::new(move |_| viewing.view.with(|view| view.marks.clone()));
    let text = RwSignal::new(String::new());
    let add = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if let Some(mark) = OwnLine::parse(&text.get_untracked()) {
            viewing.edit(|view| view.with_mark(mark));
            text.set(String::new());
        }
    };
    let unreadable = move || text.with(|text| !text.trim().is_empty() && OwnLine::parse(text).is_none());
    let item = move |mark: OwnLine| {
        let wavelength = mark.wavelength;
        let remove = move |_| {
            viewing.edit(|mut view: View| {
                view.marks.retain(|other| other.wavelength != wavelength);
                view
            });
        };
        view! {
            <li>
                {mark.written()}
                <button type="button" aria-label=format!("Remove {}", mark.written()) on:click=remove>"×"</button>
            </li>
        }
    };
    view! {
        <form class="own-lines" on:submit=add>
            <label>
                <span>"Your own: wavelength at rest (Å), name"</span>
                <input
                    type="text"
                    placeholder="6707.8 Li I"
                    aria-invalid=move || unreadable().to_string()
                    prop:value=move || text.get()
                    on:input=move |event| text.set(event_target_value(&event))
                />
            </label>
            <button type="submit">"Add"</button>
        </form>
        <ul class="own-lines">{move || marks.get().into_iter().map(item).collect_view()}</ul>
    }
}

/// Closes the menu by Escape and by a click elsewhere.
fn close_when_done(menu: NodeRef<html::Details>) {
    let close = move || {
        if let Some(menu) = menu.get_untracked() {
            menu.set_open(false);
        }
    };
    let keys = window_event_listener(leptos::ev::keydown, move |event| {
        let Some(menu) = menu.get_untracked().filter(|menu| event.key() == "Escape" && menu.open()) else { return };
        menu.set_open(false);
        // the focus would be lost with what it was on
        if let Some(summary) = menu.query_selector("summary").ok().flatten() {
            let _ = summary.unchecked_into::<web_sys::HtmlElement>().focus();
        }
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
