//! Runs and what they found.

use balmer_core::pipeline::PipelineSpec;
use balmer_exchange::api::{Explanation, Problem, RecallDetail, RunDetail, RunSummary};
use gloo_net::http::Request;

use super::{encoded, get, send};

fn path(run: &str) -> String {
    format!("/api/v1/runs/{}", encoded(run))
}

/// Every run, of all surveys, newest first.
///
/// # Errors
/// See [`surveys`](super::surveys).
pub async fn runs() -> Result<Vec<RunSummary>, Problem> {
    get("/api/v1/runs").await
}

/// One run.
///
/// # Errors
/// See [`surveys`](super::surveys).
pub async fn run(run: &str) -> Result<RunDetail, Problem> {
    get(&path(run)).await
}

/// Asks for a run.
///
/// # Errors
/// 400 where the spec is refused, 503 where too many wait.
pub async fn submit(spec: &PipelineSpec) -> Result<RunSummary, Problem> {
    send(Request::post("/api/v1/runs"), "/api/v1/runs", Some(spec)).await
}

/// Asks a run to stop.
///
/// # Errors
/// See [`surveys`](super::surveys).
pub async fn cancel(run: &str) -> Result<RunSummary, Problem> {
    let path = format!("{}/cancel", path(run));
    send(Request::post(&path), &path, None::<&()>).await
}

/// Deletes a run.
///
/// # Errors
/// 409 while it is under way.
pub async fn delete_run(run: &str) -> Result<(), Problem> {
    let path = path(run);
    send(Request::delete(&path), &path, None::<&()>).await
}

/// Why a spectrum stands where it does.
///
/// # Errors
/// 404 where the run did not rank it.
pub async fn explain(run: &str, id: &str) -> Result<Explanation, Problem> {
    get(&format!("{}/explain/{}", path(run), encoded(id))).await
}

/// Where in its list the spectra stand whose truth is known.
///
/// # Errors
/// 400 where the survey states none.
pub async fn recall(run: &str) -> Result<RecallDetail, Problem> {
    get(&format!("{}/recall", path(run))).await
}

/// Address of a run's event stream.
pub fn events_url(run: &str) -> String {
    format!("{}/events", path(run))
}
