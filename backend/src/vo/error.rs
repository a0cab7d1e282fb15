//! Failures as UWS and DALI clients expect them: a status and a line of plain text (UWS 1.1 section 2.2.4, DALI 1.1 section 4.4).
//!
//! What somebody asks for too late is 409 in our own API and 403 here (UWS 1.1 section 2.2.3).

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};
use balmer_exchange::api::Problem;

/// Longest refusal of axum that is quoted.
const MAX_TEXT: usize = 64 << 10;

/// Layer: writes the text of every failed response.
pub(crate) async fn render(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let text = match parts.extensions.remove::<Problem>() {
        Some(problem) => problem.detail.unwrap_or(problem.title),
        None => to_bytes(body, MAX_TEXT).await.map(|b| String::from_utf8_lossy(&b).into_owned()).unwrap_or_default(),
    };
    let text = if text.is_empty() { status.to_string() } else { text };
    if status == StatusCode::CONFLICT {
        parts.status = StatusCode::FORBIDDEN;
    }
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(text + "\n"))
}
