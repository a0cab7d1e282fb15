//! Reading stored Parquet files: whole, a few columns, or chosen rows.

use std::{fs::File, path::Path};

use arrow_array::{ArrayRef, RecordBatch, new_null_array};
use arrow_schema::{Field, SchemaRef};
use parquet::arrow::{
    ProjectionMask,
    arrow_reader::{ParquetRecordBatchReaderBuilder, RowSelection, RowSelector},
};

use super::{Result, StoreError};

/// Rows in a batch.
pub(crate) const BATCH: usize = 8_192;

fn open(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>> {
    let file = File::open(path).map_err(|e| StoreError::io("reading", path, e))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file);
    Ok(builder.map_err(|e| StoreError::parquet("reading", path, e))?.with_batch_size(BATCH))
}

fn project(
    builder: ParquetRecordBatchReaderBuilder<File>,
    columns: Option<&[String]>,
) -> ParquetRecordBatchReaderBuilder<File> {
    match columns {
        Some(columns) => {
            let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().map(String::as_str));
            builder.with_projection(mask)
        }
        None => builder,
    }
}

/// The batches of a file, in order; only the named top-level columns where some are named.
pub(crate) fn read(path: &Path, columns: Option<&[String]>) -> Result<impl Iterator<Item = Result<RecordBatch>>> {
    let reader = project(open(path)?, columns).build().map_err(|e| StoreError::parquet("reading", path, e))?;
    let path = path.to_owned();
    Ok(reader.map(move |batch| batch.map_err(|e| StoreError::damaged(&path, e))))
}

/// The given rows (ascending) of a file as one batch; row groups without any are not touched.
pub(crate) fn read_rows(path: &Path, rows: &[usize], columns: Option<&[String]>) -> Result<RecordBatch> {
    let builder = project(open(path)?, columns).with_batch_size(rows.len().max(1));
    let group_sizes: Vec<usize> =
        builder.metadata().row_groups().iter().map(|group| group.num_rows() as usize).collect();
    let (groups, selection) = select(&group_sizes, rows);
    let schema = builder.schema().clone();
    let reader = builder
        .with_row_groups(groups)
        .with_row_selection(selection)
        .build()
        .map_err(|e| StoreError::parquet("reading", path, e))?;
    let schema = columns.map_or(schema.clone(), |_| arrow_array::RecordBatchReader::schema(&reader));
    let batches: Vec<RecordBatch> = reader.collect::<Result<_, _>>().map_err(|e| StoreError::damaged(path, e))?;
    let found = arrow_select::concat::concat_batches(&schema, &batches).map_err(|e| StoreError::damaged(path, e))?;
    if found.num_rows() == rows.len() {
        Ok(found)
    } else {
        Err(StoreError::damaged(path, format!("{} rows were asked for, {} are there", rows.len(), found.num_rows())))
    }
}

/// The given rows (ascending) of a file, batch by batch; row groups without any are not touched.
pub(crate) fn read_selected(
    path: &Path,
    rows: &[usize],
    columns: Option<&[String]>,
) -> Result<impl Iterator<Item = Result<RecordBatch>> + Send + use<>> {
    let builder = project(open(path)?, columns);
    let group_sizes: Vec<usize> =
        builder.metadata().row_groups().iter().map(|group| group.num_rows() as usize).collect();
    let (groups, selection) = select(&group_sizes, rows);
    let reader = builder.with_row_groups(groups).with_row_selection(selection).build();
    let reader = reader.map_err(|e| StoreError::parquet("reading", path, e))?;
    let path = path.to_owned();
    Ok(reader.map(move |batch| batch.map_err(|e| StoreError::damaged(&path, e))))
}

/// The row groups that hold `rows`, and which of their rows to keep.
fn select(group_sizes: &[usize], rows: &[usize]) -> (Vec<usize>, RowSelection) {
    let (mut groups, mut selectors) = (Vec::new(), Vec::new());
    let (mut first, mut next) = (0, 0);
    for (group, &size) in group_sizes.iter().enumerate() {
        let end = first + size;
        let inside = rows[next..].iter().take_while(|&&row| row < end).count();
        if inside > 0 {
            groups.push(group);
            let mut at = first;
            for &row in &rows[next..next + inside] {
                selectors.push(RowSelector::skip(row - at));
                selectors.push(RowSelector::select(1));
                at = row + 1;
            }
            selectors.push(RowSelector::skip(end - at));
            next += inside;
        }
        first = end;
    }
    (groups, RowSelection::from(selectors))
}

/// A column of a batch. A file that was written before a column was there states nothing in it, if it may.
pub(crate) fn column(batch: &RecordBatch, field: &Field) -> Option<ArrayRef> {
    let missing = || field.is_nullable().then(|| new_null_array(field.data_type(), batch.num_rows()));
    batch.column_by_name(field.name()).cloned().or_else(missing)
}

/// Number of rows of a file, from its footer.
pub(crate) fn count(path: &Path) -> Result<u64> {
    Ok(open(path)?.metadata().file_metadata().num_rows() as u64)
}

/// Columns of a file.
pub(crate) fn schema(path: &Path) -> Result<SchemaRef> {
    Ok(open(path)?.schema().clone())
}
