//! Messages: a JSON text and the buffers that go with it, as one list.

use balmer_exchange::worker::Report;
use js_sys::{Array, ArrayBuffer, Float32Array, Int32Array, Uint8Array, Uint32Array};
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, Worker};

/// A buffer of a message.
#[derive(Debug, Clone, Copy)]
pub enum Part<'a> {
    /// Bytes.
    Bytes(&'a [u8]),
    /// Row numbers.
    Rows(&'a [u32]),
    /// Places in a list; -1 for none.
    Places(&'a [i32]),
    /// Numbers.
    Numbers(&'a [f32]),
}

impl Part<'_> {
    /// A copy outside of this module's memory.
    fn buffer(self) -> ArrayBuffer {
        match self {
            Self::Bytes(bytes) => Uint8Array::from(bytes).buffer(),
            Self::Rows(rows) => Uint32Array::from(rows).buffer(),
            Self::Places(places) => Int32Array::from(places).buffer(),
            Self::Numbers(numbers) => Float32Array::from(numbers).buffer(),
        }
    }
}

/// A message and what is to be moved with it.
pub fn pack(message: &impl Serialize, parts: &[Part<'_>]) -> (Array, Array) {
    // messages have string keys only: writing them cannot fail
    let text = serde_json::to_string(message).unwrap_or_default();
    let (list, moved) = (Array::of1(&text.into()), Array::new());
    for part in parts {
        let buffer = part.buffer();
        list.push(&buffer);
        moved.push(&buffer);
    }
    (list, moved)
}

/// A message with its buffers; `None` for anything else.
pub fn unpack<M: DeserializeOwned>(data: &JsValue) -> Option<(M, Vec<ArrayBuffer>)> {
    let list = data.dyn_ref::<Array>()?;
    let message = serde_json::from_str(&list.get(0).as_string()?).ok()?;
    let buffers = list.iter().skip(1).map(JsCast::dyn_into).collect::<Result<_, _>>().ok()?;
    Some((message, buffers))
}

/// The numbers of a buffer.
pub fn numbers(buffer: &ArrayBuffer) -> Vec<f32> {
    Float32Array::new(buffer).to_vec()
}

/// The row numbers of a buffer.
pub fn rows(buffer: &ArrayBuffer) -> Vec<u32> {
    Uint32Array::new(buffer).to_vec()
}

/// The worker that this runs in.
pub fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Milliseconds of the worker's clock.
pub fn now() -> f64 {
    scope().performance().map_or(0.0, |clock| clock.now())
}

/// Answers whoever started this worker.
pub fn report(report: &Report, parts: &[Part<'_>]) {
    let (list, moved) = pack(report, parts);
    // nobody is left to be told where this fails
    let _: Result<(), JsValue> = scope().post_message_with_transfer(&list, &moved);
}

/// Sends a message to a worker of the pool.
///
/// # Errors
/// Where the browser refuses it: not enough memory.
pub fn send(worker: &Worker, message: &impl Serialize, parts: &[Part<'_>]) -> Result<(), JsValue> {
    let (list, moved) = pack(message, parts);
    worker.post_message_with_transfer(&list, &moved)
}
