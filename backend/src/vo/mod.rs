//! Services of the Virtual Observatory under `/vo`: jobs as UWS 1.1 has them ([`uws`]), and what VOSI 1.1 asks every service.
//!
//! Renderings of our own model, which knows nothing of them: handlers ask [`crate::jobs`] and the store, and
//! [`balmer_exchange::vo`] writes the documents. Failures are plain text here and no problem documents ([`error`]). What a
//! page of another site may not do is the guard's (`crate::http`), which admits forms here and nowhere else.

mod error;
mod given;
mod uws;

use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRequestParts},
    http::{header, request::Parts},
    response::{IntoResponse, Response},
    routing::get,
};
use balmer_exchange::vo::vosi;

pub(crate) use self::error::render;
use self::given::{Asked, Given};
use crate::http::{App, Failure};

/// Where the services are.
pub(crate) const PATH: &str = "/vo";
/// Bytes of the longest form.
const MAX_FORM: usize = 256 << 10;

/// The services, to be nested under [`PATH`].
pub(crate) fn routes() -> Router<App> {
    let root = Router::new()
        .route("/capabilities", get(|base: Base| async move { xml(vosi::capabilities(&base.0)) }))
        .route("/availability", get(|| async { xml(vosi::availability()) }));
    root.merge(uws::routes()).layer(DefaultBodyLimit::max(MAX_FORM))
}

/// What is under no route.
pub(crate) fn nowhere() -> Failure {
    Failure::not_found("there is nothing here: /vo/uws is the list of jobs, /vo/capabilities says what there is")
}

/// The address of these services as the caller writes it, without a slash at its end: documents hold whole addresses.
#[derive(Debug, Clone)]
struct Base(String);

impl FromRequestParts<App> for Base {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let root = match (&app.public_base_url, parts.headers.get(header::HOST)) {
            (Some(base), _) => base.clone(),
            // the guard has looked at it
            (None, Some(host)) => format!("http://{}", host.to_str().unwrap_or("localhost")),
            (None, None) => "http://localhost".to_owned(),
        };
        Ok(Self(format!("{root}{PATH}")))
    }
}

impl Base {
    /// The list of jobs.
    fn jobs(&self) -> String {
        format!("{}/uws", self.0)
    }

    /// One job.
    fn job(&self, id: &str) -> String {
        format!("{}/uws/{id}", self.0)
    }
}

fn xml(document: String) -> Response {
    ([(header::CONTENT_TYPE, "text/xml; charset=utf-8")], document).into_response()
}

fn plain(text: String) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}
