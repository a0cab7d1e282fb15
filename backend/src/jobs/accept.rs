//! Taking a run in: what a server is asked for is held against the survey before anything is promised.

use balmer_core::pipeline::Plan;

use super::JobError;
use crate::storage::{OwnedRun, Query, Store};

/// Makes the run of a plan, which waits: its survey is there and its `where` makes sense. It gets a new id where it has none.
///
/// # Errors
/// A survey that does not exist, a condition that is refused, an unwritable disk.
pub fn accept(store: &Store, plan: &Plan, id: Option<String>) -> Result<OwnedRun, JobError> {
    let spec = plan.spec();
    let survey = store.survey(&spec.survey)?;
    if spec.r#where.is_some() {
        survey.query(&Query { condition: spec.r#where.clone(), limit: Some(0), ..Query::default() })?;
    }
    Ok(match id {
        Some(id) => store.create_run_as(id, spec)?,
        None => store.create_run(spec)?,
    })
}
