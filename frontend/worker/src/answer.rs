//! The server's answers: JSON, or the problem document that says why not.

use balmer_exchange::api::Problem;
use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Headers, RequestInit, Response};

/// Asks for a path in a media type. Works in pages and workers.
///
/// # Errors
/// That the server does not answer; an aborted request too.
pub async fn fetch(path: &str, media_type: &str, signal: Option<&AbortSignal>) -> Result<Response, Problem> {
    asked(path, media_type, signal).await.map_err(|_| silent(path))
}

async fn asked(path: &str, media_type: &str, signal: Option<&AbortSignal>) -> Result<Response, JsValue> {
    let headers = Headers::new()?;
    headers.set("Accept", media_type)?;
    let init = RequestInit::new();
    init.set_headers(&headers);
    init.set_signal(signal);
    let global = js_sys::global();
    let fetch: Function = Reflect::get(&global, &"fetch".into())?.unchecked_into();
    let promise: Promise = fetch.call2(&global, &path.into(), &init)?.unchecked_into();
    Ok(JsFuture::from(promise).await?.unchecked_into())
}

/// The body of an answer as text; the problem that it states where it is a refusal.
///
/// # Errors
/// What the server says, or that the answer broke off.
pub async fn text(response: &Response, path: &str) -> Result<String, Problem> {
    let text = JsFuture::from(response.text().map_err(|_| silent(path))?).await.map_err(|_| silent(path))?;
    let text = text.as_string().unwrap_or_default();
    if response.ok() { Ok(text) } else { Err(refusal(response.status(), &response.status_text(), &text, path)) }
}

/// The problem document of a refused request, or what its status line says.
pub fn refusal(status: u16, status_text: &str, body: &str, path: &str) -> Problem {
    serde_json::from_str(body).unwrap_or_else(|_| Problem::new(status, status_text).with_instance(path))
}

/// No answer at all.
pub fn silent(path: &str) -> Problem {
    Problem::new(0, "the server does not answer")
        .with_detail("is `balmer serve` still running? Start it again, then reload the page")
        .with_instance(path)
}
