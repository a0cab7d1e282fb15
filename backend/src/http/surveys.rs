//! Surveys: the list, one with its columns and coverage, and what the values of a column are like.

use axum::{
    Json,
    extract::{Path, State},
};
use balmer_exchange::api::{ColumnInfo, ColumnSummary, Coverage, SurveyDetail, SurveySummary};

use super::{
    App, ask,
    problem::Failure,
    query::{Condition, Params},
};
use crate::storage::{Query, Store, StoreError, Survey};

/// `GET /surveys`
#[utoipa::path(
    get,
    path = "/surveys",
    operation_id = "list_surveys",
    tag = "surveys",
    responses((status = 200, description = "every survey, by name", body = Vec<SurveySummary>))
)]
pub async fn list(State(app): State<App>) -> Result<Json<Vec<SurveySummary>>, Failure> {
    let surveys = ask(&app, Store::surveys).await?;
    Ok(Json(surveys.into_iter().map(|s| SurveySummary { name: s.name, count: s.spectra }).collect()))
}

/// `GET /surveys/{survey}`
#[utoipa::path(
    get,
    path = "/surveys/{survey}",
    operation_id = "get_survey",
    tag = "surveys",
    params(("survey" = String, Path, description = "name of the survey")),
    responses((status = 200, description = "revision, columns with units, and coverage", body = SurveyDetail))
)]
pub async fn detail(State(app): State<App>, Path(survey): Path<String>) -> Result<Json<SurveyDetail>, Failure> {
    let detail = ask(&app, move |store| {
        let survey = store.survey(&survey)?;
        Ok(SurveyDetail {
            summary: SurveySummary { name: survey.name().to_owned(), count: survey.count() },
            revision: survey.revision(),
            columns: ColumnInfo::all().into_iter().chain(survey.catalogue_columns()).collect(),
            coverage: coverage(&survey)?,
        })
    });
    Ok(Json(detail.await?))
}

/// `GET /surveys/{survey}/columns/{column}?where=`
#[utoipa::path(
    get,
    path = "/surveys/{survey}/columns/{column}",
    operation_id = "summarise_column",
    tag = "surveys",
    params(("survey" = String, Path, description = "name of the survey"), ("column" = String, Path, description = "name of a column"), Condition),
    responses((status = 200, description = "counts, extremes, frequent values", body = ColumnSummary))
)]
pub async fn column(
    State(app): State<App>,
    Path((survey, column)): Path<(String, String)>,
    Params(condition): Params<Condition>,
) -> Result<Json<ColumnSummary>, Failure> {
    let query = condition.query();
    Ok(Json(ask(&app, move |store| store.survey(&survey)?.summary(&column, &query)).await?))
}

/// The ends of positions and wavelengths.
fn coverage(survey: &Survey) -> Result<Coverage, StoreError> {
    let range = |column: &str| Ok::<_, StoreError>(survey.summary(column, &Query::default())?.range);
    let [least, greatest] = [range("wavelength_min")?, range("wavelength_max")?];
    Ok(Coverage {
        ra: range("ra")?,
        dec: range("dec")?,
        wavelength: least.zip(greatest).map(|(least, greatest)| [least[0], greatest[1]]),
    })
}
