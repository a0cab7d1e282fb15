//! VOTable documents (IVOA VOTable 1.4, REC-2019): reading every table of a document in any of the
//! serialisations TABLEDATA, BINARY and BINARY2, and writing BINARY2.
//!
//! Reading accepts versions 1.0 to 1.5, with any namespace. Writing emits 1.4, which every client
//! reads. Not read: FITS and Parquet serialisations, streams by `href`, packed `bit` arrays beyond
//! their first element, and complex numbers beyond their real part.

mod binary;
mod reader;
mod rows;
mod spectrum;
mod writer;

pub use reader::read;
pub(crate) use rows::VotableRows;
pub(crate) use spectrum::read_spectra;
pub use writer::{VotableWriter, write_spectrum};

use balmer_core::spectrum::Value;

/// One document.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document {
    /// Every `INFO`, wherever it stands.
    pub infos: Vec<Info>,
    /// `PARAM`s outside tables.
    pub params: Vec<Param>,
    /// Every `TABLE`.
    pub tables: Vec<Table>,
}

/// An `INFO` element.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Info {
    /// Name (`QUERY_STATUS`).
    pub name: String,
    /// Value (`OK`).
    pub value: String,
    /// Text inside the element.
    pub text: String,
}

/// A `FIELD`, or the description of a `PARAM`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Field {
    /// Name.
    pub name: String,
    /// Datatype word (`double`, `char`, ...).
    pub datatype: String,
    /// Shape (`*`, `10`, `3x*`); empty for a scalar.
    pub arraysize: String,
    /// Unit, `VOUnits` or whatever the author wrote.
    pub unit: String,
    /// UCD.
    pub ucd: String,
    /// Utype.
    pub utype: String,
    /// Text of its `DESCRIPTION`.
    pub description: String,
    /// `VALUES null=`.
    pub null: Option<String>,
}

/// A `PARAM` with its value as written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Param {
    /// What it is.
    pub field: Field,
    /// Its value as written.
    pub value: String,
}

/// A cell: one value, or an array of numbers.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// A scalar or a string; missing ones are `Value::Null`.
    Scalar(Value),
    /// An array of numbers.
    Numbers(Vec<f64>),
}

/// A `TABLE` with its rows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// Name.
    pub name: String,
    /// Utype.
    pub utype: String,
    /// Columns.
    pub fields: Vec<Field>,
    /// Constants.
    pub params: Vec<Param>,
    /// Rows, each as long as `fields`.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Index of the column of this name, whatever its case.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name.eq_ignore_ascii_case(name))
    }

    /// All numbers of a column, cell after cell; what is missing or no number is NaN.
    pub fn numbers(&self, column: usize) -> Vec<f64> {
        let mut numbers = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            match row.get(column) {
                Some(Cell::Numbers(values)) => numbers.extend_from_slice(values),
                Some(Cell::Scalar(Value::Float(number))) => numbers.push(*number),
                Some(Cell::Scalar(Value::Int(number))) => numbers.push(*number as f64),
                _ => numbers.push(f64::NAN),
            }
        }
        numbers
    }

    /// A cell as text; `None` where it is missing.
    pub fn text(&self, row: usize, column: usize) -> Option<String> {
        match self.rows.get(row)?.get(column)? {
            Cell::Scalar(Value::Text(text)) => Some(text.clone()),
            Cell::Scalar(Value::Int(number)) => Some(number.to_string()),
            Cell::Scalar(Value::Float(number)) => Some(number.to_string()),
            Cell::Scalar(Value::Bool(flag)) => Some(flag.to_string()),
            Cell::Scalar(Value::Null) | Cell::Numbers(_) => None,
        }
    }
}
