//! The principal components on which a run compared its spectra.

use std::{path::Path, sync::Arc};

use arrow_array::{
    ArrayRef, Float64Array, RecordBatch, UInt32Array,
    builder::{Float64Builder, ListBuilder},
    cast::AsArray,
    types::Float64Type,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use balmer_core::{
    decomposition::Pca,
    ndarray::{Array1, Array2, ArrayView1},
};

use crate::storage::{Result, StoreError, scan, schema::field};

/// The mean, then a row for each component.
pub(super) fn schema() -> SchemaRef {
    let item = Field::new("item", DataType::Float64, false);
    Arc::new(Schema::new(vec![
        field("component", DataType::UInt32, false, ["", "meta.number", "number of the component, 0 is the mean"]),
        field("variance", DataType::Float64, true, ["", "stat.variance", "variance of the features along it"]),
        field("values", DataType::List(Arc::new(item)), false, ["", "stat.value", "its value at each pixel"]),
    ]))
}

pub(super) fn batch(basis: &Pca) -> Result<RecordBatch, ArrowError> {
    let item = Field::new("item", DataType::Float64, false);
    let mut values = ListBuilder::new(Float64Builder::new()).with_field(item);
    let mut append = |row: ArrayView1<'_, f64>| {
        values.values().append_slice(&row.to_vec());
        values.append(true);
    };
    append(basis.mean.view());
    basis.components.rows().into_iter().for_each(append);
    let variance = std::iter::once(None).chain(basis.explained_variance.iter().map(|&variance| Some(variance)));
    let arrays: Vec<ArrayRef> = vec![
        Arc::new(UInt32Array::from_iter_values(0..=basis.components.nrows() as u32)),
        Arc::new(variance.collect::<Float64Array>()),
        Arc::new(values.finish()),
    ];
    RecordBatch::try_new(schema(), arrays)
}

/// Reads it.
pub(crate) fn read(path: &Path) -> Result<Pca> {
    let damaged = |reason: &str| StoreError::damaged(path, reason);
    let (mut rows, mut variance): (Vec<Vec<f64>>, Vec<f64>) = (Vec::new(), Vec::new());
    for batch in scan::read(path, None)? {
        let batch = batch?;
        let lists = batch.column_by_name("values").and_then(|column| column.as_list_opt::<i32>());
        for list in lists.ok_or_else(|| damaged("it has no lists `values`"))?.iter().flatten() {
            let list = list.as_primitive_opt::<Float64Type>().ok_or_else(|| damaged("its `values` are no numbers"))?;
            rows.push(list.values().to_vec());
        }
        let column = batch.column_by_name("variance").and_then(|column| column.as_primitive_opt::<Float64Type>());
        variance.extend(column.ok_or_else(|| damaged("it has no numbers `variance`"))?.iter().flatten());
    }
    if rows.is_empty() {
        return Err(damaged("it is empty"));
    }
    let mean = rows.remove(0);
    let shape = (rows.len(), mean.len());
    let components = Array2::from_shape_vec(shape, rows.concat()).map_err(|e| StoreError::damaged(path, e))?;
    Ok(Pca { mean: mean.into(), components, explained_variance: Array1::from(variance) })
}
