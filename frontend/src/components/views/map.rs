//! Feature space: spectra that look alike to the algorithm are near each other.

use leptos::prelude::*;

use super::{
    Card,
    cloud_plot::{CloudPlot, ground::Ground},
    told,
};
use crate::{
    context::{Maps, Rows, Showing},
    state::{load::Load, views::Kind},
};

/// The map, or why there is none yet.
#[component]
pub fn MapView() -> impl IntoView {
    let (maps, rows, showing): (Maps, Rows, Showing) = (expect_context(), expect_context(), expect_context());
    let cloud = Signal::derive(move || maps.cloud.with(|cloud| cloud.ready().cloned()));
    let ground = Signal::derive(move || Ground::Plain(maps.axes().unwrap_or_default()));
    let name = Signal::derive(|| "Map of feature space by principal components".to_owned());
    let standing = move || {
        if let Some(message) = maps.message() {
            return Some(
                view! {
                    <p class="standing" role="status">
                        {format!("Drawing the map: {message} … ")}
                        <button type="button" on:click=move |_| maps.stop()>"Stop"</button>
                    </p>
                }
                .into_any(),
            );
        }
        let said = maps.cloud.with(|cloud| match cloud {
            Load::Failed(problem) => Some(format!("There is no map: {problem}")),
            Load::Idle => Some("The map was stopped.".to_owned()),
            _ => None,
        })?;
        Some(
            view! {
                <p class="standing" role="status">
                    {said} " "
                    <button type="button" on:click=move |_| maps.again()>"Try again"</button>
                </p>
            }
            .into_any(),
        )
    };
    view! {
        <Card kind=Kind::Map>
            <CloudPlot testid="map-plot" name cloud ground told=told(rows, showing) />
            {standing}
        </Card>
    }
}
