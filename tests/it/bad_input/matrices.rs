//! Matrices and their labels.

use crate::support::{Balmer, matrix};

#[test]
fn missing_values_are_refused_by_row() {
    let balmer = Balmer::new();
    let mut x = matrix::scattered(20, 3);
    x[(7, 2)] = f32::NAN;
    matrix::write_npy(&balmer.path("x.npy"), &x);
    balmer.fails(["lof", "--input", "x.npy", "--n-neighbors", "5"]).says(&["row 7", "column 2", "NaN"]);
    balmer.file("x.csv", "1,2\n3,\n5,6\n");
    balmer.fails(["knn", "--input", "x.csv", "--n-neighbors", "1"]).says(&["row 1", "column 1"]);
}

#[test]
fn as_many_neighbours_as_rows_are_refused() {
    let balmer = Balmer::new();
    matrix::write_npy(&balmer.path("x.npy"), &matrix::scattered(20, 3));
    for command in ["knn", "lof"] {
        balmer.fails([command, "--input", "x.npy", "--n-neighbors", "20"]).says(&["n_neighbors = 20", "20"]);
        balmer.ok([command, "--input", "x.npy", "--n-neighbors", "19"]);
    }
}

#[test]
fn text_in_a_table_of_numbers_is_located() {
    let balmer = Balmer::new();
    balmer.file("x.csv", "a,b\n1,2\n3,four\n");
    balmer.fails(["knn", "--input", "x.csv", "-k", "1"]).says(&["x.csv", "line 3", "column 2", "four"]);
    balmer.file("short.csv", "1,2\n3\n");
    balmer.fails(["knn", "--input", "short.csv", "-k", "1"]).says(&["short.csv", "line"]);
}

#[test]
fn arrays_of_another_shape_or_kind_are_refused() {
    let balmer = Balmer::new();
    matrix::write_npy(&balmer.path("ints.npy"), &ndarray::Array2::<i64>::zeros((4, 2)));
    balmer.fails(["knn", "--input", "ints.npy", "-k", "1"]).says(&["ints.npy", "<i8", "float32"]);
    balmer.file("no.npy", "nothing");
    balmer.fails(["knn", "--input", "no.npy", "-k", "1"]).says(&["no.npy"]);
    balmer.fails(["knn", "--input", "absent.npy", "-k", "1"]).says(&["absent.npy", "No such file"]);
    balmer.fails(["knn", "--input", "x.txt", "-k", "1"]).says(&["x.txt", ".npy, .parquet or .csv"]);
}

#[test]
fn labels_must_fit_the_matrix() {
    let balmer = Balmer::new();
    matrix::write_npy(&balmer.path("x.npy"), &matrix::scattered(4, 2));
    let spread = |labels| balmer.fails(["spread", "--input", "x.npy", "--labels", labels, "-k", "1"]);
    balmer.file("short.csv", "1\n-1\n");
    spread("short.csv").says(&["2 labels", "4 rows"]);
    balmer.file("none.csv", "-1\n-1\n-1\n-1\n");
    spread("none.csv").says(&["none.csv", "no row"]);
    balmer.file("words.csv", "label\n1\nB\n-1\n-1\n");
    spread("words.csv").says(&["line 3", "'B'"]);
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_an_error() {
    let balmer = Balmer::new();
    matrix::write_npy(&balmer.path("x.npy"), &matrix::scattered(50, 2));
    balmer
        .fails(["knn", "--input", "x.npy", "-k", "3", "--format", "csv", "-o", "/dev/full"])
        .says(&["/dev/full", "No space left on device"]);
}
