//! A catalogue of any size, row by row: a FITS binary table, a VOTable in any of its serialisations, or text with
//! columns divided by commas, bars (as LAMOST releases its catalogues), semicolons or tabs. What reads other tables
//! joins in by [`Rows`].
//!
//! Cells come as text, from which numbers can be had again exactly; a text catalogue does not say of what type
//! its columns are. Memory is bounded whatever the file says of itself: [`MAX_ROW`] for what is read at once,
//! [`MAX_COLUMNS`] columns. [`crate::catalogue`] is the other reader: small, in memory, and joined while spectra are
//! read.

mod metered;
mod places;
mod text;

use std::io::BufRead;

use balmer_core::spectrum::ColumnType;

pub(crate) use self::metered::Metered;
pub use self::places::{PlaceColumns, Places};
use self::text::TextRows;
use crate::{ReadError, fits::TableRows, votable::VotableRows};

/// Bytes of a row, or of all that stands before the first one, at most.
pub const MAX_ROW: usize = 16 << 20;
/// Columns of a catalogue, at most.
pub const MAX_COLUMNS: usize = 5_000;

/// A column of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueColumn {
    /// Name as the file spells it.
    pub name: String,
    /// Type of its values; `None` where only the cells can tell.
    pub datatype: Option<ColumnType>,
    /// Unit as the file spells it; empty where it says none.
    pub unit: String,
    /// IVOA UCD; empty where it says none.
    pub ucd: String,
    /// What it is; empty where the file does not say.
    pub description: String,
}

impl CatalogueColumn {
    /// A column that the file only names.
    pub fn named(name: &str) -> Self {
        let (unit, ucd, description) = Default::default();
        Self { name: name.to_owned(), datatype: None, unit, ucd, description }
    }

    /// Names of columns for messages: the first fifty.
    pub fn list(columns: &[Self]) -> String {
        const SHOWN: usize = 50;
        let short = |name: &str| name.chars().take(64).collect::<String>();
        let mut names: Vec<String> = columns.iter().take(SHOWN).map(|column| short(&column.name)).collect();
        if columns.len() > SHOWN {
            names.push(format!("and {} more", columns.len() - SHOWN));
        }
        names.join(", ")
    }
}

/// Rows of a table, one after the other.
pub trait Rows {
    /// Goes to the next row; false after the last.
    ///
    /// # Errors
    /// A row of another shape than the head says, a file that is cut off.
    fn advance(&mut self) -> Result<bool, ReadError>;

    /// A cell of the present row, by the table's own number of its column; `None` where it is empty.
    fn cell(&self, column: usize) -> Option<String>;
}

/// A catalogue being read.
pub struct CatalogueRows<'a> {
    columns: Vec<CatalogueColumn>,
    /// Names of the columns that are not given: arrays and types that are no values.
    pub left_out: Vec<String>,
    rows: Box<dyn Rows + 'a>,
    /// The table's own number of each column.
    numbers: Vec<usize>,
}

impl<'a> CatalogueRows<'a> {
    /// Reads up to the first row.
    ///
    /// # Errors
    /// A FITS file or VOTable without a table, a text without a head, more than [`MAX_COLUMNS`] columns.
    pub fn open(mut read: impl BufRead + 'a) -> Result<Self, ReadError> {
        let start = read.fill_buf().map_err(|e| ReadError::Malformed(e.to_string()))?;
        if start.starts_with(b"SIMPLE") {
            let rows = TableRows::open(read)?;
            let columns = rows.columns().iter().map(|(column, ucd)| {
                let datatype = column.value_type();
                CatalogueColumn {
                    name: column.name.clone(),
                    datatype,
                    unit: column.unit.clone().unwrap_or_default(),
                    ucd: ucd.clone(),
                    description: column.comment.clone(),
                }
            });
            let columns: Vec<_> = columns.collect();
            return Self::of_typed(columns, Box::new(rows));
        }
        let is_xml = start.trim_ascii_start().strip_prefix(b"\xef\xbb\xbf").unwrap_or(start.trim_ascii_start());
        if is_xml.starts_with(b"<") {
            let rows = VotableRows::open(Metered::new(read))?;
            let columns = rows.fields().iter().map(|field| CatalogueColumn {
                name: field.name.clone(),
                datatype: field.value_type(),
                unit: field.unit.clone(),
                ucd: field.ucd.clone(),
                description: field.description.clone(),
            });
            let columns: Vec<_> = columns.collect();
            return Self::of_typed(columns, Box::new(rows));
        }
        let (rows, names) = TextRows::open(Metered::new(read))?;
        let columns: Vec<CatalogueColumn> = names.iter().map(|name| CatalogueColumn::named(name)).collect();
        Self::new(columns, Vec::new(), Box::new(rows))
    }

    /// A table whose columns state their types, units, UCDs and descriptions; those without a type are left out.
    ///
    /// # Errors
    /// More than [`MAX_COLUMNS`] columns.
    pub fn of_typed(columns: Vec<CatalogueColumn>, rows: Box<dyn Rows + 'a>) -> Result<Self, ReadError> {
        let (mut given, mut numbers, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
        for (number, column) in columns.into_iter().enumerate() {
            if column.datatype.is_some() {
                numbers.push(number);
                given.push(column);
            } else {
                left_out.push(column.name);
            }
        }
        let catalogue = Self::new(given, left_out, rows)?;
        Ok(Self { numbers, ..catalogue })
    }

    fn new(columns: Vec<CatalogueColumn>, left_out: Vec<String>, rows: Box<dyn Rows + 'a>) -> Result<Self, ReadError> {
        if columns.len() > MAX_COLUMNS {
            let count = columns.len();
            return Err(ReadError::Malformed(format!(
                "it has {count} columns, {MAX_COLUMNS} are read: leave some out"
            )));
        }
        let numbers = (0..columns.len()).collect();
        Ok(Self { columns, left_out, rows, numbers })
    }

    /// The columns, in the file's order.
    pub fn columns(&self) -> &[CatalogueColumn] {
        &self.columns
    }

    /// Goes to the next row; false after the last.
    ///
    /// # Errors
    /// A row of another length than the head, a file that is cut off.
    pub fn advance(&mut self) -> Result<bool, ReadError> {
        self.rows.advance()
    }

    /// A cell of the present row, by the number of its column; `None` where it is empty.
    pub fn cell(&self, column: usize) -> Option<String> {
        self.rows.cell(*self.numbers.get(column)?)
    }
}

impl<R: std::io::Read> Rows for TableRows<R> {
    fn advance(&mut self) -> Result<bool, ReadError> {
        self.advance()
    }

    fn cell(&self, column: usize) -> Option<String> {
        self.cell(column)
    }
}

#[cfg(test)]
mod tests;
