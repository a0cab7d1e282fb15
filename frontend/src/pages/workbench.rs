//! The workbench: choose a subset and run on top, the rows on one side, the chosen spectrum on the other.

use balmer_exchange::api::RunStatus;
use leptos::prelude::*;

use crate::{
    components::{
        filter_bar::FilterBar, listing::Listing, run_bar::RunBar, run_progress::RunProgress,
        spectrum_view::SpectrumView,
    },
    context::Desk,
};

/// The page at `/surveys/{survey}` and `/runs/{run}`.
#[component]
pub fn Workbench() -> impl IntoView {
    let desk: Desk = expect_context();
    let unfinished = Memo::new(move |_| desk.run().is_some_and(|run| run.status != RunStatus::Done));
    view! {
        <div class="workbench">
            <FilterBar />
            <RunBar />
            {move || {
                if unfinished.get() {
                    view! { <RunProgress /> }.into_any()
                } else {
                    view! {
                        <div class="desk">
                            <Listing />
                            <SpectrumView />
                        </div>
                    }
                    .into_any()
                }
            }}
        </div>
    }
}
