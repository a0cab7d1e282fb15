//! `where`, `order by`, `limit` over one table of Parquet files.
//!
//! The texts are single SQL expressions. They are parsed, checked against a list of what is allowed
//! (columns of this table, literals, operators, a few pure functions, named subsets: see [`expression`]) and only then
//! planned by `DataFusion`. Batches are read here, one after the other, and the compiled expression is
//! evaluated on each: no query can name another table or a file, time is checked between batches, and
//! memory is the matching row numbers with their sort keys, of which there is a limit.

mod beside;
mod expression;
mod functions;
mod membership;
mod rows;

pub(crate) use beside::Beside;
pub use functions::FUNCTIONS;
pub use rows::QueryResult;
pub(crate) use rows::fetch;

use std::{
    collections::HashSet,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatch, UInt64Array, cast::AsArray};
use arrow_schema::{Field, Schema, SchemaRef};
use datafusion::arrow::compute::{SortColumn, SortOptions, concat, lexsort_to_indices, take};

use self::expression::Compiled;
use super::{Result, StoreError, Subsets, scan};

/// Which rows are wanted, in what order, and which of their columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// SQL expression that is true for the rows wanted; all rows where absent.
    pub condition: Option<String>,
    /// `expression [asc|desc] [nulls first|last], ...`; table order where absent. Nulls come last.
    pub order_by: Option<String>,
    /// How many rows, at most.
    pub limit: Option<usize>,
    /// How many rows to pass over first.
    pub offset: usize,
    /// Columns wanted, in this order; all where absent.
    pub columns: Option<Vec<String>>,
    /// Names of spectra that are left out, and counted.
    pub without: Arc<HashSet<String>>,
    /// How long it may take to find the rows.
    pub time_limit: Duration,
    /// Bytes the sort keys may take.
    pub memory_limit: usize,
}

impl Default for Query {
    fn default() -> Self {
        Self {
            condition: None,
            order_by: None,
            limit: None,
            offset: 0,
            columns: None,
            without: Arc::default(),
            time_limit: Duration::from_secs(30),
            memory_limit: 512 << 20,
        }
    }
}

/// Runs a query over the rows of `files`, which all have the schema `table`; `in_subset` means one of `subsets`.
pub(crate) fn run(files: Vec<PathBuf>, table: &SchemaRef, subsets: &Subsets, query: &Query) -> Result<QueryResult> {
    run_beside(files, table, None, subsets, query)
}

/// The same, with columns of another table that the query may name too. Those are found where `table` has none of that
/// name, and given only where they are asked for.
pub(crate) fn run_beside(
    files: Vec<PathBuf>,
    table: &SchemaRef,
    beside: Option<Beside>,
    subsets: &Subsets,
    query: &Query,
) -> Result<QueryResult> {
    let wide = beside.as_ref().map_or_else(|| table.clone(), |beside| widened(table, &beside.schema()));
    if let Some(columns) = &query.columns {
        for column in columns {
            expression::check_column("columns", column, &wide)?;
        }
    }
    let (rows, left_out) = matching(&files, &wide, beside.as_ref(), subsets, query)?;
    let matched = rows.len() as u64;
    let end = query.limit.map_or(rows.len(), |limit| query.offset.saturating_add(limit).min(rows.len()));
    let rows: Vec<u64> = rows.get(query.offset..end).unwrap_or_default().to_vec();
    let in_order = query.order_by.is_none() && beside.is_none();
    let result = QueryResult::new(files, table, beside, query.columns.as_deref(), (matched, rows), in_order)?;
    Ok(result.with_left_out(left_out))
}

/// A table's columns, then those of another that it does not have.
pub(crate) fn widened(table: &SchemaRef, other: &SchemaRef) -> SchemaRef {
    let more = other.fields().iter().filter(|field| table.index_of(field.name()).is_err());
    Arc::new(Schema::new(table.fields().iter().chain(more).cloned().collect::<Vec<_>>()))
}

/// The columns of `table` that a query names anywhere, each once.
pub(crate) fn columns_named(table: &SchemaRef, subsets: &Subsets, query: &Query) -> Result<Vec<String>> {
    let (condition, keys) = compiled(table, subsets, query)?;
    let mut columns = named(condition.as_ref(), &keys);
    columns.extend(query.columns.iter().flatten().cloned());
    columns.sort_unstable();
    columns.dedup();
    Ok(columns)
}

/// A query's condition and order.
fn compiled(table: &SchemaRef, subsets: &Subsets, query: &Query) -> Result<(Option<Compiled>, Vec<SortKey>)> {
    let condition = query.condition.as_deref().map(|text| expression::condition(text, table, subsets)).transpose()?;
    let keys = query.order_by.as_deref().map_or(Ok(Vec::new()), |text| expression::order_by(text, table, subsets))?;
    Ok((condition, keys))
}

/// Columns that they read.
fn named(condition: Option<&Compiled>, keys: &[SortKey]) -> Vec<String> {
    condition.into_iter().chain(keys.iter().map(|k| &k.key)).flat_map(Compiled::columns).collect()
}

/// The subsets that a condition on `table` names, of those that there are.
pub(crate) fn subsets_named(condition: &str, table: &SchemaRef, subsets: &Subsets) -> Result<Vec<String>> {
    Ok(expression::condition(condition, table, subsets)?.subsets().to_vec())
}

/// Numbers of the rows that fulfil the condition, in the order asked for; `limit` is not applied.
pub(crate) fn matching_rows(
    files: &[PathBuf],
    table: &SchemaRef,
    beside: Option<&Beside>,
    subsets: &Subsets,
    query: &Query,
) -> Result<Vec<u64>> {
    Ok(matching(files, table, beside, subsets, query)?.0)
}

/// The same, and how many of those that fulfil the condition the query leaves out by name.
fn matching(
    files: &[PathBuf],
    table: &SchemaRef,
    beside: Option<&Beside>,
    subsets: &Subsets,
    query: &Query,
) -> Result<(Vec<u64>, u64)> {
    let started = Instant::now();
    let (condition, keys) = compiled(table, subsets, query)?;
    let mut columns = named(condition.as_ref(), &keys);
    if !query.without.is_empty() {
        columns.push(membership::COLUMN.to_owned());
    }
    columns.sort_unstable();
    columns.dedup();
    let beside_names: Vec<String> = match beside {
        Some(beside) => columns.extract_if(.., |name| beside.schema().index_of(name).is_ok()).collect(),
        None => Vec::new(),
    };
    if condition.is_none() && keys.is_empty() && query.without.is_empty() {
        let counts = files.iter().map(|file| scan::count(file));
        return Ok(((0..counts.sum::<Result<u64>>()?).collect(), 0));
    }
    if columns.is_empty() {
        // of a condition on nothing only the number of rows matters
        columns.extend(table.fields().first().map(|field| field.name().clone()));
    }
    let mut found = Found::new(keys.len());
    let mut first = 0u64;
    for file in files {
        for batch in scan::read(file, Some(&columns))? {
            if started.elapsed() > query.time_limit {
                return Err(StoreError::QueryTime(query.time_limit.as_secs_f32()));
            }
            let batch = with_columns(batch?, first, beside, &beside_names)?;
            found.take(&batch, first, condition.as_ref(), &keys, &query.without)?;
            first += batch.num_rows() as u64;
            if found.bytes() > query.memory_limit {
                return Err(StoreError::QueryLimit(format!(
                    "its sort keys take more than {} MiB: narrow the condition or drop `order_by`",
                    query.memory_limit >> 20
                )));
            }
        }
    }
    let left_out = found.left_out;
    Ok((found.ordered(&keys)?, left_out))
}

/// A batch of rows from `first` on, with columns from beside.
fn with_columns(batch: RecordBatch, first: u64, beside: Option<&Beside>, names: &[String]) -> Result<RecordBatch> {
    let Some(beside) = beside.filter(|_| !names.is_empty()) else { return Ok(batch) };
    let schema = batch.schema();
    let (mut fields, mut columns) = (schema.fields().to_vec(), batch.columns().to_vec());
    for name in names {
        if let Some(column) = beside.run(name, first, batch.num_rows())? {
            fields.push(Arc::new(Field::new(name, column.data_type().clone(), true)));
            columns.push(column);
        }
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).map_err(|e| refused("where", e))
}

/// Matching rows and their sort keys.
struct Found {
    rows: Vec<u64>,
    keys: Vec<Vec<ArrayRef>>,
    key_bytes: usize,
    left_out: u64,
}

impl Found {
    fn new(keys: usize) -> Self {
        Self { rows: Vec::new(), keys: vec![Vec::new(); keys], key_bytes: 0, left_out: 0 }
    }

    fn bytes(&self) -> usize {
        self.rows.len() * 8 + self.key_bytes
    }

    fn take(
        &mut self,
        batch: &RecordBatch,
        first: u64,
        condition: Option<&Compiled>,
        keys: &[SortKey],
        without: &HashSet<String>,
    ) -> Result<()> {
        let mask = match condition {
            Some(condition) => condition.evaluate(batch)?.as_boolean().clone(),
            None => BooleanArray::from(vec![true; batch.num_rows()]),
        };
        let mut here: Vec<u64> =
            (0..batch.num_rows()).filter(|&i| mask.is_valid(i) && mask.value(i)).map(|i| i as u64).collect();
        let names = batch.column_by_name(membership::COLUMN).and_then(|names| names.as_string_opt::<i32>());
        if let Some(names) = names.filter(|_| !without.is_empty()) {
            let all = here.len();
            here.retain(|&i| !without.contains(names.value(i as usize)));
            self.left_out += (all - here.len()) as u64;
        }
        let positions = UInt64Array::from(here.clone());
        for (sort_key, values) in keys.iter().zip(&mut self.keys) {
            let key = sort_key.key.evaluate(batch)?;
            let kept = take(&key, &positions, None).map_err(|e| refused("order_by", e))?;
            self.key_bytes += kept.get_array_memory_size();
            values.push(kept);
        }
        self.rows.extend(here.into_iter().map(|i| first + i));
        Ok(())
    }

    fn ordered(self, keys: &[SortKey]) -> Result<Vec<u64>> {
        if keys.is_empty() || self.rows.is_empty() {
            return Ok(self.rows);
        }
        let mut columns = Vec::with_capacity(keys.len() + 1);
        for (key, values) in keys.iter().zip(&self.keys) {
            let values: Vec<&dyn Array> = values.iter().map(AsRef::as_ref).collect();
            let values = concat(&values).map_err(|e| refused("order_by", e))?;
            columns.push(SortColumn { values, options: Some(key.options) });
        }
        // rows that tie keep the table's order
        let rows = UInt64Array::from(self.rows);
        columns.push(SortColumn { values: Arc::new(rows.clone()), options: None });
        let order = lexsort_to_indices(&columns, None).map_err(|e| refused("order_by", e))?;
        Ok(order.values().iter().map(|&i| rows.value(i as usize)).collect())
    }
}

#[allow(clippy::needless_pass_by_value, reason = "errors end here: they are turned into text")]
fn refused(clause: &'static str, reason: impl ToString) -> StoreError {
    StoreError::Query { clause, reason: reason.to_string() }
}

/// One `order by` term.
pub(crate) struct SortKey {
    key: Compiled,
    options: SortOptions,
}
