//! Metadata rows to and from Arrow record batches, driven by the core's list of columns.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray,
    cast::AsArray,
    types::{Float64Type, Int64Type},
};
use arrow_schema::ArrowError;
use balmer_core::spectrum::{COLUMNS, Column, ColumnType, Metadata, Value};

use super::schema;

/// One row a spectrum, with the schema of [`schema::metadata`].
pub fn to_batch<'a>(rows: &(impl Iterator<Item = &'a Metadata> + Clone)) -> Result<RecordBatch, ArrowError> {
    let arrays = COLUMNS.iter().map(|column| to_array(column, rows.clone())).collect();
    RecordBatch::try_new(schema::metadata(), arrays)
}

fn to_array<'a>(column: &Column, rows: impl Iterator<Item = &'a Metadata>) -> ArrayRef {
    let values = rows.map(|row| (column.get)(row));
    match column.column_type {
        ColumnType::Text => Arc::new(
            values
                .map(|v| match v {
                    Value::Text(t) => Some(t),
                    _ => None,
                })
                .collect::<StringArray>(),
        ),
        ColumnType::Int => Arc::new(
            values
                .map(|v| match v {
                    Value::Int(i) => Some(i),
                    _ => None,
                })
                .collect::<Int64Array>(),
        ),
        ColumnType::Float => Arc::new(
            values
                .map(|v| match v {
                    Value::Float(f) => Some(f),
                    _ => None,
                })
                .collect::<Float64Array>(),
        ),
        ColumnType::Bool => Arc::new(
            values
                .map(|v| match v {
                    Value::Bool(b) => Some(b),
                    _ => None,
                })
                .collect::<BooleanArray>(),
        ),
    }
}

/// The rows of a batch; columns it lacks stay unstated, columns unknown to the core are passed over.
pub fn from_batch(batch: &RecordBatch) -> Vec<Metadata> {
    let mut rows = vec![Metadata::default(); batch.num_rows()];
    for column in COLUMNS {
        let Some(array) = batch.column_by_name(column.name) else { continue };
        if array.data_type() != &schema::arrow_type(column.column_type) {
            continue;
        }
        for (i, row) in rows.iter_mut().enumerate() {
            if array.is_valid(i) {
                (column.set)(row, value_at(array, column.column_type, i));
            }
        }
    }
    rows
}

fn value_at(array: &ArrayRef, column_type: ColumnType, i: usize) -> Value {
    match column_type {
        ColumnType::Text => Value::Text(array.as_string::<i32>().value(i).to_owned()),
        ColumnType::Int => Value::Int(array.as_primitive::<Int64Type>().value(i)),
        ColumnType::Float => Value::Float(array.as_primitive::<Float64Type>().value(i)),
        ColumnType::Bool => Value::Bool(array.as_boolean().value(i)),
    }
}

#[cfg(test)]
mod tests {
    use balmer_core::spectrum::Medium;

    use super::*;

    #[test]
    fn rows_come_back_as_they_went_in() {
        let full = Metadata {
            spectrum_id: "a".into(),
            source: "a.fits".into(),
            obsid: Some(7),
            ra: Some(10.5),
            has_ivar: true,
            medium: Some(Medium::Air),
            ..Metadata::default()
        };
        let rows = vec![full, Metadata { spectrum_id: "b".into(), ..Metadata::default() }];
        assert_eq!(from_batch(&to_batch(&rows.iter()).unwrap()), rows);
    }

    #[test]
    fn fields_carry_units_and_ucds() {
        let batch = to_batch(&[].iter()).unwrap();
        let schema = batch.schema();
        let ra = schema.field_with_name("ra").unwrap();
        assert_eq!(ra.metadata()["unit"], "deg");
        assert_eq!(ra.metadata()["ucd"], "pos.eq.ra;meta.main");
    }
}
