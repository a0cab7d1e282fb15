//! The app: what all pages share, and which page the address asks for.

use leptos::prelude::*;
use leptos_router::{
    components::{Route, Router, Routes},
    path,
};

use crate::{
    components::{error_banner::ErrorBanner, header::Header},
    context::{self, Desk},
    pages::{
        help::HelpPage, labels::LabelsPage, not_found::NotFound, runs::RunsPage, start::Start, surveys::SurveysPage,
        workbench::Workbench,
    },
    state::address::Place,
};

/// The whole app.
#[component]
pub fn App() -> impl IntoView {
    view! {
        <Router>
            <Shell />
        </Router>
    }
}

/// Header, banner and page. One route takes every address: [`Desk`] reads it, so that the workbench stays
/// as it is while one goes from a subset to a run.
#[component]
fn Shell() -> impl IntoView {
    context::provide();
    view! {
        <Header />
        <ErrorBanner />
        <main>
            <Routes fallback=Page>
                <Route path=path!("/*any") view=Page />
            </Routes>
        </main>
    }
}

/// The kind of page an address asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Start,
    Surveys,
    Workbench,
    Labels,
    Runs,
    Help,
    Nowhere,
}

#[component]
fn Page() -> impl IntoView {
    let desk: Desk = expect_context();
    let kind = Memo::new(move |_| {
        desk.address.with(|address| match address.place {
            Place::Start => Kind::Start,
            Place::Surveys => Kind::Surveys,
            Place::Subset { .. } | Place::Run { .. } => Kind::Workbench,
            Place::Labels { .. } => Kind::Labels,
            Place::Runs => Kind::Runs,
            Place::Help => Kind::Help,
            Place::Nowhere => Kind::Nowhere,
        })
    });
    move || match kind.get() {
        Kind::Start => view! { <Start /> }.into_any(),
        Kind::Surveys => view! { <SurveysPage /> }.into_any(),
        Kind::Workbench => view! { <Workbench /> }.into_any(),
        Kind::Labels => view! { <LabelsPage /> }.into_any(),
        Kind::Runs => view! { <RunsPage /> }.into_any(),
        Kind::Help => view! { <HelpPage /> }.into_any(),
        Kind::Nowhere => view! { <NotFound /> }.into_any(),
    }
}
