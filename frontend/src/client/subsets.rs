//! Named subsets of a survey.

use balmer_exchange::api::{NewSubset, Problem, SubsetDetail, SubsetSummary};
use gloo_net::http::Request;

use super::{encoded, get, send};

fn path(survey: &str) -> String {
    format!("/api/v1/surveys/{}/subsets", encoded(survey))
}

/// The named subsets of a survey.
///
/// # Errors
/// See [`surveys`](super::surveys).
pub async fn subsets(survey: &str) -> Result<Vec<SubsetSummary>, Problem> {
    get(&path(survey)).await
}

/// One named subset with its spectra.
///
/// # Errors
/// 404 where there is no such name.
pub async fn subset(survey: &str, name: &str) -> Result<SubsetDetail, Problem> {
    get(&format!("{}/{}", path(survey), encoded(name))).await
}

/// Stores spectra under a name.
///
/// # Errors
/// 409 where the name has other spectra.
pub async fn name_subset(survey: &str, name: &str, spectrum_ids: Vec<String>) -> Result<SubsetSummary, Problem> {
    let path = format!("{}/{}", path(survey), encoded(name));
    send(Request::put(&path), &path, Some(&NewSubset { spectrum_ids })).await
}

/// Forgets a name; its spectra stay in the survey.
///
/// # Errors
/// 404 where there is no such name.
pub async fn delete_subset(survey: &str, name: &str) -> Result<(), Problem> {
    let path = format!("{}/{}", path(survey), encoded(name));
    send(Request::delete(&path), &path, None::<&()>).await
}
