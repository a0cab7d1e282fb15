//! A run that is not finished, or never will be. Its progress stands in the bar above.

use std::sync::Arc;

use balmer_core::pipeline::Stage;
use balmer_exchange::{
    api::{Method, RunDetail, RunStatus, RunSummary},
    worker::is_run_name,
};
use leptos::prelude::*;
use serde_json::Value;

use super::empty::Empty;
use crate::{
    context::{Desk, Draft, Watch},
    state::progress::{Progress, Standing, described, remedy},
};

/// Stage by stage while the run goes on; why it ended where it failed.
#[component]
pub fn RunProgress() -> impl IntoView {
    let desk: Desk = expect_context();
    // only what decides the scene: the rest moves while one looks
    let scene = Memo::new(move |_| desk.run().map(|run| (run.status, run.error)));
    move || {
        let (status, error) = scene.get()?;
        Some(match status {
            RunStatus::Queued => view! { <UnderWay title="The run is in the queue" /> }.into_any(),
            RunStatus::Running => view! { <UnderWay title="The run is under way" /> }.into_any(),
            RunStatus::Failed => view! { <Failed error=error.unwrap_or_default() /> }.into_any(),
            RunStatus::Archived => view! {
                <Empty title="This run is archived">
                    <p>"Its time was over: what it found was cleared away. Its settings are in the bar above, to be run again."</p>
                    <Again />
                </Empty>
            }
            .into_any(),
            RunStatus::Cancelled | RunStatus::Done => view! {
                <Empty title="This run was cancelled">
                    <p>"Its settings are in the bar above, to be run as they are or changed first."</p>
                    <Again />
                </Empty>
            }
            .into_any(),
        })
    }
}

#[component]
fn UnderWay(title: &'static str) -> impl IntoView {
    let (desk, watch) = (expect_context::<Desk>(), expect_context::<Watch>());
    let now = move || watch.progress.get().unwrap_or_else(|| desk.run().as_ref().map(Progress::of).unwrap_or_default());
    let step = |(stage, standing): (Stage, Standing)| {
        let (class, mark) = match standing {
            Standing::Done => ("done", "✓"),
            Standing::Now => ("now", "●"),
            Standing::Ahead => ("ahead", "○"),
        };
        let current = (standing == Standing::Now).then_some("step");
        view! {
            <li class=class aria-current=current>
                <span aria-hidden="true">{mark}</span>
                {described(stage)}
            </li>
        }
    };
    // stages that this run leaves out are not waited for
    let is_part = move |stage: Stage| match stage {
        Stage::Labels => desk.run().is_none_or(|run| run.method != Method::Lof),
        Stage::Components => {
            let components = |detail: Arc<RunDetail>| detail.spec.pointer("/recipe/components").and_then(Value::as_u64);
            watch.opened().and_then(components) != Some(0)
        }
        Stage::Variants => {
            let varied =
                |detail: Arc<RunDetail>| detail.spec.pointer("/ensemble/vary").and_then(Value::as_array).map(Vec::len);
            watch.opened().and_then(varied).is_some_and(|varied| varied > 0)
        }
        _ => true,
    };
    let what = move || {
        desk.run().map(|RunSummary { survey, r#where, .. }| {
            format!("{survey}, {}", r#where.unwrap_or_else(|| "all spectra".to_owned()))
        })
    };
    let outlook = move || match desk.run_id.get() {
        Some(run) if is_run_name(&run) => "It is computed in this tab, and ends when the tab is closed or reloaded.",
        _ => "It goes on when this page is closed; it is listed under Runs.",
    };
    view! {
        <Empty title>
            <p class="muted">{what}</p>
            <p>{move || now().line()}</p>
            <ol class="stages">{move || now().standings().filter(|(stage, _)| is_part(*stage)).map(step).collect_view()}</ol>
            <p class="muted">{outlook}</p>
        </Empty>
    }
}

#[component]
fn Failed(error: String) -> impl IntoView {
    let advice = remedy(&error);
    view! {
        <Empty title="This run failed">
            <p class="failure">{if error.is_empty() { "Nobody said why.".to_owned() } else { error }}</p>
            <p>{advice}</p>
            <Again />
        </Empty>
    }
}

#[component]
fn Again() -> impl IntoView {
    let draft: Draft = expect_context();
    view! {
        <button type="button" class="primary" disabled=move || draft.is_busy.get() on:click=move |_| draft.run()>
            "Run again"
        </button>
    }
}
