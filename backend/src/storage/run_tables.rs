//! The tables a run leaves: candidates, neighbours, places under all settings, principal components, probabilities of classes,
//! rejected spectra; and the labels it was given.

mod basis;
mod candidates;
mod neighbors;
mod probabilities;
mod stability;
#[cfg(test)]
mod tests;

use std::path::Path;

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, SchemaRef};
use balmer_core::{
    engine::Observer,
    pipeline::{Labelled, Rejected, RunOutput},
};
use parquet::{basic::Compression, file::properties::WriterProperties};

pub use self::candidates::candidate_rows;
pub(crate) use self::{
    basis::read as read_basis,
    neighbors::{names, neighbor_table, neighbors_of, neighbors_of_rows},
    stability::places_of,
};
use super::{Result, StoreError, Survey, durable, part::ParquetFile, scan::BATCH};

/// The ranked list.
pub(crate) const CANDIDATES: &str = "candidates.parquet";
/// The neighbours of every row.
pub(crate) const NEIGHBORS: &str = "neighbors.parquet";
/// The places of every row under all settings.
pub(crate) const STABILITY: &str = "stability.parquet";
/// The principal components, where the recipe projects on some.
pub(crate) const BASIS: &str = "basis.parquet";
/// What labels say of every row, where the run has a label stage.
pub(crate) const PROBABILITIES: &str = "labels.parquet";
/// What was left out.
pub(crate) const REJECTED: &str = "rejected.csv";
/// All of them: none is there until the run has found everything.
pub(crate) const TABLES: [&str; 6] = [CANDIDATES, NEIGHBORS, STABILITY, BASIS, PROBABILITIES, REJECTED];
/// Rows of a row group, which is held until it is written: with 128 neighbours 64 MiB.
const ROW_GROUP: usize = 1 << 16;

/// Saves what a run found under its folder: all tables are complete or absent.
///
/// `rows` are the survey's rows of the feature rows, `ids` their names.
///
/// # Errors
/// An unwritable disk, cancellation.
pub(crate) fn save(
    folder: &Path,
    survey: &Survey,
    output: &RunOutput,
    rows: &[u64],
    ids: &[String],
    observer: &dyn Observer,
) -> Result<()> {
    let columns = candidates::METADATA.map(str::to_owned);
    let metadata = survey.metadata_of_rows(rows, Some(&columns))?;
    let failed = |e: ArrowError| StoreError::damaged(folder, e);
    let schema = candidates::schema(&output.classes).map_err(failed)?;
    // lists of neighbours are nearly all that is written
    let told = |from: f64, to: f64| {
        move |done: f64| {
            observer.progress(from + done * (to - from));
            if observer.is_cancelled() { Err(StoreError::Cancelled) } else { Ok(()) }
        }
    };
    write_table(folder, NEIGHBORS, &neighbors::schema(), ids.len(), told(0.05, 0.75), |first, end| {
        neighbors::batch(&output.table, &ids[first..end], first)
    })?;
    let places = stability::schema(&output.stability);
    write_table(folder, STABILITY, &places, ids.len(), told(0.75, 0.8), |first, end| {
        stability::batch(&places, &output.stability, &ids[first..end], first)
    })?;
    if let Some(basis) = &output.basis {
        write_table(folder, BASIS, &basis::schema(), 1, told(0.8, 0.8), |_, _| basis::batch(basis))?;
    }
    if !output.classes.is_empty() {
        let (schema, order) = (probabilities::schema(&output.classes), probabilities::by_row(&output.candidates));
        write_table(folder, PROBABILITIES, &schema, order.len(), told(0.8, 0.85), |first, end| {
            probabilities::batch(&schema, &output.classes, &output.candidates, &order[first..end])
        })?;
    }
    write_rejected(&folder.join(REJECTED), &output.rejected)?;
    write_table(folder, CANDIDATES, &schema, output.candidates.len(), told(0.85, 1.0), |first, end| {
        candidates::batch(&schema, &output.candidates[first..end], &metadata)
    })
}

fn write_table(
    folder: &Path,
    name: &str,
    schema: &SchemaRef,
    rows: usize,
    told: impl Fn(f64) -> Result<()>,
    batch: impl Fn(usize, usize) -> Result<RecordBatch, ArrowError>,
) -> Result<()> {
    let path = folder.join(name);
    let temporary = tempfile::NamedTempFile::new_in(folder).map_err(|e| StoreError::io("writing", &path, e))?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .build();
    let mut file = ParquetFile::create(temporary.path().to_owned(), schema.clone(), properties)?;
    for first in (0..rows).step_by(BATCH) {
        told(first as f64 / rows as f64)?;
        let batch = batch(first, (first + BATCH).min(rows)).map_err(|e| StoreError::damaged(&path, e))?;
        file.write(&batch)?;
    }
    file.close()?;
    durable::persist(temporary, &path)
}

/// Saves the labels a run was given.
pub(crate) fn save_labels(path: &Path, labels: &[Labelled]) -> Result<()> {
    let failed = |e: csv::Error| StoreError::damaged(path, e);
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["spectrum_id", "label"]).map_err(failed)?;
    for label in labels {
        writer.write_record([&label.spectrum_id, &label.label]).map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(|e| StoreError::damaged(path, e))?;
    durable::replace(path, &bytes)
}

/// Reads them, to the letter.
pub(crate) fn read_labels(path: &Path) -> Result<Vec<Labelled>> {
    let reader = csv::Reader::from_path(path).map_err(|e| StoreError::damaged(path, e))?;
    reader.into_deserialize().collect::<Result<_, _>>().map_err(|e| StoreError::damaged(path, e))
}

fn write_rejected(path: &Path, rejected: &[Rejected]) -> Result<()> {
    let failed = |e: csv::Error| StoreError::damaged(path, e);
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["spectrum_id", "source", "reason", "detail"]).map_err(failed)?;
    for r in rejected {
        writer.write_record([&r.spectrum_id, &r.source, &r.reason, &r.detail]).map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(|e| StoreError::damaged(path, e))?;
    durable::replace(path, &bytes)
}
