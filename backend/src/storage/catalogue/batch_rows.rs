//! Record batches as rows of a catalogue: of a Parquet file, or of another survey.

use std::{
    fs::File,
    iter, mem,
    panic::{self, AssertUnwindSafe},
    sync::Arc,
};

use arrow_array::{Array, ArrayRef, RecordBatch, cast::AsArray};
use arrow_cast::display::array_value_to_string;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use balmer_core::spectrum::ColumnType;
use balmer_exchange::{CatalogueColumn, ReadError, Rows};
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};

/// Rows decoded at once: 40 MB of the widest table.
const BATCH: usize = 1_024;

/// Batches being read.
pub(in crate::storage) struct BatchRows<I> {
    batches: I,
    batch: Option<RecordBatch>,
    row: usize,
}

impl<I> BatchRows<I> {
    pub(in crate::storage) fn new(batches: I) -> Self {
        Self { batches, batch: None, row: 0 }
    }
}

impl BatchRows<()> {
    /// What the columns of a schema are; those that are no values have no type.
    pub(in crate::storage) fn columns(schema: &Schema) -> Vec<CatalogueColumn> {
        let column = |field: &Arc<Field>| {
            let about = |key: &str| field.metadata().get(key).cloned().unwrap_or_default();
            CatalogueColumn {
                name: field.name().clone(),
                datatype: value_type(field.data_type()),
                unit: about("unit"),
                ucd: about("ucd"),
                description: about("description"),
            }
        };
        schema.fields().iter().map(column).collect()
    }
}

impl<I: Iterator<Item = Result<RecordBatch, String>>> Rows for BatchRows<I> {
    fn advance(&mut self) -> Result<bool, ReadError> {
        self.row += 1;
        while self.batch.as_ref().is_none_or(|batch| self.row >= batch.num_rows()) {
            let Some(batch) = self.batches.next() else { return Ok(false) };
            self.batch = Some(batch.map_err(ReadError::Malformed)?);
            self.row = 0;
        }
        Ok(true)
    }

    fn cell(&self, column: usize) -> Option<String> {
        text(self.batch.as_ref()?.columns().get(column)?, self.row)
    }
}

/// The type of single values; `None` for lists, structures and bytes. Integers that an `i64` may not hold are texts.
fn value_type(data_type: &DataType) -> Option<ColumnType> {
    use DataType as D;
    match data_type {
        D::Utf8
        | D::LargeUtf8
        | D::Utf8View
        | D::UInt64
        | D::Date32
        | D::Date64
        | D::Timestamp(..)
        | D::Time32(_)
        | D::Time64(_) => Some(ColumnType::Text),
        D::Int8 | D::Int16 | D::Int32 | D::Int64 | D::UInt8 | D::UInt16 | D::UInt32 => Some(ColumnType::Int),
        D::Float16 | D::Float32 | D::Float64 | D::Decimal128(..) | D::Decimal256(..) => Some(ColumnType::Float),
        D::Boolean => Some(ColumnType::Bool),
        D::Dictionary(_, value) => value_type(value),
        _ => None,
    }
}

/// A value as text from which it can be had again.
fn text(array: &ArrayRef, row: usize) -> Option<String> {
    if array.is_null(row) {
        return None;
    }
    let text = match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(row).to_owned(),
        DataType::Utf8View => array.as_string_view().value(row).to_owned(),
        _ => array_value_to_string(array, row).ok()?,
    };
    let text = text.trim();
    (!text.is_empty() && !matches!(text, "NaN" | "inf" | "-inf")).then(|| text.to_owned())
}

/// The schema of a Parquet file and its batches. Texts are views of the pages that hold them, so that a long text which is
/// repeated is there once.
pub(super) fn read_parquet(
    file: File,
) -> Result<(SchemaRef, impl Iterator<Item = Result<RecordBatch, String>>), String> {
    let (schema, mut reader) = decoded(|| open_parquet(file))?;
    let batches =
        iter::from_fn(move || decoded(|| reader.next().transpose().map_err(|e: ArrowError| e.to_string())).transpose());
    // of a reader that has panicked nothing more is asked
    let mut failed = false;
    let until_failed = batches.take_while(move |batch| !mem::replace(&mut failed, batch.is_err()));
    Ok((schema, until_failed))
}

/// What the decoder gives; it panics where a file says about itself what cannot be.
fn decoded<T>(decode: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    let lies = || "it cannot be read as Parquet: what it says about itself cannot be".to_owned();
    panic::catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|_| Err(lies()))
}

fn open_parquet(file: File) -> Result<(SchemaRef, ParquetRecordBatchReader), String> {
    let failed = |e: parquet::errors::ParquetError| format!("it cannot be read as Parquet: {e}");
    let options = ArrowReaderOptions::new();
    let loaded = ArrowReaderMetadata::load(&file, options.clone()).map_err(failed)?;
    let view = |field: &Arc<Field>| match field.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 => field.as_ref().clone().with_data_type(DataType::Utf8View),
        _ => field.as_ref().clone(),
    };
    let fields: Vec<Field> = loaded.schema().fields().iter().map(view).collect();
    let schema = Arc::new(Schema::new(fields).with_metadata(loaded.schema().metadata().clone()));
    let viewed = ArrowReaderMetadata::try_new(loaded.metadata().clone(), options.with_schema(schema.clone()));
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, viewed.map_err(failed)?);
    Ok((schema, builder.with_batch_size(BATCH).build().map_err(failed)?))
}
