//! Families among the outliers of a run, and those of a survey that were named.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
};
use balmer_exchange::api::{FamiliesBody, NamedFamily, NewFamily};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{App, ask, blocking, guard, labels::AUTHOR, problem::Failure, query::Params, waiting::Waiting};
use crate::families::{self, FamilyOptions};

/// `?outliers=&threshold=`
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Among {
    /// Look among so many of the list, from its beginning.
    #[param(minimum = 1, maximum = 2000)]
    outliers: Option<usize>,
    /// Look among those with a larger local outlier factor; the run's threshold where neither is given.
    threshold: Option<f64>,
}

/// `GET /runs/{run}/families?outliers=&threshold=`
#[utoipa::path(
    get,
    path = "/runs/{run}/families",
    operation_id = "list_families_of_run",
    tag = "runs",
    params(("run" = String, Path, description = "id of the run"), Among),
    responses((status = 200, description = "outliers that something sets apart in the same way", body = FamiliesBody))
)]
pub async fn of_run(
    State(app): State<App>,
    Path(run): Path<String>,
    Params(among): Params<Among>,
) -> Result<Json<FamiliesBody>, Failure> {
    let waiting = Waiting::default();
    let (watch, store) = (waiting.watch(), app.store);
    let options = FamilyOptions { outliers: among.outliers, threshold: among.threshold };
    let found = blocking(move || families::families(&store, &store.run(&run)?, options, &watch));
    Ok(Json(found.await??))
}

/// `GET /surveys/{survey}/families`
#[utoipa::path(
    get,
    path = "/surveys/{survey}/families",
    operation_id = "list_families",
    tag = "families",
    params(("survey" = String, Path, description = "name of the survey")),
    responses((status = 200, description = "every family with a name", body = Vec<NamedFamily>))
)]
pub async fn list(State(app): State<App>, Path(survey): Path<String>) -> Result<Json<Vec<NamedFamily>>, Failure> {
    let named = ask(&app, move |store| store.survey(&survey)?.families().list()).await?;
    Ok(Json(named.into_iter().map(|family| family.about).collect()))
}

/// `POST /surveys/{survey}/families`: names a family of a run, and sets it aside or labels its members.
#[utoipa::path(
    post,
    path = "/surveys/{survey}/families",
    operation_id = "name_family",
    tag = "families",
    params(("survey" = String, Path, description = "name of the survey")),
    request_body(content = NewFamily, description = "the family, its name, what is done with it"),
    responses((status = 201, description = "the family; all of it can be undone", body = NamedFamily))
)]
pub async fn name(
    State(app): State<App>,
    Path(survey): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<NamedFamily>), Failure> {
    let new: NewFamily = guard::json(&headers, &body, "the family")?;
    let waiting = Waiting::default();
    let (watch, store) = (waiting.watch(), app.store);
    let named = blocking(move || families::name(&store, &survey, new, AUTHOR, &watch));
    Ok((StatusCode::CREATED, Json(named.await??)))
}

/// `DELETE /surveys/{survey}/families/{family}`: undoes all that naming it did.
#[utoipa::path(
    delete,
    path = "/surveys/{survey}/families/{family}",
    operation_id = "undo_family",
    tag = "families",
    params(
        ("survey" = String, Path, description = "name of the survey"),
        ("family" = String, Path, description = "name of the family")
    ),
    responses((
        status = 200,
        description = "the family that was: its members are in the lists again, or lost the label they got by it",
        body = NamedFamily
    ))
)]
pub async fn undo(
    State(app): State<App>,
    Path((survey, family)): Path<(String, String)>,
) -> Result<Json<NamedFamily>, Failure> {
    let undone = ask(&app, move |store| store.survey(&survey)?.families().undo(&family)).await?;
    Ok(Json(undone.about))
}
