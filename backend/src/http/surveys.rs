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
pub async fn list(State(app): State<App>) -> Result<Json<Vec<SurveySummary>>, Failure> {
    let surveys = ask(&app, Store::surveys).await?;
    Ok(Json(surveys.into_iter().map(|s| SurveySummary { name: s.name, count: s.spectra }).collect()))
}

/// `GET /surveys/{survey}`
pub async fn detail(State(app): State<App>, Path(survey): Path<String>) -> Result<Json<SurveyDetail>, Failure> {
    let detail = ask(&app, move |store| {
        let survey = store.survey(&survey)?;
        Ok(SurveyDetail {
            summary: SurveySummary { name: survey.name().to_owned(), count: survey.count() },
            columns: ColumnInfo::all(),
            coverage: coverage(&survey)?,
        })
    });
    Ok(Json(detail.await?))
}

/// `GET /surveys/{survey}/columns/{column}?where=`
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
