//! A copy of a survey with planted objects.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::HeaderMap,
};
use balmer_core::simulate::Injector;
use balmer_exchange::api::{InjectionReport, NewInjection};

use super::{App, ask, guard, problem::Failure, waiting::Waiting};
use crate::storage::{InjectOptions, default_name};

/// Spectra of a survey that is copied by one request, at most: some ten seconds of two cores, and 1 GB on disk.
const MOST: u64 = 20_000;

/// `POST /surveys/{survey}/injections`: a new survey, in which something is planted.
#[utoipa::path(
    post,
    path = "/surveys/{survey}/injections",
    operation_id = "inject",
    tag = "surveys",
    params(("survey" = String, Path, description = "name of the survey that is copied")),
    request_body(content = NewInjection, description = "what is planted, how often, how strong"),
    responses((status = 200, description = "the survey that was made", body = InjectionReport))
)]
pub async fn make(
    State(app): State<App>,
    Path(survey): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<InjectionReport>, Failure> {
    let new: NewInjection = guard::json(&headers, &body, "what to plant")?;
    let asked = serde_json::json!({ "survey": survey, "injected": new }).to_string();
    let refused = |e: balmer_core::Error| Failure::bad_parameter("body", e.to_string());
    let mut injector = Injector::new(new.kinds, new.seed).map_err(refused)?;
    if let Some(ends) = new.strength {
        injector = injector.with_strength(ends).map_err(refused)?;
    }
    let into = new.into.unwrap_or_else(|| default_name(&survey, new.seed));
    let options = InjectOptions { injector, count: new.count, condition: new.r#where, into, asked, most: Some(MOST) };
    // a client that goes away ends it, and nothing is left
    let waiting = Waiting::default();
    let watch = waiting.watch();
    Ok(Json(ask(&app, move |store| store.inject(&survey, &options, &watch)).await?))
}
