//! Taking a run in: what is asked for is held against the survey before anything is promised, and what the run will read
//! is kept with it, so that it comes to the same end however late it begins and however often it begins anew.

use std::path::Path;

use balmer_core::pipeline::{Labelled, Plan, check_labels};

use super::{ExecuteOptions, JobError};
use crate::storage::{LabelChange, OwnedRun, Query, Store, read_label_file};

/// Makes the run of a plan for a server, which waits: its survey is there, its `where` makes sense, it has its labels. It gets
/// a new id where it has none.
///
/// # Errors
/// As [`accept_with`]; a source of labels that is no survey.
pub fn accept(store: &Store, plan: &Plan, id: Option<String>) -> Result<OwnedRun, JobError> {
    accept_with(store, plan, id, ExecuteOptions { label_files: false })
}

/// The same with what the run may do said.
///
/// # Errors
/// A survey that does not exist, a condition that is refused, labels that are missing or not among the classes, an
/// unwritable disk.
pub fn accept_with(
    store: &Store,
    plan: &Plan,
    id: Option<String>,
    options: ExecuteOptions,
) -> Result<OwnedRun, JobError> {
    let spec = plan.spec();
    let survey = store.survey(&spec.survey)?;
    if spec.r#where.is_some() {
        survey.query(&Query { condition: spec.r#where.clone(), limit: Some(0), ..Query::default() })?;
    }
    let labels = labels(store, plan, options)?;
    check_labels(plan, &labels, None)?;
    let run = match id {
        Some(id) => store.create_run_as(id, spec)?,
        None => store.create_run(spec)?,
    };
    if plan.labels().is_some() {
        run.run().save_labels(&labels)?;
    }
    Ok(run)
}

/// The labels the plan asks for, as they are now; none where it has no label stage.
pub(super) fn labels(store: &Store, plan: &Plan, options: ExecuteOptions) -> Result<Vec<Labelled>, JobError> {
    let Some(spec) = &plan.spec().labels else { return Ok(Vec::new()) };
    if store.has_survey(&spec.source) {
        let current = store.survey(&spec.source)?.labels().current()?;
        let labelled = |c: LabelChange| c.label.map(|label| Labelled { spectrum_id: c.spectrum_id, label });
        let labels: Vec<Labelled> = current.into_iter().filter_map(labelled).collect();
        return if labels.is_empty() { Err(JobError::NoLabelsYet(spec.source.clone())) } else { Ok(labels) };
    }
    let path = Path::new(&spec.source);
    if options.label_files && path.is_file() {
        return Ok(read_label_file(path)?);
    }
    let looked_for = if options.label_files {
        "there is neither a survey nor a label file of that name (`balmer surveys` lists the surveys)"
    } else {
        "there is no survey of that name on this server"
    };
    Err(JobError::NoLabels { name: spec.source.clone(), looked_for })
}
