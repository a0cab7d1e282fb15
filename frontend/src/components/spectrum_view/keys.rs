//! The keys that change what is drawn with the chosen spectrum and how fast it is, from anywhere on the page.

use leptos::prelude::*;
use web_sys::KeyboardEvent;

use crate::{
    components::keyboard::{is_for_page, is_in_field},
    context::{Compared, Desk, Labels, Spectra, Viewing},
    state::{
        compare::{Compare, EPOCH_RADIUS, Group, MeanOf},
        velocity::{allowed, step},
    },
};

/// Neighbours that a key draws.
pub const A_FEW: usize = 5;
/// The line about which a key tells velocities.
const FIRST_LINE: &str = "H-alpha";

/// What the keys act upon.
#[derive(Clone, Copy)]
struct Keys {
    compared: Compared,
    viewing: Viewing,
    desk: Desk,
    labels: Labels,
    spectra: Spectra,
}

/// Listens to the keys of the whole page, except where something is typed or chosen.
pub fn follow() {
    let keys = Keys {
        compared: expect_context(),
        viewing: expect_context(),
        desk: expect_context(),
        labels: expect_context(),
        spectra: expect_context(),
    };
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        if keys.velocity(&event) || (is_for_page(&event) && keys.plain(&event)) {
            event.prevent_default();
        }
    });
    on_cleanup(move || listener.remove());
}

impl Keys {
    /// `[` and `]`, wherever they are on the keyboard; with Alt they may write other signs.
    fn velocity(self, event: &KeyboardEvent) -> bool {
        if event.ctrl_key() || event.meta_key() || event.default_prevented() || is_in_field(event) {
            return false;
        }
        let steps = match (event.key().as_str(), event.code().as_str()) {
            ("[" | "{", _) => -1.0,
            ("]" | "}", _) => 1.0,
            (_, "BracketLeft") if event.alt_key() => -1.0,
            (_, "BracketRight") if event.alt_key() => 1.0,
            _ => return false,
        };
        let shift = self.viewing.view.with_untracked(|view| view.shift);
        self.viewing.set_shift(allowed(shift + steps * step(event.shift_key(), event.alt_key())));
        true
    }

    fn plain(self, event: &KeyboardEvent) -> bool {
        let edit = |change: fn(Compare) -> Compare| self.compared.edit(change);
        match event.key().as_str() {
            "i" if self.desk.run_id.get_untracked().is_some() => {
                edit(|compare| Compare { near: if compare.near == 0 { A_FEW } else { 0 }, ..compare });
            }
            "t" => edit(|compare| {
                let set = if compare.set.is_none() { Some(Group::Selected) } else { None };
                Compare { set, ..compare }
            }),
            "E" => edit(|compare| {
                let epochs = if compare.epochs.is_none() { Some(EPOCH_RADIUS) } else { None };
                Compare { epochs, ..compare }
            }),
            "o" => edit(|compare| Compare { levels: compare.levels.next(), ..compare }),
            "P" => self.compared.toggle_pin(),
            "b" => {
                let own = self.own_class();
                self.compared
                    .edit(|compare| Compare { mean: if compare.mean.is_none() { own } else { None }, ..compare });
            }
            "d" => self.viewing.edit(|view| {
                let line = if view.velocity.is_none() { Some(FIRST_LINE.to_owned()) } else { None };
                view.about(line)
            }),
            _ => return false,
        }
        true
    }

    /// The class of the chosen spectrum: its label in force, else what the survey calls it.
    fn own_class(self) -> Option<MeanOf> {
        self.spectra.shown.with_untracked(|shown| {
            let star = &shown.as_ref()?.metadata;
            let label = self.labels.in_force.with_untracked(|labels| labels.get(&star.spectrum_id).cloned());
            let text = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
            label
                .map(|row| MeanOf::Label(row.label))
                .or_else(|| text(&star.subclass).map(MeanOf::Subclass))
                .or_else(|| text(&star.class).map(MeanOf::Class))
        })
    }
}
