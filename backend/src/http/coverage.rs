//! Where on the sky a survey has spectra.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};

use super::{
    App, ask, blocking,
    negotiation::{Answer, Format},
    problem::Failure,
    query::Params,
};
use crate::coverage::SkyCoverage;

/// What a coverage can be had as.
pub const OFFERED: [Answer; 2] = [Answer::Json, Answer::Fits];

/// `GET /surveys/{survey}/coverage?format=`
#[utoipa::path(
    get,
    path = "/surveys/{survey}/coverage",
    operation_id = "get_coverage",
    tag = "surveys",
    params(("survey" = String, Path, description = "name of the survey"), Format),
    responses((
        status = 200,
        description = "cells of the sky that have spectra: a Multi-Order Coverage map (IVOA MOC 2.0), of order 10 at most",
        content((Object = "application/json"), (Vec<u8> = "application/fits"))
    ))
)]
pub async fn show(
    State(app): State<App>,
    Path(survey): Path<String>,
    Params(format): Params<Format>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let answer = format.choose(&headers, &OFFERED)?;
    let name = format!("{survey}-coverage");
    let coverage = ask(&app, move |store| SkyCoverage::of_survey(&store.survey(&survey)?)).await?;
    let written = blocking(move || match answer {
        Answer::Fits => coverage.fits().map_err(|error| Failure::internal(&error)),
        _ => coverage.json().map_err(|error| Failure::internal(&error)),
    });
    Ok(answer.file(&name, written.await??))
}
