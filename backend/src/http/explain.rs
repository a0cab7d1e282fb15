//! Why a spectrum stands where it does in a run.

use axum::{
    Json,
    extract::{Path, State},
};
use balmer_exchange::api::Explanation;

use super::{App, blocking, problem::Failure, waiting::Waiting};
use crate::explain::explain;

/// `GET /runs/{run}/explain/{id}`
#[utoipa::path(
    get,
    path = "/runs/{run}/explain/{id}",
    operation_id = "explain_candidate",
    tag = "runs",
    params(("run" = String, Path, description = "id of the run"), ("id" = String, Path, description = "id of the spectrum")),
    responses((status = 200, description = "neighbours, pixels, labelled spectra behind its label", body = Explanation))
)]
pub async fn one(
    State(app): State<App>,
    Path((run, id)): Path<(String, String)>,
) -> Result<Json<Explanation>, Failure> {
    let waiting = Waiting::default();
    let (watch, store, graphs) = (waiting.watch(), app.store, app.graphs);
    let explained = blocking(move || {
        let run = store.run(&run)?;
        explain(&store, &graphs, &run, &id, &watch)
    });
    Ok(Json(explained.await??))
}
