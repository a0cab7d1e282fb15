//! Columns of another table beside a table's own: what a survey says of the spectra that a run ranked.
//!
//! Memory: the columns that a query names, of all rows of the other table, and 4 bytes a row of its own.

use arrow_array::{Array, ArrayRef, RecordBatch, UInt32Array};
use arrow_schema::SchemaRef;

use super::refused;
use crate::storage::Result;

/// Columns beside those of a table.
#[derive(Debug)]
pub(crate) struct Beside {
    columns: RecordBatch,
    /// For each row of the table the row of `columns`, null where there is none.
    rows: UInt32Array,
}

impl Beside {
    /// `rows` says which of `columns` stands beside each row of the table.
    pub(crate) fn new(columns: RecordBatch, rows: UInt32Array) -> Self {
        Self { columns, rows }
    }

    /// The columns.
    pub(super) fn schema(&self) -> SchemaRef {
        self.columns.schema()
    }

    /// One of the columns for consecutive rows of the table.
    pub(super) fn run(&self, name: &str, first: u64, count: usize) -> Result<Option<ArrayRef>> {
        self.taken(name, &self.rows.slice(first as usize, count))
    }

    /// One of the columns for any rows of the table.
    pub(super) fn of(&self, name: &str, rows: &[u64]) -> Result<Option<ArrayRef>> {
        let at = |&row: &u64| self.rows.is_valid(row as usize).then(|| self.rows.value(row as usize));
        let at: UInt32Array = rows.iter().map(at).collect();
        self.taken(name, &at)
    }

    fn taken(&self, name: &str, at: &UInt32Array) -> Result<Option<ArrayRef>> {
        let take = |column: &ArrayRef| arrow_select::take::take(column, at, None).map_err(|e| refused("columns", e));
        self.columns.column_by_name(name).map(take).transpose()
    }
}
