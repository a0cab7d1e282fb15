//! Rows found by a query, read batch by batch: in the table's order each file is read once from its
//! beginning to its end; in any other order each batch is gathered from where its rows lie.

use std::{fmt, path::PathBuf, sync::Arc};

use arrow_array::{RecordBatch, UInt64Array};
use arrow_schema::{Schema, SchemaRef};

use super::{Beside, refused, widened};
use crate::storage::{Result, StoreError, scan};

type Batches = Box<dyn Iterator<Item = Result<RecordBatch>> + Send>;

/// Rows found by a query: how many there are, and an iterator over batches of them. After an error it
/// ends.
pub struct QueryResult {
    table: Table,
    matched: u64,
    left_out: u64,
    rows: std::vec::IntoIter<u64>,
    /// Whether the rows ascend.
    in_order: bool,
    /// What is being read of one file, in order; and the number of rows in the files up to its end.
    reading: Option<Batches>,
    passed: u64,
    next_file: usize,
}

impl fmt::Debug for QueryResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryResult").field("matched", &self.matched).finish_non_exhaustive()
    }
}

/// Files of one schema and the columns wanted of them.
struct Table {
    files: Vec<PathBuf>,
    /// What is read of the files.
    schema: SchemaRef,
    columns: Option<Vec<String>>,
    beside: Option<(Beside, SchemaRef)>,
}

impl Table {
    fn new(files: Vec<PathBuf>, whole: &SchemaRef, columns: Option<&[String]>) -> Result<Self> {
        let schema = match columns {
            Some(columns) => projected(whole, columns)?,
            None => whole.clone(),
        };
        Ok(Self { files, schema, columns: columns.map(<[String]>::to_vec), beside: None })
    }

    /// With columns of another table among those wanted.
    fn with(files: Vec<PathBuf>, own: &SchemaRef, beside: Beside, columns: &[String]) -> Result<Self> {
        let wanted = projected(&widened(own, &beside.schema()), columns)?;
        let mut read: Vec<String> = columns.iter().filter(|name| own.index_of(name).is_ok()).cloned().collect();
        if read.is_empty() {
            // of rows without a column nobody knows how many there are
            read.extend(own.fields().first().map(|field| field.name().clone()));
        }
        let table = Self::new(files, own, Some(&read))?;
        Ok(Self { beside: Some((beside, wanted)), ..table })
    }

    /// Rows as read, with the columns from beside, in the order wanted.
    fn completed(&self, batch: RecordBatch, rows: &[u64]) -> Result<RecordBatch> {
        let Some((beside, wanted)) = &self.beside else { return Ok(batch) };
        let columns = wanted.fields().iter().map(|field| match batch.column_by_name(field.name()) {
            Some(own) => Ok(own.clone()),
            None => beside.of(field.name(), rows)?.ok_or_else(|| refused("columns", "a column is missing")),
        });
        let columns = columns.collect::<Result<Vec<_>>>()?;
        // what is required of every spectrum may be missing beside one that the other table does not have
        let fields = wanted.fields().iter().map(|field| {
            let is_own = batch.column_by_name(field.name()).is_some();
            field.as_ref().clone().with_nullable(!is_own || field.is_nullable())
        });
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        RecordBatch::try_new(schema, columns).map_err(|e| refused("columns", e))
    }

    /// A batch of a file with the columns in the order wanted.
    fn arranged(&self, file: usize, batch: &RecordBatch) -> Result<RecordBatch> {
        let file = &self.files[file];
        let columns = self.schema.fields().iter().map(|field| {
            scan::column(batch, field)
                .ok_or_else(|| StoreError::damaged(file, format!("column `{}` is missing", field.name())))
        });
        let columns = columns.collect::<Result<Vec<_>>>()?;
        RecordBatch::try_new(self.schema.clone(), columns).map_err(|e| StoreError::damaged(file, e))
    }
}

impl QueryResult {
    pub(super) fn new(
        files: Vec<PathBuf>,
        table: &SchemaRef,
        beside: Option<Beside>,
        columns: Option<&[String]>,
        (matched, rows): (u64, Vec<u64>),
        in_order: bool,
    ) -> Result<Self> {
        let table = match (beside, columns) {
            (Some(beside), Some(columns)) => Table::with(files, table, beside, columns)?,
            _ => Table::new(files, table, columns)?,
        };
        let rows = rows.into_iter();
        Ok(Self { table, matched, left_out: 0, rows, in_order, reading: None, passed: 0, next_file: 0 })
    }

    pub(super) fn with_left_out(self, left_out: u64) -> Self {
        Self { left_out, ..self }
    }

    /// Rows that fulfil the condition, before `limit` and `offset`.
    pub fn matched(&self) -> u64 {
        self.matched
    }
    /// Rows that fulfil the condition, and that the query leaves out by name.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }
    /// Schema of the batches, with units, UCDs and descriptions in the fields' metadata.
    pub fn schema(&self) -> SchemaRef {
        self.table.beside.as_ref().map_or(&self.table.schema, |(_, wanted)| wanted).clone()
    }
    /// Rows still to come, those of a file that is being read not counted.
    pub fn remaining(&self) -> usize {
        self.rows.len()
    }

    /// The next batch of ascending rows.
    fn next_in_order(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            if let Some(batch) = self.reading.as_mut().and_then(Iterator::next) {
                return self.table.arranged(self.next_file - 1, &batch?).map(Some);
            }
            self.reading = None;
            if self.rows.len() == 0 || self.next_file == self.table.files.len() {
                return Ok(None);
            }
            let path = &self.table.files[self.next_file];
            let (first, end) = (self.passed, self.passed + scan::count(path)?);
            let inside = self.rows.as_slice().partition_point(|&row| row < end);
            if inside > 0 {
                let here: Vec<usize> = self.rows.by_ref().take(inside).map(|row| (row - first) as usize).collect();
                self.reading = Some(Box::new(scan::read_selected(path, &here, self.table.columns.as_deref())?));
            }
            self.passed = end;
            self.next_file += 1;
        }
    }

    fn next_gathered(&mut self) -> Result<Option<RecordBatch>> {
        let rows: Vec<u64> = self.rows.by_ref().take(scan::BATCH).collect();
        if rows.is_empty() {
            return Ok(None);
        }
        self.table.completed(gather(&self.table, &rows)?, &rows).map(Some)
    }
}

impl Iterator for QueryResult {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = if self.in_order { self.next_in_order() } else { self.next_gathered() };
        if next.is_err() {
            (self.reading, self.rows) = (None, Vec::new().into_iter());
        }
        next.transpose()
    }
}

/// The named columns, in the order named.
fn projected(whole: &SchemaRef, columns: &[String]) -> Result<SchemaRef> {
    let indices: Vec<usize> = columns.iter().filter_map(|name| whole.index_of(name).ok()).collect();
    Ok(Arc::new(whole.project(&indices).map_err(|e| refused("columns", e))?))
}

/// The given rows of a table of `files`, in the order given, as one batch.
pub(crate) fn fetch(
    files: &[PathBuf],
    table: &SchemaRef,
    rows: &[u64],
    columns: Option<&[String]>,
) -> Result<RecordBatch> {
    gather(&Table::new(files.to_vec(), table, columns)?, rows)
}

fn gather(table: &Table, rows: &[u64]) -> Result<RecordBatch> {
    let mut sorted: Vec<(u64, u64)> = rows.iter().enumerate().map(|(place, &row)| (row, place as u64)).collect();
    sorted.sort_unstable();
    let mut batches = Vec::new();
    let (mut first, mut next) = (0u64, 0);
    for (file, path) in table.files.iter().enumerate() {
        if next == sorted.len() {
            break;
        }
        let end = first + scan::count(path)?;
        let inside = sorted[next..].partition_point(|&(row, _)| row < end);
        if inside > 0 {
            let local: Vec<usize> =
                sorted[next..next + inside].iter().map(|&(row, _)| (row - first) as usize).collect();
            batches.push(table.arranged(file, &scan::read_rows(path, &local, table.columns.as_deref())?)?);
            next += inside;
        }
        first = end;
    }
    let batch = arrow_select::concat::concat_batches(&table.schema, &batches).map_err(|e| refused("columns", e))?;
    drop(batches);
    if sorted.is_sorted_by_key(|&(_, place)| place) {
        return Ok(batch);
    }
    let mut back = vec![0u64; sorted.len()];
    for (position, &(_, place)) in sorted.iter().enumerate() {
        back[place as usize] = position as u64;
    }
    let back = UInt64Array::from(back);
    arrow_select::take::take_record_batch(&batch, &back).map_err(|e| refused("columns", e))
}
