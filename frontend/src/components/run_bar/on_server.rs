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
    let desk: Desk = expect_context();
    let over = Memo::new(move |_| desk.run().filter(|run| run.status.is_final()).map(|run| (run.id, run.r#where)));
    let is_part = move || over.with(|over| over.as_ref().is_some_and(|(_, condition)| condition.is_some()));
    let is_own = move || over.with(|over| over.as_ref().is_some_and(|(id, _)| is_run_name(id)));
    view! {
        <Show when=is_own>
            <ToServer draft />
        </Show>
        <Show when=is_part>
            <Submit
                draft
                whole=true
                testid="promote"
                title="The settings of this run, without its condition, on the server"
                text="Run on the whole survey"
            />
        </Show>
    }
}

/// The button that has the server carry out a run of this browser.
#[component]
pub fn ToServer(draft: Draft) -> impl IntoView {
    view! {
        <Submit
            draft
            whole=false
            testid="run-on-server"
            title="The settings of this run, computed by the server and kept there"
            text="Run on the server"
        />
    }
}

#[component]
fn Submit(
    draft: Draft,
    /// Without the condition.
    whole: bool,
    testid: &'static str,
    title: &'static str,
    text: &'static str,
) -> impl IntoView {
    let watch: Watch = expect_context();
    view! {
        <button
            type="button"
            data-testid=testid
            title=title
            disabled=move || draft.is_busy.get() || watch.opened().is_none()
            on:click=move |_| submit(draft, &watch, whole)
        >
            {text}
        </button>
    }
}

fn submit(draft: Draft, watch: &Watch, whole: bool) {
    let Some(detail) = untrack(|| watch.opened()) else { return };
    if let Ok(spec) = serde_json::from_value::<PipelineSpec>(detail.spec.clone()) {
        let condition = spec.r#where.clone().filter(|_| !whole);
        draft.submit(PipelineSpec { r#where: condition, ..spec }, Host::Server);
    }
}
