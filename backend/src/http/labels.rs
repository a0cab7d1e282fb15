//! Labels of a survey: those in force, one more, the last one taken back.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use balmer_exchange::api::{LabelRow, NewLabel};
use serde::Deserialize;

use super::{App, ask, guard::BodyFormat, problem::Failure, query::Params};
use crate::storage::{LabelChange, LabelInput};

/// Who speaks where nobody says: there are no accounts yet.
const AUTHOR: &str = "local";

/// `?author=`
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Whose {
    author: Option<String>,
}

/// `GET /surveys/{survey}/labels`
pub async fn list(State(app): State<App>, Path(survey): Path<String>) -> Result<Json<Vec<LabelRow>>, Failure> {
    let labels = ask(&app, move |store| store.survey(&survey)?.labels().current()).await?;
    Ok(Json(labels.into_iter().filter_map(row).collect()))
}

/// `POST /surveys/{survey}/labels`
pub async fn give(
    State(app): State<App>,
    Path(survey): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Failure> {
    if BodyFormat::of(&headers) != Some(BodyFormat::Json) {
        return Err(Failure::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "send the label as `Content-Type: application/json`",
        ));
    }
    let new: NewLabel = serde_json::from_slice(&body).map_err(|e| Failure::bad_parameter("body", e.to_string()))?;
    let input = LabelInput {
        spectrum_id: new.spectrum_id,
        label: new.label,
        author: new.author.unwrap_or_else(|| AUTHOR.to_owned()),
        time: None,
        note: new.note,
    };
    let given = ask(&app, move |store| store.survey(&survey)?.labels().give(&[input])).await?;
    Ok((StatusCode::CREATED, Json(given.into_iter().find_map(row))).into_response())
}

/// `DELETE /surveys/{survey}/labels?author=`: takes back the author's last label.
pub async fn undo(
    State(app): State<App>,
    Path(survey): Path<String>,
    Params(whose): Params<Whose>,
) -> Result<Json<LabelRow>, Failure> {
    let author = whose.author.unwrap_or_else(|| AUTHOR.to_owned());
    let of = author.clone();
    let undone = ask(&app, move |store| store.survey(&survey)?.labels().undo(&author)).await?;
    let undone = undone.and_then(row);
    undone.map(Json).ok_or_else(|| Failure::not_found(format!("{of} has given no label that could be taken back")))
}

fn row(change: LabelChange) -> Option<LabelRow> {
    let label = change.label?;
    Some(LabelRow {
        spectrum_id: change.spectrum_id,
        label,
        author: change.author,
        time: change.time,
        note: change.note,
    })
}
