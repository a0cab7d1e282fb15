//! Saying what the chosen spectrum is: by buttons, by the keys 1 to 9, with a note, and taking it back.

use balmer_exchange::api::LabelChangeRow;
use leptos::{html, prelude::*, task::spawn_local};
use wasm_bindgen::JsValue;

use super::{keyboard::is_for_page, listing::go, new_class::NewClass};
use crate::{
    context::{Desk, Labels, Rows, Spectra},
    state::{
        address::{Address, Place},
        candidates::Step,
        classes::{key_of, place_of_key},
    },
};

/// Where the browser remembers whether a label leads on to the next candidate.
const ADVANCE_KEY: &str = "balmer-advance";

/// The handles that every part of the bar needs.
#[derive(Clone, Copy)]
struct Bar {
    desk: Desk,
    rows: Rows,
    labels: Labels,
    spectra: Spectra,
    note: RwSignal<String>,
    /// What happened last, in words.
    said: RwSignal<String>,
    advance: RwSignal<bool>,
}

/// The bar.
#[component]
pub fn LabelBar() -> impl IntoView {
    let bar = Bar {
        desk: expect_context(),
        rows: expect_context(),
        labels: expect_context(),
        spectra: expect_context(),
        note: RwSignal::new(String::new()),
        said: RwSignal::new(String::new()),
        advance: RwSignal::new(remembered_advance()),
    };
    let note_field = NodeRef::<html::Input>::new();
    bar.follow_keys(note_field);
    // the note of the label in force, ready to be changed
    Effect::new(move || {
        let note = bar.shown().and_then(|id| bar.labels.of(&id)).map(|label| label.note);
        bar.note.set(note.unwrap_or_default());
    });
    let in_force = Memo::new(move |_| bar.shown().and_then(|id| bar.labels.of(&id)).map(|row| row.label));
    let class = move |(place, class): (usize, String)| {
        let (testid, name) = (format!("label-{class}"), class.clone());
        let pressed = move || (in_force.get().as_ref() == Some(&name)).to_string();
        let name = class.clone();
        view! {
            <button type="button" class="class" data-testid=testid aria-pressed=pressed on:click=move |_| bar.give(Some(name.clone()))>
                {key_of(place).map(|key| view! { <kbd>{key}</kbd> })}
                {class}
            </button>
        }
    };
    view! {
        <section class="label-bar" aria-label="Label">
            {move || bar.labels.offered.get().into_iter().enumerate().map(class).collect_view()}
            <Classes bar />
            <input
                type="text"
                class="note"
                data-testid="note"
                aria-label="Note"
                placeholder="note (n)"
                node_ref=note_field
                prop:value=move || bar.note.get()
                on:input=move |event| bar.note.set(event_target_value(&event))
                on:change=move |_| bar.keep_note()
            />
            <button type="button" data-testid="undo" title="Take back the last label (u)" on:click=move |_| bar.undo()>"Undo"</button>
            <button
                type="button"
                data-testid="advance"
                aria-pressed=move || bar.advance.get().to_string()
                title="After a label go on to the next candidate (a)"
                on:click=move |_| bar.toggle_advance()
            >
                "Go on"
            </button>
            <span class="said" role="status">{move || bar.said.get()}</span>
        </section>
    }
}

/// A field for the first class; once there is one, the way to all of them.
#[component]
fn Classes(bar: Bar) -> impl IntoView {
    let none = Memo::new(move |_| bar.labels.offered.with(Vec::is_empty));
    let all = move || bar.desk.survey.get().map(|survey| Address::of(Place::Labels { survey }).to_string());
    move || {
        if none.get() {
            view! { <NewClass label="Name of the first class" placeholder="the first class, such as be" /> }.into_any()
        } else {
            view! { <a class="edit-classes" href=all>"Edit classes"</a> }.into_any()
        }
    }
}

impl Bar {
    /// The spectrum that is drawn: the chosen one may still be on its way.
    fn shown(self) -> Option<String> {
        self.spectra.shown.with(|spectrum| spectrum.as_ref().map(|spectrum| spectrum.metadata.spectrum_id.clone()))
    }

    /// The spectrum to be labelled: the chosen one, once it can be seen.
    fn subject(self) -> Option<String> {
        let shown = untrack(|| self.shown());
        if shown.is_some() && shown == self.desk.spectrum_id.get_untracked() {
            return shown;
        }
        self.said.set("not labelled: the spectrum is not here yet".to_owned());
        None
    }

    fn give(self, label: Option<String>) {
        let Some(id) = self.subject() else { return };
        let note = self.note.get_untracked();
        spawn_local(async move {
            if let Ok(change) = self.labels.give(&id, label, note).await {
                self.said.set(match &change.label {
                    Some(label) => format!("{id} is {label}"),
                    None => format!("{id} has no label"),
                });
                let still_open = self.desk.spectrum_id.get_untracked().as_ref() == Some(&id);
                if self.advance.get_untracked() && change.label.is_some() && still_open {
                    go(self.desk, self.rows, Step::Next);
                }
            }
        });
    }

    /// A changed note of a labelled spectrum is kept with its label; that of another waits for one.
    fn keep_note(self) {
        let Some(id) = self.subject() else { return };
        let note = self.note.get_untracked();
        if let Some(label) = untrack(|| self.labels.of(&id)).filter(|label| label.note != note) {
            spawn_local(async move {
                if self.labels.give(&id, Some(label.label), note).await.is_ok() {
                    self.said.set("note kept".to_owned());
                }
            });
        }
    }

    fn undo(self) {
        spawn_local(async move {
            match self.labels.undo().await {
                Ok(Some(LabelChangeRow { spectrum_id, label, .. })) => {
                    let what = label.unwrap_or_else(|| "the removal of a label".to_owned());
                    self.said.set(format!("took back {what} from {spectrum_id}"));
                    self.desk.choose(&spectrum_id);
                }
                Ok(None) => self.said.set("nothing left to take back".to_owned()),
                Err(_) => {}
            }
        });
    }

    fn toggle_advance(self) {
        let advance = !self.advance.get_untracked();
        self.advance.set(advance);
        if let Ok(Some(storage)) = window().local_storage() {
            // a browser that remembers nothing still obeys for this visit
            let _: Result<(), JsValue> = storage.set_item(ADVANCE_KEY, if advance { "yes" } else { "no" });
        }
    }

    fn follow_keys(self, note_field: NodeRef<html::Input>) {
        let listener = window_event_listener(leptos::ev::keydown, move |event| {
            if !is_for_page(&event) {
                return;
            }
            match event.key().as_str() {
                "u" => self.undo(),
                "a" => self.toggle_advance(),
                "0" => self.give(None),
                "n" => {
                    event.prevent_default();
                    if let Some(field) = note_field.get_untracked() {
                        // a field that cannot take the focus is not in sight
                        let _: Result<(), JsValue> = field.focus();
                    }
                }
                key => {
                    let class = place_of_key(key)
                        .and_then(|place| self.labels.offered.with_untracked(|classes| classes.get(place).cloned()));
                    if class.is_some() {
                        self.give(class);
                    }
                }
            }
        });
        on_cleanup(move || listener.remove());
    }
}

fn remembered_advance() -> bool {
    let storage = window().local_storage().ok().flatten();
    storage.and_then(|storage| storage.get_item(ADVANCE_KEY).ok().flatten()).is_some_and(|value| value == "yes")
}
