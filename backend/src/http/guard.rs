//! What a page of another site must not be able to do, since the server has no accounts yet.
//!
//! - *DNS rebinding*: a name of the attacker's that resolves to 127.0.0.1 makes the browser treat this
//!   server as the attacker's own origin. Requests must therefore name the loopback in `Host`.
//! - *Cross-site requests*: browsers let any page send simple POSTs anywhere. A request that changes
//!   something is refused where its `Origin` is another one, and its body must be JSON, TOML, CSV or
//!   another table, which no form can send. Behind a proxy, the pages' origin is that of `server.public_base_url`.
//! - *Forms*: the services of the Virtual Observatory under `/vo` are spoken to by forms, as their standards have it. There a
//!   form is admitted, and what keeps other sites out is what browsers say themselves: every browser of today names the page's
//!   origin on a POST and a DELETE, and says by `Sec-Fetch-Site` whether the page is of this server. A request that says
//!   neither comes from a program, which any page is not (docs/adr/0015-forms-for-the-virtual-observatory.md).

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, Uri, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse, Response},
};

use serde::de::DeserializeOwned;

use super::problem::Failure;

/// What is admitted beside what is always.
#[derive(Debug, Clone, Default)]
pub struct Admitted {
    /// The origin of our own pages where they are asked for by a proxy, as browsers write it.
    pub public_origin: Option<String>,
    /// Forms, and no other bodies.
    pub forms: bool,
}

/// Layer: refuses requests that do not come from this machine's own pages and programs.
pub async fn check(State(admitted): State<Admitted>, request: Request, next: Next) -> Response {
    match admit(request.method(), request.uri(), request.headers(), &admitted) {
        Ok(()) => next.run(request).await,
        Err(failure) => failure.into_response(),
    }
}

fn admit(method: &Method, uri: &Uri, headers: &HeaderMap, admitted: &Admitted) -> Result<(), Failure> {
    let refuse = |detail| Failure::new(StatusCode::BAD_REQUEST, detail);
    let said = headers.get(header::HOST).map(|host| host.to_str().unwrap_or_default());
    let host: Authority = match (uri.authority(), said) {
        (Some(asked), Some(said)) if !asked.as_str().eq_ignore_ascii_case(said) => {
            return Err(refuse("the request's address and its `Host` header name different hosts"));
        }
        (Some(asked), _) => asked.clone(),
        (None, said) => {
            said.and_then(|host| host.parse().ok()).ok_or_else(|| refuse("the request has no usable `Host` header"))?
        }
    };
    if !is_loopback(host.host()) {
        let detail = format!("this server answers to localhost, 127.0.0.1 and [::1] only, not to `{}`", host.host());
        return Err(Failure::new(StatusCode::MISDIRECTED_REQUEST, detail));
    }
    if method.is_safe() {
        return Ok(());
    }
    let is_own = |origin: &str| {
        origin.strip_prefix("http://") == Some(host.as_str()) || admitted.public_origin.as_deref() == Some(origin)
    };
    let is_of_here = |site: &str| matches!(site, "same-origin" | "none");
    let says = |name: &str, allowed: &dyn Fn(&str) -> bool| {
        headers.get(name).is_none_or(|value| value.to_str().is_ok_and(allowed))
    };
    if !says("origin", &is_own) || !says("sec-fetch-site", &is_of_here) {
        return Err(Failure::new(StatusCode::FORBIDDEN, "pages of other sites may not change anything here"));
    }
    let has_body = headers.contains_key(header::TRANSFER_ENCODING)
        || headers.get(header::CONTENT_LENGTH).is_some_and(|length| length != "0");
    if has_body && admitted.forms {
        if media_type(headers).as_deref() != Some(FORM) {
            let detail = format!("send parameters as `Content-Type: {FORM}`");
            return Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
    } else if has_body && BodyFormat::of(headers).is_none() {
        let detail = "send the body as `Content-Type: application/json` or `application/toml`";
        return Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
    }
    Ok(())
}

/// What forms send.
const FORM: &str = "application/x-www-form-urlencoded";

/// Formats of request bodies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyFormat {
    /// `application/json`.
    Json,
    /// `application/toml`.
    Toml,
    /// `text/csv`.
    Csv,
    /// Any other table, whose kind is recognised.
    Table,
}

impl BodyFormat {
    /// What `Content-Type` says.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        match media_type(headers)?.as_str() {
            "application/json" => Some(Self::Json),
            "application/toml" => Some(Self::Toml),
            "text/csv" => Some(Self::Csv),
            "application/fits"
            | "application/gzip"
            | "application/octet-stream"
            | "application/vnd.apache.parquet"
            | "application/x-votable+xml"
            | "text/tab-separated-values" => Some(Self::Table),
            _ => None,
        }
    }
}

/// A body that has to be JSON; `what` says what is expected in it.
///
/// # Errors
/// 415 for any other kind of body, 400 for JSON that does not fit.
pub fn json<T: DeserializeOwned>(headers: &HeaderMap, body: &[u8], what: &str) -> Result<T, Failure> {
    if BodyFormat::of(headers) != Some(BodyFormat::Json) {
        let detail = format!("send {what} as `Content-Type: application/json`");
        return Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
    }
    serde_json::from_slice(body).map_err(|e| Failure::bad_parameter("body", e.to_string()))
}

/// What `Content-Type` says, without its parameters.
fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(value.split(';').next()?.trim().to_ascii_lowercase())
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
        refused(method, headers, false)
    }

    fn refused(method: &Method, headers: &[(&'static str, &'static str)], forms: bool) -> Option<u16> {
        answered(method, "/", headers, &Admitted { public_origin: None, forms })
    }

    fn answered(
        method: &Method,
        uri: &'static str,
        headers: &[(&'static str, &'static str)],
        admitted: &Admitted,
    ) -> Option<u16> {
        let headers: HeaderMap =
            headers.iter().map(|(n, v)| (n.parse().unwrap(), header::HeaderValue::from_static(v))).collect();
        let failure = admit(method, &Uri::from_static(uri), &headers, admitted).err()?;
        Some(failure.into_response().status().as_u16())
    }

    #[test]
    fn the_address_and_the_host_must_name_the_same() {
        let ask = |uri, headers: &[_]| answered(&Method::GET, uri, headers, &Admitted::default());
        assert_eq!(ask("http://localhost:6563/vo", &[("host", "LOCALHOST:6563")]), None);
        assert_eq!(ask("http://localhost:6563/vo", &[]), None);
        for other in ["evil.example", "localhost:80", "127.0.0.1:6563", ""] {
            assert_eq!(ask("http://localhost:6563/vo", &[("host", other)]), Some(400), "{other}");
        }
        assert_eq!(ask("http://evil.example/vo", &[("host", "evil.example")]), Some(421));
    }

    #[test]
    fn pages_behind_a_proxy_are_own_pages() {
        let public = "https://balmer.example.org";
        for forms in [false, true] {
            let admitted = Admitted { public_origin: Some(public.to_owned()), forms };
            let post = |origin| {
                let own = ("sec-fetch-site", "same-origin");
                answered(&Method::POST, "/", &[("host", "127.0.0.1:6563"), ("origin", origin), own], &admitted)
            };
            assert_eq!((post(public), post("http://127.0.0.1:6563")), (None, None));
            for other in ["http://balmer.example.org", "https://balmer.example.org.evil.example", "https://example.org"]
            {
                assert_eq!(post(other), Some(403), "{other}");
            }
            // the name is the proxy's, which asks for this machine
            assert_eq!(answered(&Method::GET, "/", &[("host", "balmer.example.org")], &admitted), Some(421));
        }
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
        assert_eq!(status(&Method::POST, &[host, length, ("content-type", "application/octet-stream")]), None);
        assert_eq!(status(&Method::POST, &[host, length, json, ("origin", "http://localhost:6563")]), None);
        assert_eq!(status(&Method::POST, &[host]), None);
        assert_eq!(status(&Method::POST, &[host, length, json, ("origin", "http://evil.example")]), Some(403));
        assert_eq!(status(&Method::DELETE, &[host, ("origin", "null")]), Some(403));
        assert_eq!(status(&Method::POST, &[host, length, ("content-type", "text/plain")]), Some(415));
        assert_eq!(status(&Method::POST, &[host, ("transfer-encoding", "chunked")]), Some(415));
        assert_eq!(status(&Method::POST, &[host, length, ("content-type", FORM)]), Some(415));
    }

    #[test]
    fn forms_are_taken_of_programs_and_own_pages_only() {
        let (host, form, length) = (("host", "127.0.0.1:6563"), ("content-type", FORM), ("content-length", "2"));
        let post = |more: &[(&'static str, &'static str)]| {
            refused(&Method::POST, &[&[host, form, length], more].concat(), true)
        };
        assert_eq!(post(&[]), None);
        assert_eq!(post(&[("origin", "http://127.0.0.1:6563"), ("sec-fetch-site", "same-origin")]), None);
        assert_eq!(post(&[("sec-fetch-site", "none")]), None);
        for other in ["cross-site", "same-site", "nonsense"] {
            assert_eq!(post(&[("sec-fetch-site", other)]), Some(403), "{other}");
        }
        for other in ["http://evil.example", "http://127.0.0.1:80", "null"] {
            assert_eq!(post(&[("origin", other)]), Some(403), "{other}");
        }
        assert_eq!(refused(&Method::POST, &[host, length, ("content-type", "text/plain")], true), Some(415));
        assert_eq!(refused(&Method::POST, &[host], true), None);
        assert_eq!(refused(&Method::DELETE, &[host, ("sec-fetch-site", "cross-site")], true), Some(403));
    }
}
