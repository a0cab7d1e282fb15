//! What labels say of every spectrum of a run: `labels.parquet`, with the columns of `balmer spread`, and names.

use std::{collections::HashMap, sync::Arc};

use arrow_array::{ArrayRef, Float32Array, Int32Array, RecordBatch, StringArray, UInt32Array};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use balmer_core::pipeline::Candidate;

use crate::storage::schema::field;

/// The column of a class.
pub(super) fn field_of(class: &str) -> Field {
    let about = format!("probability of class {class}");
    field(&format!("p_{class}"), DataType::Float32, false, ["", "stat.probability", &about])
}

pub(super) fn schema(classes: &[String]) -> SchemaRef {
    let label = format!("most probable class: 0 is the first of {}; -1 where no label reaches", classes.join(", "));
    let mut fields = vec![
        field("row", DataType::UInt32, false, ["", "meta.record", "row of the feature matrix, from 0"]),
        field("spectrum_id", DataType::Utf8, false, ["", "meta.id;meta.main", "name of the spectrum"]),
        field("label", DataType::Int32, false, ["", "meta.code.class;src.class", &label]),
        field("probability", DataType::Float32, false, ["", "stat.probability", "probability of that class"]),
        field("entropy", DataType::Float32, false, ["nat", "stat.value", "entropy of the class probabilities"]),
    ];
    fields.extend(classes.iter().map(|class| field_of(class)));
    Arc::new(Schema::new(fields))
}

/// The candidates in the order of the rows.
pub(super) fn by_row(candidates: &[Candidate]) -> Vec<u32> {
    let mut places = vec![0; candidates.len()];
    for (place, candidate) in (0..).zip(candidates) {
        places[candidate.row as usize] = place;
    }
    places
}

/// Rows of candidates in this order.
pub(super) fn batch(
    schema: &SchemaRef,
    classes: &[String],
    candidates: &[Candidate],
    order: &[u32],
) -> Result<RecordBatch, ArrowError> {
    let codes: HashMap<&str, i32> = classes.iter().map(String::as_str).zip(0..).collect();
    let code = |c: &Candidate| c.label.as_deref().and_then(|label| codes.get(label).copied()).unwrap_or(-1);
    let rows = || order.iter().map(|&place| &candidates[place as usize]);
    let floats =
        |value: fn(&Candidate) -> f32| -> ArrayRef { Arc::new(Float32Array::from_iter_values(rows().map(value))) };
    let mut arrays: Vec<ArrayRef> = vec![
        Arc::new(UInt32Array::from_iter_values(rows().map(|c| c.row))),
        Arc::new(StringArray::from_iter_values(rows().map(|c| &c.spectrum_id))),
        Arc::new(Int32Array::from_iter_values(rows().map(code))),
        floats(|c| c.probability),
        floats(|c| c.entropy),
    ];
    for class in 0..classes.len() {
        let values = rows().map(|c| c.probabilities.get(class).copied().unwrap_or(0.0));
        arrays.push(Arc::new(Float32Array::from_iter_values(values)));
    }
    RecordBatch::try_new(schema.clone(), arrays)
}
