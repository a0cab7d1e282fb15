//! The start: the newest run, or the surveys where there is none yet.

use leptos::prelude::*;

use crate::{
    components::empty::Empty,
    context::{Catalogue, Desk},
    state::{
        address::{Address, Place},
        candidates::run_to_open,
        load::Load,
    },
};

/// Goes on as soon as the lists are here.
#[component]
pub fn Start() -> impl IntoView {
    let (catalogue, desk) = (expect_context::<Catalogue>(), expect_context::<Desk>());
    Effect::new(move || {
        let (runs, surveys) = (catalogue.runs.get(), catalogue.surveys.get());
        let (Load::Ready(runs), Load::Ready(surveys)) = (runs, surveys) else { return };
        if desk.address.with(|address| address.place != Place::Start) {
            return;
        }
        let target = match (run_to_open(&runs, None), &surveys[..]) {
            (Some(run), _) => Address::run(&run.id),
            (None, [only]) => Address::subset(&only.name, None),
            (None, _) => Address::of(Place::Surveys),
        };
        desk.replace(&target);
    });
    move || {
        if catalogue.surveys.with(|surveys| surveys.problem().is_some()) {
            return view! {
                <Empty title="The server does not answer">
                    <p>"Start it with " <code>"balmer serve"</code> ", then reload this page."</p>
                </Empty>
            }
            .into_any();
        }
        view! { <Empty title="Loading …"><p>"Asking the server for its surveys and runs."</p></Empty> }.into_any()
    }
}
