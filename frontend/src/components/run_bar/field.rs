//! One setting: its name, its value, what it does.

use leptos::prelude::*;

use crate::{
    context::Draft,
    state::{
        run_form::{RunForm, parts},
        settings::{Kind, Setting},
    },
};

/// The id of the control of a setting.
pub fn id_of(key: &str) -> String {
    format!("set-{}", key.replace('.', "-"))
}

/// The field of a setting.
#[component]
pub fn Field(draft: Draft, setting: &'static Setting) -> impl IntoView {
    let key = setting.key;
    let id = id_of(key);
    let (about_id, fault_id) = (format!("{id}-about"), format!("{id}-fault"));
    let described = format!("{about_id} {fault_id}");
    let is_default = Memo::new(move |_| draft.form.with(|form| form.is_default(key)));
    let reset = move |_| draft.set(key, RunForm::default().text(key).to_owned());
    let default = RunForm::default().text(key).to_owned();
    let default = if default.is_empty() { "empty".to_owned() } else { default };
    let default = StoredValue::new(format!("default: {default}"));
    let fault = move || draft.fault(key);
    view! {
        <div class="setting" class:changed=move || !is_default.get()>
            <div class="setting-head">
                <label for=id.clone()>
                    {setting.title} {(!setting.unit.is_empty()).then(|| view! { <span class="muted">{format!(" [{}]", setting.unit)}</span> })}
                </label>
                <Show when=move || !is_default.get()>
                    <button type="button" class="quiet" on:click=reset>{default.get_value()}</button>
                </Show>
            </div>
            <Control draft setting id described />
            <p id=about_id class="muted">{setting.about}</p>
            <p id=fault_id class="fault">{fault}</p>
        </div>
    }
}

#[component]
fn Control(draft: Draft, setting: &'static Setting, id: String, described: String) -> impl IntoView {
    let key = setting.key;
    let text = Memo::new(move |_| draft.form.with(|form| form.text(key).to_owned()));
    let is_faulty = move || if draft.fault(key).is_some() { "true" } else { "false" };
    match setting.kind {
        Kind::Switch => view! {
            <input
                type="checkbox"
                id=id
                aria-describedby=described
                prop:checked=move || text.get() == "true"
                on:change=move |event| draft.set(key, event_target_checked(&event).to_string())
            />
        }
        .into_any(),
        Kind::Choice(words) => {
            let option = move |word: &'static str| {
                view! { <option value=word selected=move || text.get() == word>{word}</option> }
            };
            view! {
                <select
                    id=id
                    aria-describedby=described
                    aria-invalid=is_faulty
                    prop:value=move || text.get()
                    on:change=move |event| draft.set(key, event_target_value(&event))
                >
                    {words.iter().map(|word| option(word)).collect_view()}
                </select>
            }
            .into_any()
        }
        Kind::Continuum => view! { <Continuum draft key id described text /> }.into_any(),
        Kind::Several(words) => view! { <Several draft key words described text /> }.into_any(),
        Kind::Whole | Kind::Decimal | Kind::Text | Kind::List | Kind::Wholes | Kind::Stretches => {
            let mode = match setting.kind {
                Kind::Whole => "numeric",
                Kind::Decimal => "decimal",
                _ => "text",
            };
            view! {
                <input
                    type="text"
                    id=id
                    inputmode=mode
                    autocomplete="off"
                    aria-describedby=described
                    aria-invalid=is_faulty
                    prop:value=move || text.get()
                    on:input=move |event| draft.set(key, event_target_value(&event))
                />
            }
            .into_any()
        }
    }
}

/// Any of some words, in their order.
#[component]
fn Several(
    draft: Draft,
    key: &'static str,
    words: &'static [&'static str],
    described: String,
    text: Memo<String>,
) -> impl IntoView {
    let is_chosen = move |word: &str| text.with(|text| parts(text).any(|part| part == word));
    let choose = move |word: &str, chosen: bool| {
        let others = |of: &&&str| if **of == word { chosen } else { untrack(|| is_chosen(of)) };
        draft.set(key, words.iter().filter(others).copied().collect::<Vec<_>>().join(", "));
    };
    let one = |word: &'static str| {
        view! {
            <label class="inline-field">
                <input
                    type="checkbox"
                    prop:checked=move || is_chosen(word)
                    on:change=move |event| choose(word, event_target_checked(&event))
                />
                {word}
            </label>
        }
    };
    view! { <div class="several" role="group" aria-describedby=described>{words.iter().map(|word| one(word)).collect_view()}</div> }
}

/// `none`, `polynomial:2`, `median:120`: a word and its number.
#[component]
fn Continuum(draft: Draft, key: &'static str, id: String, described: String, text: Memo<String>) -> impl IntoView {
    let word = Memo::new(move |_| text.with(|text| text.split(':').next().unwrap_or_default().to_owned()));
    let number = Memo::new(move |_| text.with(|text| text.split_once(':').map(|(_, number)| number.to_owned())));
    let choose = move |event| {
        let word: String = event_target_value(&event);
        let usual = match word.as_str() {
            "polynomial" => ":2",
            "median" => ":120",
            _ => "",
        };
        draft.set(key, format!("{word}{usual}"));
    };
    let unit = move || if word.with(|word| word == "median") { "width in Å" } else { "degree" };
    let option = move |of: &'static str| {
        view! { <option value=of selected=move || word.with(|word| word == of)>{of}</option> }
    };
    view! {
        <div class="pair">
            <select id=id aria-describedby=described prop:value=move || word.get() on:change=choose>
                {["none", "polynomial", "median"].map(option).collect_view()}
            </select>
            <Show when=move || number.with(Option::is_some)>
                <input
                    type="text"
                    inputmode="decimal"
                    aria-label=unit
                    title=unit
                    prop:value=move || number.get().unwrap_or_default()
                    on:input=move |event| {
                        draft.set(key, format!("{}:{}", word.get_untracked(), event_target_value(&event)));
                    }
                />
            </Show>
        </div>
    }
}
