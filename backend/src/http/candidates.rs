//! The ranked candidates of a run. Conditions, orders and columns may be the survey's, those joined to it among them: `where=
//! known_separation IS NULL` leaves out what a crossmatch knows.

use std::{collections::HashSet, sync::Arc};

use axum::{
    Json,
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use balmer_exchange::api::CandidatePage;
use serde_json::json;

use super::{
    App, ask,
    negotiation::Answer,
    problem::Failure,
    query::{CandidateRows, Params},
    rows,
};
use crate::{
    export::{ExportError, about_run, to_json},
    families::set_aside,
    storage::{Query, StoreError, candidate_rows},
};

/// `GET /runs/{run}/candidates?where=&order_by=&limit=&offset=&columns=&format=&with_set_aside=`
#[utoipa::path(
    get,
    path = "/runs/{run}/candidates",
    operation_id = "list_candidates",
    tag = "runs",
    params(("run" = String, Path, description = "id of the run"), CandidateRows),
    responses((
        status = 200,
        description = "ranked spectra, in the format that `format` or `Accept` says",
        headers(("X-Total-Count" = u64, description = "rows that the condition matches")),
        content(
            (CandidatePage = "application/json"),
            (Vec<u8> = "application/vnd.apache.arrow.stream"),
            (String = "application/x-votable+xml"),
            (String = "text/csv"),
            (Vec<u8> = "application/vnd.apache.parquet"),
        )
    ))
)]
pub async fn list(
    State(app): State<App>,
    Path(run): Path<String>,
    Params(params): Params<CandidateRows>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let (params, with_set_aside) = params.split();
    let answer = rows::chosen(params.format, &headers)?;
    let query = params.query(answer)?;
    let without = if with_set_aside { Arc::default() } else { without(&app, &run).await? };
    let query = Query { without, ..query };
    if answer != Answer::Json {
        return file(&app, &run, answer, query).await;
    }
    let offset = params.offset();
    let page = ask(&app, move |store| {
        let run = store.run(&run)?;
        let state = run.state()?;
        let result = store.candidates(&run, &query)?;
        let (total, set_aside) = (result.matched(), result.left_out());
        if params.has_columns() {
            let page = json!({
                "run": state.id, "survey": state.survey, "classes": state.classes, "total": total, "set_aside": set_aside,
                "offset": offset, "rows": to_json(result)?,
            });
            return Ok((total, Json(page).into_response()));
        }
        let mut rows = Vec::new();
        for batch in result {
            rows.extend(candidate_rows(&batch?));
        }
        let (run, survey, classes) = (state.id, state.survey, state.classes);
        let page = CandidatePage { run, survey, classes, total, set_aside, offset, rows };
        Ok((total, Json(page).into_response()))
    });
    let (total, response) = page.await?;
    Ok(rows::with_total(response, total))
}

/// Spectra that the list of a run leaves out.
async fn without(app: &App, run: &str) -> Result<Arc<HashSet<String>>, Failure> {
    let run = run.to_owned();
    ask(app, move |store| set_aside(store, &store.run(&run)?)).await.map(Arc::new)
}

/// The candidates of a run as a file.
pub(crate) async fn file(app: &App, run: &str, answer: Answer, query: Query) -> Result<Response, Failure> {
    let (name, run) = (format!("{run}-candidates"), run.to_owned());
    rows::file(app, answer, &name, query, move |store, query| {
        let run = store.run(&run)?;
        let about = about_run(&run).map_err(|error| match error {
            ExportError::Store(error) => error,
            other => StoreError::Run { id: run.id().to_owned(), reason: other.to_string() },
        })?;
        Ok((store.candidates(&run, query)?, about))
    })
    .await
}
