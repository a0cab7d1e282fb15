//! What the parts of the gallery share: which spectra are walked through, where in it the reader is, what is here.

use leptos::prelude::*;

use super::supply::{Supplied, Supply};
use crate::{
    context::{Desk, Rows, Selected, Showing, Viewing},
    state::{
        gallery::{Layout, PAGE, Step, Thumb, Walk},
        listed::Listed,
        markers::redshift,
        picture::Same,
        selection::How,
        trace::Trace,
        view::Show,
    },
};

/// What the parts share.
#[derive(Debug, Clone, Copy)]
pub struct Sheet {
    /// Rows that are gone through.
    pub walk: Memo<Same<Walk>>,
    /// The place of the chosen spectrum, where it is one of them.
    pub chosen: Memo<Option<usize>>,
    /// The page that is shown.
    pub page: Memo<usize>,
    /// The cell of the chosen spectrum, where it is on that page.
    pub chosen_cell: Memo<Option<usize>>,
    /// How its cells stand.
    pub layout: Memo<Layout>,
    /// The spectra that are here.
    pub supply: Supply,
    /// Kept aside, so that the handle stays small enough to be passed around.
    others: StoredValue<(Desk, Rows, Selected, Viewing, Showing)>,
}

impl Sheet {
    /// Follows the list, the selection and the chosen spectrum, on a sheet of this width.
    pub fn new(width: Signal<f64>) -> Self {
        let (desk, rows, selected): (Desk, Rows, Selected) = (expect_context(), expect_context(), expect_context());
        let (viewing, showing): (Viewing, Showing) = (expect_context(), expect_context());
        let only_selected = Memo::new(move |_| showing.views.with(|views| views.gallery.only_selected));
        let walk = Memo::new(move |_| {
            let len = rows.table.with(|table| table.ready().map_or(0, |table| table.len()));
            Same::new(if only_selected.get() {
                let is_marked = |row: &u32| selected.marks.with(|marks| marks.0.has(*row as usize));
                Walk::Rows((0..len as u32).filter(is_marked).collect())
            } else {
                Walk::All(len)
            })
        });
        let chosen = Memo::new(move |_| showing.chosen.get().and_then(|row| walk.with(|walk| walk.0.place(row))));
        let page = Memo::new(move |before: Option<&usize>| {
            let last = walk.with(|walk| walk.0.len().saturating_sub(1)) / PAGE;
            chosen.get().map_or_else(|| before.copied().unwrap_or_default(), |place| place / PAGE).min(last)
        });
        let chosen_cell = Memo::new(move |_| {
            let (chosen, page) = (chosen.get(), page.get());
            chosen.filter(|place| place / PAGE == page).map(|place| place % PAGE)
        });
        let sheet = Self {
            walk,
            chosen,
            page,
            chosen_cell,
            layout: Memo::new(move |_| Layout::of(width.get())),
            supply: Supply::new(),
            others: StoredValue::new((desk, rows, selected, viewing, showing)),
        };
        sheet.fetch_ahead();
        // what the other steps through the list go through, too
        Effect::new(move || rows.walk.set(only_selected.get().then(|| walk.get())));
        on_cleanup(move || rows.walk.set(None));
        sheet
    }

    /// Fetches the page that is shown, then the next one, then the one before.
    fn fetch_ahead(self) {
        let ids = Memo::new(move |_| {
            let page = self.page.get();
            let pages = [Some(page), Some(page + 1), page.checked_sub(1)];
            let places = |page| self.walk.with(|walk| walk.0.page(page));
            pages.into_iter().flatten().flat_map(places).filter_map(|place| self.id(place)).collect::<Vec<_>>()
        });
        Effect::new(move || ids.with(|ids| self.supply.want(ids)));
    }

    /// The row of a place.
    pub fn row(self, place: usize) -> Option<usize> {
        self.walk.with(|walk| walk.0.row(place))
    }

    /// The spectrum of a place.
    pub fn id(self, place: usize) -> Option<String> {
        let (_, rows, ..) = self.others.get_value();
        let row = self.row(place)?;
        rows.table.with(|table| table.ready()?.id(row).map(str::to_owned))
    }

    /// The places of the page that is shown.
    pub fn places(self) -> std::ops::Range<usize> {
        self.walk.with(|walk| walk.0.page(self.page.get()))
    }

    /// Chooses the spectrum of a place.
    pub fn choose(self, place: usize) {
        let (desk, ..) = self.others.get_value();
        if let Some(id) = untrack(|| self.id(place)) {
            desk.choose(&id);
        }
    }

    /// Goes a step.
    pub fn step(self, step: Step) {
        let next = untrack(|| {
            let len = self.walk.with(|walk| walk.0.len());
            match self.chosen.get() {
                Some(at) => step.after(len, at, self.layout.get().columns),
                None => self.places().next(),
            }
        });
        if let Some(place) = next {
            self.choose(place);
        }
    }

    /// Selects from the chosen place to this one, as in mail.
    pub fn select_to(self, place: usize) {
        let (_, _, selected, ..) = self.others.get_value();
        let rows: Vec<u32> = untrack(|| {
            let from = self.chosen.get().unwrap_or(place);
            (place.min(from)..=place.max(from)).filter_map(|place| self.row(place)).map(|row| row as u32).collect()
        });
        selected.choose(How::Add, &rows);
    }

    /// Puts a place into the selection, or takes it out.
    pub fn toggle(self, place: usize) {
        let (_, _, selected, ..) = self.others.get_value();
        if let Some(id) = untrack(|| self.id(place)) {
            selected.toggle(&id);
        }
    }

    /// What the cell says and draws; to be called once for each.
    pub fn cell(self, cell: usize) -> Cell {
        let (_, rows, _, viewing, showing) = self.others.get_value();
        let place = Memo::new(move |_| {
            let places = self.places();
            (cell < places.len()).then(|| places.start + cell)
        });
        let listed = Memo::new(move |_| {
            let row = self.row(place.get()?)?;
            rows.table.with(|table| Listed::of(table.ready()?, row))
        });
        let id = Memo::new(move |_| listed.with(|listed| listed.as_ref().map(|listed| listed.id.clone())));
        let supplied = Memo::new(move |_| id.with(|id| self.supply.here.with(|here| here.get(id.as_ref()?).cloned())));
        let manner = Memo::new(move |_| {
            viewing.view.with(|view| (view.show == Show::Normalised, view.smoothing, view.side_window))
        });
        let around = Memo::new(move |_| showing.views.with(|views| views.gallery.around));
        let thumb = Memo::new(move |_| {
            let Ok(Same(body)) = supplied.get()? else { return None };
            let (normalised, smoothing, beside) = manner.get();
            let trace = Trace::of(&body, normalised, smoothing);
            let (window, line) = around.get().window(trace.full(), trace.medium, redshift(&body), beside);
            Thumb::of(&trace, window, line, super::paint::plot_width(self.layout.get())).map(Same::new)
        });
        Cell { place, listed, supplied, thumb }
    }
}

/// One cell.
#[derive(Debug, Clone, Copy)]
pub struct Cell {
    /// Its place in the walk; `None` beyond the end.
    pub place: Memo<Option<usize>>,
    /// What the list says of it.
    pub listed: Memo<Option<Listed>>,
    /// Its spectrum, once the server has answered.
    pub supplied: Memo<Option<Supplied>>,
    /// What is drawn of it.
    pub thumb: Memo<Option<Same<Thumb>>>,
}

impl Cell {
    /// Why nothing is drawn; empty where something is.
    pub fn said(self) -> String {
        match self.supplied.get() {
            None => "fetching …".to_owned(),
            Some(Err(why)) => why,
            Some(Ok(_)) if self.thumb.with(Option::is_none) => "does not reach these wavelengths".to_owned(),
            Some(Ok(_)) => String::new(),
        }
    }
}
