//! `balmer lof` and `balmer spread` against scikit-learn, file to file. The golden values are made by
//! `tests/tools/make_golden.py`, which also defines the matrices.

use std::path::{Path, PathBuf};

use ndarray::{Array2, s};
use ndarray_npy::ReadNpyExt;

use crate::support::{Balmer, matrix};

fn golden_path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(format!("{name}.npy"))
}

fn golden(name: &str) -> Array2<f64> {
    let path = golden_path(name);
    let file = std::fs::File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Array2::read_npy(file).unwrap()
}

/// Uniform in [0, 1): the upper 24 bits of Knuth's MMIX generator, as in `make_golden.py`.
fn random(n: usize, d: usize, seed: u64) -> Array2<f32> {
    let mut state = seed;
    Array2::from_shape_simple_fn((n, d), || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / 16_777_216.0
    })
}

fn clustered() -> Array2<f32> {
    let mut x = random(600, 8, 4);
    for (i, mut row) in x.rows_mut().into_iter().enumerate() {
        let (size, place) = [(0.25, 0.0), (0.5, 2.0), (1.0, 4.0)][i % 3];
        row.mapv_inplace(|value| value * size + place);
    }
    x
}

fn duplicates() -> Array2<f32> {
    let mut x = random(400, 5, 5);
    let (first, row) = (x.slice(s![..50, ..]).to_owned(), x.row(7).to_owned());
    x.slice_mut(s![350.., ..]).assign(&first);
    x.slice_mut(s![100..130, ..]).assign(&row);
    x
}

/// Columns of a CSV by their heads.
fn columns(csv: &str, heads: &[&str]) -> Vec<Vec<f64>> {
    let mut lines = csv.lines();
    let found: Vec<&str> = lines.next().unwrap().split(',').collect();
    let places: Vec<usize> = heads.iter().map(|head| found.iter().position(|f| f == head).unwrap()).collect();
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    places.iter().map(|&place| rows.iter().map(|row| row[place].parse().unwrap()).collect()).collect()
}

fn lof(name: &str, x: Option<&Array2<f32>>, ks: [&str; 3]) {
    let balmer = Balmer::new();
    let input = x.map_or_else(
        || golden_path("spectra-miles"),
        |x| {
            matrix::write_npy(&balmer.path("x.npy"), x);
            balmer.path("x.npy")
        },
    );
    let csv = balmer.ok(["lof", "--input", input.to_str().unwrap(), "--n-neighbors", &ks.join(","), "-o", "-"]);
    let expected = golden(&format!("lof-{name}"));
    let heads = ks.map(|k| format!("lof_k{k}"));
    for (column, found) in columns(&csv, &heads.each_ref().map(String::as_str)).into_iter().enumerate() {
        assert_eq!(found.len(), expected.nrows());
        for (row, (found, expected)) in found.into_iter().zip(expected.column(column)).enumerate() {
            let error = (found - expected).abs() / expected;
            assert!(error <= 1e-5, "{name}, k = {}, row {row}: {found}, scikit-learn {expected}", ks[column]);
        }
    }
}

#[test]
fn lof_equals_scikit_learn_on_random_matrices() {
    lof("random-50x2", Some(&random(50, 2, 1)), ["5", "20", "49"]);
    lof("random-500x10", Some(&random(500, 10, 2)), ["5", "20", "100"]);
    lof("random-5000x140", Some(&random(5000, 140, 3)), ["5", "20", "100"]);
}

#[test]
fn lof_equals_scikit_learn_on_clusters_duplicates_and_spectra() {
    lof("clustered-600x8", Some(&clustered()), ["5", "20", "100"]);
    lof("duplicates-400x5", Some(&duplicates()), ["5", "20", "100"]);
    lof("spectra", None, ["5", "20", "100"]);
}

/// Every `every`-th of the first `first` rows is labelled, with three classes in turn.
fn labels(balmer: &Balmer, n: usize, every: usize, first: usize) {
    let label = |i: usize| if i < first && i.is_multiple_of(every) { (i / every % 3) as i64 } else { -1 };
    let labels: Vec<String> = (0..n).map(|i| label(i).to_string()).collect();
    balmer.file("y.csv", labels.join("\n"));
}

fn spread(name: &str, x: Option<&Array2<f32>>, every: usize, first: usize, options: &[&str]) {
    let balmer = Balmer::new();
    let expected = golden(name);
    labels(&balmer, expected.nrows(), every, first);
    let input = x.map_or_else(
        || golden_path("spectra-miles"),
        |x| {
            matrix::write_npy(&balmer.path("x.npy"), x);
            balmer.path("x.npy")
        },
    );
    let algorithm = name.split('-').next().unwrap();
    let fixed = ["spread", "--input", input.to_str().unwrap(), "--labels", "y.csv", "--kernel", "rbf"];
    let csv = balmer.ok(fixed.iter().chain(&["--algorithm", algorithm]).chain(options));
    for (class, found) in columns(&csv, &["p_0", "p_1", "p_2"]).into_iter().enumerate() {
        for (row, (found, expected)) in found.into_iter().zip(expected.column(class)).enumerate() {
            assert!((found - expected).abs() <= 1e-4, "{name}, row {row}: {found}, scikit-learn {expected}");
        }
    }
}

#[test]
fn spread_equals_scikit_learn() {
    let small = random(50, 2, 1);
    spread("spreading-random-50x2", Some(&small), 10, 50, &["--gamma", "20", "--alpha", "0.2"]);
    spread("propagation-random-50x2", Some(&small), 10, 50, &["--gamma", "20"]);
    spread("spreading-clustered-600x8", Some(&clustered()), 1, 9, &["--gamma", "0.5", "--alpha", "0.8"]);
    spread("propagation-clustered-600x8", Some(&clustered()), 1, 9, &["--gamma", "0.5"]);
    spread("spreading-spectra", None, 30, usize::MAX, &["--gamma", "0.5", "--alpha", "0.2"]);
    spread("propagation-spectra", None, 30, usize::MAX, &["--gamma", "0.5", "--max-iter", "150"]);
}

#[test]
fn spread_equals_scikit_learn_on_many_rows() {
    spread("spreading-random-5000x140", Some(&random(5000, 140, 3)), 100, 5000, &["--gamma", "0.2", "--alpha", "0.2"]);
}
