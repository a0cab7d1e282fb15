//! The matrices of `make_golden.py`, bit by bit, and the files it wrote.

use std::path::PathBuf;

use balmer_core::oracle::random;
use ndarray::{Array2, s};
use ndarray_npy::{ReadNpyExt, ReadableElement};

/// `name.npy` of tests/golden.
pub fn golden<T: ReadableElement>(name: &str) -> Array2<T> {
    Array2::read_npy(open(name)).expect("a golden file of this type and shape")
}

/// `name.npy` of tests/golden, with one dimension.
pub fn golden_vector(name: &str) -> ndarray::Array1<f64> {
    ndarray::Array1::read_npy(open(name)).expect("a golden file of this type and shape")
}

#[allow(clippy::disallowed_methods, reason = "golden values are files")]
fn open(name: &str) -> std::fs::File {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden").join(format!("{name}.npy"));
    std::fs::File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The matrix that a golden file's name speaks of.
pub fn matrix(name: &str) -> Array2<f32> {
    match name {
        "random-50x2" => random(50, 2, 1),
        "random-500x10" => random(500, 10, 2),
        "random-5000x140" => random(5000, 140, 3),
        "clustered-600x8" => {
            let mut x = random(600, 8, 4);
            for (i, mut row) in x.rows_mut().into_iter().enumerate() {
                let (size, place) = [(0.25, 0.0), (0.5, 2.0), (1.0, 4.0)][i % 3];
                row.mapv_inplace(|value| value * size + place);
            }
            x
        }
        "duplicates-400x5" => {
            let mut x = random(400, 5, 5);
            let (first, row) = (x.slice(s![..50, ..]).to_owned(), x.row(7).to_owned());
            x.slice_mut(s![350.., ..]).assign(&first);
            x.slice_mut(s![100..130, ..]).assign(&row);
            x
        }
        "spectra" => golden("spectra-miles"),
        "wide-spectra" => golden("spectra-miles").slice(s![..40, ..]).to_owned(),
        _ => panic!("no matrix {name}"),
    }
}
