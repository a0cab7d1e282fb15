//! Single values of record batches.

use arrow_array::{
    Array, ArrayRef, RecordBatch,
    cast::AsArray,
    types::{Float32Type, Float64Type, Int64Type, UInt32Type},
};
use arrow_schema::{DataType, Field};
use balmer_core::spectrum::{ColumnType, Value};
use balmer_exchange::table::Column;
use serde_json::{Map, json};

use crate::storage::StoreError;

/// One value of a column.
pub fn value(array: &ArrayRef, row: usize) -> Value {
    if array.is_null(row) {
        return Value::Null;
    }
    match array.data_type() {
        DataType::Utf8 => Value::Text(array.as_string::<i32>().value(row).to_owned()),
        DataType::Int64 => Value::Int(array.as_primitive::<Int64Type>().value(row)),
        DataType::UInt32 => Value::Int(array.as_primitive::<UInt32Type>().value(row).into()),
        DataType::Float64 => Value::Float(array.as_primitive::<Float64Type>().value(row)),
        // by its shortest decimals: 1.1, not 1.100000023841858
        DataType::Float32 => {
            let single = array.as_primitive::<Float32Type>().value(row);
            Value::Float(single.to_string().parse().unwrap_or(f64::from(single)))
        }
        DataType::Boolean => Value::Bool(array.as_boolean().value(row)),
        _ => Value::Null,
    }
}

pub(super) fn column(field: &Field) -> Column {
    let column_type = match field.data_type() {
        DataType::Int64 | DataType::UInt32 => ColumnType::Int,
        DataType::Float32 | DataType::Float64 => ColumnType::Float,
        DataType::Boolean => ColumnType::Bool,
        _ => ColumnType::Text,
    };
    let about = |key: &str| field.metadata().get(key).map_or("", String::as_str);
    Column::new(field.name(), column_type, about("description")).unit(about("unit")).ucd(about("ucd"))
}

pub(super) fn rows(batch: &RecordBatch) -> impl Iterator<Item = Vec<Value>> + '_ {
    (0..batch.num_rows()).map(|row| batch.columns().iter().map(|array| value(array, row)).collect())
}

/// Rows as JSON objects, null where a value is not known.
///
/// # Errors
/// When a batch cannot be read.
pub fn to_json(
    batches: impl Iterator<Item = Result<RecordBatch, StoreError>>,
) -> Result<Vec<serde_json::Value>, StoreError> {
    let mut objects = Vec::new();
    for batch in batches {
        let batch = batch?;
        let schema = batch.schema();
        for row in rows(&batch) {
            let pairs = schema.fields().iter().zip(row).map(|(field, value)| {
                let value = match value {
                    Value::Null => json!(null),
                    Value::Text(text) => json!(text),
                    Value::Int(int) => json!(int),
                    Value::Float(float) => json!(float),
                    Value::Bool(bool) => json!(bool),
                };
                (field.name().clone(), value)
            });
            objects.push(serde_json::Value::Object(pairs.collect::<Map<_, _>>()));
        }
    }
    Ok(objects)
}
