//! Surveys: the list, and one with its columns and coverage.

use axum::{
    Json,
    extract::{Path, State},
};
use balmer_exchange::api::{ColumnInfo, Coverage, SurveyDetail, SurveySummary};

use super::{App, ask, problem::Failure};
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

/// The ends of positions and wavelengths.
fn coverage(survey: &Survey) -> Result<Coverage, StoreError> {
    let least = |column: &str| end_of(survey, column, "asc");
    let greatest = |column: &str| end_of(survey, column, "desc");
    let span = |low: &str, high: &str| Ok::<_, StoreError>(least(low)?.zip(greatest(high)?).map(|(a, b)| [a, b]));
    Ok(Coverage {
        ra: span("ra", "ra")?,
        dec: span("dec", "dec")?,
        wavelength: span("wavelength_min", "wavelength_max")?,
    })
}

/// The first value of a column in an order; `None` where no spectrum states one.
fn end_of(survey: &Survey, column: &str, order: &str) -> Result<Option<f64>, StoreError> {
    let query = Query {
        condition: Some(format!("{column} IS NOT NULL")),
        order_by: Some(format!("{column} {order}")),
        limit: Some(1),
        ..Query::default()
    };
    let first = survey.metadata(&query)?.pop();
    Ok(first.and_then(|m| match column {
        "ra" => m.ra,
        "dec" => m.dec,
        "wavelength_min" => m.wavelength_min,
        _ => m.wavelength_max,
    }))
}
