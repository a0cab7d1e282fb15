//! Spectra of a survey: a window into the metadata, and one spectrum with its pixels.

use std::io;

use axum::{
    Json,
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use balmer_core::spectrum::{COLUMNS, Metadata};
use balmer_exchange::{
    api::{SpectrumBody, SpectrumPage},
    table::{About, Column, TableFormat, TableWriter},
    write_spectrum_csv, write_spectrum_fits, write_spectrum_votable,
};

use super::{
    App, ask, blocking,
    negotiation::Answer,
    problem::Failure,
    query::{Params, Rows},
};
use crate::storage::metadata_from_batch;

/// Rows where the caller names no limit.
const DEFAULT_LIMIT: usize = 100;

/// `GET /surveys/{survey}/spectra?where=&order_by=&limit=&offset=`
pub async fn list(
    State(app): State<App>,
    Path(survey): Path<String>,
    Params(rows): Params<Rows>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let answer = Answer::choose(None, &headers, &[Answer::Json, Answer::Votable, Answer::Csv])?;
    let query = rows.query(DEFAULT_LIMIT)?;
    let name = survey.clone();
    let (total, found) = ask(&app, move |store| {
        let result = store.survey(&survey)?.query(&query)?;
        let (total, mut found) = (result.matched(), Vec::new());
        for batch in result {
            found.extend(metadata_from_batch(&batch?));
        }
        Ok((total, found))
    })
    .await?;
    let format = match answer {
        Answer::Csv => TableFormat::Csv,
        Answer::Votable => TableFormat::Votable,
        _ => return Ok(Json(SpectrumPage { total, offset: rows.offset(), rows: found }).into_response()),
    };
    let bytes = table(format, &name, &found, rows.offset() + (found.len() as u64) < total)
        .map_err(|error| Failure::internal(&error))?;
    Ok(answer.file(&name, bytes))
}

/// `cut` says whether there are more rows than these.
fn table(format: TableFormat, survey: &str, rows: &[Metadata], cut: bool) -> io::Result<Vec<u8>> {
    let columns: Vec<Column> = COLUMNS.iter().map(Column::from).collect();
    let about = About { name: survey.to_owned(), ..About::default() };
    let mut writer = TableWriter::begin(Vec::new(), format, &about, &columns)?;
    for row in rows {
        let values: Vec<_> = COLUMNS.iter().map(|column| (column.get)(row)).collect();
        writer.row(&values)?;
    }
    writer.finish(cut)
}

/// `GET /surveys/{survey}/spectra/{id}`
pub async fn one(
    State(app): State<App>,
    Path((survey, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let answer = Answer::choose(None, &headers, &[Answer::Json, Answer::Fits, Answer::Votable, Answer::Csv])?;
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
            _ => write_spectrum_csv(&spectrum, &mut bytes),
        }
        .map(|()| bytes)
    });
    let bytes = written.await?.map_err(|error| Failure::internal(&error))?;
    Ok(answer.file(&name, bytes))
}
