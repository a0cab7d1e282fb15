//! One run of the list: what it was, how it stands, what can be done with it.

use balmer_core::pipeline::PipelineSpec;
use balmer_exchange::{
    api::{Method, Problem, RunStatus, RunSummary},
    worker::is_run_name,
};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    components::run_bar::{device_of, standing::outcome},
    context::{Catalogue, Draft, Failures, Hosts},
    state::{
        address::Address,
        duration::{moment, seconds},
        format::count,
        host::Host,
        progress::Progress,
    },
};

/// The row.
#[component]
pub fn RunRow(id: String) -> impl IntoView {
    let catalogue: Catalogue = expect_context();
    let id = StoredValue::new(id);
    let run = Memo::new(move |_| id.with_value(|id| catalogue.run(id)));
    let part =
        move |read: fn(&RunSummary) -> String| move || run.with(|run| run.as_ref().map(read).unwrap_or_default());
    let status = Memo::new(move |_| run.with(|run| run.as_ref().map(|run| run.status)));
    let mark = move || status.get().map(|status| format!("status {status}")).unwrap_or_default();
    let is_running = Memo::new(move |_| status.get().is_some_and(|status| !status.is_final()));
    let progress = Memo::new(move |_| run.with(|run| run.as_ref().map(Progress::of).unwrap_or_default()));
    let condition = move || {
        run.with(|run| run.as_ref().and_then(|run| run.r#where.clone())).map_or_else(
            || view! { <span class="muted">"all spectra"</span> }.into_any(),
            |text| view! { <code title=text.clone()>{text.clone()}</code> }.into_any(),
        )
    };
    let own = id.with_value(|id| is_run_name(id).then(|| format!("{id}, in this tab only")));
    view! {
        <li class="run-row" data-testid="job-row" data-run-id=id.get_value()>
            <div class="run-what">
                <a href=id.with_value(|id| Address::run(id).to_string())>{part(|run| run.survey.clone())}</a>
                <span>{part(method)}</span>
                {own.map(|own| view! { <span class="muted">{own}</span> })}
                <span class="run-where">{condition}</span>
            </div>
            <div class="run-when muted">
                <span>{part(|run| moment(&run.created))}</span>
                <span>{part(device_of)}</span>
                <span>{part(|run| run.elapsed_seconds.map_or_else(|| "–".to_owned(), seconds))}</span>
            </div>
            <div class="run-state">
                <span class=mark>{part(|run| run.status.to_string())}</span>
                <span class="run-outcome">{part(result)}</span>
                <Show when=move || is_running.get()>
                    <progress max="1" aria-label="Progress of the run" prop:value=move || progress.get().fraction()></progress>
                </Show>
            </div>
            <Actions id status />
        </li>
    }
}

fn method(run: &RunSummary) -> String {
    let name = match run.method {
        Method::Lof => "LOF",
        Method::Spreading => "LOF + label spreading",
        Method::Propagation => "LOF + label propagation",
    };
    format!("{name}, k = {}", run.n_neighbors)
}

/// What it found, does or failed at.
fn result(run: &RunSummary) -> String {
    match run.status {
        RunStatus::Done => format!("{} of {} selected", outcome(run), count(run.counts.selected)),
        RunStatus::Failed => run.error.clone().unwrap_or_default(),
        RunStatus::Cancelled | RunStatus::Archived => String::new(),
        RunStatus::Queued | RunStatus::Running => Progress::of(run).line(),
    }
}

#[component]
fn Actions(id: StoredValue<String>, status: Memo<Option<RunStatus>>) -> impl IntoView {
    let (hosts, failures, draft) = (expect_context::<Hosts>(), expect_context::<Failures>(), expect_context::<Draft>());
    let is_asking = RwSignal::new(false);
    // this browser's own is stopped by that
    let is_own = id.with_value(|id| is_run_name(id));
    let cancel = move |_| {
        spawn_local(async move {
            // the banner has said it
            let _: Result<(), Problem> = failures.noted(hosts.cancel(&id.get_value()).await);
        });
    };
    let again = move |_| {
        spawn_local(async move {
            let detail = failures.noted(hosts.detail(&id.get_value()).await);
            if let Ok(spec) = detail.map(|detail| serde_json::from_value::<PipelineSpec>(detail.spec)) {
                match spec {
                    Ok(spec) => {
                        // where it was computed, in the browser on the device chosen now
                        let chosen = draft.host.get_untracked();
                        let host = if is_own { Host::Browser(chosen.browser()) } else { Host::Server };
                        draft.resubmit(spec, host).await;
                    }
                    Err(error) => {
                        let problem = Problem::new(0, "this run's settings are of another version");
                        failures.last.set(Some(problem.with_detail(error.to_string())));
                    }
                }
            }
        });
    };
    let delete = move |_| {
        is_asking.set(false);
        spawn_local(async move {
            // the banner has said it
            let _: Result<(), Problem> = failures.noted(hosts.delete(&id.get_value()).await);
        });
    };
    let is_final = move || status.get().is_some_and(RunStatus::is_final);
    let open = Address::run(&id.get_value()).to_string();
    view! {
        <div class="run-actions">
            <Show
                when=move || is_asking.get()
                fallback=move || {
                    view! {
                        <a class="button" href=open.clone()>"Open"</a>
                        <Show
                            when=is_final
                            fallback=move || {
                                view! { <button type="button" data-testid="cancel" on:click=cancel>"Cancel"</button> }
                            }
                        >
                            <button type="button" disabled=move || draft.is_busy.get() on:click=again>"Run again"</button>
                        </Show>
                        <Show when=move || is_final() || is_own>
                            <button
                                type="button"
                                data-testid="delete"
                                aria-label=format!("Delete run {}", id.get_value())
                                on:click=move |_| is_asking.set(true)
                            >
                                "Delete"
                            </button>
                        </Show>
                    }
                }
            >
                <span role="alert">"Delete this run and its candidates?"</span>
                <button type="button" class="primary" data-testid="delete-sure" on:click=delete>"Delete"</button>
                <button type="button" autofocus=true on:click=move |_| is_asking.set(false)>"Keep"</button>
            </Show>
        </div>
    }
}
