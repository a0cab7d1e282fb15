//! Reading the labels of a matrix: one integer a row, -1 for an unlabelled one.

use std::{fs::File, io::BufReader, path::Path};

use anyhow::{Context, bail, ensure};
use arrow_array::{cast::AsArray, types::Int64Type};
use arrow_schema::DataType;
use balmer_core::{ndarray::Array1, semi_supervised::Seeds};
use ndarray_npy::{ReadNpyError, ReadNpyExt, ReadableElement};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{ending, unreadable};

/// Reads the labels of `rows` rows. Classes are the distinct integers in ascending order.
///
/// Returns the classes' integers beside the seeds.
pub fn read_labels(path: &Path, rows: usize) -> anyhow::Result<(Vec<i32>, Seeds)> {
    let labels = match ending(path).as_str() {
        "npy" => read_npy(path),
        "parquet" | "pq" => read_parquet(path),
        "csv" => read_csv(path),
        _ => return Err(unreadable(path)),
    };
    let labels = labels.with_context(|| format!("cannot read the labels '{}'", path.display()))?;
    ensure!(
        labels.len() == rows,
        "'{}' has {} labels, but the matrix has {rows} rows: give one label a row, -1 for none",
        path.display(),
        labels.len()
    );
    let mut classes: Vec<i32> = labels.iter().copied().filter(|&label| label != UNLABELLED).collect();
    classes.sort_unstable();
    classes.dedup();
    ensure!(!classes.is_empty(), "'{}' labels no row: every value is -1", path.display());
    let indices = labels.iter().map(|label| classes.binary_search(label).ok().map(|class| class as u32)).collect();
    let seeds = Seeds::new(classes.iter().map(ToString::to_string).collect(), indices)?;
    Ok((classes, seeds))
}

/// scikit-learn's mark of a row without a label.
const UNLABELLED: i32 = -1;

fn read_npy(path: &Path) -> anyhow::Result<Vec<i32>> {
    macro_rules! attempt {
        ($($type:ty),*) => {$(
            if let Some(labels) = npy_of::<$type>(path)? {
                return labels.iter().enumerate().map(|(row, &label)| {
                    i32::try_from(label).with_context(|| format!("label {label} of row {row} is too large"))
                }).collect();
            }
        )*};
    }
    attempt!(i64, i32, i16, i8, u8, u16, u32, u64);
    let floats = match npy_of::<f64>(path)? {
        Some(labels) => Some(labels),
        None => npy_of::<f32>(path)?.map(|labels| labels.mapv(f64::from)),
    };
    if let Some(labels) = floats {
        return labels.iter().enumerate().map(|(row, &label)| whole(row, label)).collect();
    }
    bail!("its dtype is not an integer: save it as integers (y.astype('i8')), -1 for no label")
}

/// A label that was saved as a float, as `numpy.full(n, -1.0)` does.
fn whole(row: usize, label: f64) -> anyhow::Result<i32> {
    let fits = label.fract() == 0.0 && (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&label);
    ensure!(fits, "label {label} of row {row} is not an integer; -1 stands for no label");
    Ok(label as i32)
}

fn npy_of<T: ReadableElement>(path: &Path) -> anyhow::Result<Option<Array1<T>>> {
    match Array1::<T>::read_npy(BufReader::new(File::open(path)?)) {
        Ok(array) => Ok(Some(array)),
        Err(ReadNpyError::WrongDescriptor(_)) => Ok(None),
        Err(ReadNpyError::WrongNdim(_, dimensions)) => {
            bail!("it has {dimensions} dimensions: one label a row is expected")
        }
        Err(error) => Err(error.into()),
    }
}

fn read_parquet(path: &Path) -> anyhow::Result<Vec<i32>> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?;
    let fields = builder.schema().fields();
    ensure!(
        fields.len() == 1 && fields[0].data_type().is_integer(),
        "one column of integers is expected, -1 for no label"
    );
    let mut labels = Vec::new();
    for batch in builder.build()? {
        let column = arrow_cast::cast(batch?.column(0), &DataType::Int64)?;
        for (row, label) in column.as_primitive::<Int64Type>().iter().enumerate() {
            let label = label.unwrap_or(i64::from(UNLABELLED));
            labels.push(i32::try_from(label).with_context(|| format!("label {label} of row {row} is too large"))?);
        }
    }
    Ok(labels)
}

fn read_csv(path: &Path) -> anyhow::Result<Vec<i32>> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).trim(csv::Trim::All).comment(Some(b'#')).from_path(path)?;
    let mut labels = Vec::new();
    for (i, record) in reader.records().enumerate() {
        let record = record?;
        ensure!(record.len() == 1, "{} columns: one label a row is expected", record.len());
        match record[0].parse() {
            Ok(label) => labels.push(label),
            Err(_) if i == 0 => {}
            Err(_) => {
                let line = record.position().map_or(0, csv::Position::line);
                bail!("line {line}: '{}' is not an integer; -1 stands for no label", &record[0])
            }
        }
    }
    Ok(labels)
}
