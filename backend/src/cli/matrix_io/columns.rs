//! Result columns of the matrix commands, and how they are written.

use std::{io::Write, ops::Range, sync::Arc};

use arrow_array::{ArrayRef, Float32Array, Int32Array, ListArray, RecordBatch, UInt32Array};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{DataType, Field, Schema};
use balmer_core::ndarray::{Array2, s};
use parquet::{arrow::ArrowWriter, basic::Compression, file::properties::WriterProperties};
use serde_json::{Map, Value, json};

use super::{Format, Target, npy};

/// Values of one column.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    U32(Vec<u32>),
    I32(Vec<i32>),
    F32(Vec<f32>),
    /// n x k
    U32List(Array2<u32>),
    /// n x k
    F32List(Array2<f32>),
}

impl Data {
    fn len(&self) -> usize {
        match self {
            Self::U32(values) => values.len(),
            Self::I32(values) => values.len(),
            Self::F32(values) => values.len(),
            Self::U32List(values) => values.nrows(),
            Self::F32List(values) => values.nrows(),
        }
    }
}

/// Columns of equal length; the first is always `row`, the zero-based row of the input.
#[derive(Debug, Clone, PartialEq)]
pub struct Columns {
    columns: Vec<(String, Data)>,
    rows: usize,
}

/// Rows of one Parquet row group.
const BLOCK: usize = 1 << 16;

impl Columns {
    /// The column `row`, for `rows` rows.
    pub fn new(rows: usize) -> Self {
        Self { columns: vec![("row".to_owned(), Data::U32((0..rows as u32).collect()))], rows }
    }

    /// Adds a column.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, data: Data) -> Self {
        debug_assert_eq!(data.len(), self.rows);
        self.columns.push((name.into(), data));
        self
    }

    /// Names and values.
    pub fn columns(&self) -> &[(String, Data)] {
        &self.columns
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Writes all to `target`.
    pub fn write(&self, target: &Target) -> anyhow::Result<()> {
        target.write(|out| match target.format {
            Format::Parquet => self.write_parquet(out),
            Format::Npy => Ok(npy::write(self, out)?),
            Format::Csv | Format::Vot | Format::Fits => self.write_csv(out),
        })
    }

    /// The columns as one JSON object of arrays.
    pub fn to_json(&self) -> Value {
        let lists = |rows: Vec<Value>| Value::Array(rows);
        let object: Map<String, Value> = self
            .columns
            .iter()
            .map(|(name, data)| {
                let values = match data {
                    Data::U32(values) => json!(values),
                    Data::I32(values) => json!(values),
                    Data::F32(values) => json!(values),
                    Data::U32List(values) => lists(values.rows().into_iter().map(|row| json!(row.to_vec())).collect()),
                    Data::F32List(values) => lists(values.rows().into_iter().map(|row| json!(row.to_vec())).collect()),
                };
                (name.clone(), values)
            })
            .collect();
        Value::Object(object)
    }

    fn write_csv(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let heads: Vec<String> = self
            .columns
            .iter()
            .flat_map(|(name, data)| match data {
                Data::U32List(values) => numbered(name, values.ncols()),
                Data::F32List(values) => numbered(name, values.ncols()),
                _ => vec![name.clone()],
            })
            .collect();
        writeln!(out, "{}", heads.join(","))?;
        let mut line = String::new();
        for row in 0..self.rows {
            line.clear();
            for (_, data) in &self.columns {
                match data {
                    Data::U32(values) => push(&mut line, values[row]),
                    Data::I32(values) => push(&mut line, values[row]),
                    Data::F32(values) => push(&mut line, values[row]),
                    Data::U32List(values) => values.row(row).iter().for_each(|v| push(&mut line, v)),
                    Data::F32List(values) => values.row(row).iter().for_each(|v| push(&mut line, v)),
                }
            }
            writeln!(out, "{line}")?;
        }
        Ok(())
    }

    fn write_parquet(&self, out: &mut (dyn Write + Send)) -> anyhow::Result<()> {
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let mut writer = ArrowWriter::try_new(out, self.batch(0..0)?.schema(), Some(properties))?;
        for start in (0..self.rows).step_by(BLOCK) {
            writer.write(&self.batch(start..self.rows.min(start + BLOCK))?)?;
        }
        writer.close()?;
        Ok(())
    }

    fn batch(&self, rows: Range<usize>) -> anyhow::Result<RecordBatch> {
        let list = |item: DataType, values: ArrayRef, width: usize| -> ArrayRef {
            let offsets = OffsetBuffer::from_lengths(std::iter::repeat_n(width, rows.len()));
            Arc::new(ListArray::new(Arc::new(Field::new("item", item, false)), offsets, values, None))
        };
        let mut fields = Vec::with_capacity(self.columns.len());
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(self.columns.len());
        for (name, data) in &self.columns {
            let array: ArrayRef = match data {
                Data::U32(values) => Arc::new(UInt32Array::from(values[rows.clone()].to_vec())),
                Data::I32(values) => Arc::new(Int32Array::from(values[rows.clone()].to_vec())),
                Data::F32(values) => Arc::new(Float32Array::from(values[rows.clone()].to_vec())),
                Data::U32List(values) => {
                    let part = UInt32Array::from_iter_values(values.slice(s![rows.clone(), ..]).iter().copied());
                    list(DataType::UInt32, Arc::new(part), values.ncols())
                }
                Data::F32List(values) => {
                    let part = Float32Array::from_iter_values(values.slice(s![rows.clone(), ..]).iter().copied());
                    list(DataType::Float32, Arc::new(part), values.ncols())
                }
            };
            fields.push(Field::new(name, array.data_type().clone(), false));
            arrays.push(array);
        }
        Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?)
    }
}

fn numbered(name: &str, width: usize) -> Vec<String> {
    (1..=width).map(|i| format!("{name}_{i}")).collect()
}

fn push(line: &mut String, value: impl std::fmt::Display) {
    use std::fmt::Write;
    if !line.is_empty() {
        line.push(',');
    }
    // writing to a String cannot fail
    let _ = write!(line, "{value}");
}
