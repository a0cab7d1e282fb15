//! All listed spectra on the sky.

use leptos::prelude::*;

use super::{
    Card,
    cloud_plot::{CloudPlot, ground::Ground},
    told,
};
use crate::{
    context::{Footprints, Rows, Showing},
    state::{
        cloud::Cloud,
        picture::Same,
        sky_cone::point,
        views::{Kind, Views},
    },
};

/// The sky, Aitoff's projection.
#[component]
pub fn SkyView() -> impl IntoView {
    let (rows, showing): (Rows, Showing) = (expect_context(), expect_context());
    let galactic = Memo::new(move |_| showing.views.with(|views| views.galactic));
    let cloud = Memo::new(move |_| {
        let galactic = galactic.get();
        rows.table.with(|table| {
            let table = table.ready()?;
            let place = |row| {
                let (ra, dec) = (table.number("ra", row)?, table.number("dec", row)?);
                Some(point((ra, dec), galactic))
            };
            Some(Same::new(Cloud::new((0..table.len()).map(place))))
        })
    });
    let footprints: Footprints = expect_context();
    let ground = Signal::derive(move || Ground::Sky { galactic: galactic.get(), footprint: footprints.outlines.get() });
    let name = Signal::derive(move || {
        let system = if galactic.get() { "galactic" } else { "equatorial" };
        format!("The whole sky in {system} coordinates")
    });
    let turn = move |_| showing.edit(|views| Views { galactic: !views.galactic, ..views });
    let controls = move || {
        view! {
            <button
                type="button"
                data-testid="sky-galactic"
                aria-pressed=move || galactic.get().to_string()
                aria-keyshortcuts="Shift+G"
                title="Galactic coordinates (Shift+G)"
                on:click=turn
            >
                "Galactic"
            </button>
            <button
                type="button"
                data-testid="sky-footprint"
                aria-pressed=move || showing.views.with(|views| views.footprint).to_string()
                aria-keyshortcuts="Shift+S"
                title="Where the survey has spectra (Shift S)"
                on:click=move |_| showing.edit(Views::footprint_turned)
            >
                "Footprint"
            </button>
        }
        .into_any()
    };
    view! {
        <Card kind=Kind::Sky controls=Box::new(controls)>
            <CloudPlot testid="sky-view" name cloud ground told=told(rows, showing) />
        </Card>
    }
}
