//! The views beside the list: feature space, the sky, two columns, one column, many spectra. What is selected, chosen or pointed at
//! in one is so in all of them and in the list.

mod cloud_plot;
mod gallery;
mod histogram;
mod keys;
mod map;
mod scatter;
mod sky;
mod toolbar;

use leptos::prelude::*;

use crate::{
    context::{Rows, Showing},
    state::{format, quantities::Quantity, views::Kind},
};
use gallery::GalleryView;
use histogram::HistogramView;
use map::MapView;
use scatter::ScatterView;
use sky::SkyView;
use toolbar::Toolbar;

/// The bar that opens them, and those that are open.
#[component]
pub fn Views() -> impl IntoView {
    let showing: Showing = expect_context();
    keys::follow(showing, expect_context());
    let open = Memo::new(move |_| showing.views.with(|views| views.open.clone()));
    let card = |kind: Kind| match kind {
        Kind::Map => view! { <MapView /> }.into_any(),
        Kind::Sky => view! { <SkyView /> }.into_any(),
        Kind::Scatter => view! { <ScatterView /> }.into_any(),
        Kind::Histogram => view! { <HistogramView /> }.into_any(),
        Kind::Gallery => view! { <GalleryView /> }.into_any(),
    };
    view! {
        <section
            class="views"
            aria-label="Views"
            data-open=move || open.with(|open| open.iter().filter(|kind| **kind != Kind::Gallery).count()).to_string()
            data-gallery=move || open.with(|open| open.contains(&Kind::Gallery)).to_string()
        >
            <Toolbar />
            <div class="cards">
                <For each=move || open.get() key=|kind| *kind let:kind>
                    {card(kind)}
                </For>
            </div>
        </section>
    }
}

/// A view: its title, its own controls, the button that closes it.
#[component]
fn Card(kind: Kind, #[prop(optional)] controls: Option<Children>, children: Children) -> impl IntoView {
    let showing: Showing = expect_context();
    let close = move |_| showing.toggle(kind);
    view! {
        <figure class="card" data-view=kind.key()>
            <figcaption>
                <span class="card-title">{kind.title()}</span>
                <span class="card-controls">{controls.map(|controls| controls())}</span>
                <button type="button" class="close" aria-label=format!("Close {}", kind.title()) on:click=close>"×"</button>
            </figcaption>
            {children()}
        </figure>
    }
}

/// A choice among the columns of the list.
#[component]
fn ColumnSelect(
    /// What is chosen, for a screen reader.
    label: &'static str,
    /// Test hook.
    testid: &'static str,
    /// The columns to choose from.
    #[prop(into)]
    columns: Signal<Vec<Quantity>>,
    /// The chosen one.
    #[prop(into)]
    chosen: Signal<Option<String>>,
    /// What is said where none may be chosen; without it one must.
    #[prop(optional)]
    none: Option<&'static str>,
    /// Takes the choice; empty for none.
    #[prop(into)]
    choose: Callback<String>,
) -> impl IntoView {
    let options = move || {
        let now = chosen.get();
        let option = |column: Quantity| {
            let selected = now.as_ref() == Some(&column.key);
            view! { <option value=column.key selected=selected>{column.title}</option> }
        };
        let none = none.map(|none| view! { <option value="" selected=now.is_none()>{none}</option> });
        (none, columns.get().into_iter().map(option).collect_view())
    };
    view! {
        <select
            aria-label=label
            title=label
            data-testid=testid
            on:change=move |event| choose.run(event_target_value(&event))
        >
            {options}
        </select>
    }
}

/// What a tooltip says of a row: name, type, and what colours it.
fn told(rows: Rows, showing: Showing) -> Callback<usize, Option<String>> {
    Callback::new(move |row| {
        let asked = showing.views.with(|views| views.colour.clone());
        let coloured = asked.and_then(|key| showing.columns.get().into_iter().find(|column| column.key == key));
        rows.table.with(|table| {
            let table = table.ready()?;
            let id = table.id(row)?;
            let name = table.text("designation", row).filter(|name| !name.is_empty()).unwrap_or(id);
            let kind = format::object_type(table.text("class", row), table.text("subclass", row));
            let value = coloured.and_then(|column| {
                let value = table.number(&column.key, row).map(format::number);
                let value = value.or_else(|| table.text(&column.key, row).map(str::to_owned))?;
                Some(format!("{} {value}", column.title))
            });
            let value = value.filter(|value| !value.ends_with(&format!(" {kind}")));
            let parts = [Some(name.to_owned()), (kind != "–").then_some(kind), value];
            Some(parts.into_iter().flatten().collect::<Vec<_>>().join(" · "))
        })
    })
}
