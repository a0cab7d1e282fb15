//! What is selected and what can be done with it: a bar that is there as long as something is.

use leptos::{html, prelude::*, task::spawn_local};

use crate::{
    context::{Rows, Selected},
    state::{
        format::count,
        selection::{free_name, is_name},
    },
};

/// The bar.
#[component]
pub fn SelectionBar() -> impl IntoView {
    let selected: Selected = expect_context();
    let any = Memo::new(move |_| selected.now.with(|now| !now.is_empty()));
    view! { {move || any.get().then(|| view! { <Bar /> })} }
}

#[component]
fn Bar() -> impl IntoView {
    let (selected, rows): (Selected, Rows) = (expect_context(), expect_context());
    let naming = RwSignal::new(false);
    let number = move || {
        let all = selected.now.with(crate::state::selection::Selection::len) as u64;
        let here = selected.marks.with(|marks| marks.0.number) as u64;
        let listed = rows.table.with(|table| table.ready().map_or(0, |table| table.len())) as u64;
        let elsewhere = if all > here { format!(", {} not listed", count(all - here)) } else { String::new() };
        format!("{} of {} selected{elsewhere}", count(here), count(listed))
    };
    let name = move || selected.now.with(|now| now.name.clone());
    view! {
        <section class="selection-bar" aria-label="Selection" data-testid="selection-bar">
            <span class="number" role="status" data-testid="selection-count">{number}</span>
            {move || name().map(|name| view! { <span class="name">{name}</span> })}
            <span class="deeds">
                <button type="button" data-testid="selection-only" title="List only these (Shift+O)" disabled=move || selected.is_busy.get() on:click=move |_| selected.narrow(true)>
                    "Only these"
                </button>
                <button type="button" data-testid="selection-without" title="List all but these (Shift+X)" disabled=move || selected.is_busy.get() on:click=move |_| selected.narrow(false)>
                    "All but these"
                </button>
                {move || name().is_none().then(|| view! {
                    <button type="button" data-testid="selection-name" aria-expanded=move || naming.get().to_string() title="Store these in the survey under a name" on:click=move |_| naming.update(|on| *on = !*on)>
                        "Name it"
                    </button>
                })}
                <button type="button" title="Select the others of the list (Shift+I)" on:click=move |_| selected.invert()>"Invert"</button>
                <button type="button" data-testid="selection-undo" title="Take the last step of the selection back (z or Ctrl+Z)" on:click=move |_| selected.undo()>"Undo"</button>
                <button type="button" data-testid="selection-clear" title="Select nothing (Esc)" on:click=move |_| { selected.clear(); }>"Clear"</button>
            </span>
            {move || (naming.get() && name().is_none()).then(|| view! { <NameField naming /> })}
            <span class="said" role="status">{move || selected.said.get()}</span>
        </section>
    }
}

/// A name for the selection.
#[component]
fn NameField(naming: RwSignal<bool>) -> impl IntoView {
    let selected: Selected = expect_context();
    let suggested = selected.subsets.with_untracked(|known| free_name(known.iter().map(|subset| &*subset.name)));
    let text = RwSignal::new(suggested);
    let field = NodeRef::<html::Input>::new();
    Effect::new(move || {
        if let Some(field) = field.get() {
            // a field that is in the document takes the focus
            let _: Result<(), wasm_bindgen::JsValue> = field.focus();
            field.select();
        }
    });
    let good = Memo::new(move |_| text.with(|text| is_name(text.trim())));
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if !good.get_untracked() {
            return;
        }
        let name = text.with_untracked(|text| text.trim().to_owned());
        spawn_local(async move {
            if selected.name(name).await.is_ok() {
                naming.set(false);
            }
        });
    };
    view! {
        <form class="name-form" on:submit=submit>
            <input
                type="text"
                node_ref=field
                data-testid="selection-name-input"
                aria-label="Name of the selection"
                aria-invalid=move || (!good.get()).to_string()
                maxlength="64"
                prop:value=move || text.get()
                on:input=move |event| text.set(event_target_value(&event))
                on:keydown=move |event| if event.key() == "Escape" { naming.set(false) }
            />
            <button type="submit" disabled=move || !good.get() || selected.is_busy.get()>"Store"</button>
            {move || (!good.get()).then(|| view! { <span class="fault">"Letters, digits, - _ and ., a letter or digit first"</span> })}
        </form>
    }
}
