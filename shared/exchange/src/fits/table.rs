//! Binary tables (FITS Standard 4.0, section 7.3): columns by name, whole columns at a time.

use balmer_core::spectrum::ColumnType;

use super::access::Hdu;
use super::header::Header;
use crate::ReadError;

/// A binary table whose rows are all there.
#[derive(Debug)]
pub(crate) struct BinTable<'a> {
    header: Header<'a>,
    rows: usize,
    row_bytes: usize,
    data: &'a [u8],
    columns: Vec<Column>,
}

/// Where a column's cells lie and how to read them.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// Name as the file spells it.
    pub(crate) name: String,
    /// `TUNITn`.
    pub(crate) unit: Option<String>,
    /// Comment of the `TTYPEn` card.
    pub(crate) comment: String,
    code: u8,
    /// Elements in a cell.
    pub(crate) repeat: usize,
    offset: usize,
    scale: f64,
    zero: f64,
    null: Option<i64>,
}

impl Column {
    fn width(&self) -> usize {
        match self.code {
            b'L' | b'B' | b'A' => 1,
            b'I' => 2,
            b'J' | b'E' => 4,
            b'K' | b'D' | b'C' | b'P' => 8,
            b'M' | b'Q' => 16,
            _ => 0,
        }
    }

    /// The columns that a header declares, in rows of `row_bytes`.
    pub(crate) fn all(header: &Header<'_>, row_bytes: usize) -> Result<Vec<Self>, ReadError> {
        let fields = header.count("TFIELDS")?;
        if fields > 999 {
            return Err(ReadError::Malformed(format!("TFIELDS = {fields}")));
        }
        let mut columns = Vec::with_capacity(fields);
        let mut offset = 0usize;
        for n in 1..=fields {
            let form = header.text(&format!("TFORM{n}")).unwrap_or_default();
            let digits = form.bytes().take_while(u8::is_ascii_digit).count();
            let repeat = if digits == 0 { Some(1) } else { form[..digits].parse().ok() };
            let code = form.as_bytes().get(digits).copied().unwrap_or(b'?');
            let column = Self {
                name: header.text(&format!("TTYPE{n}")).unwrap_or_default(),
                unit: header.text(&format!("TUNIT{n}")),
                comment: header.comment(&format!("TTYPE{n}")).unwrap_or_default(),
                code,
                repeat: repeat.unwrap_or(0),
                offset,
                scale: header.float(&format!("TSCAL{n}")).unwrap_or(1.0),
                zero: header.float(&format!("TZERO{n}")).unwrap_or(0.0),
                null: header.int(&format!("TNULL{n}")),
            };
            let bytes = match code {
                b'X' => Some(column.repeat.div_ceil(8)),
                _ if column.width() == 0 => None,
                _ => column.repeat.checked_mul(column.width()),
            };
            let end = bytes.and_then(|b| offset.checked_add(b)).filter(|end| *end <= row_bytes);
            offset = end.ok_or_else(|| ReadError::Malformed(format!("TFORM{n} = '{form}' does not fit a row")))?;
            columns.push(column);
        }
        Ok(columns)
    }

    /// Type of the cells as single values; `None` for arrays and for types that this reader does not give.
    pub(crate) fn value_type(&self) -> Option<ColumnType> {
        match self.code {
            b'A' if self.repeat > 0 => Some(ColumnType::Text),
            _ if self.repeat != 1 => None,
            b'L' => Some(ColumnType::Bool),
            // unsigned 64-bit integers do not fit a signed one
            b'K' if self.scale == 1.0 && self.zero >= 9.2e18 => Some(ColumnType::Text),
            b'B' | b'I' | b'J' | b'K' if self.scale == 1.0 && self.zero.fract() == 0.0 => Some(ColumnType::Int),
            b'B' | b'I' | b'J' | b'K' | b'E' | b'D' => Some(ColumnType::Float),
            _ => None,
        }
    }

    /// The cell of a whole row as text from which its value can be had again, exactly; `None` where it states none.
    pub(crate) fn value_text(&self, row: &[u8]) -> Option<String> {
        let cell = row.get(self.offset..self.offset + self.repeat * self.width())?;
        let integer = match self.code {
            b'A' => {
                let text = cell.split(|b| *b == 0).next().unwrap_or_default();
                return Some(String::from_utf8_lossy(text).trim().to_owned()).filter(|text| !text.is_empty());
            }
            b'L' => {
                return match cell.first()? {
                    b'T' => Some("true".to_owned()),
                    b'F' => Some("false".to_owned()),
                    _ => None,
                };
            }
            b'E' => return self.float_text(f64::from(f32::from_be_bytes(cell.try_into().ok()?))),
            b'D' => return self.float_text(f64::from_be_bytes(cell.try_into().ok()?)),
            b'B' => i64::from(*cell.first()?),
            b'I' => i64::from(i16::from_be_bytes(cell.try_into().ok()?)),
            b'J' => i64::from(i32::from_be_bytes(cell.try_into().ok()?)),
            b'K' => i64::from_be_bytes(cell.try_into().ok()?),
            _ => return None,
        };
        match self.value_type()? {
            _ if Some(integer) == self.null => None,
            ColumnType::Float => self.float_text(integer as f64),
            _ => Some((i128::from(integer) + self.zero as i128).to_string()),
        }
    }

    fn float_text(&self, value: f64) -> Option<String> {
        let value = value * self.scale + self.zero;
        value.is_finite().then(|| value.to_string())
    }

    /// Whether cells hold numbers this reader can give.
    pub(crate) fn is_numeric(&self) -> bool {
        matches!(self.code, b'B' | b'I' | b'J' | b'K' | b'E' | b'D')
    }
}

impl<'a> BinTable<'a> {
    pub(crate) fn new(hdu: &Hdu<'a>) -> Result<Self, ReadError> {
        let header = hdu.header;
        let &[row_bytes, rows] = hdu.axes.as_slice() else {
            return Err(ReadError::Malformed("a binary table needs NAXIS = 2".into()));
        };
        let columns = Column::all(&header, row_bytes)?;
        let data = hdu.data()?;
        if rows.checked_mul(row_bytes).is_none_or(|n| n > data.len()) {
            return Err(ReadError::Malformed(format!("{rows} rows of {row_bytes} bytes do not fit the table")));
        }
        Ok(Self { header, rows, row_bytes, data, columns })
    }

    /// The table's header.
    pub(crate) fn header(&self) -> &Header<'a> {
        &self.header
    }

    /// Number of rows.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// All columns, in the file's order.
    pub(crate) fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The column of this name, whatever its case.
    pub(crate) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name.eq_ignore_ascii_case(name))
    }

    /// The column of this name, or an error that names it.
    pub(crate) fn require(&self, name: &str) -> Result<&Column, ReadError> {
        self.column(name).ok_or_else(|| ReadError::Malformed(format!("the table has no column {name}")))
    }

    fn cell(&self, column: &Column, row: usize) -> &'a [u8] {
        let start = row * self.row_bytes + column.offset;
        &self.data[start..start + column.repeat * column.width()]
    }

    /// All numbers of a column, cell after cell, scaled; integer nulls become NaN.
    pub(crate) fn numbers(&self, column: &Column) -> Result<Vec<f64>, ReadError> {
        self.rows_numbers(column, 0..self.rows)
    }

    /// The numbers of one cell.
    pub(crate) fn cell_numbers(&self, column: &Column, row: usize) -> Result<Vec<f64>, ReadError> {
        self.rows_numbers(column, row..(row + 1).min(self.rows))
    }

    fn rows_numbers(&self, column: &Column, rows: std::ops::Range<usize>) -> Result<Vec<f64>, ReadError> {
        let mut values = Vec::with_capacity(rows.len() * column.repeat);
        let integer = |n: i64| if Some(n) == column.null { f64::NAN } else { n as f64 };
        for row in rows {
            let cell = self.cell(column, row);
            match column.code {
                b'B' => values.extend(cell.iter().map(|b| integer(i64::from(*b)))),
                b'I' => {
                    values.extend(cell.as_chunks::<2>().0.iter().map(|b| integer(i64::from(i16::from_be_bytes(*b)))));
                }
                b'J' => {
                    values.extend(cell.as_chunks::<4>().0.iter().map(|b| integer(i64::from(i32::from_be_bytes(*b)))));
                }
                b'K' => values.extend(cell.as_chunks::<8>().0.iter().map(|b| integer(i64::from_be_bytes(*b)))),
                b'E' => values.extend(cell.as_chunks::<4>().0.iter().map(|b| f64::from(f32::from_be_bytes(*b)))),
                b'D' => values.extend(cell.as_chunks::<8>().0.iter().map(|b| f64::from_be_bytes(*b))),
                code => {
                    let name = &column.name;
                    return Err(ReadError::Malformed(format!("column {name} has type {}, not numbers", code as char)));
                }
            }
        }
        if column.scale != 1.0 || column.zero != 0.0 {
            for v in &mut values {
                *v = *v * column.scale + column.zero;
            }
        }
        Ok(values)
    }

    /// A text cell of the named column, trimmed; `None` where it is absent or empty.
    pub(crate) fn text(&self, name: &str, row: usize) -> Option<String> {
        let column = self.column(name).filter(|c| c.code == b'A' && row < self.rows)?;
        let cell = self.cell(column, row);
        let cell = cell.split(|b| *b == 0).next().unwrap_or_default();
        Some(String::from_utf8_lossy(cell).trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// The first number in a cell of the named column, if it is there and finite.
    pub(crate) fn number(&self, name: &str, row: usize) -> Option<f64> {
        let column = self.column(name).filter(|c| c.is_numeric() && row < self.rows)?;
        self.cell_numbers(column, row).ok()?.first().copied().filter(|n| n.is_finite())
    }

    /// An integer cell of the named column, exact to 64 bits; unsigned values above `i64` are `None`.
    pub(crate) fn int(&self, name: &str, row: usize) -> Option<i64> {
        let column = self.column(name).filter(|c| row < self.rows && c.repeat > 0)?;
        if column.code == b'K' && column.scale == 1.0 && column.zero == 0.0 {
            let (first, _) = self.cell(column, row).split_first_chunk::<8>()?;
            return Some(i64::from_be_bytes(*first)).filter(|n| Some(*n) != column.null);
        }
        if column.code == b'K' {
            return None;
        }
        self.number(name, row).filter(|n| n.fract() == 0.0).map(|n| n as i64)
    }
}
