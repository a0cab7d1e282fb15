//! The tables a run leaves: candidates, neighbours, rejected spectra.

use std::{path::Path, sync::Arc};

use arrow_array::{
    Array, ArrayRef, BooleanArray, Float32Array, RecordBatch, StringArray, UInt32Array,
    builder::{Float32Builder, ListBuilder, UInt32Builder},
    cast::AsArray,
    types::{ArrowPrimitiveType, Float32Type, Float64Type, UInt32Type},
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use balmer_core::{
    engine::Observer,
    ndarray::Array2,
    neighbors::NeighborTable,
    pipeline::{Candidate, Labelled, Rejected, RunOutput},
};
use balmer_exchange::api::CandidateRow;
use parquet::{basic::Compression, file::properties::WriterProperties};

use super::{
    Result, StoreError, Survey, durable,
    part::ParquetFile,
    scan::{self, BATCH},
    schema::{self, field},
};

/// Metadata that a person needs beside the scores.
const METADATA: [&str; 9] = ["source", "designation", "ra", "dec", "class", "subclass", "snr_r", "z", "truth"];

fn candidates_schema(classes: &[String]) -> Result<SchemaRef, ArrowError> {
    let metadata = schema::metadata();
    let mut fields = vec![
        field("rank", DataType::UInt32, false, ["", "meta.number", "place in the list, 1 is the rarest"]),
        metadata.field_with_name("spectrum_id")?.clone(),
    ];
    for name in METADATA {
        fields.push(metadata.field_with_name(name)?.clone());
    }
    fields.extend([
        field(
            "lof",
            DataType::Float32,
            false,
            ["", "stat.value", "local outlier factor, about 1 for ordinary spectra"],
        ),
        field("is_outlier", DataType::Boolean, false, ["", "meta.code", "whether the factor exceeds the threshold"]),
        field("label", DataType::Utf8, true, ["", "src.class", "most probable class by the labels that spread to it"]),
        field("probability", DataType::Float32, false, ["", "stat.probability", "probability of that class"]),
        field("entropy", DataType::Float32, false, ["nat", "stat.value", "entropy of the class probabilities"]),
    ]);
    for class in classes {
        let about = format!("probability of class {class}");
        fields.push(field(&format!("p_{class}"), DataType::Float32, false, ["", "stat.probability", &about]));
    }
    fields.push(field("row", DataType::UInt32, false, ["", "meta.record", "row in the neighbour table, from 0"]));
    Ok(Arc::new(Schema::new(fields)))
}

fn candidates_batch(
    schema: &SchemaRef,
    candidates: &[Candidate],
    metadata: &RecordBatch,
) -> Result<RecordBatch, ArrowError> {
    let positions = UInt32Array::from_iter_values(candidates.iter().map(|c| c.row));
    let metadata = arrow_select::take::take_record_batch(metadata, &positions)?;
    let mut arrays: Vec<ArrayRef> = vec![
        Arc::new(UInt32Array::from_iter_values(candidates.iter().map(|c| c.rank))),
        Arc::new(StringArray::from_iter_values(candidates.iter().map(|c| &c.spectrum_id))),
    ];
    arrays.extend(metadata.columns().iter().cloned());
    let floats = |value: fn(&Candidate) -> f32| -> ArrayRef {
        Arc::new(Float32Array::from_iter_values(candidates.iter().map(value)))
    };
    arrays.push(floats(|c| c.lof));
    arrays.push(Arc::new(candidates.iter().map(|c| Some(c.is_outlier)).collect::<BooleanArray>()));
    arrays.push(Arc::new(candidates.iter().map(|c| c.label.as_deref()).collect::<StringArray>()));
    arrays.push(floats(|c| c.probability));
    arrays.push(floats(|c| c.entropy));
    for class in 0..schema.fields().len() - arrays.len() - 1 {
        let values = candidates.iter().map(|c| c.probabilities.get(class).copied().unwrap_or(0.0));
        arrays.push(Arc::new(Float32Array::from_iter_values(values)));
    }
    arrays.push(Arc::new(positions));
    RecordBatch::try_new(schema.clone(), arrays)
}

fn neighbors_schema() -> SchemaRef {
    let list = |item| DataType::List(Arc::new(Field::new("item", item, false)));
    Arc::new(Schema::new(vec![
        field("row", DataType::UInt32, false, ["", "meta.record", "row of the feature matrix, from 0"]),
        field("spectrum_id", DataType::Utf8, false, ["", "meta.id;meta.main", "name of the spectrum"]),
        field("neighbor", list(DataType::UInt32), false, ["", "meta.record", "rows of the neighbours, nearest first"]),
        field("distance", list(DataType::Float32), false, ["", "stat.value", "Euclidean distances to them"]),
    ]))
}

fn neighbors_batch(table: &NeighborTable, ids: &[String], first: usize) -> Result<RecordBatch, ArrowError> {
    let item = |data_type| Field::new("item", data_type, false);
    let mut neighbors = ListBuilder::new(UInt32Builder::new()).with_field(item(DataType::UInt32));
    let mut distances = ListBuilder::new(Float32Builder::new()).with_field(item(DataType::Float32));
    for row in first..first + ids.len() {
        let (indices, away) = table.row(row);
        neighbors.values().append_slice(indices);
        neighbors.append(true);
        distances.values().append_slice(away);
        distances.append(true);
    }
    let arrays: Vec<ArrayRef> = vec![
        Arc::new(UInt32Array::from_iter_values((first..first + ids.len()).map(|row| row as u32))),
        Arc::new(StringArray::from_iter_values(ids)),
        Arc::new(neighbors.finish()),
        Arc::new(distances.finish()),
    ];
    RecordBatch::try_new(neighbors_schema(), arrays)
}

/// The lists of some neighbour rows, cut to `n_neighbors`.
fn lists<T: ArrowPrimitiveType>(
    path: &Path,
    batch: &RecordBatch,
    name: &str,
    n_neighbors: usize,
) -> Result<Vec<T::Native>> {
    let column = batch.column_by_name(name).and_then(|column| column.as_list_opt::<i32>());
    let column = column.ok_or_else(|| StoreError::damaged(path, format!("it has no lists `{name}`")))?;
    let mut values = Vec::with_capacity(column.len() * n_neighbors);
    for list in column.iter().flatten() {
        let list = list.as_primitive_opt::<T>().filter(|list| list.len() >= n_neighbors);
        let list =
            list.ok_or_else(|| StoreError::damaged(path, format!("it has no {n_neighbors} of `{name}` a row")))?;
        values.extend_from_slice(&list.values()[..n_neighbors]);
    }
    Ok(values)
}

pub(crate) fn neighbors_of(path: &Path, row: usize, n_neighbors: usize) -> Result<(Vec<u32>, Vec<f32>)> {
    let batch = scan::read_rows(path, &[row], None)?;
    Ok((
        lists::<UInt32Type>(path, &batch, "neighbor", n_neighbors)?,
        lists::<Float32Type>(path, &batch, "distance", n_neighbors)?,
    ))
}

pub(crate) fn neighbor_table(path: &Path, n_neighbors: usize) -> Result<(NeighborTable, Vec<String>)> {
    let (mut indices, mut distances, mut ids) = (Vec::new(), Vec::new(), Vec::new());
    for batch in scan::read(path, None)? {
        let batch = batch?;
        indices.extend(lists::<UInt32Type>(path, &batch, "neighbor", n_neighbors)?);
        distances.extend(lists::<Float32Type>(path, &batch, "distance", n_neighbors)?);
        let names = batch.column_by_name("spectrum_id").and_then(|column| column.as_string_opt::<i32>());
        let names = names.ok_or_else(|| StoreError::damaged(path, "it has no column `spectrum_id`"))?;
        ids.extend(names.iter().flatten().map(str::to_owned));
    }
    let shape = (ids.len(), n_neighbors);
    let failed = |reason: String| StoreError::damaged(path, reason);
    let indices = Array2::from_shape_vec(shape, indices).map_err(|e| failed(e.to_string()))?;
    let distances = Array2::from_shape_vec(shape, distances).map_err(|e| failed(e.to_string()))?;
    let table = NeighborTable::new(indices, distances).map_err(|e| failed(e.to_string()))?;
    Ok((table, ids))
}

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
    let columns = METADATA.map(str::to_owned);
    let metadata = survey.metadata_of_rows(rows, Some(&columns))?;
    let failed = |e: ArrowError| StoreError::damaged(folder, e);
    let schema = candidates_schema(&output.classes).map_err(failed)?;
    // lists of neighbours are nearly all that is written
    let told = |from: f64, to: f64| {
        move |done: f64| {
            observer.progress(from + done * (to - from));
            if observer.is_cancelled() { Err(StoreError::Cancelled) } else { Ok(()) }
        }
    };
    write_table(folder, "neighbors.parquet", &neighbors_schema(), ids.len(), told(0.05, 0.85), |first, end| {
        neighbors_batch(&output.table, &ids[first..end], first)
    })?;
    write_rejected(&folder.join("rejected.csv"), &output.rejected)?;
    write_table(folder, "candidates.parquet", &schema, output.candidates.len(), told(0.85, 1.0), |first, end| {
        candidates_batch(&schema, &output.candidates[first..end], &metadata)
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
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
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

/// Rows of a batch of candidates.
pub fn candidate_rows(batch: &RecordBatch) -> Vec<CandidateRow> {
    let column = |name: &str| batch.column_by_name(name);
    let text = |name: &str, i: usize| {
        let array = column(name)?.as_string_opt::<i32>()?;
        array.is_valid(i).then(|| array.value(i).to_owned())
    };
    let double = |name: &str, i: usize| {
        let array = column(name)?.as_primitive_opt::<Float64Type>()?;
        array.is_valid(i).then(|| array.value(i))
    };
    let single = |name: &str, i: usize| {
        column(name).and_then(|a| a.as_primitive_opt::<Float32Type>()).map_or(0.0, |array| array.value(i))
    };
    let schema = batch.schema();
    let classes: Vec<&str> =
        schema.fields().iter().map(|f| f.name().as_str()).filter(|name| name.starts_with("p_")).collect();
    (0..batch.num_rows())
        .map(|i| CandidateRow {
            rank: column("rank").and_then(|a| a.as_primitive_opt::<UInt32Type>()).map_or(0, |a| a.value(i)),
            spectrum_id: text("spectrum_id", i).unwrap_or_default(),
            source: text("source", i).unwrap_or_default(),
            designation: text("designation", i),
            ra: double("ra", i),
            dec: double("dec", i),
            class: text("class", i),
            subclass: text("subclass", i),
            snr_r: double("snr_r", i),
            lof: single("lof", i),
            is_outlier: column("is_outlier").and_then(|a| a.as_boolean_opt()).is_some_and(|a| a.value(i)),
            label: text("label", i),
            probability: single("probability", i),
            entropy: single("entropy", i),
            probabilities: classes.iter().map(|class| single(class, i)).collect(),
        })
        .collect()
}
