//! Labels of a survey: those in force, their history, one more or a file of them, the last one taken
//! back; and the classes they may have.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use balmer_exchange::api::{LabelChangeRow, LabelImport, LabelRow, NewLabel};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    App, ask,
    guard::{self, BodyFormat},
    negotiation::{Answer, Format},
    problem::Failure,
    query::Params,
};
use crate::storage::{LabelChange, LabelInput, MAX_NAME};

/// Who speaks where nobody says: there are no accounts yet.
pub(super) const AUTHOR: &str = "local";
/// Bytes of a label file, at most.
pub const MAX_BODY: usize = 32 << 20;
/// Formats of the labels in force, the default first.
pub const OFFERED: [Answer; 2] = [Answer::Json, Answer::Csv];
/// Changes where the caller names no limit.
const DEFAULT_LIMIT: usize = 100;
/// Changes in one answer, at most.
const MAX_LIMIT: usize = 10_000;

/// `?author=`
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Whose {
    /// Who says so; `local` where nobody is named.
    #[param(max_length = 200)]
    author: Option<String>,
}

impl Whose {
    fn author(self) -> Result<String, Failure> {
        let author = self.author.filter(|author| !author.trim().is_empty()).unwrap_or_else(|| AUTHOR.to_owned());
        if author.chars().count() <= MAX_NAME {
            return Ok(author);
        }
        Err(Failure::bad_parameter("author", format!("a name has at most {MAX_NAME} characters: shorten it")))
    }
}

/// `?limit=`
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Last {
    /// Changes, at most: 100 where nothing is said.
    #[param(maximum = 10_000)]
    limit: Option<usize>,
}

/// `GET /surveys/{survey}/labels`: JSON, or the label file as CSV.
#[utoipa::path(
    get,
    path = "/surveys/{survey}/labels",
    operation_id = "list_labels",
    tag = "labels",
    params(("survey" = String, Path, description = "name of the survey"), Format),
    responses((
        status = 200,
        description = "the labels in force",
        content((Vec<LabelRow> = "application/json"), (String = "text/csv"))
    ))
)]
pub async fn list(
    State(app): State<App>,
    Path(survey): Path<String>,
    Params(format): Params<Format>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let answer = format.choose(&headers, &OFFERED)?;
    let name = format!("{survey}-labels");
    if answer == Answer::Csv {
        let file = ask(&app, move |store| {
            let mut bytes = Vec::new();
            store.survey(&survey)?.labels().export(&mut bytes)?;
            Ok(bytes)
        });
        return Ok(answer.file(&name, file.await?));
    }
    let labels = ask(&app, move |store| store.survey(&survey)?.labels().current()).await?;
    Ok(Json(labels.into_iter().filter_map(row).collect::<Vec<_>>()).into_response())
}

/// `GET /surveys/{survey}/labels/history?limit=`: every change, newest first.
#[utoipa::path(
    get,
    path = "/surveys/{survey}/labels/history",
    operation_id = "list_label_changes",
    tag = "labels",
    params(("survey" = String, Path, description = "name of the survey"), Last),
    responses((status = 200, description = "every change, newest first", body = Vec<LabelChangeRow>))
)]
pub async fn history(
    State(app): State<App>,
    Path(survey): Path<String>,
    Params(last): Params<Last>,
) -> Result<Json<Vec<LabelChangeRow>>, Failure> {
    let limit = last.limit.unwrap_or(DEFAULT_LIMIT);
    if limit > MAX_LIMIT {
        return Err(Failure::bad_parameter("limit", format!("{limit} is more than {MAX_LIMIT}: ask for fewer")));
    }
    let changes = ask(&app, move |store| store.survey(&survey)?.labels().history()).await?;
    Ok(Json(changes.into_iter().rev().take(limit).map(change_row).collect()))
}

/// `POST /surveys/{survey}/labels?author=`: one label as JSON, or a label file as CSV.
#[utoipa::path(
    post,
    path = "/surveys/{survey}/labels",
    operation_id = "give_label",
    tag = "labels",
    params(("survey" = String, Path, description = "name of the survey"), Whose),
    request_body(
        content((NewLabel = "application/json"), (String = "text/csv")),
        description = "one label; or a label file with the columns spectrum_id, label and, if there, author, time, note"
    ),
    responses(
        (status = 200, description = "what became of a label file", body = LabelImport),
        (status = 201, description = "the change", body = LabelChangeRow)
    )
)]
pub async fn give(
    State(app): State<App>,
    Path(survey): Path<String>,
    Params(whose): Params<Whose>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Failure> {
    match BodyFormat::of(&headers) {
        Some(BodyFormat::Json) => {}
        Some(BodyFormat::Csv) => return import(&app, survey, whose.author()?, body).await,
        _ => {
            let detail = "send one label as `Content-Type: application/json`, or a label file as `text/csv`";
            return Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
    }
    let author = whose.author()?;
    let new: NewLabel = guard::json(&headers, &body, "one label")?;
    let input = LabelInput {
        spectrum_id: new.spectrum_id,
        label: new.label,
        author: new.author.unwrap_or(author),
        time: None,
        note: new.note,
    };
    let given = ask(&app, move |store| store.survey(&survey)?.labels().give(&[input])).await?;
    Ok((StatusCode::CREATED, Json(given.into_iter().next().map(change_row))).into_response())
}

async fn import(app: &App, survey: String, author: String, body: Bytes) -> Result<Response, Failure> {
    let report = ask(app, move |store| store.survey(&survey)?.labels().import(&body, &author)).await?;
    Ok(Json(LabelImport {
        imported: report.imported as u64,
        unchanged: report.unchanged as u64,
        unknown: report.unknown as u64,
        first_unknown: report.first_unknown,
    })
    .into_response())
}

/// `DELETE /surveys/{survey}/labels?author=`: takes back the author's last change in force, and answers
/// with it.
#[utoipa::path(
    delete,
    path = "/surveys/{survey}/labels",
    operation_id = "undo_label",
    tag = "labels",
    params(("survey" = String, Path, description = "name of the survey"), Whose),
    responses((status = 200, description = "the change that was taken back", body = LabelChangeRow))
)]
pub async fn undo(
    State(app): State<App>,
    Path(survey): Path<String>,
    Params(whose): Params<Whose>,
) -> Result<Json<LabelChangeRow>, Failure> {
    let author = whose.author()?;
    let of = author.clone();
    let undone = ask(&app, move |store| store.survey(&survey)?.labels().undo(&author)).await?;
    let undone = undone.map(|change| Json(change_row(change)));
    undone.ok_or_else(|| Failure::not_found(format!("{of} has made no change of a label that could be taken back")))
}

/// `GET /surveys/{survey}/classes`: the classes labels may have; none where any may.
#[utoipa::path(
    get,
    path = "/surveys/{survey}/classes",
    operation_id = "list_classes",
    tag = "labels",
    params(("survey" = String, Path, description = "name of the survey")),
    responses((status = 200, description = "the classes labels may have; none where any may", body = Vec<String>))
)]
pub async fn classes(State(app): State<App>, Path(survey): Path<String>) -> Result<Json<Vec<String>>, Failure> {
    Ok(Json(ask(&app, move |store| store.survey(&survey)?.labels().classes()).await?))
}

/// `PUT /surveys/{survey}/classes` with a JSON list of names.
#[utoipa::path(
    put,
    path = "/surveys/{survey}/classes",
    operation_id = "declare_classes",
    tag = "labels",
    params(("survey" = String, Path, description = "name of the survey")),
    request_body(content = Vec<String>, description = "names, each once; none lets any class be given"),
    responses((status = 200, description = "the classes labels may have", body = Vec<String>))
)]
pub async fn declare(
    State(app): State<App>,
    Path(survey): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Vec<String>>, Failure> {
    let classes: Vec<String> = guard::json(&headers, &body, "the list of classes")?;
    let declared = ask(&app, move |store| {
        let labels = store.survey(&survey)?.labels();
        labels.declare_classes(&classes)?;
        labels.classes()
    });
    Ok(Json(declared.await?))
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

fn change_row(change: LabelChange) -> LabelChangeRow {
    LabelChangeRow {
        number: change.number,
        spectrum_id: change.spectrum_id,
        label: change.label,
        author: change.author,
        time: change.time,
        note: change.note,
        undoes: change.undoes,
    }
}
