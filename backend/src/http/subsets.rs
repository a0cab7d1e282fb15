//! Named subsets of a survey: the list, one, a new one, one less.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
};
use balmer_exchange::api::{NewSubset, SubsetDetail, SubsetSummary};

use super::{App, ask, guard, problem::Failure};
use crate::storage::SubsetInfo;

/// Bytes of a list of spectra, at most.
pub const MAX_BODY: usize = 64 << 20;

/// `GET /surveys/{survey}/subsets`
#[utoipa::path(
    get,
    path = "/surveys/{survey}/subsets",
    operation_id = "list_subsets",
    tag = "subsets",
    params(("survey" = String, Path, description = "name of the survey")),
    responses((status = 200, description = "every named subset, by name", body = Vec<SubsetSummary>))
)]
pub async fn list(State(app): State<App>, Path(survey): Path<String>) -> Result<Json<Vec<SubsetSummary>>, Failure> {
    let subsets = ask(&app, move |store| store.survey(&survey)?.subsets().list()).await?;
    Ok(Json(subsets.into_iter().map(summary).collect()))
}

/// `GET /surveys/{survey}/subsets/{subset}`
#[utoipa::path(
    get,
    path = "/surveys/{survey}/subsets/{subset}",
    operation_id = "get_subset",
    tag = "subsets",
    params(
        ("survey" = String, Path, description = "name of the survey"),
        ("subset" = String, Path, description = "name of the subset")
    ),
    responses((status = 200, description = "the subset with its spectra", body = SubsetDetail))
)]
pub async fn get(
    State(app): State<App>,
    Path((survey, subset)): Path<(String, String)>,
) -> Result<Json<SubsetDetail>, Failure> {
    let found = ask(&app, move |store| store.survey(&survey)?.subsets().get(&subset)).await?;
    Ok(Json(SubsetDetail { summary: summary(found.info()), spectrum_ids: found.spectrum_ids }))
}

/// `PUT /surveys/{survey}/subsets/{subset}` with the ids of its spectra: `in_subset('name')` in conditions.
#[utoipa::path(
    put,
    path = "/surveys/{survey}/subsets/{subset}",
    operation_id = "make_subset",
    tag = "subsets",
    params(
        ("survey" = String, Path, description = "name of the survey"),
        ("subset" = String, Path, description = "name of the subset: letters, digits, `-`, `_`, `.`")
    ),
    request_body(content = NewSubset, description = "the ids of its spectra"),
    responses((status = 201, description = "the subset, which never changes from now on", body = SubsetSummary))
)]
pub async fn make(
    State(app): State<App>,
    Path((survey, subset)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<SubsetSummary>), Failure> {
    let new: NewSubset = guard::json(&headers, &body, "the ids of the spectra")?;
    let made = ask(&app, move |store| store.survey(&survey)?.make_subset(&subset, new.spectrum_ids)).await?;
    Ok((StatusCode::CREATED, Json(summary(made.info()))))
}

/// `DELETE /surveys/{survey}/subsets/{subset}`
#[utoipa::path(
    delete,
    path = "/surveys/{survey}/subsets/{subset}",
    operation_id = "delete_subset",
    tag = "subsets",
    params(
        ("survey" = String, Path, description = "name of the survey"),
        ("subset" = String, Path, description = "name of the subset")
    ),
    responses((status = 204, description = "the name is free again; runs that were accepted with it keep it"))
)]
pub async fn delete(
    State(app): State<App>,
    Path((survey, subset)): Path<(String, String)>,
) -> Result<StatusCode, Failure> {
    ask(&app, move |store| store.survey(&survey)?.subsets().delete(&subset)).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn summary(subset: SubsetInfo) -> SubsetSummary {
    let SubsetInfo { name, created, count } = subset;
    SubsetSummary { name, count, created }
}
