//! Long tables as Arrow streams, batch by batch while the bytes arrive.

use arrow_array::RecordBatch;
use balmer_exchange::{api::Problem, arrow_stream::BatchReader};
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Headers, ReadableStreamDefaultReader};

use crate::answer::{self, silent};

/// Media type of an Arrow stream.
const ARROW: &str = "application/vnd.apache.arrow.stream";

/// What has arrived so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Arrived {
    /// Bytes, decompressed.
    pub bytes: u64,
    /// Rows that the condition matches in all, where the server says.
    pub total: Option<u64>,
    /// Rows that the server left out, where it says.
    pub rejected: Option<u64>,
}

/// Reads an Arrow stream; each batch goes to `take` as soon as it is whole, `false` from it ends the reading.
///
/// # Errors
/// What the server says, that it does not answer, that the stream broke off; an aborted request too.
pub async fn arrow_stream(
    path: &str,
    signal: Option<&AbortSignal>,
    mut take: impl FnMut(Option<RecordBatch>, Arrived) -> bool,
) -> Result<Arrived, Problem> {
    let response = answer::fetch(path, ARROW, signal).await?;
    if !response.ok() {
        answer::text(&response, path).await?;
    }
    let number = |name: &str| of_header(&response.headers(), name);
    let (total, rejected) = (number("x-total-count"), number("x-rejected-count"));
    let mut arrived = Arrived { bytes: 0, total, rejected };
    let broken = |why: &str| Problem::new(0, "the answer broke off").with_detail(why).with_instance(path);
    let body = response.body().ok_or_else(|| broken("the answer is empty"))?;
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let mut batches = BatchReader::new();
    loop {
        let step = JsFuture::from(reader.read()).await.map_err(|_| silent(path))?;
        let value = |key: &str| Reflect::get(&step, &JsValue::from_str(key)).unwrap_or(JsValue::UNDEFINED);
        if value("done").is_truthy() {
            break;
        }
        let chunk: Uint8Array = value("value").unchecked_into();
        arrived.bytes += u64::from(chunk.length());
        batches.push(&chunk.to_vec());
        let mut wanted = take(None, arrived);
        while wanted {
            let Some(batch) = batches.next_batch().map_err(|error| broken(&error.to_string()))? else { break };
            wanted = take(Some(batch), arrived);
        }
        if !wanted {
            // a reader that is done with is free to fail at being told so
            let _: Result<JsValue, JsValue> = JsFuture::from(reader.cancel()).await;
            return Ok(arrived);
        }
    }
    batches.finish().map_err(|_| broken("the server stopped in the middle: try again"))?;
    Ok(arrived)
}

fn of_header(headers: &Headers, name: &str) -> Option<u64> {
    headers.get(name).ok().flatten()?.parse().ok()
}
