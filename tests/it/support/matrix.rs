//! Matrices for tests.

use std::path::Path;

use ndarray::Array2;
use ndarray_npy::WriteNpyExt;

/// `n x d` values in [0, 1), no two alike (a Weyl sequence).
pub fn scattered(n: usize, d: usize) -> Array2<f32> {
    Array2::from_shape_fn((n, d), |(i, j)| ((i * d + j + 1) as f64 * 0.618_033_988_749_895).fract() as f32)
}

pub fn write_npy<T: ndarray_npy::WritableElement>(path: &Path, matrix: &Array2<T>) {
    matrix.write_npy(std::fs::File::create(path).unwrap()).unwrap();
}
