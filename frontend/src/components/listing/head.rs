//! The head of the list: a click sorts by a column.

use leptos::prelude::*;

use crate::{
    context::Desk,
    state::{
        address::Address,
        sorting::{direction, next_order},
    },
};

/// A column: what its head says, the SQL it sorts by, what it means.
struct Column {
    title: &'static str,
    key: &'static str,
    meaning: &'static str,
    is_number: bool,
    /// The greatest values are looked for.
    greatest_first: bool,
}

const fn text(title: &'static str, key: &'static str, meaning: &'static str) -> Column {
    Column { title, key, meaning, is_number: false, greatest_first: false }
}

const fn number(title: &'static str, key: &'static str, meaning: &'static str) -> Column {
    Column { title, key, meaning, is_number: true, greatest_first: true }
}

const CANDIDATES: [Column; 5] = [
    Column { greatest_first: false, ..number("#", "rank", "1 is the rarest") },
    text("Object", "designation", "name of the object, and of its spectrum"),
    text("Type", "subclass", "class and subclass by the survey's own pipeline"),
    number("LOF", "lof", "local outlier factor: 1 is ordinary"),
    text("Label", "label", "what people say, else the class that spread to it with its probability"),
];

const SPECTRA: [Column; 5] = [
    Column { greatest_first: false, ..number("#", "spectrum_id", "place in the list") },
    text("Object", "designation", "name of the object, and of its spectrum"),
    text("Type", "subclass", "class and subclass by the survey's own pipeline"),
    number("S/N r", "snr_r", "signal-to-noise ratio in r"),
    text("Label", "", "what people say"),
];

/// The head of a run's candidates, or of a subset's spectra.
pub fn head(of_run: bool) -> impl IntoView {
    let columns = if of_run { CANDIDATES } else { SPECTRA };
    view! {
        <thead role="rowgroup">
            <tr role="row">{columns.into_iter().map(|column| view! { <Head column /> }).collect_view()}</tr>
        </thead>
    }
}

#[component]
fn Head(column: Column) -> impl IntoView {
    let desk: Desk = expect_context();
    let Column { title, key, meaning, is_number, greatest_first } = column;
    let sort = move |_| {
        let address = desk.address.get_untracked();
        let order_by = next_order(address.order_by.as_deref(), key, greatest_first);
        desk.replace(&Address { order_by, ..address });
    };
    let sorted = move || desk.address.with(|address| direction(address.order_by.as_deref(), key).aria());
    view! {
        <th role="columnheader" class:num=is_number title=meaning aria-sort=sorted>
            {if key.is_empty() {
                title.into_any()
            } else {
                view! { <button type="button" on:click=sort>{title}</button> }.into_any()
            }}
        </th>
    }
}
