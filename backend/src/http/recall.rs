//! What a run found of what was planted.

use axum::{
    Json,
    extract::{Path, State},
};
use balmer_exchange::api::RecallDetail;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{App, ask, problem::Failure, query::Params};
use crate::recall::{Question, Score, recall};

/// Planted spectra in one answer, at most: some 10 MB.
const MOST: usize = 100_000;

/// `?truth=&kinds=&score=`
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Column that says what a spectrum is: `truth` where nothing is said.
    #[param(example = "truth")]
    truth: Option<String>,
    /// Kinds wanted, separated by commas; all but `normal` where nothing is said.
    kinds: Option<String>,
    /// What the list is ordered by: `lof` where nothing is said, or `label:CLASS`.
    #[param(example = "lof")]
    score: Option<String>,
}

/// `GET /runs/{run}/recall?truth=&kinds=&score=`
#[utoipa::path(
    get,
    path = "/runs/{run}/recall",
    operation_id = "get_recall",
    tag = "runs",
    params(("run" = String, Path, description = "id of the run"), Asked),
    responses((status = 200, description = "places of the planted spectra in the list", body = RecallDetail))
)]
pub async fn show(
    State(app): State<App>,
    Path(run): Path<String>,
    Params(asked): Params<Asked>,
) -> Result<Json<RecallDetail>, Failure> {
    let score = asked.score.map_or(Ok(Score::Lof), |text| Score::from_text(&text));
    let score = score.map_err(|e| Failure::bad_parameter("score", e))?;
    let kinds = asked.kinds.iter().flat_map(|kinds| kinds.split(',')).map(|kind| kind.trim().to_owned());
    let question = Question {
        truth: asked.truth.unwrap_or_else(|| "truth".to_owned()),
        score,
        kinds: kinds.filter(|kind| !kind.is_empty()).collect(),
        most: Some(MOST),
    };
    Ok(Json(ask(&app, move |store| recall(store, &store.run(&run)?, &question)).await?))
}
