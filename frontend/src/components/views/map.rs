//! Feature space: spectra that look alike to the algorithm are near each other.

use leptos::prelude::*;

use super::{
    Card,
    cloud_plot::{CloudPlot, ground::Ground},
    told,
};
use crate::{
    context::{Maps, Rows, Showing},
    state::views::{Kind, Views},
};

/// The map, or why there is none yet.
#[component]
pub fn MapView() -> impl IntoView {
    let (maps, rows, showing): (Maps, Rows, Showing) = (expect_context(), expect_context(), expect_context());
    let embedding = Memo::new(move |_| showing.views.with(|views| views.embedding));
    let ground = Signal::derive(move || Ground::Plain(maps.axes.get()));
    let name = Signal::derive(move || {
        let way = if embedding.get() { "UMAP" } else { "principal components" };
        format!("Map of feature space by {way}")
    });
    let way = move |is_embedding: bool, title: &'static str, testid: &'static str, meaning: &'static str| {
        view! {
            <button
                type="button"
                data-testid=testid
                aria-pressed=move || (embedding.get() == is_embedding).to_string()
                aria-keyshortcuts="Shift+M"
                title=meaning
                on:click=move |_| showing.edit(|views| Views { embedding: is_embedding, ..views })
            >
                {title}
            </button>
        }
    };
    let controls = move || {
        view! {
            <span class="ways" role="group" aria-label="How the map is made">
                {way(false, "Components", "map-pca", "The two directions in which the spectra differ most (Shift M)")}
                {way(true, "Embedding (UMAP)", "map-umap", "Like spectra together, laid out from their neighbours (Shift M)")}
            </span>
        }
        .into_any()
    };
    view! {
        <Card kind=Kind::Map controls=Box::new(controls)>
            <CloudPlot testid="map-plot" name cloud=maps.cloud ground told=told(rows, showing) plane=maps.number />
            <Standing maps />
        </Card>
    }
}

/// How the drawing goes, and what can be done about it.
#[component]
fn Standing(maps: Maps) -> impl IntoView {
    // the button stays the same while the words before it change
    let is_under_way = Memo::new(move |_| maps.message.with(Option::is_some));
    let message = move || maps.message.get().unwrap_or_default();
    let going = move || {
        view! {
            <p class="standing" data-testid="map-progress">
                <span role="progressbar" aria-label="Drawing the map" aria-valuetext=message>
                    "Drawing the map: " {message} " … "
                </span>
                <button type="button" data-testid="map-stop" on:click=move |_| maps.stop()>"Stop"</button>
            </p>
        }
    };
    let over = move || {
        let lack = maps.lack.get()?;
        Some(view! {
            <p class="standing" role="status" data-testid="map-lack">
                {lack} " "
                <button type="button" on:click=move |_| maps.again()>"Try again"</button>
            </p>
        })
    };
    move || if is_under_way.get() { going().into_any() } else { over.into_any() }
}
