//! The settings of the open run, carried out by the server.

use balmer_core::pipeline::PipelineSpec;
use balmer_exchange::worker::is_run_name;
use leptos::prelude::*;

use crate::{
    context::{Desk, Draft, Watch},
    state::host::Host,
};

/// Both ways to the server: as they are for a run of this browser, without the condition for a run over a subset.
#[component]
pub fn OnServer(draft: Draft) -> impl IntoView {
    let (desk, watch) = (expect_context::<Desk>(), expect_context::<Watch>());
    let over = Memo::new(move |_| desk.run().filter(|run| run.status.is_final()).map(|run| (run.id, run.r#where)));
    let is_part = move || over.with(|over| over.as_ref().is_some_and(|(_, condition)| condition.is_some()));
    let is_own = move || over.with(|over| over.as_ref().is_some_and(|(id, _)| is_run_name(id)));
    view! {
        <Show when=is_own>
            <ToServer draft />
        </Show>
        <Show when=is_part>
            <button
                type="button"
                data-testid="promote"
                title="The settings of this run, without its condition, on the server"
                disabled=move || is_waiting(draft, &watch)
                on:click=move |_| submit(draft, &watch, true)
            >
                "Run on the whole survey"
            </button>
        </Show>
    }
}

/// The button that has the server carry out a run of this browser.
#[component]
pub fn ToServer(draft: Draft) -> impl IntoView {
    let watch: Watch = expect_context();
    view! {
        <button
            type="button"
            data-testid="run-on-server"
            title="The settings of this run, computed by the server and kept there"
            disabled=move || is_waiting(draft, &watch)
            on:click=move |_| submit(draft, &watch, false)
        >
            "Run on the server"
        </button>
    }
}

fn is_waiting(draft: Draft, watch: &Watch) -> bool {
    draft.is_busy.get() || watch.opened().is_none()
}

fn submit(draft: Draft, watch: &Watch, whole: bool) {
    let Some(detail) = untrack(|| watch.opened()) else { return };
    if let Ok(spec) = serde_json::from_value::<PipelineSpec>(detail.spec.clone()) {
        let condition = spec.r#where.clone().filter(|_| !whole);
        draft.submit(PipelineSpec { r#where: condition, ..spec }, Host::Server);
    }
}
