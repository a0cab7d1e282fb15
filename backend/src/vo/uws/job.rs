//! One job (UWS 1.1 sections 2.1.2, 2.2.2.2): its document, what is asked of it, its end.

use axum::{
    extract::{Path, State},
    response::Response,
};
use balmer_exchange::vo::uws::{self, ErrorSummary, JobInfo, Parameter, Progress};

use super::{Asked, Base, Given, form::Form, results, see, wait, xml};
use crate::{
    http::{App, Failure, ask},
    jobs::{
        Job, Phase,
        parameters::{flatten, is_known},
    },
    storage::{Store, StoreError, time},
};

/// `GET /vo/uws/{id}?WAIT=&PHASE=`
pub async fn show(
    State(app): State<App>,
    base: Base,
    Path(id): Path<String>,
    Asked(given): Asked,
) -> Result<Response, Failure> {
    let job = wait::asked(&app, &id, &given).await?;
    Ok(xml(document(&app, &base, job).await?.document()))
}

/// `POST /vo/uws/{id}`, `POST /vo/uws/{id}/parameters`
pub async fn change(
    State(app): State<App>,
    base: Base,
    Path(id): Path<String>,
    given: Given,
) -> Result<Response, Failure> {
    let form = Form::read(given)?;
    if form.is_delete {
        return remove(&app, &base, &id).await;
    }
    app.jobs.job(&id).await?;
    form.apply(&app.jobs, &id).await?;
    Ok(see(base.job(&id)))
}

/// `DELETE /vo/uws/{id}`: a job that has not ended is aborted first.
pub async fn destroy(State(app): State<App>, base: Base, Path(id): Path<String>) -> Result<Response, Failure> {
    remove(&app, &base, &id).await
}

async fn remove(app: &App, base: &Base, id: &str) -> Result<Response, Failure> {
    app.jobs.destroy(id).await?;
    Ok(see(base.jobs()))
}

/// The job as its document has it.
async fn document(app: &App, base: &Base, job: Job) -> Result<uws::Job, Failure> {
    let now = (job.phase == Phase::Executing).then(|| app.jobs.progress(&job.id)).flatten();
    let progress = now.map(|now| Progress {
        stage: now.stage.name().to_owned(),
        fraction: now.fraction,
        eta_seconds: now.eta_seconds,
        message: now.message,
    });
    let (base, ignored) = (base.clone(), ignored(&job));
    ask(app, move |store| {
        let counts = counts(store, &job)?;
        Ok(uws::Job {
            quote: progress.as_ref().and_then(|progress| progress.eta_seconds).map(time::after),
            parameters: parameters(store, &job)?,
            results: results::of(store, &base, &job)?,
            error: job.error.map(|message| ErrorSummary { is_transient: job.is_transient, message }),
            info: JobInfo { progress, attempts: job.attempts, priority: job.priority, counts, ignored },
            id: job.id,
            run_id: job.label,
            owner_id: job.owner,
            phase: job.phase.name().to_owned(),
            creation_time: job.created,
            start_time: job.started,
            end_time: job.ended,
            execution_duration: job.execution_duration,
            destruction: job.destruction,
        })
    })
    .await
}

/// Its parameters as they were given; where it was asked for by a spec, that.
pub fn parameters(store: &Store, job: &Job) -> Result<Vec<Parameter>, StoreError> {
    let found = match (&job.parameters, store.run(&job.id)) {
        (Some(given), _) => {
            given.iter().filter(|(name, _)| is_known(name)).map(|(n, v)| (n.clone(), v.clone())).collect()
        }
        (None, Ok(run)) => flatten(&run.spec()?),
        (None, Err(StoreError::NoRun { .. })) => return Ok(Vec::new()),
        (None, Err(error)) => return Err(error),
    };
    Ok(found.into_iter().map(|(id, value)| Parameter { id, value }).collect())
}

fn ignored(job: &Job) -> Vec<String> {
    job.parameters.iter().flatten().map(|(name, _)| name).filter(|name| !is_known(name)).cloned().collect()
}

fn counts(store: &Store, job: &Job) -> Result<Vec<(&'static str, u64)>, StoreError> {
    if job.phase != Phase::Completed {
        return Ok(Vec::new());
    }
    match store.run(&job.id) {
        Err(StoreError::NoRun { .. }) => Ok(Vec::new()),
        found => {
            let counts = found?.state()?.counts;
            Ok(vec![
                ("selected", counts.selected),
                ("ranked", counts.ranked),
                ("rejected", counts.rejected),
                ("outliers", counts.outliers),
            ])
        }
    }
}
