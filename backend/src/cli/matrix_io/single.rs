//! From `f64` to `f32` without losing distances.
//!
//! Neighbours, LOF and label spreading see differences of rows only, which a shift of a column leaves as they are.
//! Features far from zero for their spread (a wavelength, a Julian date, a sum of counts) would lose those
//! differences to the 24 bits of an `f32`; their column is shifted by its median before it is rounded.

use anyhow::ensure;
use balmer_core::ndarray::{Array2, ArrayView1};

/// Rounds a matrix to `f32`. A column that `f32` cannot hold as it is, and whose median lies more than four times
/// its spread from zero, is shifted by the median.
///
/// # Errors
/// A finite value beyond the range of `f32`.
pub fn single(mut matrix: Array2<f64>) -> anyhow::Result<Array2<f32>> {
    for mut column in matrix.columns_mut() {
        let shift = shift(column.view());
        if shift != 0.0 {
            column -= shift;
        }
    }
    for ((row, column), &value) in matrix.indexed_iter() {
        ensure!(
            !value.is_finite() || (value as f32).is_finite(),
            "row {row}, column {column} is {value:e}: the largest number is 3.4e38, scale the features down"
        );
    }
    Ok(matrix.mapv(|value| value as f32))
}

fn shift(column: ArrayView1<f64>) -> f64 {
    if column.iter().all(|&value| !value.is_finite() || f64::from(value as f32) == value) {
        return 0.0;
    }
    let values: Vec<f64> = column.iter().copied().filter(|value| value.is_finite()).collect();
    let median = median(values.clone());
    let spread = self::median(values.into_iter().map(|value| (value - median).abs()).collect());
    if median.abs() > 4.0 * spread { median } else { 0.0 }
}

/// The upper median; `values` is not empty.
fn median(mut values: Vec<f64>) -> f64 {
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}

#[cfg(test)]
mod tests {
    use balmer_core::ndarray::array;

    use super::*;

    #[test]
    fn differences_survive_an_offset() {
        let x = single(array![[1e9 + 0.25, 1.5], [1e9 + 0.5, 0.1], [1e9 + 0.7, -3.0]]).unwrap();
        assert_eq!(x.column(0).to_vec(), [-0.25, 0.0, (1e9f64 + 0.7 - (1e9 + 0.5)) as f32]);
        assert_eq!(x.column(1).to_vec(), [1.5, 0.1, -3.0], "a column about zero stays as it is");
    }

    #[test]
    fn what_single_precision_holds_stays() {
        let x = array![[16_777_216.0], [16_777_215.0], [f64::NAN]];
        assert_eq!(single(x).unwrap().column(0).to_vec()[..2], [16_777_216.0, 16_777_215.0]);
    }

    #[test]
    fn a_number_too_large_is_named() {
        let error = single(array![[0.5, 1.0], [1e300, 2.0], [0.1, 3.0]]).unwrap_err();
        assert!(error.to_string().starts_with("row 1, column 0 is 1e300"), "{error}");
    }
}
