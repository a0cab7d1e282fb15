//! The workbench: choose a subset and run on top, the rows on one side, the chosen spectrum on the other.

use balmer_exchange::{api::RunStatus, worker::is_run_name};
use leptos::prelude::*;

use crate::{
    components::{
        empty::Empty,
        filter_bar::FilterBar,
        listing::Listing,
        lived_elsewhere::LivedElsewhere,
        run_bar::RunBar,
        run_progress::RunProgress,
        spectrum_view::SpectrumView,
        tour::{TourOffer, TourView},
        views::Views,
    },
    context::{Catalogue, Desk},
};

/// What stands below the bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scene {
    NoSuchRun,
    Elsewhere,
    Unfinished,
    Desk,
}

/// The page at `/surveys/{survey}` and `/runs/{run}`.
#[component]
pub fn Workbench() -> impl IntoView {
    let (desk, catalogue) = (expect_context::<Desk>(), expect_context::<Catalogue>());
    let missing = Memo::new(move |_| desk.run_id.get().filter(|id| catalogue.lacks_run(id)));
    Effect::new(move || {
        if let Some(id) = missing.get().filter(|id| !is_run_name(id)) {
            catalogue.look_for_run(id);
        }
    });
    let scene = Memo::new(move |_| match desk.run() {
        _ if missing.with(|id| id.as_ref().is_some_and(|id| is_run_name(id))) => Scene::Elsewhere,
        _ if missing.with(Option::is_some) => Scene::NoSuchRun,
        Some(run) if run.status != RunStatus::Done => Scene::Unfinished,
        _ => Scene::Desk,
    });
    view! {
        <div class="workbench">
            <TourOffer />
            <FilterBar />
            <RunBar />
            {move || match scene.get() {
                Scene::NoSuchRun => view! {
                    <Empty title="There is no such run">
                        <p>"It may have been deleted. " <a href="/runs">"Go to the runs there are"</a></p>
                    </Empty>
                }
                .into_any(),
                Scene::Elsewhere => {
                    let run = missing.get_untracked().unwrap_or_default();
                    view! { <LivedElsewhere run /> }.into_any()
                }
                Scene::Unfinished => view! { <RunProgress /> }.into_any(),
                Scene::Desk => view! {
                    <div class="desk">
                        <Listing />
                        <Views />
                        <SpectrumView />
                    </div>
                }
                .into_any(),
            }}
            <TourView />
        </div>
    }
}
