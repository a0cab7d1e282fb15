//! The web app's files: embedded in release builds, read from `frontend/dist` in debug builds.

use std::{fmt::Write as _, sync::Arc};

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};

use super::{assets::Asset, blocking, problem::Failure};

#[derive(RustEmbed)]
#[folder = "../frontend/dist"]
#[allow_missing = true]
struct Files;

/// Answers to everything that is not the API: a file of the app, else the app itself, which finds its
/// page by the path.
pub async fn serve(request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    if path == "api" || path.starts_with("api/") {
        return Failure::not_found("there is no such route").into_response();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Failure::new(StatusCode::METHOD_NOT_ALLOWED, "the pages can only be read").into_response();
    }
    let headers = request.headers();
    match (media_type(path), Files::get(path)) {
        (Some(media_type), Some(file)) => {
            let cache = if is_hashed(path) { "public, max-age=31536000, immutable" } else { "no-cache" };
            ready(path, file).await.map(|asset| asset.respond(headers, media_type, cache)).into_response()
        }
        (Some(_), None) => Failure::not_found("there is no such file").into_response(),
        (None, _) => match Files::get("index.html") {
            Some(index) => ready("index.html", index).await.map(|index| page(headers, &index)).into_response(),
            None => with_policy(Html(NOT_BUILT).into_response(), NOT_BUILT),
        },
    }
}

/// The file, compressed on a thread that may take its time.
async fn ready(path: &str, file: EmbeddedFile) -> Result<Arc<Asset>, Failure> {
    let path = path.to_owned();
    blocking(move || Asset::ready(&path, file)).await
}

/// Media type of the app's files by their ending; `None` for the app's own paths.
fn media_type(path: &str) -> Option<&'static str> {
    let (_, ending) = path.rsplit('/').next()?.rsplit_once('.')?;
    Some(match ending {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "txt" => "text/plain; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        _ => return None,
    })
}

/// Whether Trunk put a hash of the content in the name: `balmer-web-0123456789abcdef_bg.wasm`.
fn is_hashed(path: &str) -> bool {
    path.split(['-', '_', '.', '/'])
        .any(|part| (13..=16).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn page(request: &HeaderMap, index: &Asset) -> Response {
    let response = index.respond(request, "text/html; charset=utf-8", "no-cache");
    with_policy(response, &String::from_utf8_lossy(index.plain()))
}

fn with_policy(mut response: Response, html: &str) -> Response {
    if let Ok(policy) = HeaderValue::from_str(&policy(html)) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// The page's Content-Security-Policy: nothing but this server's own files, WebAssembly, and exactly
/// the inline scripts and styles that stand in the page, by their hashes.
fn policy(html: &str) -> String {
    let mut script = "script-src 'self' 'wasm-unsafe-eval'".to_owned();
    for body in inline(html, "script") {
        let _ = write!(script, " '{}'", hash(body));
    }
    let mut style = "style-src 'self'".to_owned();
    for body in inline(html, "style") {
        let _ = write!(style, " '{}'", hash(body));
    }
    format!(
        "default-src 'none'; {script}; {style}; img-src 'self' data:; connect-src 'self'; worker-src 'self'; \
         manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// Bodies of the inline elements of a kind. Enough HTML for the pages Trunk writes: no comments or
/// strings that contain such a tag.
fn inline<'a>(html: &'a str, element: &'a str) -> impl Iterator<Item = &'a str> {
    let (open, close) = (format!("<{element}"), format!("</{element}>"));
    let mut rest = html;
    std::iter::from_fn(move || {
        loop {
            let tag = rest.find(&open)? + open.len();
            let body = tag + rest[tag..].find('>')? + 1;
            let end = body + rest[body..].find(&close)?;
            let found = &rest[body..end];
            rest = &rest[end..];
            if !found.trim().is_empty() {
                return Some(found);
            }
        }
    })
}

fn hash(body: &str) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    // the browser hashes the text it parsed, where line ends are line feeds
    format!("sha256-{}", STANDARD.encode(Sha256::digest(body.replace("\r\n", "\n"))))
}

/// Layer values for every response: files are what their type says, and nobody learns our paths.
pub fn security_headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    headers
}

/// What `/` says where the app was not built.
const NOT_BUILT: &str = include_str!("not_built.html");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_admits_the_inline_scripts_by_hash_and_no_others() {
        let html = "<script src=\"/a.js\"></script><script type=\"module\">let a;</script><style>b{}</style>";
        let policy = policy(html);
        let script = format!("script-src 'self' 'wasm-unsafe-eval' '{}';", hash("let a;"));
        assert!(policy.contains(&script), "{policy}");
        assert!(policy.contains(&format!("style-src 'self' '{}';", hash("b{}"))), "{policy}");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
    }

    #[test]
    fn hashes_are_those_of_the_specification() {
        // the example of CSP level 3, section 2.3.1 'alert(\'Hello, world.\');'
        assert_eq!(hash("alert('Hello, world.');"), "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=");
    }

    #[test]
    fn only_names_with_a_hash_are_cached_for_ever() {
        assert!(is_hashed("balmer-web-0123456789abcdef_bg.wasm"));
        // Trunk drops leading zeros of the hash
        assert!(is_hashed("favicon-b090f3db3cb4ec8.svg"));
        assert!(!is_hashed("favicon.svg"));
    }

    #[test]
    fn identifiers_with_dots_are_paths_of_the_app() {
        assert_eq!(media_type("runs/r1/spec-59636-HD071013S041413V01.fits"), None);
        assert_eq!(media_type("app-0.wasm"), Some("application/wasm"));
    }
}
