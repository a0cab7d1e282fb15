//! Against the streams that the arrow crates write.

use arrow_array::{
    ArrayRef, BooleanArray, DictionaryArray, FixedSizeListArray, Float32Array, Float64Array, Int32Array, Int64Array,
    StringArray, TimestampSecondArray, UInt32Array, UInt64Array, types::Int32Type,
};
use arrow_ipc::writer::StreamWriter;
use proptest::prelude::*;

use super::*;

/// Every type that is read, with and without missing values, and what a column says of itself.
fn example() -> RecordBatch {
    let vectors = [Some(vec![Some(1.5), Some(2.5)]), None, Some(vec![None, Some(f32::NAN)])];
    let vectors = FixedSizeListArray::from_iter_primitive::<arrow_array::types::Float32Type, _, _>(vectors, 2);
    let columns: [(&str, ArrayRef); 10] = [
        ("spectrum_id", Arc::new(StringArray::from(vec!["a", "", "späť"]))),
        ("class", Arc::new(StringArray::from(vec![None, Some("STAR"), None]))),
        ("is_outlier", Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)]))),
        ("lof", Arc::new(Float32Array::from(vec![1.0, -2.0, f32::INFINITY]))),
        ("ra", Arc::new(Float64Array::from(vec![None, Some(1e300), Some(0.1)]))),
        ("i", Arc::new(Int32Array::from(vec![i32::MIN, 0, 1]))),
        ("j", Arc::new(Int64Array::from(vec![Some(i64::MAX), None, None]))),
        ("rank", Arc::new(UInt32Array::from(vec![u32::MAX, 1, 2]))),
        ("obsid", Arc::new(UInt64Array::from(vec![u64::MAX, 3, 4]))),
        ("features", Arc::new(vectors)),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut fields: Vec<_> = batch.schema().fields().iter().map(|field| field.as_ref().clone()).collect();
    fields[4] = fields[4].clone().with_metadata([("unit".to_owned(), "deg".to_owned())].into());
    let stated = [("run".to_owned(), "r1".to_owned())].into();
    RecordBatch::try_new(Arc::new(Schema::new_with_metadata(fields, stated)), batch.columns().to_vec()).unwrap()
}

fn written(batches: &[RecordBatch]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = StreamWriter::try_new(&mut bytes, &batches[0].schema()).unwrap();
    for batch in batches {
        writer.write(batch).unwrap();
    }
    writer.finish().unwrap();
    drop(writer);
    bytes
}

fn read(bytes: &[u8], step: usize) -> Result<Vec<RecordBatch>, StreamError> {
    let mut reader = BatchReader::new();
    let mut batches = Vec::new();
    for piece in bytes.chunks(step) {
        reader.push(piece);
        while let Some(batch) = reader.next_batch()? {
            batches.push(batch);
        }
    }
    reader.finish()?;
    Ok(batches)
}

#[test]
fn what_was_written_is_read_whatever_the_pieces() {
    let whole = example();
    let batches = [whole.clone(), whole.slice(1, 2), whole.slice(0, 0), whole.slice(2, 1)];
    let bytes = written(&batches);
    for step in [1, 7, 64, 1000, bytes.len()] {
        let read = read(&bytes, step).unwrap();
        assert_eq!(format!("{read:?}"), format!("{batches:?}"), "in pieces of {step}");
        assert_eq!(read[0].schema(), whole.schema());
    }
}

#[test]
fn a_stream_without_rows_has_its_columns() {
    let mut reader = BatchReader::new();
    reader.push(&written(&[example().slice(0, 0)]));
    assert_eq!(reader.next_batch().unwrap().unwrap().num_rows(), 0);
    assert_eq!(reader.next_batch().unwrap(), None);
    assert_eq!(reader.schema(), Some(example().schema().as_ref()));
    reader.finish().unwrap();
}

#[test]
fn a_stream_that_breaks_off_is_not_finished() {
    let bytes = written(&[example()]);
    // the end mark alone may be missing: the last batch is whole without it
    for end in 0..bytes.len() - 8 {
        let whole_schema = 8 + bytes[4] as usize + 256 * bytes[5] as usize;
        let expected = if end == whole_schema { Ok(Vec::new()) } else { Err(StreamError::Truncated) };
        assert_eq!(read(&bytes[..end], end.max(1)), expected, "{end} of {} bytes", bytes.len());
    }
    let mut longer = bytes;
    longer.push(0);
    assert_eq!(read(&longer, longer.len()), Err(malformed("bytes after the end of the stream")));
}

#[test]
fn what_is_not_read_is_refused_by_name() {
    let refused = |column: ArrayRef| {
        let batch = RecordBatch::try_from_iter([("t", column)]).unwrap();
        read(&written(&[batch]), 100).unwrap_err().to_string()
    };
    assert_eq!(refused(Arc::new(TimestampSecondArray::from(vec![1]))), "not read here: column `t`: its type");
    let dictionary: DictionaryArray<Int32Type> = ["a", "b"].into_iter().collect();
    assert_eq!(refused(Arc::new(dictionary)), "not read here: column `t`: a dictionary");
    assert_eq!(read(b"<!doctype html>", 100), Err(malformed("no message begins here")));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(changes in prop::collection::vec((0_usize..4096, any::<u8>()), 1..8)) {
        let mut bytes = written(&[example()]);
        let size = bytes.len();
        for (place, byte) in changes {
            bytes[place % size] = byte;
        }
        if let Ok(batches) = read(&bytes, size) {
            for batch in batches {
                let shown = format!("{batch:?}");
                prop_assert!(!shown.is_empty());
            }
        }
    }
}
