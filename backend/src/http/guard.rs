//! What a page of another site must not be able to do, since the server has no accounts yet.
//!
//! - *DNS rebinding*: a name of the attacker's that resolves to 127.0.0.1 makes the browser treat this
//!   server as the attacker's own origin. Requests must therefore name the loopback in `Host`.
//! - *Cross-site requests*: browsers let any page send simple POSTs anywhere. A request that changes
//!   something is refused where its `Origin` is another one, and its body must be JSON, TOML or
//!   CSV, which no form can send.

use axum::{
    extract::Request,
    http::{HeaderMap, Method, StatusCode, Uri, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::problem::Failure;

/// Layer: refuses requests that do not come from this machine's own pages and programs.
pub async fn check(request: Request, next: Next) -> Response {
    match admit(request.method(), request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(failure) => failure.into_response(),
    }
}

fn admit(method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<(), Failure> {
    let host = match uri.authority() {
        Some(authority) => Some(authority.clone()),
        None => headers.get(header::HOST).and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok()),
    };
    let host: Authority =
        host.ok_or_else(|| Failure::new(StatusCode::BAD_REQUEST, "the request has no usable `Host` header"))?;
    if !is_loopback(host.host()) {
        let detail = format!("this server answers to localhost, 127.0.0.1 and [::1] only, not to `{}`", host.host());
        return Err(Failure::new(StatusCode::MISDIRECTED_REQUEST, detail));
    }
    if method.is_safe() {
        return Ok(());
    }
    if let Some(origin) = headers.get(header::ORIGIN) {
        let same = origin.to_str().is_ok_and(|origin| origin.strip_prefix("http://") == Some(host.as_str()));
        if !same {
            return Err(Failure::new(StatusCode::FORBIDDEN, "pages of other sites may not change anything here"));
        }
    }
    let has_body = headers.contains_key(header::TRANSFER_ENCODING)
        || headers.get(header::CONTENT_LENGTH).is_some_and(|length| length != "0");
    if has_body && BodyFormat::of(headers).is_none() {
        let detail = "send the body as `Content-Type: application/json` or `application/toml`";
        return Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
    }
    Ok(())
}

/// Formats of request bodies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyFormat {
    /// `application/json`.
    Json,
    /// `application/toml`.
    Toml,
    /// `text/csv`.
    Csv,
}

impl BodyFormat {
    /// What `Content-Type` says.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
        match value.split(';').next()?.trim().to_ascii_lowercase().as_str() {
            "application/json" => Some(Self::Json),
            "application/toml" => Some(Self::Toml),
            "text/csv" => Some(Self::Csv),
            _ => None,
        }
    }
}

/// Whether a host name of a `Host` header means this machine and nothing else.
fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || address.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(method: &Method, headers: &[(&'static str, &'static str)]) -> Option<u16> {
        let headers: HeaderMap =
            headers.iter().map(|(n, v)| (n.parse().unwrap(), header::HeaderValue::from_static(v))).collect();
        let failure = admit(method, &Uri::from_static("/api/v1/runs"), &headers).err()?;
        Some(failure.into_response().status().as_u16())
    }

    #[test]
    fn only_loopback_names_are_answered_to() {
        for host in ["localhost:6563", "LOCALHOST", "127.0.0.1:80", "[::1]:6563", "127.8.8.8"] {
            assert_eq!(status(&Method::GET, &[("host", host)]), None, "{host}");
        }
        for host in ["balmer.example:6563", "127.0.0.1.example", "localhost.example", "10.0.0.1", "[::2]"] {
            assert_eq!(status(&Method::GET, &[("host", host)]), Some(421), "{host}");
        }
        assert_eq!(status(&Method::GET, &[]), Some(400));
    }

    #[test]
    fn other_sites_and_forms_cannot_change_anything() {
        let host = ("host", "localhost:6563");
        let json = ("content-type", "application/json; charset=utf-8");
        let length = ("content-length", "2");
        assert_eq!(status(&Method::POST, &[host, length, json]), None);
        assert_eq!(status(&Method::POST, &[host, length, ("content-type", "application/toml")]), None);
        assert_eq!(status(&Method::POST, &[host, length, ("content-type", "text/csv")]), None);
        assert_eq!(status(&Method::POST, &[host, length, json, ("origin", "http://localhost:6563")]), None);
        assert_eq!(status(&Method::POST, &[host]), None);
        assert_eq!(status(&Method::POST, &[host, length, json, ("origin", "http://evil.example")]), Some(403));
        assert_eq!(status(&Method::DELETE, &[host, ("origin", "null")]), Some(403));
        assert_eq!(status(&Method::POST, &[host, length, ("content-type", "text/plain")]), Some(415));
        assert_eq!(status(&Method::POST, &[host, ("transfer-encoding", "chunked")]), Some(415));
    }
}
