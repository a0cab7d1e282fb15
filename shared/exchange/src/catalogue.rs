//! A catalogue: what is known about spectra beside their files, as a CSV table to join at ingest.
//!
//! Surveys publish class, redshift and names in catalogues rather than in each file. The first row names the
//! columns. Rows are joined by `spectrum_id`, or by `obsid` where there is no such column; every other column
//! that is one of the metadata's own ([`COLUMNS`]) replaces what the file says. An empty cell replaces nothing.

use std::collections::HashMap;

use balmer_core::spectrum::{COLUMNS, Column, ColumnType, Metadata, Value};

/// What a catalogue cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// Not a table of comma-separated values.
    #[error("not a CSV table: {0}")]
    NotCsv(String),
    /// No column to join by.
    #[error("no column to join by: name one `spectrum_id` or `obsid`; found {0}")]
    NoKey(String),
    /// No column that says anything.
    #[error("no metadata column beside `{key}`: name columns as `balmer surveys` lists them; found {found}")]
    NoColumns {
        /// The column to join by.
        key: &'static str,
        /// The header.
        found: String,
    },
    /// A cell that its column cannot hold.
    #[error("row {row}, column {column}: `{cell}` is not {expected}")]
    BadCell {
        /// One-based row of the file, the header being row 1.
        row: usize,
        /// Name of the column.
        column: &'static str,
        /// What stands there.
        cell: String,
        /// What would be accepted.
        expected: &'static str,
    },
}

/// A catalogue, ready to be joined.
#[derive(Debug, Clone)]
pub struct Catalogue {
    key: &'static Column,
    columns: Vec<&'static Column>,
    rows: HashMap<String, Vec<Value>>,
    /// Columns of the file that the metadata does not know, and that are therefore left out.
    pub ignored: Vec<String>,
}

impl Catalogue {
    /// Reads a catalogue from the bytes of a CSV file. Of several rows with the same key the last holds.
    ///
    /// # Errors
    /// Bytes that are no CSV, a missing key column, no known column, a cell of another type than its column.
    pub fn from_csv(bytes: &[u8]) -> Result<Self, CatalogueError> {
        let not_csv = |e: csv::Error| CatalogueError::NotCsv(e.to_string());
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
        let header = reader.headers().map_err(not_csv)?.clone();
        let found = || header.iter().collect::<Vec<_>>().join(", ");
        let known: Vec<_> =
            header.iter().map(|name| COLUMNS.iter().find(|c| c.name.eq_ignore_ascii_case(name))).collect();
        let position = |name| known.iter().position(|column| column.is_some_and(|c| c.name == name));
        let key_at =
            position("spectrum_id").or_else(|| position("obsid")).ok_or_else(|| CatalogueError::NoKey(found()))?;
        let values: Vec<(usize, &'static Column)> =
            known.iter().enumerate().filter(|(at, _)| *at != key_at).filter_map(|(at, c)| Some((at, (*c)?))).collect();
        let key = known[key_at].ok_or_else(|| CatalogueError::NoKey(found()))?;
        if values.is_empty() {
            return Err(CatalogueError::NoColumns { key: key.name, found: found() });
        }
        let ignored = header.iter().zip(&known).filter(|(_, c)| c.is_none()).map(|(name, _)| name.to_owned()).collect();
        let mut rows = HashMap::new();
        for (index, record) in reader.records().enumerate() {
            let record = record.map_err(not_csv)?;
            let cells = values.iter().map(|(at, column)| parse(column, &record[*at], index + 2));
            rows.insert(record[key_at].to_owned(), cells.collect::<Result<_, _>>()?);
        }
        Ok(Self { key, columns: values.into_iter().map(|(_, column)| column).collect(), rows, ignored })
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Writes what the catalogue says about a spectrum into its metadata; false where it says nothing.
    pub fn join(&self, metadata: &mut Metadata) -> bool {
        let key = match (self.key.get)(metadata) {
            Value::Text(text) => text,
            Value::Int(number) => number.to_string(),
            _ => return false,
        };
        let Some(row) = self.rows.get(&key) else { return false };
        for (column, value) in self.columns.iter().zip(row) {
            if *value != Value::Null {
                (column.set)(metadata, value.clone());
            }
        }
        true
    }
}

fn parse(column: &'static Column, cell: &str, row: usize) -> Result<Value, CatalogueError> {
    if cell.is_empty() {
        return Ok(Value::Null);
    }
    let (value, expected) = match column.column_type {
        ColumnType::Text => (Some(Value::Text(cell.to_owned())), "text"),
        ColumnType::Int => (cell.parse().ok().map(Value::Int), "an integer"),
        ColumnType::Float => (cell.parse().ok().filter(|v: &f64| v.is_finite()).map(Value::Float), "a finite number"),
        ColumnType::Bool => (cell.parse().ok().map(Value::Bool), "true or false"),
    };
    value.ok_or_else(|| CatalogueError::BadCell { row, column: column.name, cell: cell.to_owned(), expected })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(id: &str) -> Metadata {
        Metadata { spectrum_id: id.into(), obsid: Some(7), class: Some("STAR".into()), ..Metadata::default() }
    }

    #[test]
    fn known_columns_replace_what_the_file_says_and_empty_cells_do_not() {
        let catalogue = Catalogue::from_csv(b"spectrum_id,class,z,colour\na,,0.25,blue\n").unwrap();
        assert_eq!((catalogue.len(), catalogue.ignored.as_slice()), (1, &["colour".to_owned()][..]));
        let mut joined = metadata("a");
        assert!(catalogue.join(&mut joined));
        assert_eq!((joined.class.as_deref(), joined.z), (Some("STAR"), Some(0.25)));
        assert!(!catalogue.join(&mut metadata("b")));
    }

    #[test]
    fn rows_join_by_the_surveys_identifier_too() {
        let catalogue = Catalogue::from_csv(b"OBSID, subclass\n7, A3 IV\n").unwrap();
        let mut joined = metadata("anything");
        assert!(catalogue.join(&mut joined));
        assert_eq!(joined.subclass.as_deref(), Some("A3 IV"));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let message = |csv: &[u8]| Catalogue::from_csv(csv).unwrap_err().to_string();
        assert!(message(b"name,z\na,1\n").contains("name, z"));
        assert!(message(b"spectrum_id,colour\na,blue\n").contains("no metadata column"));
        assert_eq!(message(b"spectrum_id,z\na,1\nb,red\n"), "row 3, column z: `red` is not a finite number");
        assert!(message(b"spectrum_id,z\na\n").contains("not a CSV table"));
    }
}
