//! Families among the outliers of the open run: what sets many of them apart in the same way. `Shift+U` opens and closes
//! them.

mod aside;
mod card;
mod deeds;
mod named;
mod own;

use std::sync::Arc;

use balmer_exchange::{api::FamiliesBody, worker::is_run_name};
use leptos::prelude::*;

use self::{card::Card, named::NamedList};
use super::{keyboard::is_for_page, modal::Modal, run_bar::ToServer};
use crate::{
    context::{Desk, Draft, Families},
    state::{
        families::{Among, ordered, plot, recognised},
        format::count,
        load::Load,
    },
};

pub use aside::AsideLine;
pub use own::OwnFamily;

/// The button that opens them, and the dialog.
#[component]
pub fn FamiliesMenu() -> impl IntoView {
    let families: Families = expect_context();
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        if !is_for_page(&event) {
            return;
        }
        match event.key().as_str() {
            "U" => families.toggle(),
            "D" => families.toggle_aside(),
            _ => return,
        }
        event.prevent_default();
    });
    on_cleanup(move || listener.remove());
    view! {
        <button
            type="button"
            data-testid="families"
            aria-haspopup="dialog"
            aria-keyshortcuts="Shift+U"
            title="Outliers that something sets apart in the same way: artefacts to set aside, label or mask (Shift+U)"
            on:click=move |_| families.open(Among::default())
        >
            "Families"
        </button>
        <FamiliesDialog />
    }
}

#[component]
fn FamiliesDialog() -> impl IntoView {
    let families: Families = expect_context();
    let is_open = Signal::derive(move || families.among.with(Option::is_some));
    view! {
        <Modal class="families" label="Families of outliers" is_open close=move |()| families.close() attr:data-testid="families-dialog">
            <Body />
        </Modal>
    }
}

#[component]
fn Body() -> impl IntoView {
    let (families, desk): (Families, Desk) = (expect_context(), expect_context());
    let is_own = Memo::new(move |_| desk.run_id.with(|run| run.as_ref().is_some_and(|run| is_run_name(run))));
    view! {
        <header>
            <h2>"Families of outliers"</h2>
            {move || (!is_own.get()).then(|| view! { <AmongSelect /> })}
            <button type="button" class="quiet" data-testid="families-close" on:click=move |_| families.close()>"Close"</button>
        </header>
        <div class="modal-body">
            {move || if is_own.get() { view! { <OnServerOnly /> }.into_any() } else { view! { <Found /> }.into_any() }}
        </div>
    }
}

/// Where families are looked for.
#[component]
fn AmongSelect() -> impl IntoView {
    let families: Families = expect_context();
    let choose = move |event| families.open(Among::of_key(&event_target_value(&event)));
    let now = move || families.among.get().unwrap_or_default();
    let offered = move || {
        let now = now();
        let mut offered = Among::ALL.to_vec();
        // an address may ask for another number
        if !offered.contains(&now) {
            offered.push(now);
        }
        let option = |of: Among| view! { <option value=of.key() selected=of == now>{of.title()}</option> };
        offered.into_iter().map(option).collect_view()
    };
    view! {
        <label class="inline-field">
            <span>"among"</span>
            <select data-testid="families-among" aria-label="Outliers to look among" prop:value=move || now().key() on:change=choose>
                {offered}
            </select>
        </label>
    }
}

/// A run of this browser has none.
#[component]
fn OnServerOnly() -> impl IntoView {
    let draft: Draft = expect_context();
    let refused = move || draft.faults.with(|faults| faults.first().map(|fault| fault.detail.clone()));
    view! {
        <p>"Families are found by the server, which has all spectra at hand. This run was computed in the browser: have the server carry it out, and its families can be looked at here."</p>
        <ToServer draft />
        <p class="fault" role="alert">{refused}</p>
    }
}

#[component]
fn Found() -> impl IntoView {
    let families: Families = expect_context();
    let found = move || {
        match families.answer.get() {
        Load::Idle => ().into_any(),
        Load::Loading => view! { <p class="muted" role="status">"Looking for families: each outlier is compared with its neighbours …"</p> }.into_any(),
        Load::Failed(problem) => view! {
            <p class="fault" role="alert">{format!("The families could not be found: {problem}")}</p>
            <button type="button" on:click=move |_| families.ask()>"Try again"</button>
        }
        .into_any(),
        Load::Ready(body) => view! { <Answer body /> }.into_any(),
    }
    };
    view! {
        <NamedList />
        {found}
    }
}

#[component]
fn Answer(body: Arc<FamiliesBody>) -> impl IntoView {
    let desk: Desk = expect_context();
    if body.outliers == 0 {
        return view! {
            <p data-testid="families-none">"No spectrum of this run is above its threshold. Look among the first of the list (above), or run again with a lower threshold."</p>
        }
        .into_any();
    }
    let chosen = desk.spectrum_id.get_untracked();
    let cards = ordered(&body, chosen.as_deref());
    let cards = cards.into_iter().map(|family| {
        let has_chosen =
            chosen.as_ref().is_some_and(|id| family.members.iter().any(|member| member.spectrum_id == *id));
        let (run, medium) = (body.run.clone(), body.medium);
        view! { <Card family=family.clone() drawn=plot(&body, family) run medium has_chosen /> }
    });
    let cards = cards.collect_view();
    let known = recognised(&body).into_iter().map(|(name, number)| format!("{} of {name}", count(number as u64)));
    let known = known.collect::<Vec<_>>().join(", ");
    let known = (!known.is_empty())
        .then(|| view! { <p role="status" data-testid="families-known">{format!("Known: {known}.")}</p> });
    view! {
        <p class="muted" data-testid="families-summary">{summary(&body)}</p>
        {known}
        <ol class="family-cards">{cards}</ol>
    }
    .into_any()
}

fn summary(body: &FamiliesBody) -> String {
    let outliers = count(body.outliers);
    match body.families.len() {
        0 => format!("{outliers} outliers, no two alike enough for a family. Look among more of the list."),
        number => {
            let families = if number == 1 { "1 family".to_owned() } else { format!("{number} families") };
            format!("{families} among {outliers} outliers; {} are in none.", count(body.alone))
        }
    }
}
