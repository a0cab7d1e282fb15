//! Columns out of the body of a record batch. Every length is checked before it is believed.

use std::{slice, sync::Arc};

use arrow_array::{
    ArrayRef, ArrowPrimitiveType, BooleanArray, FixedSizeListArray, PrimitiveArray, RecordBatch, RecordBatchOptions,
    StringArray,
    types::{Float32Type, Float64Type, Int32Type, Int64Type, UInt32Type, UInt64Type},
};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_ipc::{FieldNode, RecordBatch as WireBatch};
use arrow_schema::{ArrowError, DataType, SchemaRef};

use super::{StreamError, malformed};

/// A batch of the columns of `schema`.
pub(super) fn batch(batch: WireBatch<'_>, body: &[u8], schema: &SchemaRef) -> Result<RecordBatch, StreamError> {
    if batch.compression().is_some() {
        return Err(StreamError::Unsupported("a compressed body".to_owned()));
    }
    let rows = length(batch.length())?;
    let nodes: Vec<FieldNode> = batch.nodes().into_iter().flatten().copied().collect();
    let places = batch.buffers().into_iter().flatten().map(|place| (place.offset(), place.length())).collect();
    let places: Vec<(i64, i64)> = places;
    let mut parts = Parts { nodes: nodes.iter(), places: places.iter(), body };
    let columns = schema.fields().iter().map(|field| parts.column(field.data_type())).collect::<Result<_, _>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    RecordBatch::try_new_with_options(schema.clone(), columns, &options).map_err(|error| contradiction(&error))
}

/// What is left of a batch, in the order of its columns.
struct Parts<'a> {
    nodes: slice::Iter<'a, FieldNode>,
    places: slice::Iter<'a, (i64, i64)>,
    body: &'a [u8],
}

impl Parts<'_> {
    fn column(&mut self, data_type: &DataType) -> Result<ArrayRef, StreamError> {
        let node = self.nodes.next().ok_or_else(|| malformed("fewer columns than announced"))?;
        let rows = length(node.length())?;
        let nulls = self.nulls(node.null_count(), rows)?;
        Ok(match data_type {
            DataType::Boolean => Arc::new(BooleanArray::new(self.bits(rows)?, nulls)),
            DataType::Int32 => self.numbers::<Int32Type>(rows, nulls)?,
            DataType::Int64 => self.numbers::<Int64Type>(rows, nulls)?,
            DataType::UInt32 => self.numbers::<UInt32Type>(rows, nulls)?,
            DataType::UInt64 => self.numbers::<UInt64Type>(rows, nulls)?,
            DataType::Float32 => self.numbers::<Float32Type>(rows, nulls)?,
            DataType::Float64 => self.numbers::<Float64Type>(rows, nulls)?,
            DataType::Utf8 => {
                let (offsets, text) = (self.offsets(rows)?, self.buffer()?);
                Arc::new(StringArray::try_new(offsets, text, nulls).map_err(|error| contradiction(&error))?)
            }
            DataType::FixedSizeList(field, width) => {
                let values = self.column(field.data_type())?;
                let expected = usize::try_from(*width).ok().and_then(|width| rows.checked_mul(width));
                if *width < 1 || expected != Some(values.len()) {
                    return Err(malformed("rows of numbers whose lengths do not agree"));
                }
                let list = FixedSizeListArray::try_new(field.clone(), *width, values, nulls);
                Arc::new(list.map_err(|error| contradiction(&error))?)
            }
            // the schema lets nothing else pass
            other => return Err(StreamError::Unsupported(other.to_string())),
        })
    }

    /// The next buffer, copied to where numbers may lie.
    fn buffer(&mut self) -> Result<Buffer, StreamError> {
        let (offset, size) = self.places.next().ok_or_else(|| malformed("fewer buffers than columns need"))?;
        let (start, size) = (length(*offset)?, length(*size)?);
        let bytes = start.checked_add(size).and_then(|end| self.body.get(start..end));
        Ok(Buffer::from(bytes.ok_or_else(|| malformed("a buffer beyond the end of its batch"))?))
    }

    fn bits(&mut self, rows: usize) -> Result<BooleanBuffer, StreamError> {
        let bits = self.buffer()?;
        if bits.len() < rows.div_ceil(8) { Err(short()) } else { Ok(BooleanBuffer::new(bits, 0, rows)) }
    }

    fn nulls(&mut self, count: i64, rows: usize) -> Result<Option<NullBuffer>, StreamError> {
        if count == 0 {
            // it may be left empty, and has its place all the same
            self.buffer()?;
            return Ok(None);
        }
        Ok(Some(NullBuffer::new(self.bits(rows)?)))
    }

    fn scalars<T: arrow_buffer::ArrowNativeType>(&mut self, count: usize) -> Result<ScalarBuffer<T>, StreamError> {
        let values = self.buffer()?;
        let size = count.checked_mul(size_of::<T>()).filter(|size| *size <= values.len()).ok_or_else(short)?;
        Ok(ScalarBuffer::from(values.slice_with_length(0, size)))
    }

    fn numbers<T: ArrowPrimitiveType>(
        &mut self,
        rows: usize,
        nulls: Option<NullBuffer>,
    ) -> Result<ArrayRef, StreamError> {
        let array = PrimitiveArray::<T>::try_new(self.scalars(rows)?, nulls);
        Ok(Arc::new(array.map_err(|error| contradiction(&error))?))
    }

    fn offsets(&mut self, rows: usize) -> Result<OffsetBuffer<i32>, StreamError> {
        if rows == 0 {
            // an empty column may come without its only offset
            self.buffer()?;
            return Ok(OffsetBuffer::new_empty());
        }
        let offsets = self.scalars::<i32>(rows.checked_add(1).ok_or_else(short)?)?;
        if offsets[0] < 0 || offsets.windows(2).any(|pair| pair[0] > pair[1]) {
            return Err(malformed("texts that end before they begin"));
        }
        Ok(OffsetBuffer::new(offsets))
    }
}

fn length(stated: i64) -> Result<usize, StreamError> {
    usize::try_from(stated).map_err(|_| malformed("a length of less than nothing"))
}

fn short() -> StreamError {
    malformed("a buffer shorter than its column")
}

fn contradiction(error: &ArrowError) -> StreamError {
    StreamError::Malformed(error.to_string())
}
