//! The matrix commands: every kind of file in, every kind of file out.

use arrow_array::{
    RecordBatch,
    cast::AsArray,
    types::{Float32Type, Int32Type, UInt32Type},
};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::support::{Balmer, matrix};

fn read_parquet(path: &std::path::Path) -> RecordBatch {
    let file = std::fs::File::open(path).unwrap();
    let mut reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().with_batch_size(1 << 20).build().unwrap();
    reader.next().unwrap().unwrap()
}

fn names(batch: &RecordBatch) -> Vec<String> {
    batch.schema().fields().iter().map(|field| field.name().clone()).collect()
}

/// A folder with the same matrix as `.npy` of both widths, `.csv` and `.parquet`.
fn folder() -> Balmer {
    let balmer = Balmer::new();
    let x = matrix::scattered(60, 3);
    matrix::write_npy(&balmer.path("x.npy"), &x);
    matrix::write_npy(&balmer.path("x64.npy"), &x.mapv(f64::from));
    let line = |row: ndarray::ArrayView1<f32>| row.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let lines: Vec<String> = x.rows().into_iter().map(line).collect();
    balmer.file("x.csv", lines.join("\n"));
    balmer.file("head.csv", format!("a,b,c\n{}\n", lines.join("\n")));
    balmer
}

#[test]
fn the_kind_of_file_does_not_change_the_answer() {
    let balmer = folder();
    let reference = balmer.ok(["lof", "--input", "x.npy", "--n-neighbors", "5", "-o", "-"]);
    for input in ["x64.npy", "x.csv", "head.csv"] {
        assert_eq!(balmer.ok(["lof", "--input", input, "--n-neighbors", "5", "-o", "-"]), reference, "{input}");
    }
    // columns of a Parquet file: the scores themselves serve as a matrix of four numeric columns
    balmer.ok(["lof", "--input", "x.npy", "--n-neighbors", "5", "-o", "scores.parquet"]);
    balmer.ok(["lof", "--input", "x.npy", "--n-neighbors", "5", "-o", "scores.csv"]);
    // decimals are no singles: the last digit may differ
    let again = |input| balmer.ok(["knn", "--input", input, "--n-neighbors", "3"]);
    let (parquet, csv) = (again("scores.parquet"), again("scores.csv"));
    assert_eq!(parquet.lines().next(), csv.lines().next());
    let numbers = |text: &str| -> Vec<f64> {
        text.lines().skip(1).flat_map(|line| line.split(',')).map(|cell| cell.parse().unwrap()).collect()
    };
    assert_eq!(numbers(&parquet).len(), 60 * 7);
    for (parquet, csv) in numbers(&parquet).into_iter().zip(numbers(&csv)) {
        approx::assert_relative_eq!(parquet, csv, max_relative = 1e-5);
    }
}

#[test]
fn a_list_column_of_parquet_is_a_matrix() {
    use arrow_array::{FixedSizeListArray, Float64Array, StringArray};
    let balmer = folder();
    let x = matrix::scattered(60, 3);
    let names = StringArray::from_iter_values((0..60).map(|i| format!("s{i}")));
    let values = std::sync::Arc::new(Float64Array::from_iter_values(x.iter().map(|&v| f64::from(v))));
    let item = std::sync::Arc::new(arrow_schema::Field::new("item", arrow_schema::DataType::Float64, false));
    let list = FixedSizeListArray::new(item, 3, values, None);
    let batch = RecordBatch::try_from_iter([
        ("spectrum_id", std::sync::Arc::new(names) as arrow_array::ArrayRef),
        ("features", std::sync::Arc::new(list)),
    ])
    .unwrap();
    let file = std::fs::File::create(balmer.path("x.parquet")).unwrap();
    let mut writer = parquet::arrow::ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let knn = |input| balmer.ok(["knn", "--input", input, "-k", "4"]);
    assert_eq!(knn("x.parquet"), knn("x.npy"));
}

#[test]
fn neighbors_have_the_documented_columns() {
    let balmer = folder();
    balmer.ok(["knn", "--input", "x.npy", "--n-neighbors", "4", "-o", "neighbors.parquet"]);
    let batch = read_parquet(&balmer.path("neighbors.parquet"));
    assert_eq!(names(&batch), ["row", "neighbor", "distance"]);
    assert_eq!(batch.column(0).as_primitive::<UInt32Type>().values()[59], 59);
    let x = matrix::scattered(60, 3);
    for row in 0..60 {
        let neighbors = batch.column(1).as_list::<i32>().value(row);
        let distances = batch.column(2).as_list::<i32>().value(row);
        let (neighbors, distances) = (neighbors.as_primitive::<UInt32Type>(), distances.as_primitive::<Float32Type>());
        assert_eq!((neighbors.len(), distances.len()), (4, 4));
        assert!(!neighbors.values().contains(&(row as u32)), "row {row} is its own neighbour");
        assert!(distances.values().is_sorted());
        let difference = &x.row(neighbors.value(0) as usize) - &x.row(row);
        approx::assert_relative_eq!(distances.value(0), difference.dot(&difference).sqrt(), max_relative = 1e-5);
    }
    let csv = balmer.ok(["knn", "--input", "x.npy", "--n-neighbors", "2", "-o", "-"]);
    assert_eq!(csv.lines().next(), Some("row,neighbor_1,neighbor_2,distance_1,distance_2"));
    assert_eq!(csv.lines().count(), 61);
}

#[test]
fn approximate_neighbors_state_their_recall() {
    let balmer = folder();
    let knn = |input, to| {
        balmer.json(["knn", "--input", input, "-k", "4", "--method", "nn-descent", "--seed", "3", "-o", to])
    };
    // of few rows all are found
    let summary = knn("x.npy", "few.parquet");
    assert_eq!((&summary["method"], summary["recall"].is_null()), (&"exact".into(), true), "{summary}");
    balmer.ok(["knn", "--input", "x.npy", "-k", "4", "-o", "exact.parquet"]);
    assert_eq!(read_parquet(&balmer.path("few.parquet")), read_parquet(&balmer.path("exact.parquet")));

    matrix::write_npy(&balmer.path("many.npy"), &matrix::scattered(17_000, 3));
    let summary = knn("many.npy", "many.parquet");
    assert_eq!(summary["method"], "nn-descent", "{summary}");
    assert!(summary["recall"]["recall"].as_f64().unwrap() > 0.98, "{summary}");
    assert_eq!(summary["recall"]["sample"], 1024, "{summary}");
    assert!(summary["device"].as_str().unwrap().starts_with("cpu"), "{summary}");
    assert_eq!(read_parquet(&balmer.path("many.parquet")).num_rows(), 17_000);
}

#[test]
fn several_k_share_one_table() {
    let balmer = folder();
    balmer.ok(["lof", "--input", "x.npy", "--n-neighbors", "5,10", "-o", "both.parquet"]);
    balmer.ok(["lof", "--input", "x.npy", "--n-neighbors", "10", "-o", "ten.parquet"]);
    let (both, ten) = (read_parquet(&balmer.path("both.parquet")), read_parquet(&balmer.path("ten.parquet")));
    assert_eq!(names(&ten), ["row", "lof", "lrd", "k_distance"]);
    assert_eq!(both.column_by_name("lof_k10").unwrap(), ten.column_by_name("lof").unwrap());
    assert!(both.column_by_name("lof_k5").is_some());
}

#[test]
fn npy_output_is_one_structured_array() {
    let balmer = folder();
    balmer.ok(["lof", "--input", "x.npy", "--n-neighbors", "5", "-o", "scores.npy"]);
    let bytes = std::fs::read(balmer.path("scores.npy")).unwrap();
    assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
    let header = u16::from_le_bytes([bytes[8], bytes[9]]) as usize;
    assert_eq!((10 + header) % 64, 0, "data must be aligned");
    let text = std::str::from_utf8(&bytes[10..10 + header]).unwrap();
    assert!(
        text.starts_with(
            "{'descr': [('row', '<u4'), ('lof', '<f4'), ('lrd', '<f4'), ('k_distance', '<f4')], \
             'fortran_order': False, 'shape': (60,), }"
        ),
        "{text}"
    );
    let data = &bytes[10 + header..];
    assert_eq!(data.len(), 60 * 16);
    balmer.ok(["lof", "--input", "x.npy", "--n-neighbors", "5", "-o", "scores.parquet"]);
    let batch = read_parquet(&balmer.path("scores.parquet"));
    let lof = batch.column_by_name("lof").unwrap().as_primitive::<Float32Type>();
    for row in 0..60 {
        let at = row * 16;
        assert_eq!(u32::from_le_bytes(data[at..at + 4].try_into().unwrap()), row as u32);
        assert_eq!(f32::from_le_bytes(data[at + 4..at + 8].try_into().unwrap()), lof.value(row));
    }
}

#[test]
fn labels_flow_and_stop_where_nothing_joins() {
    let balmer = Balmer::new();
    // two distant groups; only the first holds a label
    let x = ndarray::Array2::from_shape_fn((20, 1), |(i, _)| if i < 10 { i as f32 } else { 1000.0 + i as f32 });
    matrix::write_npy(&balmer.path("x.npy"), &x);
    let y: Vec<i64> = (0..20).map(|i| if i == 0 { 7 } else { -1 }).collect();
    balmer.file("y.csv", y.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
    ndarray_npy::WriteNpyExt::write_npy(
        &ndarray::Array1::from(y),
        std::fs::File::create(balmer.path("y.npy")).unwrap(),
    )
    .unwrap();
    let arguments = |labels| ["spread", "--input", "x.npy", "--labels", labels, "-k", "2", "-o", "labels.parquet"];
    balmer.ok(arguments("y.npy"));
    let batch = read_parquet(&balmer.path("labels.parquet"));
    assert_eq!(names(&batch), ["row", "label", "probability", "entropy", "p_7"]);
    let labels = batch.column(1).as_primitive::<Int32Type>();
    let probabilities = batch.column(2).as_primitive::<Float32Type>();
    assert!((0..10).all(|i| labels.value(i) == 7 && probabilities.value(i) == 1.0), "{labels:?}");
    assert!((10..20).all(|i| labels.value(i) == -1 && probabilities.value(i) == 0.0), "{labels:?}");
    balmer.ok(arguments("y.csv"));
    assert_eq!(read_parquet(&balmer.path("labels.parquet")), batch);
}

#[test]
fn json_holds_the_columns_or_names_the_file() {
    let balmer = folder();
    let inline = balmer.json(["lof", "--input", "x.npy", "--n-neighbors", "5"]);
    assert_eq!(inline["columns"]["lof"].as_array().map(Vec::len), Some(60));
    let file = balmer.json(["lof", "--input", "x.npy", "--n-neighbors", "5", "-o", "s.csv"]);
    assert_eq!((file["output"].as_str(), file["rows"].as_u64()), (Some("s.csv"), Some(60)));
    assert!(balmer.path("s.csv").exists());
}

#[test]
fn an_offset_of_doubles_changes_nothing() {
    let balmer = folder();
    let x = matrix::scattered(60, 3).mapv(|value| f64::from(value) + 0.1);
    matrix::write_npy(&balmer.path("near.npy"), &x);
    // 12 bits of the fraction are left beside 2^40; an f32 keeps none there
    let far = x.mapv(|value| (value * 4096.0).round() / 4096.0 + 2.0f64.powi(40));
    matrix::write_npy(&balmer.path("far.npy"), &far);
    matrix::write_npy(&balmer.path("same.npy"), &far.mapv(|value| (value - 2.0f64.powi(40)) as f32));
    let lof = |input| balmer.ok(["lof", "--input", input, "-k", "5"]);
    assert_eq!(lof("far.npy"), lof("same.npy"));
    assert_ne!(lof("near.npy"), lof("same.npy"), "the rounding to 1/4096 shows");
}

#[test]
fn labels_may_be_whole_floats() {
    let balmer = folder();
    let write = |name: &str, third: f64| {
        let y = ndarray::Array1::from_shape_fn(60, |i| [0.0, 7.0, third].get(i).copied().unwrap_or(-1.0));
        ndarray_npy::WriteNpyExt::write_npy(&y, std::fs::File::create(balmer.path(name)).unwrap()).unwrap();
    };
    write("y.npy", -1.0);
    write("half.npy", 0.5);
    let out = balmer.ok(["spread", "--input", "x.npy", "--labels", "y.npy"]);
    assert_eq!(out.lines().next(), Some("row,label,probability,entropy,p_0,p_7"));
    balmer.fails(["spread", "--input", "x.npy", "--labels", "half.npy"]).says(&["half.npy", "label 0.5 of row 2"]);
}

#[test]
fn a_k_given_twice_counts_once() {
    let balmer = folder();
    let out = balmer.ok(["lof", "--input", "x.npy", "-k", "5,5,10"]);
    assert_eq!(out.lines().next().unwrap().matches("lof_k5").count(), 1);
}
