//! The ranked list: what a run is made for, with the metadata that a person needs beside the scores.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BooleanArray, Float32Array, RecordBatch, StringArray, UInt32Array,
    cast::AsArray,
    types::{Float32Type, Float64Type, UInt32Type},
};
use arrow_schema::{ArrowError, DataType, Schema, SchemaRef};
use balmer_core::pipeline::Candidate;
use balmer_exchange::api::CandidateRow;

use super::probabilities;
use crate::storage::schema::{self, field};

/// Metadata that a person needs beside the scores.
pub(super) const METADATA: [&str; 9] =
    ["source", "designation", "ra", "dec", "class", "subclass", "snr_r", "z", "truth"];

pub(super) fn schema(classes: &[String]) -> Result<SchemaRef, ArrowError> {
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
        field(
            "ensemble",
            DataType::Float32,
            false,
            ["", "stat.value", "geometric mean of the factors under all settings of the run"],
        ),
        field("rank_best", DataType::UInt32, false, ["", "meta.number;stat.min", "best place under any setting"]),
        field("rank_worst", DataType::UInt32, false, ["", "meta.number;stat.max", "worst place under any setting"]),
        field(
            "stability",
            DataType::Float32,
            false,
            ["", "stat.value", "share of the settings that have it in the first two hundredths of the list"],
        ),
        field(
            "is_outlier",
            DataType::Boolean,
            false,
            ["", "meta.code", "whether the factor that the list is ranked by exceeds the threshold"],
        ),
        field("label", DataType::Utf8, true, ["", "src.class", "most probable class by the labels that spread to it"]),
        field("probability", DataType::Float32, false, ["", "stat.probability", "probability of that class"]),
        field("entropy", DataType::Float32, false, ["nat", "stat.value", "entropy of the class probabilities"]),
    ]);
    fields.extend(classes.iter().map(|class| probabilities::field_of(class)));
    fields.extend([
        field("lrd", DataType::Float32, false, ["", "stat.value", "local reachability density"]),
        field(
            "k_distance",
            DataType::Float32,
            false,
            ["", "stat.value", "distance to the last neighbour of the factor"],
        ),
    ]);
    fields.push(field("row", DataType::UInt32, false, ["", "meta.record", "row in the neighbour table, from 0"]));
    Ok(Arc::new(Schema::new(fields)))
}

pub(super) fn batch(
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
    let places = |value: fn(&Candidate) -> u32| -> ArrayRef {
        Arc::new(UInt32Array::from_iter_values(candidates.iter().map(value)))
    };
    arrays.push(floats(|c| c.lof));
    arrays.push(floats(|c| c.ensemble));
    arrays.push(places(|c| c.rank_range.0));
    arrays.push(places(|c| c.rank_range.1));
    arrays.push(floats(|c| c.stability));
    arrays.push(Arc::new(candidates.iter().map(|c| Some(c.is_outlier)).collect::<BooleanArray>()));
    arrays.push(Arc::new(candidates.iter().map(|c| c.label.as_deref()).collect::<StringArray>()));
    arrays.push(floats(|c| c.probability));
    arrays.push(floats(|c| c.entropy));
    for class in 0..schema.fields().len() - arrays.len() - 3 {
        let values = candidates.iter().map(|c| c.probabilities.get(class).copied().unwrap_or(0.0));
        arrays.push(Arc::new(Float32Array::from_iter_values(values)));
    }
    arrays.push(floats(|c| c.lrd));
    arrays.push(floats(|c| c.k_distance));
    arrays.push(Arc::new(positions));
    RecordBatch::try_new(schema.clone(), arrays)
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
    let known = |name: &str, i: usize| Some(column(name)?.as_primitive_opt::<Float32Type>()?.value(i));
    let single = |name: &str, i: usize| known(name, i).unwrap_or(0.0);
    let place = |name: &str, i: usize| Some(column(name)?.as_primitive_opt::<UInt32Type>()?.value(i));
    let schema = batch.schema();
    let classes: Vec<&str> =
        schema.fields().iter().map(|f| f.name().as_str()).filter(|name| name.starts_with("p_")).collect();
    (0..batch.num_rows())
        .map(|i| CandidateRow {
            rank: place("rank", i).unwrap_or(0),
            spectrum_id: text("spectrum_id", i).unwrap_or_default(),
            source: text("source", i).unwrap_or_default(),
            designation: text("designation", i),
            ra: double("ra", i),
            dec: double("dec", i),
            class: text("class", i),
            subclass: text("subclass", i),
            snr_r: double("snr_r", i),
            lof: single("lof", i),
            ensemble: known("ensemble", i),
            rank_best: place("rank_best", i),
            rank_worst: place("rank_worst", i),
            stability: known("stability", i),
            is_outlier: column("is_outlier").and_then(|a| a.as_boolean_opt()).is_some_and(|a| a.value(i)),
            label: text("label", i),
            probability: single("probability", i),
            entropy: single("entropy", i),
            probabilities: classes.iter().map(|class| single(class, i)).collect(),
        })
        .collect()
}
