//! The streaming reader: XML events in, tables out; no tree of the document is built.

use balmer_core::spectrum::Value;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

use super::binary::{Encoding, Layout};
use super::{Cell, Document, Field, Info, Param, Table};
use crate::ReadError;

/// Which element's text is being gathered.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
enum Text {
    #[default]
    None,
    Description,
    Info,
    Cell,
    Stream,
}

/// What the last FIELD or PARAM was, for its children.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
enum Last {
    #[default]
    Nothing,
    Field,
    Param,
}

/// What was read so far, and where in the document that is.
#[derive(Default)]
pub(super) struct State {
    pub(super) document: Document,
    table: Option<Table>,
    last: Last,
    text: Text,
    gathered: String,
    row: Vec<Cell>,
    /// Rows that ended.
    rows: usize,
    pub(super) encoding: Option<Encoding>,
    has_root: bool,
}

/// Reads a document.
///
/// # Errors
/// When the XML is not well-formed, is no VOTable, or its data contradict its fields.
pub fn read(bytes: &[u8]) -> Result<Document, ReadError> {
    let text = String::from_utf8_lossy(bytes);
    let mut reader = quick_xml::Reader::from_str(&text);
    reader.config_mut().expand_empty_elements = true;
    let mut state = State::default();
    loop {
        match reader.read_event().map_err(|error| broken(&error, reader.error_position()))? {
            Event::Eof => break,
            event => state.take(event)?,
        }
    }
    if !state.has_root {
        return Err(ReadError::Unrecognised("XML without any element".into()));
    }
    if state.table.is_some() {
        return Err(ReadError::Truncated {
            what: "a VOTable's table".into(),
            needed: bytes.len() + 1,
            found: bytes.len(),
        });
    }
    Ok(state.document)
}

pub(super) fn broken(error: &quick_xml::Error, position: u64) -> ReadError {
    match error {
        quick_xml::Error::Syntax(_) => ReadError::Malformed(format!("VOTable breaks off at byte {position}: {error}")),
        _ => ReadError::Malformed(format!("XML at byte {position}: {error}")),
    }
}

impl State {
    /// Takes an event.
    pub(super) fn take(&mut self, event: Event<'_>) -> Result<(), ReadError> {
        match event {
            Event::Start(element) => {
                let local = element.local_name();
                let name: &str = local.as_ref();
                if !self.has_root && !name.eq_ignore_ascii_case("VOTABLE") {
                    return Err(ReadError::Unrecognised(format!("an XML document <{name}>, not a VOTable")));
                }
                self.has_root = true;
                self.start(name, &element)?;
            }
            Event::End(element) => self.end(element.local_name().as_ref())?,
            Event::Text(text) if self.text != Text::None => self.gathered.push_str(&text.xml10_content()),
            Event::CData(data) if self.text != Text::None => self.gathered.push_str(&data.xml10_content()),
            Event::GeneralRef(reference) if self.text != Text::None => {
                let resolved = match reference.resolve_char_ref() {
                    Ok(Some(character)) => Some(character.to_string()),
                    _ => quick_xml::escape::resolve_predefined_entity(&reference.xml10_content()).map(str::to_owned),
                };
                self.gathered.push_str(&resolved.unwrap_or_default());
            }
            _ => {}
        }
        Ok(())
    }

    /// The columns of the table that is being read.
    pub(super) fn fields(&self) -> &[Field] {
        self.table.as_ref().map_or(&[], |table| &table.fields)
    }

    /// The row that has just ended.
    pub(super) fn take_row(&mut self) -> Option<Vec<Cell>> {
        self.table.as_mut()?.rows.pop()
    }

    /// Whether no table is being read.
    pub(super) fn is_between_tables(&self) -> bool {
        self.table.is_none()
    }

    fn start(&mut self, name: &str, element: &BytesStart<'_>) -> Result<(), ReadError> {
        let attribute = |name: &str| attribute(element, name);
        match name {
            "TABLE" => {
                let (name, utype) = (attribute("name"), attribute("utype"));
                self.table = Some(Table { name, utype, ..Table::default() });
                self.rows = 0;
                self.last = Last::Nothing;
            }
            "FIELD" | "PARAM" => {
                let field = Field {
                    name: attribute("name"),
                    datatype: attribute("datatype"),
                    arraysize: attribute("arraysize"),
                    unit: attribute("unit"),
                    ucd: attribute("ucd"),
                    utype: attribute("utype"),
                    ..Field::default()
                };
                match (name, &mut self.table) {
                    ("FIELD", Some(table)) => {
                        table.fields.push(field);
                        self.last = Last::Field;
                    }
                    ("PARAM", table) => {
                        let param = Param { field, value: attribute("value") };
                        table.as_mut().map_or(&mut self.document.params, |t| &mut t.params).push(param);
                        self.last = Last::Param;
                    }
                    _ => {}
                }
            }
            "VALUES" => {
                let null = attribute("null");
                if let Some(field) = self.last_field().filter(|_| !null.is_empty()) {
                    field.null = Some(null);
                }
            }
            "INFO" => {
                self.document.infos.push(Info {
                    name: attribute("name"),
                    value: attribute("value"),
                    text: String::new(),
                });
                self.gather(Text::Info);
            }
            "DESCRIPTION" if self.last != Last::Nothing => self.gather(Text::Description),
            "TR" => self.row.clear(),
            "TD" => self.gather(Text::Cell),
            "BINARY" => self.encoding = Some(Encoding::Binary),
            "BINARY2" => self.encoding = Some(Encoding::Binary2),
            "FITS" | "PARQUET" if self.table.is_some() => {
                return Err(ReadError::Malformed(format!(
                    "a VOTable with data in {name} is not read: export it as BINARY2"
                )));
            }
            "STREAM" => {
                if !attribute("href").is_empty() {
                    return Err(ReadError::Malformed(
                        "the data stand in another file (STREAM href): join them first".into(),
                    ));
                }
                if !attribute("encoding").eq_ignore_ascii_case("base64") {
                    return Err(ReadError::Malformed("a STREAM is not base64".into()));
                }
                self.gather(Text::Stream);
            }
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), ReadError> {
        match name {
            "DESCRIPTION" if self.text == Text::Description => {
                let text = self.gathered.trim().to_owned();
                if let Some(field) = self.last_field() {
                    field.description = text;
                }
                self.text = Text::None;
            }
            "INFO" => {
                if let Some(info) = self.document.infos.last_mut() {
                    self.gathered.trim().clone_into(&mut info.text);
                }
                self.text = Text::None;
            }
            "FIELD" | "PARAM" => self.last = Last::Nothing,
            "TD" => {
                if let Some(field) = self.table.as_ref().and_then(|table| table.fields.get(self.row.len())) {
                    self.row.push(cell_of_text(field, self.gathered.trim()));
                }
                self.text = Text::None;
            }
            "TR" => {
                if let Some(table) = &mut self.table {
                    let (found, expected) = (self.row.len(), table.fields.len());
                    if found != expected {
                        let row = self.rows + 1;
                        return Err(ReadError::Malformed(format!("row {row} has {found} cells for {expected} fields")));
                    }
                    self.rows += 1;
                    table.rows.push(std::mem::take(&mut self.row));
                }
            }
            "STREAM" => {
                self.text = Text::None;
                if let (Some(table), Some(encoding)) = (&mut self.table, self.encoding.take()) {
                    table.rows = Layout::new(&table.fields, encoding)?.decode_base64(&self.gathered)?;
                }
                self.gathered = String::new();
            }
            "TABLE" => self.document.tables.extend(self.table.take()),
            _ => {}
        }
        Ok(())
    }

    fn gather(&mut self, text: Text) {
        self.text = text;
        self.gathered.clear();
    }

    fn last_field(&mut self) -> Option<&mut Field> {
        match (self.last, &mut self.table) {
            (Last::Field, Some(table)) => table.fields.last_mut(),
            (Last::Param, Some(table)) => table.params.last_mut().map(|p| &mut p.field),
            (Last::Param, None) => self.document.params.last_mut().map(|p| &mut p.field),
            _ => None,
        }
    }
}

fn attribute(element: &BytesStart<'_>, name: &str) -> String {
    let found = element.attributes().filter_map(Result::ok).find(|a| AsRef::<str>::as_ref(&a.key.local_name()) == name);
    found
        .and_then(|a| a.normalized_value(XmlVersion::default()).ok().map(std::borrow::Cow::into_owned))
        .unwrap_or_default()
}

/// A TABLEDATA cell. Text that is no value of the field's type counts as missing.
fn cell_of_text(field: &Field, text: &str) -> Cell {
    if text.is_empty() || field.null.as_deref() == Some(text) {
        return Cell::Scalar(Value::Null);
    }
    let array = !field.arraysize.is_empty() && field.arraysize != "1";
    let number = |text: &str| -> f64 {
        match text {
            "+Inf" | "Inf" => f64::INFINITY,
            "-Inf" => f64::NEG_INFINITY,
            text => text.parse().unwrap_or(f64::NAN),
        }
    };
    match field.datatype.as_str() {
        "boolean" | "bit" | "unsignedByte" | "short" | "int" | "long" | "float" | "double" if array => {
            Cell::Numbers(text.split_whitespace().map(number).collect())
        }
        "boolean" => Cell::Scalar(match text {
            "T" | "t" | "1" | "true" | "TRUE" | "True" => Value::Bool(true),
            "F" | "f" | "0" | "false" | "FALSE" | "False" => Value::Bool(false),
            _ => Value::Null,
        }),
        "bit" | "unsignedByte" | "short" | "int" | "long" => {
            let parsed = match text.strip_prefix("0x") {
                Some(hex) => i64::from_str_radix(hex, 16).ok(),
                None => text.parse().ok(),
            };
            Cell::Scalar(parsed.map_or(Value::Null, Value::Int))
        }
        "float" | "double" => Cell::Scalar(Value::Float(number(text))),
        _ => Cell::Scalar(Value::Text(text.to_owned())),
    }
}
