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

/// Squared distance in f64, in the fixed order: with the same bits whatever instructions it is compiled for.
#[inline(always)]
pub(crate) fn squared(a: &[f32], b: &[f32]) -> f64 {
    let (a_head, a_tail) = a.as_chunks::<LANES>();
    let (b_head, b_tail) = b.as_chunks::<LANES>();
    let sums = partial_sums(a_head, b_head);
    let mut sum = ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
    for (p, q) in a_tail.iter().zip(b_tail) {
        let difference = f64::from(*p) - f64::from(*q);
        sum += difference * difference;
    }
    sum
}

/// Sums of squared differences, lane by lane.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline(always)]
fn partial_sums(a: &[[f32; LANES]], b: &[[f32; LANES]]) -> [f64; LANES] {
    let mut sums = [0.0; LANES];
    for (p, q) in a.iter().zip(b) {
        for lane in 0..LANES {
            let difference = f64::from(p[lane]) - f64::from(q[lane]);
            sums[lane] += difference * difference;
        }
    }
    sums
}

/// The same, rounded the same: of the loop above LLVM makes no vector instructions for WebAssembly.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[inline]
fn partial_sums(a: &[[f32; LANES]], b: &[[f32; LANES]]) -> [f64; LANES] {
    use core::arch::wasm32::{
        f32x4, f64x2_add, f64x2_extract_lane, f64x2_mul, f64x2_promote_low_f32x4, f64x2_splat, f64x2_sub,
        i64x2_shuffle, v128,
    };

    fn quads(&[a, b, c, d, e, f, g, h]: &[f32; LANES]) -> [v128; 2] {
        [f32x4(a, b, c, d), f32x4(e, f, g, h)]
    }

    fn plus_square(sum: v128, p: v128, q: v128) -> v128 {
        let difference = f64x2_sub(f64x2_promote_low_f32x4(p), f64x2_promote_low_f32x4(q));
        f64x2_add(sum, f64x2_mul(difference, difference))
    }

    let mut sums = [f64x2_splat(0.0); LANES / 2];
    for (p, q) in a.iter().zip(b) {
        for (sums, (p, q)) in sums.as_chunks_mut::<2>().0.iter_mut().zip(quads(p).into_iter().zip(quads(q))) {
            sums[0] = plus_square(sums[0], p, q);
            sums[1] = plus_square(sums[1], i64x2_shuffle::<1, 1>(p, p), i64x2_shuffle::<1, 1>(q, q));
        }
    }
    let [a, b, c, d] = sums.map(|sums| [f64x2_extract_lane::<0>(sums), f64x2_extract_lane::<1>(sums)]);
    [a[0], a[1], b[0], b[1], c[0], c[1], d[0], d[1]]
}

/// Whether every feature is a finite number.
///
/// # Errors
/// [`Error::NotFinite`] with the first offending row and column.
pub fn check_features(x: ArrayView2<'_, f32>) -> Result<()> {
    let rows = x.nrows();
    let found = parallel::map_indices(rows.div_ceil(ROWS), |chunk| {
        (chunk * ROWS..rows.min((chunk + 1) * ROWS)).find_map(|row| {
            // all of them at once, as long as all is well
            let well = x.row(row).iter().fold(true, |well, value| well & value.is_finite());
            let column = if well { None } else { x.row(row).iter().position(|value| !value.is_finite()) };
            column.map(|column| (row, column))
        })
    });
    match found.into_iter().flatten().next() {
        None => Ok(()),
        Some((row, column)) => Err(Error::NotFinite { row, column, value: x[[row, column]].to_string() }),
    }
}
