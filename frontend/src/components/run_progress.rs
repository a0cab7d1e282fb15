//! A run that is not finished, or never will be.

use std::time::Duration;

use balmer_exchange::api::RunStatus;
use leptos::{leptos_dom::helpers::set_interval_with_handle, prelude::*, task::spawn_local};

use super::{empty::Empty, session::Session};

/// Seconds between questions to the server.
const PERIOD: Duration = Duration::from_secs(1);

/// Stage and progress while the run goes on; why it ended where it failed.
#[component]
pub fn RunProgress() -> impl IntoView {
    let session = expect_context::<Session>();
    let ask = move || {
        let over = untrack(|| session.run_summary()).is_none_or(|run| run.status.is_final());
        if !over {
            spawn_local(async move {
                session.fetch_runs().await;
                if untrack(|| session.run_summary()).is_some_and(|run| run.status == RunStatus::Done) {
                    session.failure.set(None);
                    session.reload_candidates();
                }
            });
        }
    };
    if let Ok(timer) = set_interval_with_handle(ask, PERIOD) {
        on_cleanup(move || timer.clear());
    }
    move || {
        session.run_summary().map(|run| {
            let fraction = run.fraction.clamp(0.0, 1.0);
            match run.status {
                RunStatus::Failed | RunStatus::Cancelled | RunStatus::Done => {
                    let reason = run.error.clone().unwrap_or_else(|| run.status.to_string());
                    view! {
                        <Empty title="This run has no candidates">
                            <p>{reason}</p>
                            <p>"Choose another run above, or start one: " <code>"balmer run SPEC.toml"</code></p>
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
