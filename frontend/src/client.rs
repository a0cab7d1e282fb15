//! Asks the server. Every failure is a [`Problem`], whether the server said so or did not answer.

use balmer_exchange::api::{CandidatePage, Problem, RunDetail, RunSummary, SpectrumBody, SurveySummary};
use gloo_net::http::Request;
use serde::de::DeserializeOwned;

/// Every survey.
///
/// # Errors
/// What the server says, or that it does not answer; so for all functions here.
pub async fn surveys() -> Result<Vec<SurveySummary>, Problem> {
    get("/api/v1/surveys").await
}

/// Every run, of all surveys.
///
/// # Errors
/// See [`surveys`].
pub async fn runs() -> Result<Vec<RunSummary>, Problem> {
    get("/api/v1/runs").await
}

/// One run.
///
/// # Errors
/// See [`surveys`].
pub async fn run(run: &str) -> Result<RunDetail, Problem> {
    get(&format!("/api/v1/runs/{}", encoded(run))).await
}

/// Candidates of a run by rank, `limit` of them from `offset` on.
///
/// # Errors
/// See [`surveys`].
pub async fn candidates(run: &str, offset: u64, limit: u64) -> Result<CandidatePage, Problem> {
    get(&format!("/api/v1/runs/{}/candidates?offset={offset}&limit={limit}", encoded(run))).await
}

/// One spectrum with its pixels.
///
/// # Errors
/// See [`surveys`].
pub async fn spectrum(survey: &str, id: &str) -> Result<SpectrumBody, Problem> {
    get(&format!("/api/v1/surveys/{}/spectra/{}", encoded(survey), encoded(id))).await
}

/// A name as one segment of a path.
pub fn encoded(name: &str) -> String {
    js_sys::encode_uri_component(name).into()
}

async fn get<T: DeserializeOwned>(path: &str) -> Result<T, Problem> {
    let response = Request::get(path).header("Accept", "application/json").send().await.map_err(|_| silent(path))?;
    let status = response.status();
    let text = response.text().await.map_err(|_| silent(path))?;
    if response.ok() {
        return serde_json::from_str(&text).map_err(|error| {
            Problem::new(status, "unexpected answer")
                .with_detail(format!("the server's answer is not what this page expects ({error}): reload the page"))
                .with_instance(path)
        });
    }
    Err(serde_json::from_str(&text)
        .unwrap_or_else(|_| Problem::new(status, response.status_text()).with_instance(path)))
}

fn silent(path: &str) -> Problem {
    Problem::new(0, "the server does not answer")
        .with_detail("is `balmer serve` still running? Start it again, then reload the page")
        .with_instance(path)
}
