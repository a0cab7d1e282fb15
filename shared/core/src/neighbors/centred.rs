//! The rows as a device multiplies them: about a robust centre, scaled to at most 1.

use ndarray::{Array2, ArrayView2, s};

use super::{certify::Bound, layout::Layout, panels::PANEL};
use crate::{Error, Result, parallel};

/// Rows that the centre is the median of, at most.
const SAMPLE: usize = 1001;
/// Rows looked at by one task.
const ROWS: usize = 1024;
/// 2^127, the largest power of two that f32 holds: values so small that they would need more stay a little smaller.
const LARGEST_SCALE: f64 = f64::from_bits((1023 + 127) << 52);

/// A matrix about its centre, scaled by a power of two so that no product overflows, in f32.
///
/// For rows i and j the *score* of j beside i is `half_squares[j] - y_i . y_j`: half the squared distance, less
/// a part that is the row's own. It orders the other rows by distance, up to rounding.
#[derive(Debug, Clone)]
pub struct Centred<L = Array2<f32>> {
    y: L,
    /// `|y|^2 / 2`, filled up to whole panels with NaN, so that rows that fill up are never taken.
    half_squares: Vec<f32>,
    /// `|y|`
    norms: Vec<f64>,
    bound: Bound,
}

impl<L: Layout> Centred<L> {
    /// Centres and scales `x` (n x d, finite).
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for distances beyond f32.
    pub(super) fn new(x: ArrayView2<'_, f32>) -> Result<Self> {
        let centre = centre(x);
        let scale = scale(x, &centre)?;
        Ok(Self::of(x.rows(), x.dim(), &centre, scale))
    }

    /// `rows`, n of d values, about a centre, by a [`scale`] that leaves them finite.
    pub(super) fn of<'x>(
        rows: impl IntoIterator<Item = impl IntoIterator<Item = &'x f32>>,
        (n, d): (usize, usize),
        centre: &[f64],
        scale: f64,
    ) -> Self {
        let mut y = L::zeros(n, d);
        let mut half_squares = Vec::with_capacity(n.next_multiple_of(PANEL));
        let mut norms = Vec::with_capacity(n);
        for (row, values) in rows.into_iter().enumerate() {
            let mut square = 0.0_f64;
            let centred = values.into_iter().zip(centre).map(|(&value, centre)| {
                let centred = ((f64::from(value) - centre) * scale) as f32;
                square += f64::from(centred) * f64::from(centred);
                centred
            });
            y.put(row, centred);
            half_squares.push((0.5 * square) as f32);
            norms.push(square.sqrt());
        }
        half_squares.resize(n.next_multiple_of(PANEL), f32::NAN);
        let max_norm = norms.iter().copied().fold(0.0, f64::max);
        Self { y, half_squares, norms, bound: Bound { features: d, max_norm, scale } }
    }

    /// The rows as they lie.
    pub(super) fn rows(&self) -> &L {
        &self.y
    }

    /// `|y|^2 / 2` of each row.
    pub fn half_squares(&self) -> &[f32] {
        &self.half_squares[..self.norms.len()]
    }

    /// [`Self::half_squares`], panel by panel, the last filled up with NaN.
    pub(super) fn half_square_panels(&self) -> &[[f32; PANEL]] {
        self.half_squares.as_chunks().0
    }

    /// Whether every other row than those proposed for `row` is certainly farther than `last`, a squared distance:
    /// see [`Bound::certifies`].
    pub(super) fn certifies(&self, row: usize, threshold: f32, last: f64) -> bool {
        threshold < f32::MAX && self.bound.certifies(self.norms[row], threshold, last)
    }
}

impl Centred {
    /// The rows, n x d, in standard (row-major) layout; no entry is larger than 1.
    pub fn y(&self) -> ArrayView2<'_, f32> {
        self.y.view()
    }
}

/// The power of two that brings every value about `centre` to at most 1.
///
/// # Errors
/// [`Error::InvalidParameter`] for distances beyond f32.
pub(super) fn scale(x: ArrayView2<'_, f32>, centre: &[f64]) -> Result<f64> {
    let parts = parallel::map_indices(x.nrows().div_ceil(ROWS), |chunk| {
        let rows = x.slice(s![chunk * ROWS..x.nrows().min((chunk + 1) * ROWS), ..]);
        let mut most = vec![0.0_f64; centre.len()];
        for row in rows.rows() {
            for ((most, &value), centre) in most.iter_mut().zip(row).zip(centre) {
                let offset = (f64::from(value) - centre).abs();
                *most = if offset > *most { offset } else { *most };
            }
        }
        most.into_iter().fold(0.0, f64::max)
    });
    let largest = parts.into_iter().fold(0.0, f64::max);
    if largest * 2.0 * (x.ncols() as f64).sqrt() > f64::from(f32::MAX) {
        return Err(Error::parameter("features", largest, "distances overflow f32: scale the features down"));
    }
    Ok(if largest > 0.0 { (-largest.log2().ceil()).exp2().min(LARGEST_SCALE) } else { 1.0 })
}

/// A point amid the data, whatever a few absurd rows hold: the medians of the features over at most
/// [`SAMPLE`] rows. Any point would do; a near one keeps rounding small.
pub(super) fn centre(x: ArrayView2<'_, f32>) -> Vec<f64> {
    if x.nrows() == 0 {
        return vec![0.0; x.ncols()];
    }
    let step = x.nrows().div_ceil(SAMPLE);
    x.columns()
        .into_iter()
        .map(|column| {
            let mut sample: Vec<f32> = column.iter().copied().step_by(step).collect();
            let middle = sample.len() / 2;
            f64::from(*sample.select_nth_unstable_by(middle, f32::total_cmp).1)
        })
        .collect()
}
