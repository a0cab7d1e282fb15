//! The rows of a document's first table one after the other, in bounded memory: catalogues are larger than what
//! [`super::read`] holds at once.
//!
//! Up to the data the events are those of the whole reader, and so are the cells of `TABLEDATA`. The text of a `STREAM`
//! is taken from under the parser as it comes, so that no text is ever held but that of one row.

use std::io::{BufRead, Read};

use balmer_core::spectrum::{ColumnType, Value};
use base64::Engine as _;
use quick_xml::events::Event;

use super::binary::{LENIENT, Layout};
use super::reader::{State, broken};
use super::{Cell, Field};
use crate::ReadError;
use crate::catalogue_rows::{MAX_ROW, Metered, Rows};

/// Bytes of a stream's text that are decoded at once.
const PORTION: u64 = 1 << 16;

/// A table being read.
pub(crate) struct VotableRows<R> {
    reader: quick_xml::Reader<Metered<R>>,
    /// What an event is read into.
    buffer: Vec<u8>,
    state: State,
    fields: Vec<Field>,
    data: Data,
    row: Vec<Cell>,
}

enum Data {
    /// `TR` after `TR`.
    Table,
    Stream(Stream),
    End,
}

/// A stream of bytes written as base64.
struct Stream {
    layout: Layout,
    /// Text that is not decoded yet: less than four characters, or all of a portion.
    text: Vec<u8>,
    bytes: Vec<u8>,
    /// Where the next row begins in `bytes`.
    next: usize,
    is_over: bool,
    rows: u64,
}

impl<R: BufRead> VotableRows<R> {
    /// Reads up to the first row.
    pub(crate) fn open(read: Metered<R>) -> Result<Self, ReadError> {
        let mut reader = quick_xml::Reader::from_reader(read);
        reader.config_mut().expand_empty_elements = true;
        let (buffer, fields, row) = Default::default();
        let mut rows = Self { reader, buffer, state: State::default(), fields, data: Data::End, row };
        loop {
            match rows.event()? {
                Seen::Begins(name) if name == "TABLEDATA" => rows.data = Data::Table,
                Seen::Begins(name) if name == "STREAM" => {
                    let encoding = rows.state.encoding.take();
                    let encoding = encoding.ok_or_else(|| ReadError::Malformed("a STREAM outside of BINARY".into()))?;
                    let layout = Layout::new(rows.state.fields(), encoding)?;
                    let (text, bytes) = Default::default();
                    rows.data = Data::Stream(Stream { layout, text, bytes, next: 0, is_over: false, rows: 0 });
                }
                Seen::End => {
                    let said = rows.state.document.infos.iter().find(|info| info.value == "ERROR");
                    let said = said.map(|info| format!(": {}", info.text)).unwrap_or_default();
                    return Err(ReadError::Malformed(format!("the VOTable has no table with data{said}")));
                }
                Seen::Begins(_) | Seen::Other => continue,
            }
            rows.fields = rows.state.fields().to_vec();
            if rows.fields.is_empty() {
                return Err(ReadError::Malformed("the VOTable's table has no FIELD".into()));
            }
            return Ok(rows);
        }
    }

    /// The columns.
    pub(crate) fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Takes the next event.
    fn event(&mut self) -> Result<Seen, ReadError> {
        self.buffer.clear();
        let event = match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => event,
            Err(error) => return Err(broken(&error, self.reader.error_position())),
        };
        let seen = match &event {
            Event::Start(element) => Seen::Begins(element.local_name().as_ref().to_owned()),
            Event::Eof => Seen::End,
            _ => Seen::Other,
        };
        self.state.take(event)?;
        Ok(seen)
    }

    fn next_of_table(&mut self) -> Result<bool, ReadError> {
        loop {
            if let Seen::End = self.event()? {
                return Err(ReadError::Malformed("the VOTable breaks off in its table".into()));
            }
            if let Some(row) = self.state.take_row() {
                self.row = row;
                return Ok(true);
            }
            if self.state.is_between_tables() {
                return Ok(false);
            }
        }
    }
}

/// What an event was.
enum Seen {
    Begins(String),
    Other,
    End,
}

impl Stream {
    /// The next row; `None` after the last.
    fn row<R: BufRead>(&mut self, reader: &mut quick_xml::Reader<Metered<R>>) -> Result<Option<Vec<Cell>>, ReadError> {
        loop {
            let all = &self.bytes[self.next..];
            let mut rest = all;
            if let Some(row) = Some(&mut rest).filter(|rest| !rest.is_empty()).and_then(|rest| self.layout.row(rest)) {
                if rest.len() == all.len() {
                    return Err(ReadError::Malformed("rows of a VOTable stream have no bytes".into()));
                }
                self.next = self.bytes.len() - rest.len();
                self.rows += 1;
                return Ok(Some(row));
            }
            if self.is_over && all.is_empty() {
                return Ok(None);
            }
            let number = self.rows + 1;
            if self.is_over {
                return Err(ReadError::Malformed(format!("row {number} of a VOTable stream is cut off")));
            }
            if all.len() > MAX_ROW {
                return Err(ReadError::Malformed(format!("row {number} of a VOTable stream has no end")));
            }
            self.bytes.drain(..self.next);
            self.next = 0;
            self.fill(reader)?;
        }
    }

    /// Decodes the next portion of text.
    fn fill<R: BufRead>(&mut self, reader: &mut quick_xml::Reader<Metered<R>>) -> Result<(), ReadError> {
        reader.get_mut().refill();
        let unreadable = |e: std::io::Error| ReadError::Malformed(format!("it cannot be read: {e}"));
        let mut stream = reader.stream();
        let mut portion = Vec::new();
        let mut limited = stream.by_ref().take(PORTION);
        loop {
            let some = limited.fill_buf().map_err(unreadable)?;
            let text = some.iter().position(|&byte| byte == b'<');
            self.is_over |= text.is_some();
            let length = text.unwrap_or(some.len());
            if length == 0 {
                break;
            }
            portion.extend_from_slice(&some[..length]);
            limited.consume(length);
        }
        if portion.is_empty() && !self.is_over {
            return Err(ReadError::Malformed("the VOTable breaks off in its stream".into()));
        }
        self.text.extend(portion.into_iter().filter(|byte| !byte.is_ascii_whitespace()));
        let whole = if self.is_over { self.text.len() } else { self.text.len() / 4 * 4 };
        let decoded = LENIENT.decode_vec(&self.text[..whole], &mut self.bytes);
        decoded.map_err(|error| ReadError::Malformed(format!("base64 stream: {error}")))?;
        self.text.drain(..whole);
        Ok(())
    }
}

impl<R: BufRead> Rows for VotableRows<R> {
    fn advance(&mut self) -> Result<bool, ReadError> {
        self.reader.get_mut().refill();
        let is_row = match &mut self.data {
            Data::Table => self.next_of_table()?,
            Data::Stream(stream) => match stream.row(&mut self.reader)? {
                Some(row) => {
                    self.row = row;
                    true
                }
                None => false,
            },
            Data::End => false,
        };
        if !is_row {
            self.data = Data::End;
        }
        Ok(is_row)
    }

    fn cell(&self, column: usize) -> Option<String> {
        let text = match self.row.get(column)? {
            Cell::Scalar(Value::Text(text)) => text.trim().to_owned(),
            Cell::Scalar(Value::Int(number)) => number.to_string(),
            Cell::Scalar(Value::Float(number)) if number.is_finite() => number.to_string(),
            Cell::Scalar(Value::Bool(value)) => value.to_string(),
            // `arraysize="1"`
            Cell::Numbers(numbers) if numbers.len() == 1 && numbers[0].is_finite() => numbers[0].to_string(),
            Cell::Scalar(Value::Float(_) | Value::Null) | Cell::Numbers(_) => return None,
        };
        Some(text).filter(|text| !text.is_empty())
    }
}

impl Field {
    /// Type of the cells as single values; `None` for arrays and complex numbers.
    pub(crate) fn value_type(&self) -> Option<ColumnType> {
        match self.datatype.as_str() {
            "char" | "unicodeChar" => Some(ColumnType::Text),
            _ if !self.arraysize.is_empty() && self.arraysize != "1" => None,
            "boolean" => Some(ColumnType::Bool),
            "bit" | "unsignedByte" | "short" | "int" | "long" => Some(ColumnType::Int),
            "float" | "double" => Some(ColumnType::Float),
            _ => None,
        }
    }
}
