//! What can be done with a family: its members are selected, set aside or labelled under a name, what they sit on is masked.

use balmer_core::spectrum::Medium;
use balmer_exchange::api::{FamilyBody, NamedFamily};
use leptos::{html, prelude::*};

use crate::{
    context::{Draft, Families, Labels, Selected},
    state::{
        families::{deed, proposed_name, reserve},
        selection::is_name,
    },
};

/// What a name is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asking {
    SetAside,
    Label,
}

/// The buttons, or what was done.
#[component]
pub fn Deeds(family: FamilyBody, medium: Medium, done: Memo<Option<NamedFamily>>) -> impl IntoView {
    let (families, selected, draft): (Families, Selected, Draft) =
        (expect_context(), expect_context(), expect_context());
    let asking = RwSignal::new(None::<Asking>);
    let is_suggested = reserve(&family).is_none();
    let has_mask = !family.mask_angstrom.is_empty();
    let family = StoredValue::new(family);
    let id = StoredValue::new(family.with_value(|family| family.id.clone()));
    let show = move |_| {
        family.with_value(|family| selected.choose_named(family.members.iter().map(|member| &*member.spectrum_id)));
        families.close();
    };
    let mask = move |_| {
        families.close();
        family.with_value(|family| draft.mask(&family.mask_angstrom, medium));
    };
    let ask = move |what: Asking| asking.update(|now| *now = if *now == Some(what) { None } else { Some(what) });
    let expanded = move |what: Asking| (asking.get() == Some(what)).to_string();
    let fault = move || {
        families.fault.with(|fault| {
            let (of, why) = fault.as_ref()?;
            (id.with_value(|id| of.as_ref() == Some(id))).then(|| why.clone())
        })
    };
    let name_it = move || {
        view! {
            <button type="button" data-testid="set-aside" class:primary=move || is_suggested && asking.get().is_none() aria-expanded=move || expanded(Asking::SetAside) title="Its members leave the list of candidates; later runs recognise others like them" on:click=move |_| ask(Asking::SetAside)>
                "Set aside …"
            </button>
            <button type="button" data-testid="label-family" aria-expanded=move || expanded(Asking::Label) title="All its members get a label" on:click=move |_| ask(Asking::Label)>
                "Label them …"
            </button>
        }
    };
    let was_done = move |named: NamedFamily| {
        let words = format!("Named {}: {}", named.name, deed(&named));
        let name = named.name;
        view! {
            <span class="done" role="status" data-testid="family-done">{words}</span>
            <button type="button" data-testid="undo-family" disabled=move || families.is_busy.get() on:click=move |_| families.undo(name.clone())>
                "Undo"
            </button>
        }
    };
    view! {
        <div class="family-deeds">
            <button type="button" data-testid="show-members" title="Selects them in the list and in all views" on:click=show>
                "Show its members"
            </button>
            {move || match done.get() {
                Some(named) => was_done(named).into_any(),
                None => name_it().into_any(),
            }}
            {has_mask.then(|| view! {
                <button type="button" data-testid="mask-family" title="Adds these stretches to the settings of the next run" on:click=mask>
                    "Mask this"
                </button>
            })}
        </div>
        {move || asking.get().filter(|_| done.with(Option::is_none)).map(|what| view! { <NameForm what family asking /> })}
        <p class="fault" role="alert">{fault}</p>
    }
}

/// A name, and the label where its members get one.
#[component]
fn NameForm(what: Asking, family: StoredValue<FamilyBody>, asking: RwSignal<Option<Asking>>) -> impl IntoView {
    let (families, labels): (Families, Labels) = (expect_context(), expect_context());
    let proposed = family.with_value(|family| families.named.with_untracked(|named| proposed_name(family, named)));
    let name = RwSignal::new(proposed);
    let label = RwSignal::new(String::new());
    let field = NodeRef::<html::Input>::new();
    Effect::new(move || {
        if let Some(field) = field.get() {
            // a field that is in the document takes the focus
            let _: Result<(), wasm_bindgen::JsValue> = field.focus();
            field.select();
        }
    });
    let is_good_name = Memo::new(move |_| name.with(|name| is_name(name.trim())));
    let is_ready =
        move || is_good_name.get() && (what == Asking::SetAside || label.with(|label| !label.trim().is_empty()));
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if untrack(is_ready) {
            let trimmed = |text: RwSignal<String>| text.with_untracked(|text| text.trim().to_owned());
            let label = (what == Asking::Label).then(|| trimmed(label));
            families.name(family.with_value(|family| family.id.clone()), trimmed(name), label);
        }
    };
    let list_id = family.with_value(|family| format!("classes-{}", family.id));
    let classes = labels.offered.get_untracked();
    let classes = classes.into_iter().map(|class| view! { <option value=class></option> }).collect_view();
    let label_field = (what == Asking::Label).then(|| {
        view! {
            <label>
                <span>"Label"</span>
                <input
                    type="text"
                    data-testid="family-label"
                    list=list_id.clone()
                    maxlength="200"
                    placeholder="choose or write one"
                    prop:value=move || label.get()
                    on:input=move |event| label.set(event_target_value(&event))
                />
                <datalist id=list_id>{classes}</datalist>
            </label>
        }
    });
    let done = if what == Asking::SetAside { "Set aside" } else { "Label them" };
    view! {
        <form class="family-name" on:submit=submit>
            <label>
                <span>"Name of the family"</span>
                <input
                    type="text"
                    node_ref=field
                    data-testid="family-name"
                    maxlength="64"
                    aria-invalid=move || (!is_good_name.get()).to_string()
                    prop:value=move || name.get()
                    on:input=move |event| name.set(event_target_value(&event))
                />
            </label>
            {label_field}
            <button type="submit" data-testid="name-family" class="primary" disabled=move || !is_ready() || families.is_busy.get()>
                {move || if families.is_busy.get() { "Asking …" } else { done }}
            </button>
            <button type="button" class="quiet" on:click=move |_| asking.set(None)>"Not now"</button>
            {move || (!is_good_name.get()).then(|| view! { <span class="fault">"Letters, digits, - _ and ., a letter or digit first"</span> })}
        </form>
    }
}
