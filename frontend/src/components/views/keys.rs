//! The keys that open views, change what a drag does, and change the selection, from anywhere on the page.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use crate::{
    components::keyboard::is_for_page,
    context::{Desk, Selected, Showing},
    state::{
        hand::Tool,
        views::{Kind, Views},
    },
};

/// Listens to the keys of the whole page, except where something is typed or chosen.
pub fn follow(showing: Showing, selected: Selected) {
    let desk: Desk = expect_context();
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        let done = if is_for_page(&event) {
            plain(&event, showing, selected, desk)
        } else {
            is_history(&event) && {
                if event.shift_key() || event.key() == "y" {
                    selected.redo();
                } else {
                    selected.undo();
                }
                true
            }
        };
        if done {
            event.prevent_default();
        }
    });
    on_cleanup(move || listener.remove());
}

/// Ctrl+Z, Ctrl+Shift+Z or Ctrl+Y outside of fields, which have a history of their own.
fn is_history(event: &KeyboardEvent) -> bool {
    let is_field = target(event).is_some_and(|element| {
        matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA")
            || element.closest("dialog").ok().flatten().is_some()
    });
    (event.ctrl_key() || event.meta_key())
        && !event.alt_key()
        && !is_field
        && matches!(event.key().as_str(), "z" | "Z" | "y")
}

fn target(event: &KeyboardEvent) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

/// Whether the space bar means the focused element itself.
fn is_pressed_by_space(event: &KeyboardEvent) -> bool {
    target(event).is_some_and(|element| element.closest("button, a, summary, label").ok().flatten().is_some())
}

/// What a key does; false where it means nothing here.
fn plain(event: &KeyboardEvent, showing: Showing, selected: Selected, desk: Desk) -> bool {
    let key = event.key();
    if let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.letter() == key) {
        showing.toggle(kind);
        return true;
    }
    let take = |tool: Tool| {
        showing.tool.update(|now| *now = if *now == tool { Tool::Pan } else { tool });
        true
    };
    // where the view is not open there is nothing to turn
    let turn = |kind: Kind, change: fn(Views) -> Views| {
        let is_open = showing.views.with_untracked(|views| views.has(kind));
        if is_open {
            showing.edit(change);
        }
        is_open
    };
    match key.as_str() {
        "l" => take(Tool::Lasso),
        "r" => take(Tool::Box),
        "M" => turn(Kind::Map, Views::embedding_turned),
        "S" => turn(Kind::Sky, Views::footprint_turned),
        "G" => turn(Kind::Sky, |views| Views { galactic: !views.galactic, ..views }),
        "H" => turn(Kind::Gallery, |views| Views { gallery: views.gallery.heights_turned(), ..views }),
        "F" => turn(Kind::Gallery, |views| Views { gallery: views.gallery.selection_turned(), ..views }),
        "c" => take(Tool::Cone),
        " " if is_pressed_by_space(event) => false,
        "x" | " " => desk.spectrum_id.get_untracked().is_some_and(|id| {
            selected.toggle(&id);
            true
        }),
        "A" => {
            selected.all();
            true
        }
        "I" => {
            selected.invert();
            true
        }
        "O" | "X" => {
            selected.now.with_untracked(|now| !now.is_empty()) && {
                selected.narrow(key == "O");
                true
            }
        }
        "z" | "Z" => {
            if key == "z" {
                selected.undo();
            } else {
                selected.redo();
            }
            true
        }
        // it closes a menu first
        "Escape" if document().query_selector("details.menu[open]").is_ok_and(|menu| menu.is_some()) => false,
        "Escape" if showing.tool.get_untracked() != Tool::Pan => take(showing.tool.get_untracked()),
        "Escape" => selected.clear(),
        _ => false,
    }
}
