//! Fifty spectra at a time, each a small plot: to look through thousands, to label and to select them by keys alone.
//!
//! [`sheet`] says which spectra are shown and goes from one to the next, [`supply`] fetches them, [`cell`] writes what
//! is known of each, [`paint`] draws all plots on one canvas, [`controls`] changes what is shown.

mod cell;
mod controls;
mod paint;
mod sheet;
mod supply;

use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use self::{
    cell::{CellView, element_id},
    controls::Controls,
    sheet::{Cell, Sheet},
};
use super::Card;
use crate::{
    components::spectrum_plot::{
        frames::{Frames, watch_size},
        ink::Ink,
    },
    context::{CurrentTheme, Rows, Showing},
    state::{
        gallery::{CELL_HEIGHT, PAGE, Step},
        views::Kind,
        virtual_rows::scroll_to_show,
    },
};

/// The view.
#[component]
pub fn GalleryView() -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    let size = watch_size(canvas);
    let sheet = Sheet::new(Signal::derive(move || size.get().0));
    view! {
        <Card kind=Kind::Gallery controls=Box::new(move || view! { <Controls sheet /> }.into_any())>
            <Plots sheet canvas />
        </Card>
    }
}

/// The plots, and the texts above them.
#[component]
fn Plots(sheet: Sheet, canvas: NodeRef<html::Canvas>) -> impl IntoView {
    let rows: Rows = expect_context();
    let frame = NodeRef::<html::Div>::new();
    let grid = NodeRef::<html::Div>::new();
    let cells: Vec<Cell> = (0..PAGE).map(|at| sheet.cell(at)).collect();
    let cells = StoredValue::new(cells);
    paint_when_needed(sheet, canvas, cells);
    show_the_chosen(sheet, frame);
    // opened by its key it takes the keys, as long as nothing else has them
    let is_opened_later = rows.table.with_untracked(|table| table.ready().is_some());
    Effect::new(move || {
        let nobody = document().active_element().is_none_or(|element| element.tag_name() == "BODY");
        if let Some(grid) = grid.get().filter(|_| is_opened_later && nobody) {
            // an element of the document that can be focused takes the focus
            let _ = grid.focus();
        }
    });
    let number = Memo::new(move |_| sheet.places().len());
    let columns = Memo::new(move |_| sheet.layout.get().columns);
    let lines = move || {
        let columns = columns.get();
        (0..number.get().div_ceil(columns)).map(move |line| (line, columns))
    };
    let line = move |(line, columns): (usize, usize)| {
        let ats = move || line * columns..((line + 1) * columns).min(number.get());
        view! {
            <div role="row" class="thumbs" aria-rowindex=(line + 1).to_string()>
                <For each=ats key=|at| *at let:at>
                    {cells.with_value(|cells| cells.get(at).copied()).map(|cell| view! {
                        <CellView sheet cell at open=Callback::new(move |()| open_spectrum()) />
                    })}
                </For>
            </div>
        }
    };
    let high = move || format!("{}px", sheet.layout.get().rows(number.get()) as f64 * CELL_HEIGHT);
    view! {
        <div class="gallery" node_ref=frame>
            <div class="gallery-sheet" style:height=high>
                <canvas node_ref=canvas data-testid="gallery-plots" aria-hidden="true"></canvas>
                <div
                    class="gallery-grid"
                    node_ref=grid
                    role="grid"
                    tabindex="0"
                    data-testid="gallery"
                    data-page=move || sheet.page.get().to_string()
                    aria-label="Spectra"
                    aria-colcount=move || columns.get().to_string()
                    aria-activedescendant=move || sheet.chosen_cell.get().map(element_id)
                    aria-keyshortcuts="ArrowLeft ArrowRight ArrowUp ArrowDown PageUp PageDown Home End Enter"
                    style:grid-template-columns=move || format!("repeat({}, minmax(0, 1fr))", columns.get())
                    on:keydown=move |event| key(&event, sheet)
                >
                    <For each=lines key=|line| *line children=line />
                </div>
            </div>
            {move || nothing(sheet)}
        </div>
    }
}

/// A key on the gallery; those that mean nothing to it go on to the page.
fn key(event: &KeyboardEvent, sheet: Sheet) {
    if event.ctrl_key() || event.alt_key() || event.meta_key() || event.shift_key() {
        return;
    }
    match (event.key().as_str(), Step::of_key(&event.key())) {
        (_, Some(step)) => sheet.step(step),
        ("Enter", None) => open_spectrum(),
        _ => return,
    }
    event.prevent_default();
    event.stop_propagation();
}

/// Goes to the chosen spectrum itself, which stands below.
fn open_spectrum() {
    let plot = document().query_selector(".spectrum canvas[tabindex]").ok().flatten();
    if let Some(plot) = plot.and_then(|plot| plot.dyn_into::<HtmlElement>().ok()) {
        // an element of the document that can be focused takes the focus, and comes into sight
        let _ = plot.focus();
    }
}

/// Scrolls the sheet, and never the page, to the chosen spectrum.
fn show_the_chosen(sheet: Sheet, frame: NodeRef<html::Div>) {
    Effect::new(move || {
        let (Some(cell), Some(frame)) = (sheet.chosen_cell.get(), frame.get()) else { return };
        let line = cell / sheet.layout.get().columns;
        let (top, height) = (f64::from(frame.scroll_top()), f64::from(frame.client_height()));
        // there is no head that would stand in the way
        if let Some(to) = scroll_to_show(line, top, height + CELL_HEIGHT, CELL_HEIGHT) {
            frame.set_scroll_top(to as i32);
        }
    });
}

/// Asks for a frame whenever something changes that is seen in it. The chosen and the selected ones are marked without.
fn paint_when_needed(sheet: Sheet, canvas: NodeRef<html::Canvas>, cells: StoredValue<Vec<Cell>>) {
    let CurrentTheme(theme) = expect_context();
    let showing: Showing = expect_context();
    let same_heights = Memo::new(move |_| showing.views.with(|views| views.gallery.same_heights));
    let ink = StoredValue::new(None::<Ink>);
    let frames = Frames::new(move |_| {
        // the page may have gone on since the frame was asked for
        let Some(canvas) = canvas.try_get_untracked().flatten() else { return };
        let Some(cells) = cells.try_get_value() else { return };
        let colours = ink.get_value().unwrap_or_else(|| Ink::at(&canvas));
        let thumbs: Vec<_> = cells.iter().map(|cell| cell.thumb.get_untracked()).collect();
        paint::draw(&canvas, &colours, sheet.layout.get_untracked(), &thumbs, same_heights.get_untracked());
        ink.set_value(Some(colours));
    });
    Effect::new(move || {
        theme.track();
        ink.set_value(None);
        frames.ask(true);
    });
    Effect::new(move || {
        sheet.layout.track();
        same_heights.track();
        cells.with_value(|cells| cells.iter().for_each(|cell| cell.thumb.track()));
        frames.ask(true);
    });
}

/// What stands in a gallery without spectra.
fn nothing(sheet: Sheet) -> Option<AnyView> {
    let showing: Showing = expect_context();
    sheet.walk.with(|walk| walk.0.is_empty()).then(|| {
        let said = if showing.views.with(|views| views.gallery.only_selected) {
            "Nothing that is listed is selected: select with x, or show all."
        } else {
            "Nothing is listed."
        };
        view! { <p class="standing" role="status">{said}</p> }.into_any()
    })
}
