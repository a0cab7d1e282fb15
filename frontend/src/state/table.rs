//! Rows of spectra or candidates: Arrow batches as the server streams them, read by column, or columns of several
//! sources side by side, such as the scores of a run in the browser beside what the survey states.

use std::{cmp::Ordering, sync::Arc};

use arrow_array::{
    Array, RecordBatch,
    cast::AsArray,
    types::{Float32Type, Float64Type, Int32Type, Int64Type, UInt32Type, UInt64Type},
};
use arrow_schema::DataType;

/// A row that a source does not have.
pub const ABSENT: u32 = u32::MAX;

/// Rows of named columns.
#[derive(Debug, Clone, Default)]
pub struct Table {
    parts: Vec<Part>,
    rows: usize,
}

/// Columns of one source.
#[derive(Debug, Clone, Default)]
struct Part {
    /// Batches of the same columns, one below the other.
    batches: Vec<RecordBatch>,
    /// Row at which each batch begins.
    starts: Vec<usize>,
    /// The source's row of each row of the table; the same one where absent.
    rows: Option<Arc<[u32]>>,
}

impl Part {
    fn has(&self, column: &str) -> bool {
        self.batches.first().is_some_and(|batch| batch.column_by_name(column).is_some())
    }

    fn cell(&self, column: &str, row: usize) -> Option<(&dyn Array, usize)> {
        let row = match &self.rows {
            Some(rows) => *rows.get(row).filter(|row| **row != ABSENT)? as usize,
            None => row,
        };
        let batch = self.starts.partition_point(|start| *start <= row).checked_sub(1)?;
        let array = self.batches[batch].column_by_name(column)?;
        let row = row - self.starts[batch];
        (row < array.len() && array.is_valid(row)).then_some((array.as_ref(), row))
    }

    /// The source's row of row `at` of the table.
    fn row(&self, at: u32) -> u32 {
        match &self.rows {
            Some(rows) => rows.get(at as usize).copied().unwrap_or(ABSENT),
            None => at,
        }
    }
}

impl Table {
    /// A table of one batch.
    pub fn of(batch: RecordBatch) -> Self {
        let mut table = Self::default();
        table.push(batch);
        table
    }

    /// Adds rows below a table of one source.
    pub fn push(&mut self, batch: RecordBatch) {
        if batch.num_rows() == 0 {
            return;
        }
        if self.parts.is_empty() {
            self.parts.push(Part::default());
        }
        if let [part] = &mut self.parts[..] {
            part.starts.push(self.rows);
            self.rows += batch.num_rows();
            part.batches.push(batch);
        }
    }

    /// The same with the columns of another table that it does not have itself; `rows` are the other's rows, one
    /// for each of this table's, [`ABSENT`] for none.
    #[must_use]
    pub fn beside(mut self, other: &Self, rows: &[u32]) -> Self {
        self.parts.extend(other.chosen(rows).parts);
        self
    }

    /// The rows of these numbers, in that order.
    #[must_use]
    pub fn chosen(&self, rows: &[u32]) -> Self {
        let of = |part: &Part| Part {
            batches: part.batches.clone(),
            starts: part.starts.clone(),
            rows: Some(rows.iter().map(|&row| if row == ABSENT { ABSENT } else { part.row(row) }).collect()),
        };
        Self { parts: self.parts.iter().map(of).collect(), rows: rows.len() }
    }

    /// Row numbers in the order of a column; rows without a value come last, equal ones stay as they are.
    pub fn sorted(&self, column: &str, descending: bool) -> Vec<u32> {
        let directed = |ordering: Ordering| if descending { ordering.reverse() } else { ordering };
        let mut rows: Vec<u32> = (0..self.rows as u32).collect();
        let (numbers, texts): (Vec<_>, Vec<_>) =
            (0..self.rows).map(|row| (self.number(column, row), self.text(column, row))).unzip();
        let is_absent = |row: usize| numbers[row].is_none() && texts[row].is_none();
        rows.sort_by(|&a, &b| {
            let (a, b) = (a as usize, b as usize);
            is_absent(a).cmp(&is_absent(b)).then_with(|| match (numbers[a], numbers[b]) {
                (Some(a), Some(b)) => directed(a.total_cmp(&b)),
                _ => directed(texts[a].cmp(&texts[b])),
            })
        });
        rows
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
        self.parts.iter().any(|part| part.has(column))
    }

    fn cell(&self, column: &str, row: usize) -> Option<(&dyn Array, usize)> {
        if row >= self.rows {
            return None;
        }
        self.parts.iter().find(|part| part.has(column))?.cell(column, row)
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

    /// A truth; `None` where there is none.
    pub fn truth(&self, column: &str, row: usize) -> Option<bool> {
        let (array, row) = self.cell(column, row)?;
        Some(array.as_boolean_opt()?.value(row))
    }

    /// A truth; false where there is none.
    pub fn flag(&self, column: &str, row: usize) -> bool {
        self.truth(column, row).unwrap_or(false)
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

    #[test]
    fn columns_of_several_sources_stand_side_by_side() {
        let scores = Table::of(batch(&["a", "b", "c"], &[Some(1.0), None, Some(3.0)]));
        let names = StringArray::from(vec![Some("Vega"), None, Some("Altair")]);
        let survey = RecordBatch::try_from_iter([("designation", Arc::new(names) as ArrayRef)]).unwrap();
        let joined = scores.beside(&Table::of(survey), &[2, ABSENT, 0]);
        let read = |table: &Table| {
            (0..table.len())
                .map(|row| (table.id(row).unwrap().to_owned(), table.text("designation", row).map(str::to_owned)))
                .collect::<Vec<_>>()
        };
        let pair = |id: &str, name: Option<&str>| (id.to_owned(), name.map(str::to_owned));
        assert_eq!(read(&joined), [pair("a", Some("Altair")), pair("b", None), pair("c", Some("Vega"))]);
        let chosen = joined.chosen(&[2, 0]).chosen(&[1, 0, 1]);
        assert_eq!(read(&chosen), [pair("a", Some("Altair")), pair("c", Some("Vega")), pair("a", Some("Altair"))]);
        assert_eq!((chosen.number("lof", 1), chosen.id(3)), (Some(3.0), None));
    }

    #[test]
    fn rows_without_a_value_are_sorted_last_either_way() {
        let table = Table::of(batch(&["a", "b", "c", "d"], &[Some(2.0), None, Some(3.0), Some(2.0)]));
        assert_eq!(table.sorted("lof", false), [0, 3, 2, 1]);
        assert_eq!(table.sorted("lof", true), [2, 0, 3, 1]);
        assert_eq!(table.sorted("spectrum_id", true), [3, 2, 1, 0]);
    }
}
