//! The survey matched on the sky with a catalogue or another survey: a dialog with what to match, what came of it, and
//! all that is joined already. `Shift K` opens it; `Shift N` hides in the list what catalogues know.

mod form;
mod joined_list;
mod known;
mod matching;
mod outcome;
mod source;

use leptos::prelude::*;
use web_sys::DragEvent;

use self::{form::MatchForm, joined_list::JoinedList, matching::Matching, outcome::Outcome};
use super::{keyboard::is_for_page, modal::Modal};
use crate::context::{Desk, Joined};

pub use known::KnownMenu;

/// The button and its dialog.
#[component]
pub fn Crossmatch() -> impl IntoView {
    let (desk, joined): (Desk, Joined) = (expect_context(), expect_context());
    let matching = Matching::new();
    let is_open = RwSignal::new(false);
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        if !is_for_page(&event) {
            return;
        }
        match event.key().as_str() {
            "K" if desk.survey.with_untracked(Option::is_some) => is_open.set(true),
            "N" => joined.turn(),
            _ => return,
        }
        event.prevent_default();
    });
    on_cleanup(move || listener.remove());
    view! {
        <button
            type="button"
            data-testid="crossmatch"
            aria-haspopup="dialog"
            aria-keyshortcuts="Shift+K"
            title="Match the survey on the sky with a catalogue or another survey (Shift+K)"
            disabled=move || desk.survey.with(Option::is_none)
            on:click=move |_| is_open.set(true)
        >
            {move || if matching.is_busy.get() { "Matching …" } else { "Cross-match" }}
        </button>
        <Modal
            class="crossmatch"
            label="Cross-match"
            is_open
            close=move |()| is_open.set(false)
            attr:data-testid="crossmatch-dialog"
            on:dragover=move |event| event.prevent_default()
            on:drop=move |event| take_dropped(matching, &event)
        >
            <Body matching is_open />
        </Modal>
    }
}

#[component]
fn Body(matching: Matching, is_open: RwSignal<bool>) -> impl IntoView {
    let desk: Desk = expect_context();
    let close = Callback::new(move |()| is_open.set(false));
    view! {
        <header>
            <h2>"Cross-match " {move || desk.survey.get()}</h2>
            <button type="button" class="quiet" on:click=move |_| close.run(())>"Close"</button>
        </header>
        <div class="modal-body">
            <MatchForm matching />
            <Outcome matching close />
            <JoinedList close />
        </div>
    }
}

/// A file that is dropped anywhere on the dialog is the one to match.
fn take_dropped(matching: Matching, event: &DragEvent) {
    event.prevent_default();
    let files = event.data_transfer().and_then(|data| data.files());
    if let Some(file) = files.and_then(|files| files.get(0)) {
        matching.choose(file);
    }
}
