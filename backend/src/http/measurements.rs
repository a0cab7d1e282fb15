//! Lines measured in the spectra of a survey, as new columns of it.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::HeaderMap,
};
use balmer_exchange::api::{MeasurementReport, NewMeasurement};

use super::{App, ask, guard, problem::Failure, waiting::Waiting};
use crate::storage::MeasureOptions;

/// Spectra in one request, at most: some ten seconds of two cores.
const MOST: usize = 20_000;

/// `POST /surveys/{survey}/measurements`: measures a line, and the survey has the columns.
#[utoipa::path(
    post,
    path = "/surveys/{survey}/measurements",
    operation_id = "measure_line",
    tag = "surveys",
    params(("survey" = String, Path, description = "name of the survey")),
    request_body(content = NewMeasurement, description = "the line, the spectra, the columns' prefix"),
    responses((status = 200, description = "what was measured, and the columns", body = MeasurementReport))
)]
pub async fn make(
    State(app): State<App>,
    Path(survey): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<MeasurementReport>, Failure> {
    let new: NewMeasurement = guard::json(&headers, &body, "what to measure")?;
    let NewMeasurement { prefix, r#where: condition, request } = new;
    let options = MeasureOptions { request, condition, prefix, most: Some(MOST) };
    // a client that goes away ends it, and the survey stays as it was
    let waiting = Waiting::default();
    let watch = waiting.watch();
    Ok(Json(ask(&app, move |store| store.measure(&survey, &options, &watch)).await?))
}
