//! Tables over HTTP: rows that a query selects, in the format that the caller wants.
//!
//! JSON is a page of at most 10,000 rows. The other formats are files of all rows, written while they
//! are sent ([`stream`]). `X-Total-Count` says how many rows the condition matches.

use std::io::{self, Seek, Write};

use axum::{
    http::{HeaderMap, HeaderValue},
    response::Response,
};
use balmer_exchange::table::About;

use super::{App, ask, negotiation::Answer, problem::Failure, stream};
use crate::{
    export::{self, ExportError, TableFile},
    storage::{Query, QueryResult, Store, StoreError},
};

/// Formats of tables, the default first.
pub const OFFERED: [Answer; 5] = [Answer::Json, Answer::Arrow, Answer::Votable, Answer::Csv, Answer::Parquet];

/// Says how many rows the condition matches.
pub const TOTAL_COUNT: &str = "x-total-count";

/// A file of the rows that `find` finds, named `name`, in a format that is not JSON.
pub async fn file(
    app: &App,
    answer: Answer,
    name: &str,
    query: Query,
    find: impl FnOnce(&Store, &Query) -> Result<(QueryResult, About), StoreError> + Send + 'static,
) -> Result<Response, Failure> {
    let permit = app.downloads.admit()?;
    let limit = query.limit;
    let offset = query.offset as u64;
    let (result, about) = ask(app, move |store| find(store, &query)).await?;
    let total = result.matched();
    let cut = limit.is_some_and(|limit| offset.saturating_add(limit as u64) < total);
    let response = stream::respond(permit, answer, name, move |out| {
        let schema = result.schema();
        match answer {
            Answer::Votable => export::write(out, TableFile::Votable, &about, &schema, result, cut).map(drop),
            Answer::Csv => export::write(out, TableFile::Csv, &about, &schema, result, cut).map(drop),
            Answer::Parquet => through_a_file(out, |file| {
                export::write(file, TableFile::Parquet, &about, &schema, result, cut).map(drop)
            }),
            _ => export::write(out, TableFile::Arrow, &about, &schema, result, cut).map(drop),
        }
    });
    Ok(with_total(response, total))
}

/// Writes to a file first: Parquet holds a row group in memory until it is complete, and its rows come
/// faster from the disk than a client may read them.
fn through_a_file(
    out: &mut (dyn Write + Send),
    write: impl FnOnce(&mut (dyn Write + Send)) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    let mut file = tempfile::tempfile()?;
    write(&mut file)?;
    file.rewind()?;
    io::copy(&mut file, out)?;
    Ok(())
}

/// The answer with the number of rows there are.
pub fn with_total(mut response: Response, total: u64) -> Response {
    response.headers_mut().insert(TOTAL_COUNT, HeaderValue::from(total));
    response
}

/// The format that the caller wants.
pub fn chosen(format: Option<Answer>, headers: &HeaderMap) -> Result<Answer, Failure> {
    Answer::choose(format, headers, &OFFERED)
}
