//! Rows of spectra or candidates as the server streams them: Arrow batches, read by column.

use arrow_array::{
    Array, RecordBatch,
    cast::AsArray,
    types::{Float32Type, Float64Type, Int32Type, Int64Type, UInt32Type, UInt64Type},
};
use arrow_schema::DataType;

/// Batches of the same columns, one below the other.
#[derive(Debug, Clone, Default)]
pub struct Table {
    batches: Vec<RecordBatch>,
    /// Row at which each batch begins.
    starts: Vec<usize>,
    rows: usize,
}

impl Table {
    /// Adds rows below.
    pub fn push(&mut self, batch: RecordBatch) {
        if batch.num_rows() > 0 {
            self.starts.push(self.rows);
            self.rows += batch.num_rows();
            self.batches.push(batch);
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Whether there is a column of that name.
    pub fn has(&self, column: &str) -> bool {
        self.batches.first().is_some_and(|batch| batch.column_by_name(column).is_some())
    }

    /// Names of the columns.
    pub fn columns(&self) -> Vec<String> {
        let fields = self.batches.first().map(|batch| batch.schema().fields().clone());
        fields.iter().flat_map(|fields| fields.iter()).map(|field| field.name().clone()).collect()
    }

    fn cell(&self, column: &str, row: usize) -> Option<(&dyn Array, usize)> {
        let batch = self.starts.partition_point(|start| *start <= row).checked_sub(1)?;
        let array = self.batches[batch].column_by_name(column)?;
        let row = row - self.starts[batch];
        (row < array.len() && array.is_valid(row)).then_some((array.as_ref(), row))
    }

    /// A text; `None` where there is none.
    pub fn text(&self, column: &str, row: usize) -> Option<&str> {
        let (array, row) = self.cell(column, row)?;
        Some(array.as_string_opt::<i32>()?.value(row))
    }

    /// A number, whatever its type; `None` where there is none.
    pub fn number(&self, column: &str, row: usize) -> Option<f64> {
        let (array, row) = self.cell(column, row)?;
        Some(match array.data_type() {
            DataType::Float32 => f64::from(array.as_primitive::<Float32Type>().value(row)),
            DataType::Float64 => array.as_primitive::<Float64Type>().value(row),
            DataType::Int32 => f64::from(array.as_primitive::<Int32Type>().value(row)),
            DataType::Int64 => array.as_primitive::<Int64Type>().value(row) as f64,
            DataType::UInt32 => f64::from(array.as_primitive::<UInt32Type>().value(row)),
            DataType::UInt64 => array.as_primitive::<UInt64Type>().value(row) as f64,
            _ => return None,
        })
    }

    /// A truth; false where there is none.
    pub fn flag(&self, column: &str, row: usize) -> bool {
        self.cell(column, row).and_then(|(array, row)| Some(array.as_boolean_opt()?.value(row))).unwrap_or(false)
    }

    /// The spectrum of a row.
    pub fn id(&self, row: usize) -> Option<&str> {
        self.text("spectrum_id", row)
    }

    /// The row of a spectrum.
    pub fn row_of(&self, id: &str) -> Option<usize> {
        (0..self.rows).find(|row| self.id(*row) == Some(id))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, BooleanArray, Float32Array, StringArray, UInt32Array};

    use super::*;

    fn batch(ids: &[&str], lof: &[Option<f32>]) -> RecordBatch {
        let ranks = UInt32Array::from_iter_values(0..ids.len() as u32);
        let flags = BooleanArray::from(vec![true; ids.len()]);
        RecordBatch::try_from_iter([
            ("spectrum_id", Arc::new(StringArray::from(ids.to_vec())) as ArrayRef),
            ("lof", Arc::new(Float32Array::from(lof.to_vec()))),
            ("rank", Arc::new(ranks)),
            ("is_outlier", Arc::new(flags)),
        ])
        .unwrap()
    }

    #[test]
    fn rows_run_on_from_batch_to_batch() {
        let mut table = Table::default();
        table.push(batch(&["a", "b"], &[Some(1.5), None]));
        table.push(batch(&[], &[]));
        table.push(batch(&["c"], &[Some(2.0)]));
        assert_eq!(table.len(), 3);
        assert_eq!((table.id(0), table.id(2), table.id(3)), (Some("a"), Some("c"), None));
        assert_eq!(
            (table.number("lof", 0), table.number("lof", 1), table.number("lof", 2)),
            (Some(1.5), None, Some(2.0))
        );
        assert_eq!(table.number("rank", 1), Some(1.0));
        assert_eq!(table.number("spectrum_id", 1), None);
        assert_eq!(table.text("lof", 0), None);
        assert!(table.flag("is_outlier", 2) && !table.flag("absent", 0));
        assert_eq!((table.row_of("c"), table.row_of("d")), (Some(2), None));
        assert!(table.has("lof") && !table.has("nothing"));
    }
}
