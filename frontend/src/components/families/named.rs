//! The families of the survey that have a name, each with the way back.

use balmer_exchange::api::NamedFamily;
use leptos::prelude::*;

use crate::{
    context::Families,
    state::{duration::moment, families::deed, format::count},
};

/// The list; without named families it is not there.
#[component]
pub fn NamedList() -> impl IntoView {
    let families: Families = expect_context();
    let fault =
        move || families.fault.with(|fault| fault.as_ref().filter(|(of, _)| of.is_none()).map(|(_, why)| why.clone()));
    let items = move || families.named.get().into_iter().map(|named| view! { <Item named /> }).collect_view();
    view! {
        <Show when=move || families.named.with(|named| !named.is_empty())>
            <section class="named-families" aria-label="Named families">
                <h3>"Named families of the survey"</h3>
                <ul data-testid="named-families">{items}</ul>
            </section>
        </Show>
        <p class="fault" role="alert">{fault}</p>
    }
}

#[component]
fn Item(named: NamedFamily) -> impl IntoView {
    let families: Families = expect_context();
    let words = format!("{} {}", count(named.spectrum_ids.len() as u64), deed(&named));
    let whence = format!("{} by {}, run {}", moment(&named.created), named.author, named.run);
    let label = format!("Undo {}", named.name);
    let (name, called) = (named.name.clone(), named.name);
    view! {
        <li data-named=called.clone()>
            <b>{called.clone()}</b>
            <span>{named.kind.to_string()}</span>
            <span>{words}</span>
            <small class="muted">{whence}</small>
            <button type="button" aria-label=label disabled=move || families.is_busy.get() on:click=move |_| families.undo(name.clone())>
                "Undo"
            </button>
        </li>
    }
}
