//! Record batches as files and as JSON: what the command line writes and what the server sends.
//!
//! Units, UCDs and descriptions come from the fields' metadata; what a table says about itself (run, spec,
//! hashes) goes where the format has a place for it: VOTable INFOs, FITS cards, the schema of Arrow and
//! the key-value metadata of Parquet. CSV has none. All but FITS are written batch by batch.

mod about;
mod features;
mod values;

use std::{
    collections::HashMap,
    io::{self, Write},
    sync::Arc,
};

use arrow_array::RecordBatch;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, Schema, SchemaRef};
use balmer_exchange::table::{self, About, Column, TableFormat, TableWriter};
use parquet::{
    arrow::ArrowWriter,
    basic::Compression,
    errors::ParquetError,
    file::{metadata::KeyValue, properties::WriterProperties},
};

pub use about::{about_run, about_spectra};
pub use features::write_features;
pub use values::{to_json, value};

use crate::storage::{FeatureError, StoreError};

/// Formats of tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFile {
    /// Arrow IPC stream.
    Arrow,
    /// VOTable 1.4, BINARY2.
    Votable,
    /// Comma-separated values.
    Csv,
    /// Apache Parquet.
    Parquet,
    /// FITS binary table; holds all rows in memory.
    Fits,
}

/// Why a table was not written to its end.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The rows could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The features could not be prepared.
    #[error(transparent)]
    Features(#[from] FeatureError),
    /// The output could not be written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Arrow refuses.
    #[error("writing Arrow: {0}")]
    Arrow(#[from] ArrowError),
    /// Parquet refuses.
    #[error("writing Parquet: {0}")]
    Parquet(#[from] ParquetError),
    /// JSON refuses.
    #[error("writing JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// Writes batches; `overflow` says that a limit left rows out. Returns the number of rows.
///
/// # Errors
/// When a batch cannot be read, or `out` not written.
pub fn write(
    out: &mut (dyn Write + Send),
    file: TableFile,
    about: &About,
    schema: &SchemaRef,
    batches: impl Iterator<Item = Result<RecordBatch, StoreError>>,
    overflow: bool,
) -> Result<usize, ExportError> {
    let columns: Vec<Column> = schema.fields().iter().map(|field| values::column(field)).collect();
    let mut count = 0;
    match file {
        TableFile::Arrow => {
            let schema = with_infos(schema, about);
            let mut writer = StreamWriter::try_new(out, &schema)?;
            for batch in batches {
                let batch = batch?;
                count += batch.num_rows();
                writer.write(&batch.with_schema(schema.clone())?)?;
            }
            writer.finish()?;
        }
        TableFile::Parquet => {
            let infos = about.infos.iter().map(|(name, text)| KeyValue::new(name.clone(), text.clone())).collect();
            let properties = WriterProperties::builder()
                .set_compression(Compression::SNAPPY)
                .set_key_value_metadata(Some(infos))
                .build();
            let mut writer = ArrowWriter::try_new(out, schema.clone(), Some(properties))?;
            for batch in batches {
                let batch = batch?;
                count += batch.num_rows();
                writer.write(&batch)?;
            }
            writer.close()?;
        }
        TableFile::Fits => {
            let mut rows = Vec::new();
            for batch in batches {
                rows.extend(values::rows(&batch?));
            }
            count = rows.len();
            let mut out = out;
            table::write_fits(&mut out, about, &columns, &rows)?;
        }
        TableFile::Votable | TableFile::Csv => {
            let format = if file == TableFile::Votable { TableFormat::Votable } else { TableFormat::Csv };
            let mut writer = TableWriter::begin(out, format, about, &columns)?;
            for batch in batches {
                for row in values::rows(&batch?) {
                    writer.row(&row)?;
                    count += 1;
                }
            }
            writer.finish(overflow)?;
        }
    }
    Ok(count)
}

/// The schema with what the table says about itself in its metadata.
fn with_infos(schema: &SchemaRef, about: &About) -> SchemaRef {
    let mut metadata: HashMap<String, String> = schema.metadata().clone();
    metadata.extend(about.infos.iter().cloned());
    Arc::new(Schema::new_with_metadata(schema.fields().clone(), metadata))
}
