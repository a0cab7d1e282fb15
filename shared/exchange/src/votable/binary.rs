//! BINARY and BINARY2 streams (VOTable 1.4, sections 6.3 and 6.4): big-endian cells in the order of
//! the fields; BINARY2 begins each row with one bit for each field, set where the cell is null.

use balmer_core::spectrum::Value;
use base64::Engine as _;
use base64::engine::general_purpose::GeneralPurpose;
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};

use super::{Cell, Field};
use crate::ReadError;

/// Base64 whose end may be filled up or not.
pub(super) const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Binary,
    Binary2,
}

/// How many elements a cell has.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Count {
    One,
    Fixed(usize),
    /// Prefixed by a 32-bit count.
    Prefixed,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Boolean,
    Bit,
    UnsignedByte,
    Short,
    Int,
    Long,
    Char,
    UnicodeChar,
    Float,
    Double,
    FloatComplex,
    DoubleComplex,
}

impl Kind {
    fn width(self) -> usize {
        match self {
            Self::Boolean | Self::Bit | Self::UnsignedByte | Self::Char => 1,
            Self::Short | Self::UnicodeChar => 2,
            Self::Int | Self::Float => 4,
            Self::Long | Self::Double | Self::FloatComplex => 8,
            Self::DoubleComplex => 16,
        }
    }
}

/// The cells of a row.
#[derive(Debug)]
pub(super) struct Layout {
    cells: Vec<(Kind, Count, Option<i64>)>,
    encoding: Encoding,
}

impl Layout {
    pub(super) fn new(fields: &[Field], encoding: Encoding) -> Result<Self, ReadError> {
        let cells = fields
            .iter()
            .map(|field| {
                let kind = match field.datatype.as_str() {
                    "boolean" => Kind::Boolean,
                    "bit" => Kind::Bit,
                    "unsignedByte" => Kind::UnsignedByte,
                    "short" => Kind::Short,
                    "int" => Kind::Int,
                    "long" => Kind::Long,
                    "char" => Kind::Char,
                    "unicodeChar" => Kind::UnicodeChar,
                    "float" => Kind::Float,
                    "double" => Kind::Double,
                    "floatComplex" => Kind::FloatComplex,
                    "doubleComplex" => Kind::DoubleComplex,
                    other => return Err(ReadError::Malformed(format!("field {} has datatype '{other}'", field.name))),
                };
                let count = if field.arraysize.is_empty() {
                    Count::One
                } else if field.arraysize.contains('*') {
                    Count::Prefixed
                } else {
                    let mut sizes = field.arraysize.split('x').map(|n| n.trim().parse::<usize>().ok());
                    let total = sizes.try_fold(1usize, |total, n| total.checked_mul(n?));
                    let malformed =
                        || ReadError::Malformed(format!("arraysize '{}' of {}", field.arraysize, field.name));
                    Count::Fixed(total.ok_or_else(malformed)?)
                };
                Ok((kind, count, field.null.as_deref().and_then(|null| null.trim().parse().ok())))
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self { cells, encoding })
    }

    pub(super) fn decode_base64(&self, text: &str) -> Result<Vec<Vec<Cell>>, ReadError> {
        let packed: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
        let bytes = LENIENT.decode(packed).map_err(|error| ReadError::Malformed(format!("base64 stream: {error}")))?;
        self.decode(&bytes)
    }

    fn decode(&self, mut bytes: &[u8]) -> Result<Vec<Vec<Cell>>, ReadError> {
        let mut rows = Vec::new();
        let total = bytes.len();
        while !bytes.is_empty() {
            if self.cells.is_empty() {
                return Err(ReadError::Malformed("a stream of data without fields".into()));
            }
            let before = bytes.len();
            let row = self.row(&mut bytes).ok_or_else(|| ReadError::Truncated {
                what: format!("row {} of a VOTable stream", rows.len() + 1),
                needed: total + 1,
                found: total,
            })?;
            if bytes.len() == before {
                return Err(ReadError::Malformed("rows of a VOTable stream have no bytes".into()));
            }
            rows.push(row);
        }
        Ok(rows)
    }

    /// Takes a row's bytes off the front; `None` where they are not all there.
    pub(super) fn row(&self, bytes: &mut &[u8]) -> Option<Vec<Cell>> {
        let flags = match self.encoding {
            Encoding::Binary => &[][..],
            Encoding::Binary2 => bytes.split_off(..self.cells.len().div_ceil(8))?,
        };
        let mut row = Vec::with_capacity(self.cells.len());
        for (i, (kind, count, null)) in self.cells.iter().enumerate() {
            let cell = cell(*kind, *count, *null, bytes)?;
            let flagged = flags.get(i / 8).is_some_and(|byte| byte & (0x80 >> (i % 8)) != 0);
            row.push(if flagged { Cell::Scalar(Value::Null) } else { cell });
        }
        Some(row)
    }
}

fn cell(kind: Kind, count: Count, null: Option<i64>, bytes: &mut &[u8]) -> Option<Cell> {
    let elements = match count {
        Count::One => 1,
        Count::Fixed(n) => n,
        Count::Prefixed => u32::from_be_bytes(bytes.split_off(..4)?.try_into().ok()?) as usize,
    };
    let length = if kind == Kind::Bit { elements.div_ceil(8) } else { elements.checked_mul(kind.width())? };
    let data = bytes.split_off(..length)?;
    Some(match kind {
        Kind::Char => {
            let text = data.split(|b| *b == 0).next().unwrap_or_default();
            text_cell(String::from_utf8_lossy(text).into_owned())
        }
        Kind::UnicodeChar => {
            let units: Vec<u16> = data.as_chunks::<2>().0.iter().map(|b| u16::from_be_bytes(*b)).collect();
            text_cell(String::from_utf16_lossy(&units).trim_end_matches('\0').to_owned())
        }
        _ if count == Count::One => Cell::Scalar(scalar(kind, null, data)?),
        _ => {
            let number = |chunk: &[u8]| match scalar(kind, null, chunk) {
                Some(Value::Float(number)) => number,
                Some(Value::Int(number)) => number as f64,
                Some(Value::Bool(flag)) => f64::from(u8::from(flag)),
                _ => f64::NAN,
            };
            Cell::Numbers(data.chunks_exact(kind.width()).map(number).collect())
        }
    })
}

fn text_cell(text: String) -> Cell {
    Cell::Scalar(if text.is_empty() { Value::Null } else { Value::Text(text) })
}

fn scalar(kind: Kind, null: Option<i64>, data: &[u8]) -> Option<Value> {
    let integer = |number: i64| if Some(number) == null { Value::Null } else { Value::Int(number) };
    Some(match kind {
        Kind::Boolean => match data.first()? {
            b'T' | b't' | b'1' => Value::Bool(true),
            b'F' | b'f' | b'0' => Value::Bool(false),
            _ => Value::Null,
        },
        Kind::Bit => Value::Int(i64::from(data.first()? >> 7)),
        Kind::UnsignedByte => integer(i64::from(*data.first()?)),
        Kind::Short => integer(i64::from(i16::from_be_bytes(*data.first_chunk()?))),
        Kind::Int => integer(i64::from(i32::from_be_bytes(*data.first_chunk()?))),
        Kind::Long => integer(i64::from_be_bytes(*data.first_chunk()?)),
        Kind::Float | Kind::FloatComplex => Value::Float(f64::from(f32::from_be_bytes(*data.first_chunk()?))),
        Kind::Double | Kind::DoubleComplex => Value::Float(f64::from_be_bytes(*data.first_chunk()?)),
        Kind::Char | Kind::UnicodeChar => return None,
    })
}
