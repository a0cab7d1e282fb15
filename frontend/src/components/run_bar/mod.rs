//! What to compute on the subset, where, and how far it has come.

mod field;
mod gpu_note;
mod on_server;
mod settings;
pub mod standing;

use balmer_exchange::api::{Method, RunSummary};
use leptos::prelude::*;

use self::{gpu_note::GpuNote, on_server::OnServer, settings::Settings, standing::Standing};
use super::run_details::RunDetails;
use crate::{
    context::{Desk, Draft, Labels},
    state::{
        address::{Address, Place},
        host::Host,
        run_form::{RunForm, own_labels},
        settings::{LABEL_NEIGHBORS, LOF_NEIGHBORS},
    },
};
pub use on_server::ToServer;

const METHODS: [(Method, &str); 3] = [
    (Method::Lof, "Local outlier factor"),
    (Method::Spreading, "LOF + label spreading"),
    (Method::Propagation, "LOF + label propagation"),
];

/// The bar.
#[component]
pub fn RunBar() -> impl IntoView {
    let (draft, desk) = (expect_context::<Draft>(), expect_context::<Desk>());
    let has_settings = draft.has_settings;
    let has_details = RwSignal::new(false);
    let is_under_way = Memo::new(move |_| desk.run().is_some_and(|run| !run.status.is_final()));
    let run = move |_| draft.run();
    let changes = move || draft.form.with(RunForm::changes);
    let settings_label = move || match changes() {
        0 => "Settings".to_owned(),
        number => format!("Settings · {number}"),
    };
    view! {
        <section class="bar run-bar" aria-label="Run">
            <MethodSelect draft />
            <Neighbors draft />
            <DeviceSelect draft />
            <button type="button" aria-haspopup="dialog" title="Every setting; the number says how many differ from the default" on:click=move |_| has_settings.set(true)>{settings_label}</button>
            <button type="button" class="primary" data-testid="run" disabled=move || draft.is_busy.get() on:click=run>
                {move || if draft.is_busy.get() { "Asking …" } else { "Run" }}
            </button>
            <Show when=move || is_under_way.get()>
                <button type="button" data-testid="cancel" on:click=move |_| draft.cancel()>"Cancel"</button>
            </Show>
            <OnServer draft />
            <Standing has_details />
            <Faults draft />
            <NeedsLabels draft />
            <GpuNote draft />
        </section>
        <Show when=move || has_details.get() && desk.run_id.get().is_some()>
            <RunDetails />
        </Show>
        <Settings draft />
    }
}

#[component]
fn MethodSelect(draft: Draft) -> impl IntoView {
    let choose = move |event| {
        let name = event_target_value(&event);
        if let Some((method, _)) = METHODS.into_iter().find(|(method, _)| method.name() == name) {
            draft.form.update(|form| form.method = method);
            draft.forget_faults();
        }
    };
    let method = Memo::new(move |_| draft.form.with(|form| form.method));
    let option = move |(of, title): (Method, &'static str)| {
        view! { <option value=of.name() selected=move || method.get() == of>{title}</option> }
    };
    view! {
        <label class="inline-field">
            <select data-testid="method-select" aria-label="Method" prop:value=move || method.get().name() on:change=choose>
                {METHODS.map(option).collect_view()}
            </select>
        </label>
    }
}

/// The number of neighbours; a slider beside it where the open run is scored again at once.
#[component]
fn Neighbors(draft: Draft) -> impl IntoView {
    let text = Memo::new(move |_| draft.form.with(|form| form.text(LOF_NEIGHBORS).to_owned()));
    let most = Memo::new(move |_| draft.most_neighbors());
    view! {
        <label class="inline-field" title="Neighbours of each spectrum, for the local outlier factor">
            <span>"k"</span>
            <input
                type="number"
                min="1"
                step="1"
                data-testid="n-neighbors"
                aria-label="Neighbours"
                aria-invalid=move || if draft.fault(LOF_NEIGHBORS).is_some() { "true" } else { "false" }
                prop:value=move || text.get()
                on:input=move |event| draft.set_neighbors(event_target_value(&event))
            />
        </label>
        {move || {
            most.get().map(|most| {
                view! {
                    <input
                        type="range"
                        class="neighbors-slider"
                        min="1"
                        max=most.to_string()
                        step="1"
                        data-testid="n-neighbors-slider"
                        aria-label="Neighbours"
                        title="Scores the list again at once: the neighbours are known"
                        prop:value=move || text.get()
                        on:input=move |event| draft.set_neighbors(event_target_value(&event))
                    />
                }
            })
        }}
    }
}

#[component]
fn DeviceSelect(draft: Draft) -> impl IntoView {
    let choose = move |event| {
        if let Some(host) = Host::of(&event_target_value(&event)) {
            draft.choose_host(host);
        }
    };
    let host = draft.host;
    let option = move |of: Host| {
        view! { <option value=of.name() selected=move || host.get() == of>{of.title()}</option> }
    };
    view! {
        <label class="inline-field">
            <span>"on"</span>
            <select
                data-testid="device-select"
                aria-label="Device"
                title="Where the next run is computed"
                prop:value=move || host.get().name()
                on:change=choose
            >
                {Host::ALL.map(option).collect_view()}
            </select>
        </label>
    }
}

/// What keeps the run from being accepted, next to where it is mended.
#[component]
fn Faults(draft: Draft) -> impl IntoView {
    let shown = Memo::new(move |_| {
        let live = draft.checked.with(|checked| checked.as_ref().err().cloned()).unwrap_or_default();
        let mut all = draft.faults.get();
        all.extend(live);
        // the condition's own fault stands beside the condition; without a survey nothing is asked yet
        all.retain(|fault| fault.name != "where" && fault.name != "survey");
        all.dedup();
        all
    });
    move || {
        let faults = shown.get();
        (!faults.is_empty()).then(|| {
            let in_settings = faults.iter().any(|fault| fault.name != LOF_NEIGHBORS && fault.name.contains('.'));
            let line = |fault: balmer_exchange::api::FieldProblem| {
                let name = match fault.name.as_str() {
                    LOF_NEIGHBORS => "k".to_owned(),
                    LABEL_NEIGHBORS => "neighbours in the label graph".to_owned(),
                    "spec" => String::new(),
                    name => name.to_owned(),
                };
                let text = if name.is_empty() { fault.detail } else { format!("{name}: {}", fault.detail) };
                view! { <span>{text}</span> }
            };
            view! {
                <p class="bar-fault" role="alert">
                    {faults.into_iter().map(line).collect_view()}
                    <Show when=move || in_settings>
                        <button type="button" class="quiet" on:click=move |_| draft.has_settings.set(true)>
                            "Open the settings"
                        </button>
                    </Show>
                </p>
            }
        })
    }
}

/// Spreading and propagation have nothing to go by without labels.
#[component]
fn NeedsLabels(draft: Draft) -> impl IntoView {
    let (labels, desk) = (expect_context::<Labels>(), expect_context::<Desk>());
    let missing = Memo::new(move |_| {
        let survey = desk.survey.get()?;
        let wants = draft.form.with(|form| form.method != Method::Lof && own_labels(form, &survey));
        (wants && labels.in_force.with(std::collections::BTreeMap::is_empty)).then_some(survey)
    });
    move || {
        missing.get().map(|survey| {
            let href = Address::of(Place::Labels { survey }).to_string();
            view! {
                <p class="bar-note" role="status">
                    "This survey has no labels yet, and there is nothing to spread. Label a few spectra of each class in the list below, or "
                    <a href=href>"import a file of labels"</a> "."
                </p>
            }
        })
    }
}

/// What computed a run, as far as it is known.
pub fn device_of(run: &RunSummary) -> String {
    run.device.clone().unwrap_or_else(|| if run.status.is_final() { "–".to_owned() } else { "server".to_owned() })
}
