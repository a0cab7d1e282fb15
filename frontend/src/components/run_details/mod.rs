//! All that is known of a run: what went in and came out, what was left out and why, how long it took,
//! and what it takes to repeat it.

mod rejected;
mod replay;
pub mod text_block;

use balmer_core::pipeline::{InputHash, LabelCounts, Provenance};
use balmer_exchange::{api::RunDetail, worker::is_run_name};
use leptos::prelude::*;

use self::{rejected::Rejected, replay::ReplayPanel, text_block::TextBlock};
use crate::{
    context::Watch,
    state::{
        duration::{moment, seconds},
        format::count,
        load::Load,
        progress::described,
    },
};

/// What stands for a hash that would be of another list.
const AGAIN: &str = "scored or labelled again since: run it again to have it";

/// The details of the open run.
#[component]
pub fn RunDetails() -> impl IntoView {
    let watch: Watch = expect_context();
    move || {
        let content = match watch.detail.get() {
            Load::Ready(detail) => view! { <Details detail=(*detail).clone() /> }.into_any(),
            Load::Failed(problem) => view! { <p class="muted">{problem.to_string()}</p> }.into_any(),
            Load::Idle | Load::Loading => view! { <p class="muted">"Asking for the details …"</p> }.into_any(),
        };
        view! { <section class="run-details" data-testid="run-details" aria-label="Details of the run">{content}</section> }
    }
}

#[component]
fn Details(detail: RunDetail) -> impl IntoView {
    let provenance = detail.provenance.clone().and_then(|value| serde_json::from_value::<Provenance>(value).ok());
    let spec = toml_of(&detail);
    let rejected = detail.summary.counts.rejected;
    let is_own = is_run_name(&detail.summary.id);
    view! {
        <div class="details-grid">
            <Facts detail=detail.clone() provenance=provenance.clone() />
            {provenance.map(|provenance| view! { <Stages provenance /> })}
            <TextBlock title="Spec" text=Signal::stored(spec) name="spec.toml" />
        </div>
        {(!is_own).then(|| view! { <ReplayPanel detail=detail.clone() /> })}
        {(!is_own).then(|| view! { <Rejected rows=detail.rejected all=rejected /> })}
        {(is_own && rejected > 0).then(|| view! {
            <p class="muted">"The spectra that the recipe rejected, with the reasons, are listed by a run on the server."</p>
        })}
    }
}

/// The spec as TOML; one of another version as the JSON it came in.
fn toml_of(detail: &RunDetail) -> String {
    let spec = serde_json::from_value::<balmer_core::pipeline::PipelineSpec>(detail.spec.clone());
    spec.map_or_else(|_| detail.spec.to_string(), |spec| spec.to_toml())
}

#[component]
fn Facts(detail: RunDetail, provenance: Option<Provenance>) -> impl IntoView {
    let run = detail.summary;
    let mut facts: Vec<(&str, String)> = vec![
        ("Run", run.id),
        ("Survey", run.survey),
        ("Condition", run.r#where.unwrap_or_else(|| "all spectra".to_owned())),
        ("Status", run.error.map_or_else(|| run.status.to_string(), |error| format!("{}: {error}", run.status))),
        ("Asked for", moment(&run.created)),
        ("Ended", run.finished.as_deref().map_or_else(|| "–".to_owned(), moment)),
        ("Took", run.elapsed_seconds.map_or_else(|| "–".to_owned(), seconds)),
        ("Device", run.device.unwrap_or_else(|| "–".to_owned())),
    ];
    let mut inputs = Vec::new();
    if let Some(provenance) = provenance {
        let duplicates = provenance.counts.duplicates;
        facts.extend([
            ("Outliers", count(provenance.counts.outliers as u64)),
            ("Neighbours found", provenance.neighbors.to_string()),
            ("Exact copies", format!("{} in {} groups", duplicates.spectra, duplicates.groups)),
            ("Code", provenance.code_version),
            ("Seed", provenance.seed.to_string()),
            ("Recipe", provenance.recipe_hash),
            ("Features, SHA-256", provenance.features_sha256),
            ("Scores, SHA-256", provenance.scores_sha256.unwrap_or_else(|| AGAIN.to_owned())),
        ]);
        facts.extend(provenance.counts.labels.map(|labels| ("Labels", said(&labels))));
        inputs = provenance.inputs;
    }
    let fact = |(name, value): (&'static str, String)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> };
    view! {
        <section>
            <h3>"What it was"</h3>
            <dl class="facts">{facts.into_iter().map(fact).collect_view()}</dl>
            <Inputs inputs />
        </section>
    }
}

/// The labels that flowed: how many of each class.
fn said(labels: &LabelCounts) -> String {
    let classes: Vec<String> =
        labels.by_class.iter().map(|(class, number)| format!("{class} {}", count(*number as u64))).collect();
    format!("{} of {} given: {}", count(labels.used as u64), count(labels.given as u64), classes.join(", "))
}

/// What was read, with hashes: long, so folded away.
#[component]
fn Inputs(inputs: Vec<InputHash>) -> impl IntoView {
    let number = inputs.len();
    let input = |input: InputHash| view! { <div><dt>{input.name}</dt><dd>{input.sha256}</dd></div> };
    (number > 0).then(|| {
        view! {
            <details>
                <summary>{format!("SHA-256 of {number} input{}", if number == 1 { "" } else { "s" })}</summary>
                <dl class="facts">{inputs.into_iter().map(input).collect_view()}</dl>
            </details>
        }
    })
}

/// Each stage with what went in, came out, and the time it took.
#[component]
fn Stages(provenance: Provenance) -> impl IntoView {
    let timings = provenance.timings;
    let row = move |stage: balmer_core::pipeline::StageCount| {
        let time = timings.iter().find(|timing| timing.stage == stage.stage).map(|timing| seconds(timing.seconds));
        let left_out: Vec<String> =
            stage.left_out.iter().map(|(reason, number)| format!("{reason} {}", count(*number as u64))).collect();
        view! {
            <tr>
                <th scope="row">{described(stage.stage)}</th>
                <td class="num">{count(stage.input as u64)}</td>
                <td class="num">{count(stage.output as u64)}</td>
                <td class="num">{time.unwrap_or_else(|| "–".to_owned())}</td>
                <td class="wrap muted">{left_out.join(", ")}</td>
            </tr>
        }
    };
    view! {
        <section>
            <h3>"Stage by stage"</h3>
            <div class="plain-scroll">
                <table class="plain">
                    <thead>
                        <tr>
                            <th scope="col">"Stage"</th>
                            <th scope="col" class="num">"In"</th>
                            <th scope="col" class="num">"Out"</th>
                            <th scope="col" class="num">"Time"</th>
                            <th scope="col">"Left out"</th>
                        </tr>
                    </thead>
                    <tbody>{provenance.counts.stages.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
}
