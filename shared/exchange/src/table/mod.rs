//! Tables of named columns with units and UCDs, written row by row: lists of spectra and of
//! candidates. VOTable (BINARY2, 1.4) and CSV stream in constant memory; FITS must know the number of
//! rows and the longest texts, so it takes all rows at once.

mod csv;

use std::io::{self, Write};

use balmer_core::spectrum::{ColumnType, Value};

pub use self::csv::CsvWriter;
pub use crate::fits::write_table as write_fits;
use crate::votable::VotableWriter;

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Name.
    pub name: String,
    /// Type of its values; any of them may be null.
    pub column_type: ColumnType,
    /// Unit in `VOUnits` 1.1 syntax; empty where it has none.
    pub unit: String,
    /// IVOA UCD1+ word; empty where none fits.
    pub ucd: String,
    /// IVOA utype; empty for most.
    pub utype: String,
    /// What it is.
    pub description: String,
}

impl Column {
    /// A column without unit, UCD and utype.
    pub fn new(name: &str, column_type: ColumnType, description: &str) -> Self {
        Self {
            name: name.into(),
            column_type,
            unit: String::new(),
            ucd: String::new(),
            utype: String::new(),
            description: description.into(),
        }
    }

    /// Sets the unit.
    #[must_use]
    pub fn unit(mut self, unit: &str) -> Self {
        self.unit = unit.into();
        self
    }

    /// Sets the UCD.
    #[must_use]
    pub fn ucd(mut self, ucd: &str) -> Self {
        self.ucd = ucd.into();
        self
    }

    /// Sets the utype.
    #[must_use]
    pub fn utype(mut self, utype: &str) -> Self {
        self.utype = utype.into();
        self
    }
}

impl From<&balmer_core::spectrum::Column> for Column {
    fn from(column: &balmer_core::spectrum::Column) -> Self {
        Self::new(column.name, column.column_type, column.description).unit(column.unit).ucd(column.ucd)
    }
}

/// What a table says about itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct About {
    /// Name of the table.
    pub name: String,
    /// What it is.
    pub description: String,
    /// Utype of the table; empty for most.
    pub utype: String,
    /// Provenance and the like: name and value.
    pub infos: Vec<(String, String)>,
    /// Constants.
    pub params: Vec<(Column, Value)>,
}

/// Formats a table streams to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    /// VOTable 1.4, BINARY2.
    Votable,
    /// Comma-separated values, one header line, empty cells for null.
    Csv,
}

impl TableFormat {
    /// The format a file's ending asks for: `.vot`, `.votable` and `.xml`, or `.csv`.
    pub fn of_name(name: &str) -> Option<Self> {
        match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "vot" | "votable" | "xml" => Some(Self::Votable),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }

    /// Media type for HTTP.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Votable => "application/x-votable+xml",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }
}

/// Writes a table row by row.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "one value a table, never in a collection")]
pub enum TableWriter<W: Write> {
    /// As VOTable.
    Votable(VotableWriter<W>),
    /// As CSV.
    Csv(CsvWriter<W>),
}

impl<W: Write> TableWriter<W> {
    /// Writes everything that comes before the rows.
    ///
    /// # Errors
    /// When `out` cannot be written to.
    pub fn begin(out: W, format: TableFormat, about: &About, columns: &[Column]) -> io::Result<Self> {
        Ok(match format {
            TableFormat::Votable => Self::Votable(VotableWriter::begin(out, about, columns)?),
            TableFormat::Csv => Self::Csv(CsvWriter::begin(out, columns)?),
        })
    }

    /// Writes one row: a value for each column, null where one is missing or of another type.
    ///
    /// # Errors
    /// When `out` cannot be written to.
    pub fn row(&mut self, values: &[Value]) -> io::Result<()> {
        match self {
            Self::Votable(writer) => writer.row(values),
            Self::Csv(writer) => writer.row(values),
        }
    }

    /// Writes what comes after the rows. `overflow` says that rows were left out by a limit.
    ///
    /// # Errors
    /// When `out` cannot be written to.
    pub fn finish(self, overflow: bool) -> io::Result<W> {
        match self {
            Self::Votable(writer) => writer.finish(overflow),
            Self::Csv(writer) => writer.finish(),
        }
    }
}
