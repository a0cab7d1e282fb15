//! A survey matched on the sky: with a catalogue that is sent, or with another survey; and what was joined, away again.

use std::path::Path as FilePath;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
};
use balmer_exchange::{
    PlaceColumns,
    api::{CrossmatchReport, JoinedSummary, NewCrossmatch},
};

use super::{
    App, ask,
    guard::{self, BodyFormat},
    problem::Failure,
    query::{Params, given},
    waiting::Waiting,
};
use crate::storage::{CrossmatchOptions, With, default_prefix};

/// Bytes of a catalogue, at most: larger ones are matched by the command.
pub const MAX_BODY: usize = 64 << 20;
/// Pairs within the radius, at most: 64 MiB of them.
const MOST_PAIRS: usize = 1 << 22;
/// What a catalogue is called that is sent without a name.
const UPLOADED: &str = "xmatch";

/// `GET /surveys/{survey}/crossmatches`: everything that was joined, catalogues and measurements too.
#[utoipa::path(
    get,
    path = "/surveys/{survey}/crossmatches",
    operation_id = "list_joined",
    tag = "surveys",
    params(("survey" = String, Path, description = "name of the survey")),
    responses((status = 200, description = "what was joined to its columns, the oldest first", body = Vec<JoinedSummary>))
)]
pub async fn list(State(app): State<App>, Path(survey): Path<String>) -> Result<Json<Vec<JoinedSummary>>, Failure> {
    Ok(Json(ask(&app, move |store| Ok(store.survey(&survey)?.joined())).await?))
}

/// `DELETE /surveys/{survey}/crossmatches/{prefix}`: takes the columns of a prefix away.
#[utoipa::path(
    delete,
    path = "/surveys/{survey}/crossmatches/{prefix}",
    operation_id = "remove_joined",
    tag = "surveys",
    params(
        ("survey" = String, Path, description = "name of the survey"),
        ("prefix" = String, Path, description = "what the names of the columns begin with")
    ),
    responses((status = 200, description = "what was taken away", body = JoinedSummary))
)]
pub async fn remove(
    State(app): State<App>,
    Path((survey, prefix)): Path<(String, String)>,
) -> Result<Json<JoinedSummary>, Failure> {
    let waiting = Waiting::default();
    let watch = waiting.watch();
    Ok(Json(ask(&app, move |store| store.remove_joined(&survey, &prefix, &watch)).await?))
}

/// `POST /surveys/{survey}/crossmatches?radius=&find=&prefix=&...` with a catalogue as its body, or without parameters and
/// with them as JSON, where the catalogue is another survey.
#[utoipa::path(
    post,
    path = "/surveys/{survey}/crossmatches",
    operation_id = "crossmatch",
    tag = "surveys",
    params(("survey" = String, Path, description = "name of the survey"), NewCrossmatch),
    request_body(
        description = "another survey and how to match it, or a catalogue of at most 64 MiB, whose kind is recognised",
        content(
            (NewCrossmatch = "application/json"),
            (String = "text/csv"),
            (String = "application/x-votable+xml"),
            (Vec<u8> = "application/fits"),
            (Vec<u8> = "application/vnd.apache.parquet"),
            (Vec<u8> = "application/octet-stream"),
        )
    ),
    responses((status = 200, description = "what was found, and the columns", body = CrossmatchReport))
)]
pub async fn make(
    State(app): State<App>,
    Path(survey): Path<String>,
    Params(of_file): Params<NewCrossmatch>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<CrossmatchReport>, Failure> {
    let new = match BodyFormat::of(&headers) {
        Some(BodyFormat::Json) => {
            let new: NewCrossmatch = guard::json(&headers, &body, "what to match")?;
            if new.survey.is_none() {
                let remedy = "name the other survey as `survey`, or send a catalogue as the body";
                return Err(Failure::bad_parameter("survey", remedy));
            }
            new
        }
        Some(BodyFormat::Csv | BodyFormat::Table) => NewCrossmatch { survey: None, ..of_file },
        Some(BodyFormat::Toml) | None => {
            let detail = "send a catalogue as `Content-Type: application/octet-stream`, or JSON that names a survey";
            return Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
    };
    let missing = || Failure::bad_parameter("radius", "say how far apart they may be, as in radius=3arcsec");
    let radius = new.radius.ok_or_else(missing)?;
    let name = given(new.name.as_ref()).unwrap_or_else(|| UPLOADED.to_owned());
    let named = default_prefix(new.survey.as_ref().unwrap_or(&name));
    let list = |text: String| text.split(',').map(|name| name.trim().to_owned()).collect();
    let options = CrossmatchOptions {
        radius,
        find: new.find,
        prefix: given(new.prefix.as_ref()).unwrap_or(named),
        columns: given(new.columns.as_ref()).map(list),
        condition: given(new.r#where.as_ref()),
        places: PlaceColumns {
            ra: given(new.ra.as_ref()),
            dec: given(new.dec.as_ref()),
            pmra: given(new.pmra.as_ref()),
            pmdec: given(new.pmdec.as_ref()),
            epoch: given(new.epoch.as_ref()),
        },
        most_pairs: MOST_PAIRS,
    };
    // a client that goes away ends it, and the survey stays as it was
    let waiting = Waiting::default();
    let watch = waiting.watch();
    let matched = ask(&app, move |store| {
        let with = match &new.survey {
            Some(other) => With::Survey(other),
            None => With::File(Box::new(&body[..]), FilePath::new(&name), Some(body.len() as u64)),
        };
        store.crossmatch(&survey, with, &options, &watch)
    });
    Ok(Json(matched.await?.report))
}
