//! Runs: asking for one, watching, cancelling, resuming, deleting.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use balmer_core::pipeline::{PipelineSpec, Plan};
use balmer_exchange::{
    api::{RunDetail, RunSummary},
    vo::prov::{self, Circumstances},
};

use super::{App, ask, blocking, guard::BodyFormat, openapi::PipelineSpecBody, problem::Failure};
use crate::{
    jobs::{accept, parameters::flatten},
    storage::{RunState, Store},
};

/// `GET /runs`: newest first.
#[utoipa::path(
    get,
    path = "/runs",
    operation_id = "list_runs",
    tag = "runs",
    responses((status = 200, description = "every run, newest first", body = Vec<RunSummary>))
)]
pub async fn list(State(app): State<App>) -> Result<Json<Vec<RunSummary>>, Failure> {
    let runs = ask(&app, Store::runs).await?;
    Ok(Json(runs.into_iter().rev().map(summary).collect()))
}

/// `GET /runs/{run}`
#[utoipa::path(
    get,
    path = "/runs/{run}",
    operation_id = "get_run",
    tag = "runs",
    params(("run" = String, Path, description = "id of the run")),
    responses((status = 200, description = "the run with its spec and provenance", body = RunDetail))
)]
pub async fn detail(State(app): State<App>, Path(run): Path<String>) -> Result<Json<RunDetail>, Failure> {
    let (state, spec, provenance, rejected) = ask(&app, move |store| {
        let run = store.run(&run)?;
        let state = run.state()?;
        let finished = state.status == balmer_exchange::api::RunStatus::Done;
        let mut rejected = if finished { run.rejected()? } else { Vec::new() };
        rejected.truncate(RunDetail::MAX_REJECTED);
        Ok((state, run.spec()?, run.provenance()?, rejected))
    })
    .await?;
    let json = |error: serde_json::Error| Failure::internal(&error);
    Ok(Json(RunDetail {
        classes: state.classes.clone(),
        summary: summary(state),
        spec: serde_json::to_value(spec).map_err(json)?,
        provenance: provenance.map(serde_json::to_value).transpose().map_err(json)?,
        rejected,
    }))
}

/// `GET /runs/{run}/provenance`: PROV-JSON in the words of the IVOA.
#[utoipa::path(
    get,
    path = "/runs/{run}/provenance",
    operation_id = "get_provenance",
    tag = "runs",
    params(("run" = String, Path, description = "id of the run")),
    responses((status = 200, description = "PROV-JSON of the IVOA's Provenance Data Model 1.0", body = serde_json::Value))
)]
pub async fn provenance(State(app): State<App>, Path(run): Path<String>) -> Result<Json<serde_json::Value>, Failure> {
    let document = ask(&app, move |store| {
        let run = store.run(&run)?;
        let (state, parameters) = (run.state()?, flatten(&run.spec()?));
        let provenance =
            run.provenance()?.ok_or_else(|| run.refused(format!("it has no record, it is {}", state.status)))?;
        let circumstances = Circumstances {
            run: run.id(),
            owner: None,
            started: state.started.as_deref(),
            ended: state.finished.as_deref(),
            parameters: &parameters,
            results: &run.results(),
        };
        Ok(prov::document(&circumstances, &provenance))
    })
    .await?;
    Ok(Json(document))
}

/// `POST /runs` with a pipeline spec as JSON or TOML.
#[utoipa::path(
    post,
    path = "/runs",
    operation_id = "submit_run",
    tag = "runs",
    request_body(content((PipelineSpecBody = "application/json"), (String = "application/toml")), description = "a pipeline spec"),
    responses((
        status = 202,
        description = "the run waits for its turn",
        headers(("Location" = String, description = "path of the run")),
        body = RunSummary
    ))
)]
pub async fn submit(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Result<Response, Failure> {
    let text = std::str::from_utf8(&body).map_err(|_| Failure::bad_parameter("spec", "the body is not UTF-8 text"))?;
    let spec = match BodyFormat::of(&headers) {
        Some(BodyFormat::Json) => PipelineSpec::from_json(text),
        Some(BodyFormat::Toml) => PipelineSpec::from_toml(text),
        Some(BodyFormat::Csv | BodyFormat::Table) | None => {
            let detail = "send the spec as `Content-Type: application/json` or `application/toml`";
            return Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
    };
    let plan = spec.and_then(Plan::new).map_err(|error| Failure::new(StatusCode::BAD_REQUEST, error.to_string()))?;
    app.jobs.check_room().await?;
    let store = app.store.clone();
    let run = blocking(move || accept(&store, &plan, None)).await??;
    let state = run.state().clone();
    app.jobs.submit(run).await?;
    tracing::info!(run = state.id, "accepted");
    Ok(accepted(state))
}

/// Says where to look for a run that waits.
fn accepted(state: RunState) -> Response {
    let answer = summary(state);
    let location = format!("/api/v1/runs/{}", answer.id);
    (StatusCode::ACCEPTED, [(header::LOCATION, location)], Json(answer)).into_response()
}

/// `POST /runs/{run}/cancel`: the run stops at the next occasion.
#[utoipa::path(
    post,
    path = "/runs/{run}/cancel",
    operation_id = "cancel_run",
    tag = "runs",
    params(("run" = String, Path, description = "id of the run")),
    responses((status = 202, description = "the run stops at the next occasion", body = RunSummary))
)]
pub async fn cancel(State(app): State<App>, Path(run): Path<String>) -> Result<Response, Failure> {
    app.jobs.cancel(&run).await?;
    let state = ask(&app, move |store| store.run(&run)?.state()).await?;
    Ok((StatusCode::ACCEPTED, Json(summary(state))).into_response())
}

/// `POST /runs/{run}/resume`: a run that failed or was cancelled starts again from its spec, under its id.
#[utoipa::path(
    post,
    path = "/runs/{run}/resume",
    operation_id = "resume_run",
    tag = "runs",
    params(("run" = String, Path, description = "id of the run")),
    responses((
        status = 202,
        description = "the run waits for its turn again",
        headers(("Location" = String, description = "path of the run")),
        body = RunSummary
    ))
)]
pub async fn resume(State(app): State<App>, Path(run): Path<String>) -> Result<Response, Failure> {
    app.jobs.resume(&run).await?;
    Ok(accepted(ask(&app, move |store| store.run(&run)?.state()).await?))
}

/// `DELETE /runs/{run}`
#[utoipa::path(
    delete,
    path = "/runs/{run}",
    operation_id = "delete_run",
    tag = "runs",
    params(("run" = String, Path, description = "id of the run")),
    responses((status = 204, description = "the run and all it found are gone"))
)]
pub async fn delete(State(app): State<App>, Path(run): Path<String>) -> Result<StatusCode, Failure> {
    app.jobs.delete(&run).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A run as lists show it.
pub fn summary(state: RunState) -> RunSummary {
    RunSummary {
        id: state.id,
        survey: state.survey,
        status: state.status,
        stage: state.stage,
        fraction: state.fraction,
        // of one whose process died they are of the past
        eta_seconds: state.eta_seconds.filter(|_| !state.status.is_final()),
        rate: state.rate.filter(|_| !state.status.is_final()),
        created: state.created,
        finished: state.finished,
        error: state.error,
        counts: state.counts,
        r#where: state.r#where,
        method: state.method,
        n_neighbors: state.n_neighbors,
        device: state.device,
        elapsed_seconds: state.elapsed_seconds,
    }
}
