//! Asks the server. Every failure is a [`Problem`], whether the server said so or did not answer.

mod crossmatches;
mod events;
mod families;
mod labels;
mod measurements;
mod runs;
mod subsets;
mod surveys;
mod worker;

use balmer_exchange::api::Problem;
use balmer_worker::answer::{refusal, silent};
use gloo_net::http::{Request, RequestBuilder, Response};
use serde::{Serialize, de::DeserializeOwned};

pub use balmer_worker::stream::{Arrived, arrow_stream};
pub use crossmatches::*;
pub use events::*;
pub use families::*;
pub use labels::*;
pub use measurements::*;
pub use runs::*;
pub use subsets::*;
pub use surveys::*;
pub use worker::Chief;

/// A query string of the pairs that have a value, with its question mark; empty where none has.
pub fn query(pairs: &[(&str, Option<&str>)]) -> String {
    let given = pairs.iter().filter_map(|(key, value)| Some((key, (*value)?)));
    let written: Vec<String> = given.map(|(key, value)| format!("{key}={}", encoded(value))).collect();
    if written.is_empty() { String::new() } else { format!("?{}", written.join("&")) }
}

/// A name as one segment of a path, or a value of a query.
pub use crate::state::address::encoded;

async fn get<T: DeserializeOwned>(path: &str) -> Result<T, Problem> {
    send(Request::get(path), path, None::<&()>).await
}

/// Sends a request, with a JSON body where there is one, and reads the JSON answer.
async fn send<T: DeserializeOwned>(
    builder: RequestBuilder,
    path: &str,
    body: Option<&impl Serialize>,
) -> Result<T, Problem> {
    let builder = builder.header("Accept", "application/json");
    let request = match body {
        Some(body) => builder.json(body),
        None => builder.build(),
    };
    let response = request.map_err(|_| silent(path))?.send().await;
    read(response.map_err(|_| silent(path))?, path).await
}

async fn read<T: DeserializeOwned>(response: Response, path: &str) -> Result<T, Problem> {
    let status = response.status();
    let text = response.text().await.map_err(|_| silent(path))?;
    if response.ok() {
        // no content reads as `null`, which is the unit type's JSON
        let text = if text.is_empty() { "null" } else { &text };
        return serde_json::from_str(text).map_err(|error| {
            Problem::new(status, "unexpected answer")
                .with_detail(format!("the server's answer is not what this page expects ({error}): reload the page"))
                .with_instance(path)
        });
    }
    Err(refusal(status, &response.status_text(), &text, path))
}
