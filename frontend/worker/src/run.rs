//! One run from its spec to its scores.

use std::{
    collections::BTreeMap,
    rc::Rc,
    sync::{Arc, atomic::AtomicBool},
};

use balmer_core::{
    Error,
    pipeline::{
        Exploration, Labelled, PipelineSpec, Placing, Plan, Provenance, RunObserver, RunOutput, Stage, StageCount,
        Within, check_labels,
    },
};
use balmer_exchange::{
    api::{FieldProblem, Problem, RunCounts},
    worker::{Device, Outcome, Report},
};
use web_sys::AbortSignal;

use crate::{
    columns::{Columns, names},
    engine::{BrowserEngine, Chosen, choose},
    features::{Subset, features, passing_features},
    kept::{self, Kept},
    labels::labels,
    port::{self, Part},
    watch::{Fetching, Watch},
};

/// Why a run came to no end; `None` where it was cancelled.
pub type Ended = Option<Problem>;

/// Carries a run out and reports all of it.
pub async fn carry_out(run: String, spec: PipelineSpec, device: Device, stop: AbortSignal, stopped: Arc<AtomicBool>) {
    let watch = Watch::new(&run, stopped);
    if let Err(ended) = finished(&run, spec, device, &stop, &watch).await {
        let problem = ended.filter(|_| !stop.aborted());
        port::report(&Report::Failed { run, problem }, &[]);
    }
}

async fn finished(
    run: &str,
    spec: PipelineSpec,
    device: Device,
    stop: &AbortSignal,
    watch: &Watch,
) -> Result<(), Ended> {
    let plan = Plan::new(spec).map_err(|error| refused(&error))?;
    watch.stage(Stage::Read, "asking the server for features");
    let labels = labels(&plan, stop).await.map_err(Some)?;
    check_labels(&plan, &labels, None).map_err(|error| refused(&error))?;
    let subset = features(&plan, stop, watch).await.map_err(Some)?;
    if subset.table.is_empty() && subset.rejected == 0 {
        let condition = plan.spec().r#where.clone().unwrap_or_default();
        let detail = format!("no spectrum of survey {} fulfils `{condition}`: widen the condition", plan.spec().survey);
        return Err(Some(Problem::new(400, "nothing selected").with_detail(detail)));
    }
    watch.expect(&plan, subset.table.len());
    let chosen = choose(device, subset.table.matrix.dim(), stop).await;
    let computed = compute(run, plan, &labels, &subset, &chosen, stop, watch).await;
    chosen.put_back();
    computed
}

/// Searches, scores and lets labels flow; reports what came of it, and keeps it for questions.
async fn compute(
    run: &str,
    plan: Plan,
    labels: &[Labelled],
    subset: &Subset,
    chosen: &Chosen,
    stop: &AbortSignal,
    watch: &Watch,
) -> Result<(), Ended> {
    let tell = || {
        let (name, note) = (chosen.device(), chosen.note.clone());
        port::report(&Report::Device { run: run.to_owned(), name, note }, &[]);
    };
    tell();
    let placings = variants(&plan, &subset.table.spectrum_ids, &chosen.engine, stop, watch).await?;
    let (engine, features) = (&chosen.engine, Rc::clone(&subset.table));
    let searched = Exploration::search(&plan, features, labels, engine, watch).await;
    let mut exploration = searched.map_err(|error| refused(&error))?;
    exploration.join(placings);
    let output = exploration.conclude(&plan, labels, engine, watch).await.map_err(|error| refused(&error))?;
    // a wish to stop that came too late for the search is still one
    if stop.aborted() {
        return Err(None);
    }
    // what really ran: the device may have been lost on the way
    tell();
    deliver(run, &plan, subset, &output, chosen.device(), watch);
    let kept = Kept::new(run, plan, exploration).map_err(|error| refused(&error))?;
    if let Some(run) = kept::keep(kept) {
        port::report(&Report::LetGo { run }, &[]);
    }
    Ok(())
}

/// What the plan's variants say of the run's spectra: each is a subset of its own to the server.
async fn variants(
    plan: &Plan,
    ids: &[String],
    engine: &BrowserEngine,
    stop: &AbortSignal,
    watch: &Watch,
) -> Result<Vec<Placing>, Ended> {
    let mut placings = Vec::new();
    for (at, variant) in plan.variants().iter().enumerate() {
        let within = Within::new(watch, (at, plan.variants().len()), &variant.change);
        let subset = passing_features(&variant.plan, stop, &within).await.map_err(Some)?;
        let placing = Placing::of_variant(variant, ids, &subset.table, engine, &within).await;
        placings.extend(placing.map_err(|error| refused(&error))?);
    }
    Ok(placings)
}

fn deliver(run: &str, plan: &Plan, subset: &Subset, output: &RunOutput, device: String, watch: &Watch) {
    let provenance = provenance(plan, subset, output, device, watch);
    let outcome = Outcome {
        counts: RunCounts {
            selected: subset.selected,
            ranked: output.candidates.len() as u64,
            rejected: subset.rejected,
            outliers: output.counts.outliers as u64,
        },
        classes: output.classes.clone(),
        table_neighbors: output.table.n_neighbors(),
        provenance: serde_json::to_value(&provenance).unwrap_or_default(),
    };
    let columns = Columns::of(&output.candidates, &output.classes);
    let (ends, text) = names(&subset.table.spectrum_ids);
    let mut parts = vec![Part::Rows(&ends), Part::Bytes(&text)];
    parts.extend(columns.scores());
    parts.extend(columns.places());
    if plan.labels().is_some() {
        parts.extend(columns.labels());
    }
    port::report(&Report::Done { run: run.to_owned(), outcome: Box::new(outcome) }, &parts);
}

/// The record of the run. Its input is the survey as it was committed: the server alone reads the spectra.
fn provenance(plan: &Plan, subset: &Subset, output: &RunOutput, device: String, watch: &Watch) -> Provenance {
    let mut provenance = Provenance::new(plan, output, device);
    provenance.record_input(format!("manifest of survey {}", plan.spec().survey), subset.revision.clone());
    let left_out = |reason: &str, number: u64| {
        if number == 0 { BTreeMap::new() } else { BTreeMap::from([(reason.to_owned(), number as usize)]) }
    };
    provenance.record_count(StageCount {
        stage: Stage::Read,
        input: subset.survey as usize,
        output: subset.selected as usize,
        left_out: left_out("where", subset.survey.saturating_sub(subset.selected)),
    });
    provenance.record_count(StageCount {
        stage: Stage::Recipe,
        input: subset.selected as usize,
        output: subset.table.len(),
        left_out: left_out("rejected by the server's recipe", subset.rejected),
    });
    for (stage, seconds) in watch.timings() {
        provenance.record_timing(stage, seconds);
    }
    provenance
}

/// The core's refusal as the server would word it; nothing where the run was cancelled.
pub fn refused(error: &Error) -> Ended {
    let field = |name: &str| vec![FieldProblem { name: name.to_owned(), detail: error.to_string() }];
    Some(match error {
        Error::Cancelled => return None,
        Error::InvalidParameter { name, .. } => {
            Problem { errors: field(name), ..Problem::new(400, "refused").with_detail(error.to_string()) }
        }
        Error::Device { .. } => Problem::new(500, "the device failed").with_detail(error.to_string()),
        _ => Problem::new(400, "refused").with_detail(error.to_string()),
    })
}
