//! Surveys and their spectra.

use std::collections::BTreeMap;

use balmer_exchange::api::{
    ColumnSummary, InjectionReport, NewInjection, Problem, RecipeTrace, SpectrumPage, SurveyDetail, SurveySummary,
};

use gloo_net::http::Request;

use super::{encoded, get, query, send};

/// Every survey.
///
/// # Errors
/// What the server says, or that it does not answer; so for all functions of the client.
pub async fn surveys() -> Result<Vec<SurveySummary>, Problem> {
    get("/api/v1/surveys").await
}

/// One survey with its columns and coverage.
///
/// # Errors
/// See [`surveys`].
pub async fn survey(survey: &str) -> Result<SurveyDetail, Problem> {
    get(&format!("/api/v1/surveys/{}", encoded(survey))).await
}

/// The cells of the sky in which a survey has spectra, by their order: an IVOA MOC.
///
/// # Errors
/// See [`surveys`].
pub async fn coverage(survey: &str) -> Result<BTreeMap<String, Vec<u64>>, Problem> {
    get(&format!("/api/v1/surveys/{}/coverage", encoded(survey))).await
}

/// What the values of a column are like among the spectra that a condition selects.
///
/// # Errors
/// See [`surveys`]; 400 where there is no such column, or the condition is refused.
pub async fn column(survey: &str, column: &str, condition: Option<&str>) -> Result<ColumnSummary, Problem> {
    let path = format!("/api/v1/surveys/{}/columns/{}", encoded(survey), encoded(column));
    get(&(path + &query(&[("where", condition)]))).await
}

/// The first spectra that a condition selects, in an order, and how many there are in all.
///
/// # Errors
/// See [`surveys`]; 400 where the condition is refused.
pub async fn spectra(survey: &str, condition: &str, order_by: &str, limit: usize) -> Result<SpectrumPage, Problem> {
    let path = format!("/api/v1/surveys/{}/spectra", encoded(survey));
    let limit = limit.to_string();
    get(&(path + &query(&[("where", Some(condition)), ("order_by", Some(order_by)), ("limit", Some(&limit))]))).await
}

/// How many spectra a condition selects.
///
/// # Errors
/// See [`surveys`]; 400 where the condition is refused, 408 where it takes too long.
pub async fn count(survey: &str, condition: Option<&str>) -> Result<u64, Problem> {
    let path = format!("/api/v1/surveys/{}/spectra", encoded(survey));
    let page: SpectrumPage = get(&(path + &query(&[("where", condition), ("limit", Some("0"))]))).await?;
    Ok(page.total)
}

/// What a recipe, as JSON, makes of a spectrum, step by step.
///
/// # Errors
/// See [`surveys`]; 404 where there is no such spectrum.
pub async fn trace(survey: &str, id: &str, recipe: &str) -> Result<RecipeTrace, Problem> {
    let path = format!("/api/v1/surveys/{}/spectra/{}/trace", encoded(survey), encoded(id));
    get(&(path + &query(&[("recipe", Some(recipe))]))).await
}

/// Plants known objects in a copy of a survey, which is made.
///
/// # Errors
/// 400 where that cannot be planted; 409 where there is such a survey; 413 where the survey is too large for one request.
pub async fn plant(survey: &str, new: &NewInjection) -> Result<InjectionReport, Problem> {
    let path = format!("/api/v1/surveys/{}/injections", encoded(survey));
    send(Request::post(&path), &path, Some(new)).await
}
