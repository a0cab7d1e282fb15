//! Arrow streams (Arrow Columnar Format 1.5, "IPC streaming format"), read while their bytes arrive.
//!
//! For the types that Balmer's server sends: truths, numbers of 32 and 64 bits, texts, and rows of numbers of
//! equal length. A reader of every Arrow type is four times the size, and a browser fetches it before the first
//! row. Not read: dictionaries, compressed bodies, big-endian writers; each is refused by name.

mod columns;
mod schema;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_ipc::{Message, MessageHeader, root_as_message};
use arrow_schema::{Schema, SchemaRef};

/// Why a stream could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StreamError {
    /// The bytes are no Arrow stream, or contradict themselves.
    #[error("malformed: {0}")]
    Malformed(String),
    /// A part of the format that is not read here.
    #[error("not read here: {0}")]
    Unsupported(String),
    /// The stream ends before its end.
    #[error("the stream breaks off: ask again")]
    Truncated,
}

/// What stands in front of every message.
const CONTINUATION: [u8; 4] = [0xFF; 4];
/// Bytes in front of a message: the continuation marker and the length.
const PREFIX: usize = 8;

/// Makes record batches of the bytes of one stream.
#[derive(Debug, Default)]
pub struct BatchReader {
    bytes: Vec<u8>,
    /// Bytes of it that have been read.
    read: usize,
    schema: Option<SchemaRef>,
    is_over: bool,
}

/// What stands at the beginning of some bytes.
enum Next<'a> {
    /// Less than a message: the rest has not arrived.
    Part,
    /// The mark behind the last message.
    EndMark,
    /// A message with its body, and where they end.
    Whole { message: Message<'a>, body: &'a [u8], end: usize },
}

impl BatchReader {
    /// A reader at the beginning of a stream.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds bytes that have arrived; they may end anywhere.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.read);
        self.read = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// The next batch; `None` until more bytes have arrived.
    ///
    /// # Errors
    /// [`StreamError::Malformed`], [`StreamError::Unsupported`].
    pub fn next_batch(&mut self) -> Result<Option<RecordBatch>, StreamError> {
        while !self.is_over {
            let (message, body, end) = match next(&self.bytes[self.read..])? {
                Next::Part => return Ok(None),
                Next::EndMark => {
                    self.is_over = true;
                    self.read += PREFIX;
                    break;
                }
                Next::Whole { message, body, end } => (message, body, end),
            };
            let header = message.header_type();
            if let (MessageHeader::Schema, Some(schema), None) = (header, message.header_as_schema(), &self.schema) {
                self.schema = Some(Arc::new(schema::schema(schema)?));
                self.read += end;
            } else if let (MessageHeader::RecordBatch, Some(batch), Some(schema)) =
                (header, message.header_as_record_batch(), &self.schema)
            {
                let batch = columns::batch(batch, body, schema)?;
                self.read += end;
                return Ok(Some(batch));
            } else {
                let name = header.variant_name().unwrap_or("unknown");
                return Err(StreamError::Unsupported(format!("a message {name} in this place")));
            }
        }
        if self.read < self.bytes.len() {
            return Err(malformed("bytes after the end of the stream"));
        }
        Ok(None)
    }

    /// The columns, once they have arrived.
    pub fn schema(&self) -> Option<&Schema> {
        self.schema.as_deref()
    }

    /// To be called when no more bytes come.
    ///
    /// # Errors
    /// [`StreamError::Truncated`] when something is missing.
    pub fn finish(&self) -> Result<(), StreamError> {
        if self.schema.is_some() && self.read == self.bytes.len() { Ok(()) } else { Err(StreamError::Truncated) }
    }
}

fn next(bytes: &[u8]) -> Result<Next<'_>, StreamError> {
    let Some((prefix, rest)) = bytes.split_at_checked(PREFIX) else { return Ok(Next::Part) };
    let (marker, length) = prefix.split_at(CONTINUATION.len());
    if marker != CONTINUATION {
        return Err(malformed("no message begins here"));
    }
    let length = length.iter().rev().fold(0_u32, |number, byte| number << 8 | u32::from(*byte)) as usize;
    if length == 0 {
        return Ok(Next::EndMark);
    }
    let Some((message, rest)) = rest.split_at_checked(length) else { return Ok(Next::Part) };
    let message = root_as_message(message).map_err(|_| malformed("a message that cannot be read"))?;
    let size = usize::try_from(message.bodyLength()).map_err(|_| malformed("a body of less than nothing"))?;
    Ok(rest.get(..size).map_or(Next::Part, |body| Next::Whole { message, body, end: PREFIX + length + size }))
}

fn malformed(what: &str) -> StreamError {
    StreamError::Malformed(what.to_owned())
}
