//! The distance, in an arithmetic whose order is fixed, and the check of what it is applied to.

use ndarray::ArrayView2;

use crate::{Error, Result, parallel};

/// Partial sums kept side by side, so that a compiler may use vector registers without changing the order
/// of additions.
const LANES: usize = 8;

/// Rows looked at by one task when features are checked.
const ROWS: usize = 1024;

/// Euclidean distance of two feature vectors of the same length: differences and sums in f64, in an order
/// that depends on the length alone, rounded once to f32. Exact duplicates are at distance 0 exactly, and
/// `distance(a, b)` has the bits of `distance(b, a)`.
pub fn distance(a: &[f32], b: &[f32]) -> f32 {
    squared(a, b).sqrt() as f32
}

/// Squared distance in f64, in the fixed order.
#[inline]
pub(crate) fn squared(a: &[f32], b: &[f32]) -> f64 {
    let mut sums = [0.0_f64; LANES];
    let (a_head, a_tail) = a.as_chunks::<LANES>();
    let (b_head, b_tail) = b.as_chunks::<LANES>();
    for (p, q) in a_head.iter().zip(b_head) {
        for lane in 0..LANES {
            let difference = f64::from(p[lane]) - f64::from(q[lane]);
            sums[lane] += difference * difference;
        }
    }
    let mut sum = ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
    for (p, q) in a_tail.iter().zip(b_tail) {
        let difference = f64::from(*p) - f64::from(*q);
        sum += difference * difference;
    }
    sum
}

/// Whether every feature is a finite number.
///
/// # Errors
/// [`Error::NotFinite`] with the first offending row and column.
pub fn check_features(x: ArrayView2<'_, f32>) -> Result<()> {
    let rows = x.nrows();
    let found = parallel::map_indices(rows.div_ceil(ROWS), |chunk| {
        (chunk * ROWS..rows.min((chunk + 1) * ROWS)).find_map(|row| {
            let column = x.row(row).iter().position(|value| !value.is_finite())?;
            Some((row, column))
        })
    });
    match found.into_iter().flatten().next() {
        None => Ok(()),
        Some((row, column)) => Err(Error::NotFinite { row, column, value: x[[row, column]].to_string() }),
    }
}
