//! Going through the list: by keys from anywhere on the page, by buttons, by itself at the beginning.

use leptos::prelude::*;

use crate::{
    components::keyboard::is_for_page,
    context::{Desk, Rows, Spectra},
    state::{
        candidates::{Step, after},
        picture::Same,
    },
};

/// The row of the chosen spectrum.
fn chosen_row(desk: Desk, rows: Rows) -> Option<usize> {
    let id = desk.spectrum_id.get()?;
    rows.table.with(|table| table.ready()?.row_of(&id))
}

/// Goes one step through the list; false where there is nothing in it.
pub fn go(desk: Desk, rows: Rows, step: Step) -> bool {
    let at = untrack(|| chosen_row(desk, rows));
    rows.table.with_untracked(|table| {
        let Some(table) = table.ready() else { return false };
        let next = rows.walk.with_untracked(|walk| match walk {
            Some(Same(walk)) => {
                let place = at.and_then(|row| walk.place(row));
                after(walk.len(), place, step).and_then(|place| walk.row(place))
            }
            None => after(table.len(), at, step),
        });
        let next = next.and_then(|row| table.id(row));
        if let Some(id) = next {
            desk.choose(id);
        }
        next.is_some()
    })
}

/// Listens to the keys of the whole page, except where something is typed or chosen.
pub fn follow_keys(desk: Desk, rows: Rows) {
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        if !is_for_page(&event) {
            return;
        }
        let Some(step) = Step::of_key(&event.key()) else { return };
        if go(desk, rows, step) {
            event.prevent_default();
        }
    });
    on_cleanup(move || listener.remove());
}

/// Without a spectrum in the address, opens the first of the list.
pub fn choose_first(desk: Desk, rows: Rows) {
    Effect::new(move || {
        if desk.spectrum_id.with(Option::is_some) || !rows.is_current() {
            return;
        }
        rows.table.with(|table| {
            if let Some(id) = table.ready().and_then(|table| table.id(0)) {
                desk.choose(id);
            }
        });
    });
}

/// Fetches the spectra next to the chosen one, once that is here: it must not wait for its neighbours.
pub fn fetch_ahead(desk: Desk, rows: Rows) {
    let spectra: Spectra = expect_context();
    Effect::new(move || {
        let (Some(at), Some(survey)) = (chosen_row(desk, rows), desk.survey.get()) else { return };
        if spectra.awaited.get() {
            return;
        }
        let near = [at + 1, at + 2, at.wrapping_sub(1), at + 3];
        let ids = rows.table.with(|table| {
            let table = table.ready()?;
            Some(near.iter().filter_map(|row| table.id(*row)).map(str::to_owned).collect())
        });
        spectra.fetch_ahead(survey, ids.unwrap_or_default());
    });
}
