//! The named subsets of the survey: list only one, all but one, select it, forget it.

use balmer_exchange::api::SubsetSummary;
use leptos::{html, prelude::*};

use crate::{
    context::{Desk, Selected},
    state::format::count,
};

/// The menu; without named subsets it is not there.
#[component]
pub fn SubsetsMenu() -> impl IntoView {
    let selected: Selected = expect_context();
    let any = Memo::new(move |_| selected.subsets.with(|subsets| !subsets.is_empty()));
    let menu = NodeRef::<html::Details>::new();
    let close = Callback::new(move |()| {
        if let Some(menu) = menu.get_untracked() {
            menu.set_open(false);
        }
    });
    let items = move || selected.subsets.get().into_iter().map(|subset| view! { <Item subset close /> }).collect_view();
    view! {
        {move || any.get().then(|| view! {
            <details class="menu subsets" data-testid="subsets-menu" node_ref=menu>
                <summary>"Subsets"</summary>
                <ul>{items}</ul>
            </details>
        })}
    }
}

#[component]
fn Item(subset: SubsetSummary, close: Callback<()>) -> impl IntoView {
    let (selected, desk): (Selected, Desk) = (expect_context(), expect_context());
    let name = StoredValue::new(subset.name.clone());
    // what is chosen may not be among them
    let narrow = move |only: bool| {
        let keep = desk.spectrum_id.get_untracked().is_none();
        close.run(());
        selected.narrow_to(&name.get_value(), only, keep);
    };
    let take = move |_| {
        close.run(());
        selected.take(name.get_value());
    };
    let label = |what: &str| format!("{what} {}", subset.name);
    view! {
        <li data-subset=subset.name.clone()>
            <span class="subset-name">
                {subset.name.clone()}
                <small>{format!("{} spectra", count(subset.count))}</small>
            </span>
            <button type="button" class="quiet" aria-label=label("List only") on:click=move |_| narrow(true)>"Only"</button>
            <button type="button" class="quiet" aria-label=label("List all but") on:click=move |_| narrow(false)>"Without"</button>
            <button type="button" class="quiet" aria-label=label("Select") on:click=take>"Select"</button>
            <button type="button" class="quiet" aria-label=label("Delete") title="Forget the name; the spectra stay" on:click=move |_| selected.delete(name.get_value())>"Delete"</button>
        </li>
    }
}
