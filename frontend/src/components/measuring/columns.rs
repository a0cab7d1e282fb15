//! The same measurement of all that is listed, as columns of the survey.

use balmer_core::{analysis::column_prefix, pipeline::PipelineSpec};
use balmer_exchange::api::{MeasurementReport, NewMeasurement};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    client,
    components::keyboard::is_for_page,
    context::{Columns as ListColumns, Desk, Draft, Failures, Measured, Watch},
    state::{address::Place, format::count, measuring::Measuring},
};

/// Those that the list shows at once.
const SHOWN: [&str; 2] = ["ew", "ew_error"];

/// A name for the columns, and the button.
#[component]
pub fn Columns() -> impl IntoView {
    let (measured, desk, watch): (Measured, Desk, Watch) = (expect_context(), expect_context(), expect_context());
    let (draft, failures, list): (Draft, Failures, ListColumns) =
        (expect_context(), expect_context(), expect_context());
    let prefix = RwSignal::new(None::<String>);
    let shown = move || {
        let own = measured.measuring.with(|now| now.as_ref().map(|now| column_prefix(&now.line)).unwrap_or_default());
        prefix.get().unwrap_or(own)
    };
    // a name that was typed for one line is not another's
    let line = Memo::new(move |_| measured.measuring.with(|now| now.as_ref().map(|now| now.line.clone())));
    Effect::new(move || {
        line.track();
        prefix.set(None);
    });
    let busy = RwSignal::new(false);
    let made = RwSignal::new(None::<(String, MeasurementReport)>);
    let measure = move || {
        if busy.get_untracked() {
            return;
        }
        let request = measured.measuring.with_untracked(|now| now.as_ref().and_then(Measuring::request));
        let (Some(request), Some((survey, r#where))) = (request, subset(desk, &watch)) else { return };
        let new = NewMeasurement { prefix: untrack(shown), r#where, request };
        busy.set(true);
        made.set(None);
        spawn_local(async move {
            let report = failures.noted(client::measure(&survey, &new).await);
            busy.set(false);
            // the reader may have gone on to another survey
            if let Some(report) = report.ok().filter(|_| desk.survey.get_untracked() == Some(survey)) {
                draft.refresh_survey();
                list.show(&SHOWN.map(|name| format!("{}_{name}", new.prefix)));
                made.set(Some((new.prefix, report)));
            }
        });
    };
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        if event.key() == "W" && is_for_page(&event) {
            event.prevent_default();
            measure();
        }
    });
    on_cleanup(move || listener.remove());
    view! {
        <div class="measuring-columns">
            <label>
                <span>"As columns"</span>
                <input
                    type="text"
                    data-testid="measure-prefix"
                    aria-label="What the names of the columns begin with"
                    title="Lower-case letters, digits and _: the columns are h_alpha_ew, h_alpha_ew_error …"
                    maxlength="32"
                    prop:value=shown
                    on:change=move |event| prefix.set(Some(event_target_value(&event).trim().to_owned()))
                />
            </label>
            <button
                type="button"
                data-testid="measure-all"
                aria-keyshortcuts="Shift+W"
                title="The same line of all of the subset, as columns of the survey (Shift+W)"
                disabled=move || busy.get()
                on:click=move |_| measure()
            >
                {move || if busy.get() { "Measuring …" } else { "Measure all of the subset" }}
            </button>
            <span class="said" role="status" data-testid="measured">
                {move || made.get().map(|(prefix, report)| said(&prefix, &report))}
            </span>
        </div>
    }
}

/// The survey and the condition of what is listed; of a run those of what it ranked.
fn subset(desk: Desk, watch: &Watch) -> Option<(String, Option<String>)> {
    let address = desk.address.get_untracked();
    if let Place::Subset { survey } = address.place {
        return Some((survey, address.condition));
    }
    let spec = untrack(|| watch.opened())?.spec.clone();
    let PipelineSpec { survey, r#where, .. } = serde_json::from_value(spec).ok()?;
    Some((survey, r#where))
}

fn said(prefix: &str, report: &MeasurementReport) -> String {
    let unmeasured: u64 = report.unmeasured.values().sum();
    let not = if unmeasured == 0 {
        String::new()
    } else {
        let reasons = report.unmeasured.iter().map(|(reason, number)| format!("{} {reason}", count(*number)));
        format!(", not in {} ({})", count(unmeasured), reasons.collect::<Vec<_>>().join(", "))
    };
    format!("Measured in {}{not}: use {prefix}_ew and the others in conditions", count(report.measured))
}
