//! The places of every row under all settings of a run.

use std::{collections::HashMap, path::Path, sync::Arc};

use arrow_array::{Array, ArrayRef, RecordBatch, StringArray, UInt32Array, cast::AsArray, types::UInt32Type};
use arrow_schema::{ArrowError, DataType, Schema, SchemaRef};
use balmer_core::pipeline::{Member, Stability};
use balmer_exchange::api::PlaceRow;

use crate::storage::{Result, scan, schema::field};

/// Key of a column's metadata that names the setting in words.
const SETTING: &str = "setting";

/// A column for each setting, `k50`, `k50_scale_standard`; null where the setting rejects the spectrum.
pub(super) fn schema(stability: &Stability) -> SchemaRef {
    let mut fields = vec![
        field("row", DataType::UInt32, false, ["", "meta.record", "row of the feature matrix, from 0"]),
        field("spectrum_id", DataType::Utf8, false, ["", "meta.id;meta.main", "name of the spectrum"]),
    ];
    fields.extend(stability.members().map(|member| {
        let (setting, about) = (member.to_string(), format!("place with {member}, 1 is the rarest"));
        let place = field(&column(member), DataType::UInt32, true, ["", "meta.number", &about]);
        let mut metadata: HashMap<String, String> = place.metadata().clone();
        metadata.insert(SETTING.to_owned(), setting);
        place.with_metadata(metadata)
    }));
    Arc::new(Schema::new(fields))
}

fn column(member: &Member) -> String {
    let Member { n_neighbors, change } = member;
    let words = change.iter().flat_map(|change| change.split(|c: char| !c.is_ascii_alphanumeric()));
    words.filter(|word| !word.is_empty()).fold(format!("k{n_neighbors}"), |name, word| name + "_" + word)
}

pub(super) fn batch(
    schema: &SchemaRef,
    stability: &Stability,
    ids: &[String],
    first: usize,
) -> Result<RecordBatch, ArrowError> {
    let rows = first..first + ids.len();
    let mut arrays: Vec<ArrayRef> = vec![
        Arc::new(UInt32Array::from_iter_values(rows.clone().map(|row| row as u32))),
        Arc::new(StringArray::from_iter_values(ids)),
    ];
    for member in 0..stability.members().len() {
        let places = &stability.of_member(member)[rows.clone()];
        arrays.push(Arc::new(places.iter().map(|&rank| (rank > 0).then_some(rank)).collect::<UInt32Array>()));
    }
    RecordBatch::try_new(schema.clone(), arrays)
}

/// The places of one row.
pub(crate) fn places_of(path: &Path, row: usize) -> Result<Vec<PlaceRow>> {
    let batch = scan::read_rows(path, &[row], None)?;
    let schema = batch.schema();
    let place = |(field, array): (&Arc<arrow_schema::Field>, &ArrayRef)| {
        let setting = field.metadata().get(SETTING)?.clone();
        let ranks = array.as_primitive_opt::<UInt32Type>()?;
        Some(PlaceRow { setting, rank: ranks.is_valid(0).then(|| ranks.value(0)) })
    };
    Ok(schema.fields().iter().zip(batch.columns()).filter_map(place).collect())
}
