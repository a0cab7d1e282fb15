//! `/health`: whether the server can do what it is for.

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use balmer_exchange::api::Health;

use super::{App, problem::Failure};
use crate::jobs::service::ServiceError;

const OK: &str = "ok";
/// Seconds after which somebody may look again.
const RETRY_AFTER: u64 = 5;

/// `GET /health`: 503 where runs can neither be taken in nor looked up; a disk that is nearly full is told, and answers
/// still come.
#[utoipa::path(
    get,
    path = "/health",
    operation_id = "health",
    tag = "server",
    responses((status = 200, description = "the server answers", body = Health))
)]
pub async fn show(State(app): State<App>) -> Result<Json<Health>, Failure> {
    let jobs = app.jobs.waiting().await;
    if let Err(error) = jobs {
        return Err(Failure::busy(format!("jobs: {error}"), RETRY_AFTER));
    }
    let disk = match app.jobs.check_disk().await {
        Ok(()) => OK.to_owned(),
        Err(error @ (ServiceError::Disk { .. } | ServiceError::Quota { .. })) => error.to_string(),
        Err(error) => return Err(Failure::busy(format!("disk: {error}"), RETRY_AFTER)),
    };
    let is_well = disk == OK;
    let checks = BTreeMap::from([("jobs".to_owned(), OK.to_owned()), ("disk".to_owned(), disk)]);
    Ok(Json(Health {
        status: if is_well { OK } else { "degraded" }.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        checks,
    }))
}
