//! What the views beside the list show: the address read, and the way to change it; what the reader points at.

use leptos::prelude::*;

use super::{Columns, CurrentTheme, Desk, Labels, Rows, Theme};
use crate::state::{
    colouring::Colouring,
    hand::Tool,
    picture::Same,
    quantities::{GIVEN, Quantity},
    table::Table,
    views::{Kind, Views},
};

/// What the views show.
#[derive(Debug, Clone, Copy)]
pub struct Showing {
    /// What the address says.
    pub views: Memo<Views>,
    /// The columns of the list that can be shown.
    pub columns: Memo<Vec<Quantity>>,
    /// The colour of each row.
    pub colouring: Memo<Same<Colouring>>,
    /// The row of the chosen spectrum.
    pub chosen: Memo<Option<usize>>,
    /// The row that the reader points at in any of them.
    pub pointed: RwSignal<Option<usize>>,
    /// What a drag does in all of them.
    pub tool: RwSignal<Tool>,
    /// Kept aside, so that the handle stays small enough to be passed around.
    others: StoredValue<(Desk, Rows, Labels)>,
}

impl Showing {
    /// Follows the address and the list.
    pub fn new() -> Self {
        let (desk, rows, labels): (Desk, Rows, Labels) = (expect_context(), expect_context(), expect_context());
        let CurrentTheme(theme) = expect_context();
        let chosen_columns = expect_context::<Columns>().chosen;
        let views = Memo::new(move |_| desk.address.with(|address| Views::parse(&address.view)));
        let columns = Memo::new(move |_| {
            let more = chosen_columns.get();
            rows.table.with(|table| table.ready().map(|table| Quantity::of(table, &more)).unwrap_or_default())
        });
        let column = Memo::new(move |_| {
            let asked = views.with(|views| views.colour.clone())?;
            columns.with(|columns| columns.iter().find(|column| column.key == asked).cloned())
        });
        let colouring = Memo::new(move |_| {
            let night = theme.get() == Theme::Night;
            rows.table.with(|table| {
                let Some(table) = table.ready() else { return Same::new(Colouring::plain(0, night)) };
                Same::new(match column.get() {
                    None => Colouring::plain(table.len(), night),
                    Some(column) if column.is_number => Colouring::of_numbers(&numbers(table, &column.key), night),
                    Some(column) => texts(table, labels, &column.key, |texts| Colouring::of_texts(texts, night)),
                })
            })
        });
        let showing = Self {
            views,
            columns,
            colouring,
            chosen: Memo::new(move |_| {
                let id = desk.spectrum_id.get()?;
                rows.table.with(|table| table.ready()?.row_of(&id))
            }),
            pointed: RwSignal::new(None),
            tool: RwSignal::new(Tool::default()),
            others: StoredValue::new((desk, rows, labels)),
        };
        // a row of the list before is nobody's
        Effect::new(move || {
            rows.table.track();
            showing.pointed.set(None);
        });
        showing
    }

    /// Changes it, without an entry in the history.
    pub fn edit(self, change: impl FnOnce(Views) -> Views) {
        let (desk, ..) = self.others.get_value();
        let mut address = desk.address.get_untracked();
        let before = address.view.clone();
        change(Views::parse(&before)).write(&mut address.view);
        if address.view != before {
            desk.replace(&address);
        }
    }

    /// Opens or closes a view.
    pub fn toggle(self, kind: Kind) {
        self.edit(|views| views.toggled(kind));
    }

    /// The numbers of a column of the list, by row.
    pub fn numbers(self, key: &str) -> Vec<Option<f64>> {
        let (_, rows, _) = self.others.get_value();
        rows.table.with(|table| table.ready().map(|table| numbers(table, key)).unwrap_or_default())
    }

    /// What is made of the texts of a column of the list, by row.
    pub fn texts<T>(self, key: &str, make: impl FnOnce(&[Option<&str>]) -> T) -> T {
        let (_, rows, labels) = self.others.get_value();
        rows.table.with(|table| match table.ready() {
            Some(table) => texts(table, labels, key, make),
            None => make(&[]),
        })
    }
}

impl Default for Showing {
    fn default() -> Self {
        Self::new()
    }
}

fn numbers(table: &Table, key: &str) -> Vec<Option<f64>> {
    (0..table.len()).map(|row| table.number(key, row)).collect()
}

fn texts<T>(table: &Table, labels: Labels, key: &str, make: impl FnOnce(&[Option<&str>]) -> T) -> T {
    if key != GIVEN {
        return make(&(0..table.len()).map(|row| table.text(key, row)).collect::<Vec<_>>());
    }
    labels.in_force.with(|labels| {
        let given = |row| table.id(row).and_then(|id| labels.get(id)).map(|row| row.label.as_str());
        make(&(0..table.len()).map(given).collect::<Vec<_>>())
    })
}
