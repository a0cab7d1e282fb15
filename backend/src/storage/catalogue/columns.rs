//! A catalogue's columns as those of a survey, made of rows that were laid aside.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, StringArray};
use balmer_core::spectrum::ColumnType;
use balmer_exchange::{CatalogueColumn, api::ColumnInfo};

use super::spill::{Cells, Guess, Spilled};
use crate::storage::Result;

/// A spectrum without a row.
pub(in crate::storage) const NONE: u64 = u64::MAX;

/// The survey's columns for those of a catalogue: `<prefix>_<name>`, in characters that SQL takes unquoted.
/// `made` are those that are there already.
pub(in crate::storage) fn named(
    mut made: Vec<ColumnInfo>,
    columns: &[CatalogueColumn],
    values: &[usize],
    guesses: &[Guess],
    prefix: &str,
) -> Vec<ColumnInfo> {
    for (&column, guess) in values.iter().zip(guesses) {
        let column = &columns[column];
        let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
        let wanted = format!("{prefix}_{}", column.name.chars().map(plain).collect::<String>());
        let free = |name: &str| made.iter().all(|other| other.name != name);
        let mut names = std::iter::once(wanted.clone()).chain((2..).map(|number| format!("{wanted}_{number}")));
        let name = names.find(|name| free(name)).unwrap_or(wanted);
        made.push(ColumnInfo {
            name,
            datatype: column.datatype.unwrap_or_else(|| guess.column_type()),
            unit: column.unit.clone(),
            ucd: column.ucd.clone(),
            description: column.description.clone(),
        });
    }
    made
}

/// The new columns of a part whose spectra have these places among the rows laid aside.
pub(in crate::storage) fn arrays(
    columns: &[ColumnInfo],
    places: &[u64],
    spilled: &mut Spilled,
) -> Result<Vec<ArrayRef>> {
    let rows = places.iter().map(|&place| (place != NONE).then(|| spilled.row(place)).transpose());
    let rows = rows.collect::<Result<Vec<_>>>()?;
    let array_of = |(column, about): (usize, &ColumnInfo)| {
        let cell = |row: &Option<Cells>| row.as_ref()?.get(column)?.clone();
        array(about.datatype, rows.iter().map(cell))
    };
    Ok(columns.iter().enumerate().map(array_of).collect())
}

fn array(column_type: ColumnType, cells: impl Iterator<Item = Option<String>>) -> ArrayRef {
    match column_type {
        ColumnType::Text => Arc::new(cells.collect::<StringArray>()),
        ColumnType::Int => Arc::new(cells.map(|cell| cell?.parse().ok()).collect::<Int64Array>()),
        ColumnType::Float => {
            let number = |cell: Option<String>| cell?.parse().ok().filter(|number: &f64| number.is_finite());
            Arc::new(cells.map(number).collect::<Float64Array>())
        }
        ColumnType::Bool => Arc::new(cells.map(|cell| cell?.to_lowercase().parse().ok()).collect::<BooleanArray>()),
    }
}
