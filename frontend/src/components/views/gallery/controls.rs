//! Above the gallery: which spectra, which part of them, on what scale, which fifty.

use leptos::prelude::*;

use super::sheet::Sheet;
use crate::{
    context::Showing,
    state::{
        format::count,
        gallery::{Around, Gallery, Step},
        markers::greek,
        views::Views,
    },
};

/// The controls.
#[component]
pub fn Controls(sheet: Sheet) -> impl IntoView {
    let showing: Showing = expect_context();
    let gallery = Memo::new(move |_| showing.views.with(|views| views.gallery));
    let edit = move |change: fn(Gallery) -> Gallery| {
        showing.edit(|views| Views { gallery: change(views.gallery), ..views });
    };
    let choose = move |event| {
        let around = Around::of_key(&event_target_value(&event));
        showing.edit(|views| Views { gallery: Gallery { around, ..views.gallery }, ..views });
    };
    let option = move |around: Around| {
        let selected = move || gallery.with(|gallery| gallery.around == around);
        view! { <option value=around.key() selected=selected>{greek(around.title())}</option> }
    };
    let where_in_it = move || {
        let (places, all) = (sheet.places(), sheet.walk.with(|walk| walk.0.len()));
        let written = |place: usize| count(place as u64);
        if places.is_empty() {
            "0".to_owned()
        } else {
            format!("{}–{} of {}", written(places.start + 1), written(places.end), written(all))
        }
    };
    let is_first = move || sheet.page.get() == 0;
    let is_last = move || sheet.places().end == sheet.walk.with(|walk| walk.0.len());
    view! {
        <select
            aria-label="Wavelengths"
            title="Which wavelengths the plots show"
            data-testid="gallery-around"
            on:change=choose
        >
            {Around::all().into_iter().map(option).collect_view()}
        </select>
        <button
            type="button"
            data-testid="gallery-heights"
            aria-pressed=move || gallery.with(|gallery| gallery.same_heights).to_string()
            aria-keyshortcuts="Shift+H"
            title="One scale of flux for all of them, not one for each (Shift+H)"
            on:click=move |_| edit(Gallery::heights_turned)
        >
            "Same scale"
        </button>
        <button
            type="button"
            data-testid="gallery-selected"
            aria-pressed=move || gallery.with(|gallery| gallery.only_selected).to_string()
            aria-keyshortcuts="Shift+F"
            title="Only what is selected of the list (Shift+F)"
            on:click=move |_| edit(Gallery::selection_turned)
        >
            "Only selected"
        </button>
        <span class="pager">
            <button type="button" aria-label="The fifty before" title="The fifty before (Page up)" disabled=is_first
                on:click=move |_| sheet.step(Step::PageBack)>"‹"</button>
            <span class="muted" role="status" data-testid="gallery-pages">{where_in_it}</span>
            <button type="button" aria-label="The next fifty" title="The next fifty (Page down)" disabled=is_last
                data-testid="gallery-next" on:click=move |_| sheet.step(Step::PageOn)>"›"</button>
        </span>
    }
}
