//! Reading an n x d matrix.

use std::{fs::File, io::BufReader, path::Path};

use anyhow::{Context, bail, ensure};
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, FixedSizeListArray, PrimitiveArray, RecordBatch,
    cast::AsArray,
    types::{Float32Type, Float64Type},
};
use arrow_schema::{DataType, Schema};
use balmer_core::ndarray::{Array2, ArrayViewMut2, s};
use ndarray_npy::{ReadNpyError, ReadNpyExt, ReadableElement};
use parquet::arrow::{ProjectionMask, arrow_reader::ParquetRecordBatchReaderBuilder};

use super::{ending, single::single, unreadable};

/// Reads a matrix (n x d) as `f32`, rows in the file's order; columns of doubles may be shifted ([`single`]). Missing values become NaN, which every
/// method then refuses by row.
pub fn read_matrix(path: &Path) -> anyhow::Result<Array2<f32>> {
    let matrix = match ending(path).as_str() {
        "npy" => read_npy(path),
        "parquet" | "pq" => read_parquet(path),
        "csv" => read_csv(path),
        _ => return Err(unreadable(path)),
    };
    let matrix = matrix.with_context(|| format!("cannot read the matrix '{}'", path.display()))?;
    ensure!(matrix.nrows() > 0 && matrix.ncols() > 0, "'{}' has no rows or no columns", path.display());
    Ok(matrix)
}

fn read_npy(path: &Path) -> anyhow::Result<Array2<f32>> {
    let array = match npy_of::<f32>(path)? {
        Ok(array) => array,
        Err(dtype) => match npy_of::<f64>(path)? {
            Ok(array) => single(array)?,
            Err(_) => bail!("its dtype is {dtype}: save it as float32 or float64 (x.astype('f4'))"),
        },
    };
    Ok(if array.is_standard_layout() { array } else { array.as_standard_layout().into_owned() })
}

/// The array, or the name of the dtype it has instead of `T`.
fn npy_of<T: ReadableElement>(path: &Path) -> anyhow::Result<Result<Array2<T>, String>> {
    match Array2::<T>::read_npy(BufReader::new(File::open(path)?)) {
        Ok(array) => Ok(Ok(array)),
        Err(ReadNpyError::WrongDescriptor(dtype)) => Ok(Err(dtype.to_string())),
        Err(ReadNpyError::WrongNdim(_, dimensions)) => {
            bail!("it has {dimensions} dimensions: a matrix of n rows and d columns is expected")
        }
        Err(error) => Err(error.into()),
    }
}

fn read_parquet(path: &Path) -> anyhow::Result<Array2<f32>> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?;
    let schema = builder.schema().clone();
    let (selected, width) = feature_columns(&schema)?;
    let narrow = selected.iter().all(|&column| match schema.field(column).data_type() {
        DataType::FixedSizeList(item, _) => is_narrow(item.data_type()),
        other => is_narrow(other),
    });
    if narrow {
        fill::<Float32Type>(builder, selected, width, f32::NAN)
    } else {
        single(fill::<Float64Type>(builder, selected, width, f64::NAN)?)
    }
}

/// Whether `f32` holds every value of the type.
fn is_narrow(kind: &DataType) -> bool {
    use DataType::{Float16, Float32, Int8, Int16, UInt8, UInt16};
    matches!(kind, Float16 | Float32 | Int8 | Int16 | UInt8 | UInt16)
}

/// All rows of the selected columns, `missing` where there is no value.
fn fill<T: ArrowPrimitiveType>(
    builder: ParquetRecordBatchReaderBuilder<File>,
    selected: Vec<usize>,
    width: usize,
    missing: T::Native,
) -> anyhow::Result<Array2<T::Native>> {
    let rows = usize::try_from(builder.metadata().file_metadata().num_rows())?;
    let mask = ProjectionMask::roots(builder.parquet_schema(), selected);
    let mut matrix = Array2::from_elem((rows, width), missing);
    let mut filled = 0;
    for batch in builder.with_projection(mask).build()? {
        let batch = batch?;
        let end = filled + batch.num_rows();
        copy_batch::<T>(&batch, matrix.slice_mut(s![filled..end, ..]))?;
        filled = end;
    }
    Ok(matrix)
}

/// Indices of the columns that make up the matrix, and its width.
fn feature_columns(schema: &Schema) -> anyhow::Result<(Vec<usize>, usize)> {
    let fields = schema.fields();
    let lists: Vec<(usize, i32)> = fields
        .iter()
        .enumerate()
        .filter_map(|(i, field)| match field.data_type() {
            DataType::FixedSizeList(_, width) => Some((i, *width)),
            _ => None,
        })
        .collect();
    match lists[..] {
        [(column, width)] => Ok((vec![column], usize::try_from(width)?)),
        [] => match fields.iter().find(|field| !field.data_type().is_numeric()) {
            Some(field) => bail!(
                "column '{}' is {}: one FixedSizeList column, or numeric columns only, are expected",
                field.name(),
                field.data_type()
            ),
            None => Ok(((0..fields.len()).collect(), fields.len())),
        },
        [(first, _), (second, _), ..] => bail!(
            "both '{}' and '{}' are FixedSizeList columns: leave one",
            fields[first].name(),
            fields[second].name()
        ),
    }
}

/// Writes what the batch has; what it does not have stays as it is.
fn copy_batch<T: ArrowPrimitiveType>(batch: &RecordBatch, mut into: ArrayViewMut2<T::Native>) -> anyhow::Result<()> {
    if let Some(list) = batch.column(0).as_fixed_size_list_opt() {
        return copy_list::<T>(list, into);
    }
    for (column, mut target) in batch.columns().iter().zip(into.columns_mut()) {
        let values = numbers::<T>(column)?;
        target.iter_mut().zip(values.iter()).for_each(|(target, value)| *target = value.unwrap_or(*target));
    }
    Ok(())
}

fn copy_list<T: ArrowPrimitiveType>(
    list: &FixedSizeListArray,
    mut into: ArrayViewMut2<T::Native>,
) -> anyhow::Result<()> {
    let width = into.ncols();
    let values = numbers::<T>(list.values())?;
    for (i, mut row) in into.rows_mut().into_iter().enumerate() {
        for (j, target) in row.iter_mut().enumerate() {
            let at = i * width + j;
            if list.is_valid(i) && values.is_valid(at) {
                *target = values.value(at);
            }
        }
    }
    Ok(())
}

fn numbers<T: ArrowPrimitiveType>(array: &ArrayRef) -> anyhow::Result<PrimitiveArray<T>> {
    Ok(arrow_cast::cast(array, &T::DATA_TYPE)?.as_primitive::<T>().clone())
}

fn read_csv(path: &Path) -> anyhow::Result<Array2<f32>> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).trim(csv::Trim::All).comment(Some(b'#')).from_path(path)?;
    let (mut values, mut width, mut rows) = (Vec::new(), 0, 0);
    for (i, record) in reader.records().enumerate() {
        let record = record?;
        width = record.len();
        let number = |cell: &str| if cell.is_empty() { Ok(f64::NAN) } else { cell.parse::<f64>() };
        if i == 0 && record.iter().all(|cell| number(cell).is_err()) {
            continue;
        }
        for (column, cell) in record.iter().enumerate() {
            let line = record.position().map_or(0, csv::Position::line);
            values.push(
                number(cell)
                    .with_context(|| format!("line {line}, column {}: '{cell}' is not a number", column + 1))?,
            );
        }
        rows += 1;
    }
    single(Array2::from_shape_vec((rows, width), values)?)
}
