//! Two columns of the list against each other.

use leptos::prelude::*;

use super::{
    Card, ColumnSelect,
    cloud_plot::{
        CloudPlot,
        ground::{Axis, Ground},
    },
    told,
};
use crate::{
    context::{Rows, Showing},
    state::{
        cloud::Cloud,
        picture::Same,
        quantities::{Quantity, chosen},
        views::{Kind, Views},
    },
};

/// Columns that are shown where none were chosen, the better ones first.
const X: [&str; 3] = ["snr_r", "mjd", "ra"];
const Y: [&str; 4] = ["lof", "z", "dec", "snr_r"];

/// The plot.
#[component]
pub fn ScatterView() -> impl IntoView {
    let (rows, showing): (Rows, Showing) = (expect_context(), expect_context());
    let columns = Memo::new(move |_| {
        showing.columns.get().into_iter().filter(|column| column.is_number).collect::<Vec<Quantity>>()
    });
    let of = move |asked: fn(&Views) -> Option<&str>, preferred: &'static [&'static str]| {
        Memo::new(move |_| showing.views.with(|views| columns.with(|columns| chosen(columns, asked(views), preferred))))
    };
    let (x, y) = (of(|views| views.x.as_deref(), &X), of(|views| views.y.as_deref(), &Y));
    let log = Memo::new(move |_| showing.views.with(|views| views.log));
    let cloud = Memo::new(move |_| {
        let scaled = |column: Option<Quantity>, log: bool| {
            let values = showing.numbers(&column?.key);
            let scale = move |value: f64| if log { value.log10() } else { value };
            Some(values.into_iter().map(move |value| value.map(scale)))
        };
        let (log_x, log_y) = log.get();
        let points = scaled(x.get(), log_x)?.zip(scaled(y.get(), log_y)?);
        Some(Same::new(Cloud::new(points.map(|(x, y)| x.zip(y)))))
    });
    let ground = Signal::derive(move || {
        let axis = |column: Option<Quantity>, log| Axis { title: column.map(|c| c.axis()).unwrap_or_default(), log };
        let (log_x, log_y) = log.get();
        Ground::Axes([axis(x.get(), log_x), axis(y.get(), log_y)])
    });
    let name = Signal::derive(move || {
        let title = |column: Option<Quantity>| column.map(|column| column.title).unwrap_or_default();
        format!("{} against {}", title(y.get()), title(x.get()))
    });
    let controls = move || {
        let key = |column: Memo<Option<Quantity>>| Signal::derive(move || column.get().map(|column| column.key));
        view! {
            <ColumnSelect
                label="Vertical axis"
                testid="scatter-y"
                columns
                chosen=key(y)
                choose=Callback::new(move |key| showing.edit(|views| Views { y: Some(key), ..views }))
            />
            <Log of="y" on=Signal::derive(move || log.get().1) turn=|(x, y)| (x, !y) />
            <span class="muted">"vs"</span>
            <ColumnSelect
                label="Horizontal axis"
                testid="scatter-x"
                columns
                chosen=key(x)
                choose=Callback::new(move |key| showing.edit(|views| Views { x: Some(key), ..views }))
            />
            <Log of="x" on=Signal::derive(move || log.get().0) turn=|(x, y)| (!x, y) />
        }
        .into_any()
    };
    view! {
        <Card kind=Kind::Scatter controls=Box::new(controls)>
            <CloudPlot testid="scatter-plot" name cloud ground told=told(rows, showing) />
        </Card>
    }
}

/// Whether an axis is logarithmic.
#[component]
fn Log(of: &'static str, on: Signal<bool>, turn: fn((bool, bool)) -> (bool, bool)) -> impl IntoView {
    let showing: Showing = expect_context();
    view! {
        <button
            type="button"
            aria-pressed=move || on.get().to_string()
            aria-label=format!("Logarithmic {of} axis")
            title=format!("Logarithmic {of} axis: only values above zero are shown")
            on:click=move |_| showing.edit(|views| Views { log: turn(views.log), ..views })
        >
            "log"
        </button>
    }
}
