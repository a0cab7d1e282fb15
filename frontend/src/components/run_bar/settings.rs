//! Every setting of the pipeline spec, and the spec itself as text.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlElement;

use super::field::{Field, id_of};
use crate::{
    components::{modal::Modal, run_details::text_block::TextBlock},
    context::Draft,
    state::{
        run_form::{Preset, RunForm},
        settings::{GROUPS, Group},
    },
};

/// The dialog.
#[component]
pub fn Settings(draft: Draft) -> impl IntoView {
    let close = move |()| draft.has_settings.set(false);
    view! {
        <Modal class="settings" label="Settings of the run" is_open=draft.has_settings close>
            <Body draft />
        </Modal>
    }
}

#[component]
fn Body(draft: Draft) -> impl IntoView {
    let is_open = draft.has_settings;
    if let Some(key) = draft.pointed.try_update(Option::take).flatten() {
        // the fields are in the document by then
        request_animation_frame(move || look_at(key));
    }
    let toml = Signal::derive(move || match draft.checked.get() {
        Ok(spec) => spec.to_toml(),
        Err(faults) => {
            let lines: Vec<String> = faults.iter().map(|fault| format!("# {}: {}", fault.name, fault.detail)).collect();
            lines.join("\n")
        }
    });
    let run = move |_| {
        is_open.set(false);
        draft.run();
    };
    view! {
        <header>
            <h2>"Settings of the run"</h2>
            <PresetSelect draft />
            <button type="button" class="quiet" on:click=move |_| is_open.set(false)>"Close"</button>
        </header>
        <div class="modal-body">
            <div class="settings-groups">{GROUPS.iter().map(|group| view! { <Settled draft group /> }).collect_view()}</div>
            <aside>
                <TextBlock title="The same as text" text=toml name="spec.toml" />
                <p class="muted">
                    "Saved as " <code>"spec.toml"</code> ", the same run starts with " <code>"balmer run spec.toml"</code> "."
                </p>
            </aside>
        </div>
        <footer>
            <button type="button" on:click=move |_| draft.form.update(RunForm::clear)>"All defaults"</button>
            <button type="button" class="primary" disabled=move || draft.checked.with(Result::is_err) on:click=run>
                "Run"
            </button>
        </footer>
    }
}

/// Brings a setting into sight, ready to be changed.
fn look_at(key: &str) {
    let field = document().get_element_by_id(&id_of(key)).and_then(|field| field.dyn_into::<HtmlElement>().ok());
    if let Some(field) = field {
        // a field that is in the document takes the focus, and comes into sight by it
        let _: Result<(), JsValue> = field.focus();
    }
}

#[component]
fn Settled(draft: Draft, group: &'static Group) -> impl IntoView {
    view! {
        <fieldset class="settings-group">
            <legend>{group.title}</legend>
            <p class="muted">{group.about}</p>
            <div class="settings-grid">
                {group.settings.iter().map(|setting| view! { <Field draft setting /> }).collect_view()}
            </div>
        </fieldset>
    }
}

#[component]
fn PresetSelect(draft: Draft) -> impl IntoView {
    let preset = Memo::new(move |_| draft.form.with(RunForm::preset));
    let choose = move |event| {
        if let Some(preset) = Preset::of(&event_target_value(&event)) {
            draft.form.update(|form| *form = form.with_preset(preset));
            draft.forget_faults();
        }
    };
    let option = move |of: Preset| {
        view! { <option value=of.name() selected=move || preset.get() == Some(of)>{of.title()}</option> }
    };
    view! {
        <label class="inline-field">
            <span>"Preset"</span>
            <select prop:value=move || preset.get().map_or("", Preset::name) on:change=choose>
                <option value="" disabled=true selected=move || preset.get().is_none()>"your own"</option>
                {Preset::ALL.map(option).collect_view()}
            </select>
        </label>
    }
}
