//! A run that is not finished, or never will be.

use std::time::Duration;

use balmer_exchange::api::RunStatus;
use leptos::{leptos_dom::helpers::set_interval_with_handle, prelude::*, task::spawn_local};

use super::empty::Empty;
use crate::context::{Catalogue, Desk};

/// Seconds between questions to the server.
const PERIOD: Duration = Duration::from_secs(1);

/// Stage and progress while the run goes on; why it ended where it failed.
#[component]
pub fn RunProgress() -> impl IntoView {
    let (catalogue, desk) = (expect_context::<Catalogue>(), expect_context::<Desk>());
    let ask = move || {
        let over = untrack(|| desk.run()).is_none_or(|run| run.status.is_final());
        if !over {
            spawn_local(catalogue.fetch_runs());
        }
    };
    if let Ok(timer) = set_interval_with_handle(ask, PERIOD) {
        on_cleanup(move || timer.clear());
    }
    move || {
        desk.run().map(|run| {
            let fraction = run.fraction.clamp(0.0, 1.0);
            match run.status {
                RunStatus::Failed | RunStatus::Cancelled | RunStatus::Done => {
                    let reason = run.error.clone().unwrap_or_else(|| run.status.to_string());
                    view! {
                        <Empty title="This run has no candidates">
                            <p>{reason}</p>
                            <p>"Choose another run above, or start one."</p>
                        </Empty>
                    }
                    .into_any()
                }
                RunStatus::Queued | RunStatus::Running => view! {
                    <Empty title="The run is under way">
                        <p>{run.stage.clone().unwrap_or_else(|| "waiting for its turn".to_owned())}</p>
                        <progress data-testid="progress" max="1" value=fraction></progress>
                    </Empty>
                }
                .into_any(),
            }
        })
    }
}
