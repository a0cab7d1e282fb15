//! Spectra of a survey: the metadata of those that a query selects, and one spectrum with its pixels.

use axum::{
    Json,
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use balmer_exchange::{
    api::{SpectrumBody, SpectrumPage},
    write_spectrum_arrow, write_spectrum_csv, write_spectrum_fits, write_spectrum_votable,
};
use serde_json::json;

use super::{
    App, ask, blocking,
    negotiation::{Answer, Format},
    problem::Failure,
    query::{Params, Rows},
    rows,
};
use crate::{
    export::{about_spectra, to_json},
    storage::metadata_from_batch,
};

/// Formats of one spectrum, the default first.
pub const OFFERED: [Answer; 5] = [Answer::Json, Answer::Arrow, Answer::Fits, Answer::Votable, Answer::Csv];

/// `GET /surveys/{survey}/spectra?where=&order_by=&limit=&offset=&columns=&format=`
#[utoipa::path(
    get,
    path = "/surveys/{survey}/spectra",
    operation_id = "list_spectra",
    tag = "surveys",
    params(("survey" = String, Path, description = "name of the survey"), Rows),
    responses((
        status = 200,
        description = "metadata of the spectra, in the format that `format` or `Accept` says",
        headers(("X-Total-Count" = u64, description = "rows that the condition matches")),
        content(
            (SpectrumPage = "application/json"),
            (Vec<u8> = "application/vnd.apache.arrow.stream"),
            (String = "application/x-votable+xml"),
            (String = "text/csv"),
            (Vec<u8> = "application/vnd.apache.parquet"),
        )
    ))
)]
pub async fn list(
    State(app): State<App>,
    Path(survey): Path<String>,
    Params(params): Params<Rows>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let answer = rows::chosen(params.format, &headers)?;
    let query = params.query(answer)?;
    if answer != Answer::Json {
        let name = survey.clone();
        return rows::file(&app, answer, &name, query, move |store, query| {
            Ok((store.survey(&survey)?.query(query)?, about_spectra(&survey, query)))
        })
        .await;
    }
    let offset = params.offset();
    let page = ask(&app, move |store| {
        let result = store.survey(&survey)?.query(&query)?;
        let total = result.matched();
        if params.has_columns() {
            let rows = to_json(result)?;
            return Ok((total, Json(json!({ "total": total, "offset": offset, "rows": rows })).into_response()));
        }
        let mut rows = Vec::new();
        for batch in result {
            rows.extend(metadata_from_batch(&batch?));
        }
        Ok((total, Json(SpectrumPage { total, offset, rows }).into_response()))
    });
    let (total, response) = page.await?;
    Ok(rows::with_total(response, total))
}

/// `GET /surveys/{survey}/spectra/{id}?format=`
#[utoipa::path(
    get,
    path = "/surveys/{survey}/spectra/{id}",
    operation_id = "get_spectrum",
    tag = "surveys",
    params(("survey" = String, Path, description = "name of the survey"), ("id" = String, Path, description = "id of the spectrum"), Format),
    responses((
        status = 200,
        description = "one spectrum on its native pixels",
        content(
            (SpectrumBody = "application/json"),
            (Vec<u8> = "application/vnd.apache.arrow.stream"),
            (Vec<u8> = "application/fits"),
            (String = "application/x-votable+xml"),
            (String = "text/csv"),
        )
    ))
)]
pub async fn one(
    State(app): State<App>,
    Path((survey, id)): Path<(String, String)>,
    Params(format): Params<Format>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let answer = format.choose(&headers, &OFFERED)?;
    let name = id.clone();
    let spectrum = ask(&app, move |store| store.survey(&survey)?.spectrum(&id)).await?;
    if answer == Answer::Json {
        return Ok(Json(SpectrumBody::from(spectrum)).into_response());
    }
    let written = blocking(move || {
        let mut bytes = Vec::new();
        match answer {
            Answer::Fits => write_spectrum_fits(&spectrum, &mut bytes),
            Answer::Votable => write_spectrum_votable(&spectrum, &mut bytes),
            Answer::Csv => write_spectrum_csv(&spectrum, &mut bytes),
            _ => write_spectrum_arrow(&spectrum, &mut bytes),
        }
        .map(|()| bytes)
    });
    let bytes = written.await?.map_err(|error| Failure::internal(&error))?;
    Ok(answer.file(&name, bytes))
}
