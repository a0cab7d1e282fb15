//! A survey matched on the sky by the server, and what was joined to it.

use balmer_exchange::api::{CrossmatchReport, JoinedSummary, NewCrossmatch, Problem};
use gloo_net::http::Request;
use web_sys::{AbortSignal, File};

use super::{encoded, get, query, read, send, silent};
use crate::state::crossmatch::pairs;

fn path(survey: &str) -> String {
    format!("/api/v1/surveys/{}/crossmatches", encoded(survey))
}

/// Everything that was joined to a survey's columns, the oldest first.
///
/// # Errors
/// See [`surveys`](super::surveys).
pub async fn joined(survey: &str) -> Result<Vec<JoinedSummary>, Problem> {
    get(&path(survey)).await
}

/// Matches a survey with another one; it has the columns afterwards. Stopped by the signal, it stays as it was.
///
/// # Errors
/// 400 where it cannot be matched as asked; 404 where there is no such survey; 409 while it is written.
pub async fn match_survey(
    survey: &str,
    new: &NewCrossmatch,
    signal: Option<&AbortSignal>,
) -> Result<CrossmatchReport, Problem> {
    let path = path(survey);
    send(Request::post(&path).abort_signal(signal), &path, Some(new)).await
}

/// Matches a survey with the rows of a file, whose kind the server recognises.
///
/// # Errors
/// See [`match_survey`]; 413 where the file is larger than 64 MiB.
pub async fn match_file(
    survey: &str,
    new: &NewCrossmatch,
    file: &File,
    signal: Option<&AbortSignal>,
) -> Result<CrossmatchReport, Problem> {
    let pairs = pairs(new);
    let pairs: Vec<(&str, Option<&str>)> = pairs.iter().map(|(key, value)| (&**key, Some(&**value))).collect();
    let path = path(survey) + &query(&pairs);
    let request = Request::post(&path).header("Content-Type", "application/octet-stream").abort_signal(signal);
    let request = request.header("Accept", "application/json").body(file.clone());
    let response = request.map_err(|_| silent(&path))?.send().await;
    read(response.map_err(|_| silent(&path))?, &path).await
}

/// Takes the columns of a prefix away.
///
/// # Errors
/// 404 where nothing was joined under it; 409 while the survey is written.
pub async fn remove_joined(survey: &str, prefix: &str) -> Result<JoinedSummary, Problem> {
    let path = format!("{}/{}", path(survey), encoded(prefix));
    send(Request::delete(&path), &path, None::<&()>).await
}
