//! Record batches as people, JSON readers and files want them.

use arrow_array::{
    Array, ArrayRef, RecordBatch,
    cast::AsArray,
    types::{Float32Type, Float64Type, Int64Type, UInt32Type},
};
use arrow_schema::{DataType, Field, SchemaRef};
use balmer::storage::StoreError;
use balmer_core::spectrum::{ColumnType, Value};
use balmer_exchange::table::{self, About, Column, TableFormat, TableWriter};
use parquet::{arrow::ArrowWriter, basic::Compression, file::properties::WriterProperties};
use serde_json::{Map, json};

use super::{
    matrix_io::{Format, Target},
    output::{TextTable, UNKNOWN},
};

/// Formats that tables are written in.
pub const FORMATS: &[Format] = &[Format::Vot, Format::Csv, Format::Parquet, Format::Fits];

/// One value of a column.
fn value(array: &ArrayRef, row: usize) -> Value {
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

fn column(field: &Field) -> Column {
    let column_type = match field.data_type() {
        DataType::Int64 | DataType::UInt32 => ColumnType::Int,
        DataType::Float32 | DataType::Float64 => ColumnType::Float,
        DataType::Boolean => ColumnType::Bool,
        _ => ColumnType::Text,
    };
    let about = |key: &str| field.metadata().get(key).map_or("", String::as_str);
    Column::new(field.name(), column_type, about("description")).unit(about("unit")).ucd(about("ucd"))
}

fn rows(batch: &RecordBatch) -> impl Iterator<Item = Vec<Value>> + '_ {
    (0..batch.num_rows()).map(|row| batch.columns().iter().map(|array| value(array, row)).collect())
}

/// Writes batches to a file or to standard output; `overflow` says that a limit left rows out.
/// Returns the number of rows.
pub fn write(
    target: &Target,
    about: &About,
    schema: &SchemaRef,
    batches: impl Iterator<Item = Result<RecordBatch, StoreError>>,
    overflow: bool,
) -> anyhow::Result<usize> {
    let columns: Vec<Column> = schema.fields().iter().map(|field| column(field)).collect();
    let mut count = 0;
    target.write(|out| match target.format {
        Format::Parquet => {
            let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
            let mut writer = ArrowWriter::try_new(out, schema.clone(), Some(properties))?;
            for batch in batches {
                let batch = batch?;
                count += batch.num_rows();
                writer.write(&batch)?;
            }
            writer.close()?;
            Ok(())
        }
        Format::Fits => {
            let mut table = Vec::new();
            for batch in batches {
                table.extend(rows(&batch?));
            }
            count = table.len();
            let mut out = out;
            Ok(table::write_fits(&mut out, about, &columns, &table)?)
        }
        Format::Vot | Format::Csv | Format::Npy => {
            let format = if target.format == Format::Vot { TableFormat::Votable } else { TableFormat::Csv };
            let mut writer = TableWriter::begin(out, format, about, &columns)?;
            for batch in batches {
                for row in rows(&batch?) {
                    writer.row(&row)?;
                    count += 1;
                }
            }
            writer.finish(overflow)?;
            Ok(())
        }
    })?;
    Ok(count)
}

/// Rows as JSON objects, null where a value is not known.
pub fn to_json(
    batches: impl Iterator<Item = Result<RecordBatch, StoreError>>,
) -> anyhow::Result<Vec<serde_json::Value>> {
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

/// A column of a table for people: its name in the data, its head, its decimals.
pub type Shown = (&'static str, &'static str, usize);

/// Rows as a table for people; columns that the data do not have, or have no value in, are left out.
pub fn to_text(
    shown: &[Shown],
    batches: impl Iterator<Item = Result<RecordBatch, StoreError>>,
) -> anyhow::Result<TextTable> {
    let mut lines: Vec<Vec<Option<String>>> = Vec::new();
    for batch in batches {
        let batch = batch?;
        for row in 0..batch.num_rows() {
            let cell = |&(name, _, decimals): &Shown| match value(batch.column_by_name(name)?, row) {
                Value::Null => None,
                Value::Text(text) => Some(text),
                Value::Int(int) => Some(int.to_string()),
                Value::Float(float) => Some(format!("{float:.decimals$}")),
                Value::Bool(bool) => Some(bool.to_string()),
            };
            lines.push(shown.iter().map(cell).collect());
        }
    }
    let used: Vec<usize> = (0..shown.len()).filter(|&c| c == 0 || lines.iter().any(|line| line[c].is_some())).collect();
    let mut table = TextTable::new(&used.iter().map(|&c| shown[c].1).collect::<Vec<_>>());
    for line in &lines {
        table.row(used.iter().map(|&c| line[c].clone().unwrap_or_else(|| UNKNOWN.to_owned())).collect());
    }
    Ok(table)
}
