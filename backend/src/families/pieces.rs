//! Which piece of the instrument each ranked spectrum comes from.

use std::collections::HashMap;

use arrow_array::{
    Array, RecordBatch,
    cast::AsArray,
    types::{Float64Type, Int64Type},
};
use balmer_core::cluster::Attribute;

use crate::storage::{Result, Run, Survey};

/// Place of each ranked spectrum in the attributes.
pub(super) type Places = HashMap<String, usize>;

/// Columns that name pieces.
const COLUMNS: [&str; 4] = ["fiberid", "spid", "planid", "mjd"];

/// The pieces of all ranked spectra of a run, as far as its survey states them.
pub(super) fn attributes(run: &Run, survey: &Survey) -> Result<(Vec<Attribute>, Places)> {
    let names = run.row_names(None)?;
    let (selection, _) = survey.rows_of(names.iter().map(String::as_str))?;
    drop(names);
    let columns = COLUMNS.map(str::to_owned);
    let metadata = survey.metadata_of_rows(selection.rows(), Some(&columns))?;
    let (fibres, spectrographs) = (integers(&metadata, "fiberid"), integers(&metadata, "spid"));
    let both = fibres.iter().zip(&spectrographs).map(|(fibre, spectrograph)| {
        let (fibre, spectrograph) = (fibre.as_ref()?, spectrograph.as_ref()?);
        Some(format!("{fibre} of {spectrograph}"))
    });
    let both = both.collect();
    let nights = metadata.column_by_name("mjd").and_then(|column| column.as_primitive_opt::<Float64Type>());
    let nights = nights.map_or_else(
        || vec![None; metadata.num_rows()],
        |days| days.iter().map(|day| day.map(|day| format!("{:.0}", day.floor()))).collect(),
    );
    let plates = metadata.column_by_name("planid").and_then(|column| column.as_string_opt::<i32>());
    let plates = plates.map_or_else(
        || vec![None; metadata.num_rows()],
        |plates| plates.iter().map(|plate| plate.map(str::to_owned)).collect(),
    );
    let attributes = [
        ("fibre", fibres),
        ("spectrograph", spectrographs),
        ("fibre of spectrograph", both),
        ("plate", plates),
        ("night", nights),
    ];
    let attributes = attributes.into_iter().map(|(name, values)| Attribute { name: name.to_owned(), values });
    let attributes = attributes.filter(|attribute| attribute.values.iter().any(Option::is_some)).collect();
    let places = survey.ids(&selection)?.into_iter().enumerate().map(|(place, id)| (id, place)).collect();
    Ok((attributes, places))
}

fn integers(metadata: &RecordBatch, name: &str) -> Vec<Option<String>> {
    let column = metadata.column_by_name(name).and_then(|column| column.as_primitive_opt::<Int64Type>());
    column.map_or_else(
        || vec![None; metadata.num_rows()],
        |column| (0..column.len()).map(|i| column.is_valid(i).then(|| column.value(i).to_string())).collect(),
    )
}
