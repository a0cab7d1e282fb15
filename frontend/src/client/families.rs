//! Families among the outliers of a run, and those of a survey that have a name.

use balmer_exchange::api::{CandidatePage, FamiliesBody, NamedFamily, NewFamily, Problem};
use gloo_net::http::Request;
use web_sys::AbortSignal;

use super::{encoded, get, query, send};

fn path(survey: &str) -> String {
    format!("/api/v1/surveys/{}/families", encoded(survey))
}

/// The families of a run: among so many of its list, or among its outliers. The server stops looking for them when the
/// request is aborted.
///
/// # Errors
/// 409 where the run is not done.
pub async fn families(run: &str, first: Option<u32>, signal: Option<&AbortSignal>) -> Result<FamiliesBody, Problem> {
    let first = first.map(|number| number.to_string());
    let path = format!("/api/v1/runs/{}/families{}", encoded(run), query(&[("outliers", first.as_deref())]));
    send(Request::get(&path).abort_signal(signal), &path, None::<&()>).await
}

/// The named families of a survey.
///
/// # Errors
/// See [`surveys`](super::surveys).
pub async fn named_families(survey: &str) -> Result<Vec<NamedFamily>, Problem> {
    get(&path(survey)).await
}

/// Names a family, and sets it aside or labels its members.
///
/// # Errors
/// 409 where the name is taken, 404 where the run has no such family any more.
pub async fn name_family(survey: &str, new: &NewFamily) -> Result<NamedFamily, Problem> {
    let path = path(survey);
    send(Request::post(&path), &path, Some(new)).await
}

/// Undoes all that naming a family did.
///
/// # Errors
/// 404 where there is no such name.
pub async fn undo_family(survey: &str, name: &str) -> Result<NamedFamily, Problem> {
    let path = format!("{}/{}", path(survey), encoded(name));
    send(Request::delete(&path), &path, None::<&()>).await
}

/// How many candidates of a run that fulfil a condition are left out of its list, since their families are set aside.
///
/// # Errors
/// 400 where the condition is refused.
pub async fn set_aside(run: &str, condition: Option<&str>) -> Result<u64, Problem> {
    let path = format!("/api/v1/runs/{}/candidates", encoded(run));
    let page: CandidatePage = get(&(path + &query(&[("where", condition), ("limit", Some("0"))]))).await?;
    Ok(page.set_aside)
}
