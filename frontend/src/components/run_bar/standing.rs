//! How the open run stands: progress, device, time.

use std::time::Duration;

use balmer_exchange::api::{RunStatus, RunSummary};
use leptos::{leptos_dom::helpers::set_interval_with_handle, prelude::*};

use super::device_of;
use crate::{
    context::{Desk, Watch},
    state::{duration::seconds, format::count},
};

/// How often the seconds of a run under way are written.
const TICK: Duration = Duration::from_millis(200);

/// One line, and the progress under it, while a run is open.
#[component]
pub fn Standing(has_details: RwSignal<bool>) -> impl IntoView {
    let (desk, watch) = (expect_context::<Desk>(), expect_context::<Watch>());
    let run = Memo::new(move |_| desk.run());
    let is_open = Memo::new(move |_| run.with(Option::is_some));
    let fraction = move || match run.with(|run| run.as_ref().map(|run| run.status)) {
        Some(RunStatus::Done) => 1.0,
        Some(RunStatus::Queued | RunStatus::Running) => {
            watch.progress.with(|progress| progress.as_ref().map_or(0.0, crate::state::progress::Progress::fraction))
        }
        _ => 0.0,
    };
    let is_final = move || run.with(|run| run.as_ref().is_some_and(|run| run.status.is_final()));
    let line = move || {
        if watch.is_lost.get() && !is_final() {
            return "the connection broke; asking again".to_owned();
        }
        match watch.progress.get().filter(|_| !is_final()) {
            Some(progress) => progress.line(),
            None => run.with(|run| run.as_ref().map(outcome).unwrap_or_default()),
        }
    };
    let elapsed = elapsed(run);
    let device = Memo::new(move |_| run.with(|run| run.as_ref().map(device_of).unwrap_or_default()));
    let toggle = move |_| has_details.update(|has| *has = !*has);
    view! {
        <Show when=move || is_open.get()>
            <div class="standing">
                <span class="standing-line" role="status">{line}</span>
                <span class="device muted" data-testid="device-used" title=move || format!("Computed by {}", device.get())>
                    {device}
                </span>
                <span class="muted" data-testid="elapsed" title="Time it took">{elapsed}</span>
                <button
                    type="button"
                    class="quiet"
                    aria-expanded=move || if has_details.get() { "true" } else { "false" }
                    on:click=toggle
                >
                    "Details"
                </button>
            </div>
            <progress
                class="run-progress"
                class:over=is_final
                data-testid="progress"
                max="1"
                aria-label="Progress of the run"
                prop:value=fraction
            ></progress>
        </Show>
    }
}

/// What has become of a run, in a few words.
pub fn outcome(run: &RunSummary) -> String {
    let counts = run.counts;
    match run.status {
        RunStatus::Done if counts.rejected > 0 => {
            format!("{} ranked, {} rejected", count(counts.ranked), count(counts.rejected))
        }
        RunStatus::Done => format!("{} ranked", count(counts.ranked)),
        status => status.to_string(),
    }
}

/// The seconds a run took, or takes so far: counted on here between the server's answers.
fn elapsed(run: Memo<Option<RunSummary>>) -> Signal<String> {
    let now = || window().performance().map_or(0.0, |clock| clock.now() / 1000.0);
    let ticks = RwSignal::new(now());
    let told = Memo::new(move |_| run.with(|run| run.as_ref().map(|run| (run.id.clone(), run.elapsed_seconds))));
    // when the server last said how long it takes
    let heard = Memo::new(move |_| told.with(|_| now()));
    let is_under_way = move || run.with_untracked(|run| run.as_ref().is_some_and(|run| !run.status.is_final()));
    let tick = move || {
        if is_under_way() {
            ticks.set(now());
        }
    };
    if let Ok(timer) = set_interval_with_handle(tick, TICK) {
        on_cleanup(move || timer.clear());
    }
    Signal::derive(move || {
        let (base, is_final) = run.with(|run| {
            (run.as_ref().and_then(|run| run.elapsed_seconds), run.as_ref().is_none_or(|run| run.status.is_final()))
        });
        match base {
            Some(base) if is_final => seconds(base),
            Some(base) => seconds(base + (ticks.get() - heard.get()).max(0.0)),
            None if is_final => "–".to_owned(),
            None => "waiting".to_owned(),
        }
    })
}
