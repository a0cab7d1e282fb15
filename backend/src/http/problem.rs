//! Every error leaves as `application/problem+json` (RFC 9457).
//!
//! A handler fails with a [`Failure`]; the [`render`] layer turns it, and whatever axum itself refuses
//! (an unknown route, a wrong method, a body too large), into one problem document that names the path.

use std::any::Any;

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use balmer_exchange::api::{FieldProblem, PROBLEM_JSON, Problem};

use crate::{
    jobs::{JobError, TableError, service::ServiceError},
    storage::{FeatureError, StoreError},
};

/// Seconds after which somebody whose run was refused may try again.
const RETRY_AFTER: u64 = 30;
/// Longest plain-text refusal of axum that is quoted as `detail`.
const MAX_DETAIL: usize = 64 * 1024;

/// Why a request was not served.
#[derive(Debug, Clone)]
pub struct Failure {
    problem: Problem,
    retry_after_seconds: Option<u64>,
}

impl Failure {
    /// A failure of the kind `status` names.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        let problem = Problem::new(status.as_u16(), title(status)).with_detail(detail);
        Self { problem, retry_after_seconds: None }
    }

    /// 400: the request makes no sense; `name` is the parameter or key at fault.
    pub fn bad_parameter(name: &str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let mut failure = Self::new(StatusCode::BAD_REQUEST, format!("{name}: {detail}"));
        failure.problem.errors.push(FieldProblem { name: name.to_owned(), detail });
        failure
    }

    /// 404.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// 500; what went wrong is logged here, once.
    pub fn internal(error: &(impl std::fmt::Display + ?Sized)) -> Self {
        tracing::error!("{error}");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
    }

    /// 503 with `Retry-After`.
    pub fn busy(detail: impl Into<String>, retry_after_seconds: u64) -> Self {
        let failure = Self::new(StatusCode::SERVICE_UNAVAILABLE, detail);
        Self { retry_after_seconds: Some(retry_after_seconds), ..failure }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        if let Some(seconds) = self.retry_after_seconds {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self.problem);
        response
    }
}

/// Layer: writes the problem document of every failed response.
pub async fn render(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    let status = response.status();
    let is_document = response.headers().get(header::CONTENT_TYPE).is_some_and(|v| v == PROBLEM_JSON);
    if !(status.is_client_error() || status.is_server_error()) || is_document {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let problem = match parts.extensions.remove::<Problem>() {
        Some(problem) => problem,
        None => refusal(status, body).await,
    };
    let document = serde_json::to_vec(&problem.with_instance(path)).unwrap_or_default();
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(document))
}

/// The problem behind a refusal that axum wrote as plain text.
async fn refusal(status: StatusCode, body: Body) -> Problem {
    let text = to_bytes(body, MAX_DETAIL).await.map(|b| String::from_utf8_lossy(&b).into_owned()).unwrap_or_default();
    let problem = Problem::new(status.as_u16(), title(status));
    match (text.trim(), status) {
        ("", StatusCode::METHOD_NOT_ALLOWED) => {
            problem.with_detail("the `Allow` header lists the methods of this path")
        }
        ("", _) => problem,
        (text, _) => problem.with_detail(text),
    }
}

/// Answer to a panic in a handler: the panic's text goes to the log only.
#[allow(clippy::needless_pass_by_value, reason = "the signature tower-http asks for")]
pub fn after_panic(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!("a request handler panicked: {}", text.unwrap_or("no message"));
    let detail = "the server met a defect in itself; its log says where, please report it";
    Failure::new(StatusCode::INTERNAL_SERVER_ERROR, detail).into_response()
}

fn title(status: StatusCode) -> String {
    status.canonical_reason().unwrap_or("error").to_lowercase()
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        use StoreError as E;
        let status = match &error {
            E::Query { clause, reason } => return Self::bad_parameter(clause, reason.clone()),
            E::NoSurvey { .. }
            | E::NoRun { .. }
            | E::NoSpectrum { .. }
            | E::NoSubset { .. }
            | E::NoJoined { .. }
            | E::NoFamily { .. }
            | E::NoFamilyOfRun { .. }
            | E::NoColumn { .. }
            | E::NotRanked { .. } => StatusCode::NOT_FOUND,
            E::QueryTime(_) => StatusCode::REQUEST_TIMEOUT,
            E::InvalidName(_)
            | E::Label { .. }
            | E::Catalogue { .. }
            | E::Injection { .. }
            | E::Measurement { .. }
            | E::Subset { .. }
            | E::Family { .. }
            | E::QueryLimit(_)
            | E::NothingToIngest(_) => StatusCode::BAD_REQUEST,
            E::Exists(_)
            | E::SubsetTaken { .. }
            | E::FamilyTaken { .. }
            | E::Locked { .. }
            | E::Served { .. }
            | E::Run { .. }
            | E::SurveyChanged { .. } => StatusCode::CONFLICT,
            E::DiskFull { .. } => StatusCode::INSUFFICIENT_STORAGE,
            _ => return Self::internal(&error),
        };
        Self::new(status, error.to_string())
    }
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Store(error) => error.into(),
            ServiceError::Disk { .. } | ServiceError::Quota { .. } => {
                Self::new(StatusCode::INSUFFICIENT_STORAGE, error.to_string())
            }
            ServiceError::TooLarge { .. } => Self::new(StatusCode::BAD_REQUEST, error.to_string()),
            ServiceError::Table(error) => match &error {
                TableError::Full(_) | TableError::Idle(_) => Self::busy(error.to_string(), RETRY_AFTER),
                TableError::OwnerFull { .. } => Self {
                    retry_after_seconds: Some(RETRY_AFTER),
                    ..Self::new(StatusCode::TOO_MANY_REQUESTS, error.to_string())
                },
                TableError::Unknown(_) => Self::not_found(error.to_string()),
                TableError::Phase { .. }
                | TableError::Active { .. }
                | TableError::Fixed { .. }
                | TableError::Taken(_) => Self::new(StatusCode::CONFLICT, error.to_string()),
                TableError::Sql(_) | TableError::Later { .. } => Self::internal(&error),
            },
        }
    }
}

impl From<JobError> for Failure {
    fn from(error: JobError) -> Self {
        match error {
            JobError::Store(error) => error.into(),
            JobError::Core(error) => error.into(),
            JobError::NothingSelected { .. } | JobError::NoLabels { .. } | JobError::NoLabelsYet(_) => {
                Self::new(StatusCode::BAD_REQUEST, error.to_string())
            }
        }
    }
}

impl From<balmer_core::Error> for Failure {
    fn from(error: balmer_core::Error) -> Self {
        use balmer_core::Error as E;
        match error {
            E::InvalidParameter { name, .. } => {
                let mut failure = Self::new(StatusCode::BAD_REQUEST, error.to_string());
                failure.problem.errors.push(FieldProblem { name: name.to_owned(), detail: error.to_string() });
                failure
            }
            E::Spec(_) | E::Labels(_) => Self::new(StatusCode::BAD_REQUEST, error.to_string()),
            _ => Self::internal(&error),
        }
    }
}

impl From<FeatureError> for Failure {
    fn from(error: FeatureError) -> Self {
        match error {
            FeatureError::Store(error) => error.into(),
            FeatureError::Core(error) => error.into(),
        }
    }
}
