//! The head of the list: a click sorts by a column.

use std::borrow::Cow;

use balmer_exchange::api::ColumnInfo;
use leptos::prelude::*;

use crate::{
    context::{Columns, Desk},
    state::{
        address::Address,
        columns::is_number,
        sorting::{direction, next_order},
    },
};

/// A column: what its head says, the SQL it sorts by, what it means.
struct Column {
    title: Cow<'static, str>,
    unit: String,
    key: Cow<'static, str>,
    meaning: Cow<'static, str>,
    is_number: bool,
    /// The greatest values are looked for.
    greatest_first: bool,
}

impl From<ColumnInfo> for Column {
    fn from(column: ColumnInfo) -> Self {
        let is_number = is_number(&column);
        Self {
            title: column.name.clone().into(),
            unit: column.unit,
            key: column.name.into(),
            meaning: column.description.into(),
            is_number,
            greatest_first: is_number,
        }
    }
}

fn text(title: &'static str, key: &'static str, meaning: &'static str) -> Column {
    let (title, key, meaning) = (title.into(), key.into(), meaning.into());
    Column { title, unit: String::new(), key, meaning, is_number: false, greatest_first: false }
}

fn number(title: &'static str, key: &'static str, meaning: &'static str) -> Column {
    Column { is_number: true, greatest_first: true, ..text(title, key, meaning) }
}

fn candidates() -> [Column; 5] {
    [
        Column { greatest_first: false, ..number("#", "rank", "1 is the rarest") },
        text("Object", "designation", "name of the object, and of its spectrum"),
        text("Type", "subclass", "class and subclass by the survey's own pipeline"),
        number("LOF", "lof", "local outlier factor: 1 is ordinary"),
        text("Label", "label", "what people say, else the class that spread to it with its probability"),
    ]
}

fn spectra() -> [Column; 5] {
    [
        Column { greatest_first: false, ..number("#", "spectrum_id", "place in the list") },
        text("Object", "designation", "name of the object, and of its spectrum"),
        text("Type", "subclass", "class and subclass by the survey's own pipeline"),
        number("S/N r", "snr_r", "signal-to-noise ratio in r"),
        text("Label", "", "what people say"),
    ]
}

/// The head of a run's candidates, or of a subset's spectra.
pub fn head(of_run: bool) -> impl IntoView {
    let columns = if of_run { candidates() } else { spectra() };
    let more: Columns = expect_context();
    view! {
        <thead role="rowgroup">
            <tr role="row">
                {columns.into_iter().map(|column| view! { <Head column /> }).collect_view()}
                <For each=move || more.chosen.get() key=|column| column.name.clone() let:column>
                    <Head column=Column::from(column) />
                </For>
            </tr>
        </thead>
    }
}

#[component]
fn Head(column: Column) -> impl IntoView {
    let desk: Desk = expect_context();
    let Column { title, unit, key, meaning, is_number, greatest_first } = column;
    let is_sortable = !key.is_empty();
    let key = StoredValue::new(key);
    let sort = move |_| {
        let address = desk.address.get_untracked();
        let order_by = key.with_value(|key| next_order(address.order_by.as_deref(), key, greatest_first));
        desk.replace(&Address { order_by, ..address });
    };
    let sorted =
        move || key.with_value(|key| desk.address.with(|address| direction(address.order_by.as_deref(), key).aria()));
    let unit = (!unit.is_empty()).then(|| view! { <small>" "{unit}</small> });
    let said = view! { {title}{unit} };
    view! {
        <th role="columnheader" class:num=is_number title=meaning aria-sort=sorted>
            {if is_sortable { view! { <button type="button" on:click=sort>{said}</button> }.into_any() } else { said.into_any() }}
        </th>
    }
}
