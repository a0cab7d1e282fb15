//! The neighbour table of a run.

use std::{path::Path, sync::Arc};

use arrow_array::{
    Array, ArrayRef, RecordBatch, StringArray, UInt32Array,
    builder::{Float32Builder, ListBuilder, UInt32Builder},
    cast::AsArray,
    types::{ArrowPrimitiveType, Float32Type, UInt32Type},
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use balmer_core::{ndarray::Array2, neighbors::NeighborTable};

use crate::storage::{Result, StoreError, scan, schema::field};

pub(super) fn schema() -> SchemaRef {
    let list = |item| DataType::List(Arc::new(Field::new("item", item, false)));
    Arc::new(Schema::new(vec![
        field("row", DataType::UInt32, false, ["", "meta.record", "row of the feature matrix, from 0"]),
        field("spectrum_id", DataType::Utf8, false, ["", "meta.id;meta.main", "name of the spectrum"]),
        field("neighbor", list(DataType::UInt32), false, ["", "meta.record", "rows of the neighbours, nearest first"]),
        field("distance", list(DataType::Float32), false, ["", "stat.value", "Euclidean distances to them"]),
    ]))
}

pub(super) fn batch(table: &NeighborTable, ids: &[String], first: usize) -> Result<RecordBatch, ArrowError> {
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
    RecordBatch::try_new(schema(), arrays)
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

/// The first `n_neighbors` neighbours of each of `rows`, which ascend.
pub(crate) fn neighbors_of_rows(path: &Path, rows: &[usize], n_neighbors: usize) -> Result<Vec<Vec<u32>>> {
    let batch = scan::read_rows(path, rows, None)?;
    let all = lists::<UInt32Type>(path, &batch, "neighbor", n_neighbors)?;
    Ok(all.chunks(n_neighbors.max(1)).map(<[u32]>::to_vec).collect())
}

/// Names of rows of the table, all of them where none are given; `rows` ascend.
pub(crate) fn names(path: &Path, rows: Option<&[usize]>) -> Result<Vec<String>> {
    let column = ["spectrum_id".to_owned()];
    let batches = match rows {
        Some(rows) => vec![scan::read_rows(path, rows, Some(&column))?],
        None => scan::read(path, Some(&column))?.collect::<Result<_>>()?,
    };
    let mut names = Vec::new();
    for batch in batches {
        let ids = batch.column(0).as_string_opt::<i32>();
        let ids = ids.ok_or_else(|| StoreError::damaged(path, "it has no column `spectrum_id`"))?;
        names.extend(ids.iter().flatten().map(str::to_owned));
    }
    Ok(names)
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
