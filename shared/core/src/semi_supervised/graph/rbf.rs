//! All pairs with Gaussian weights, never all stored: each product computes them again, block by block, except the
//! first few that fit into a fixed budget of memory.

use std::{ops::Range, sync::OnceLock};

use ndarray::{Array2, ArrayView2, ArrayViewMut2, linalg::general_mat_mul, s};

use crate::{Error, Result, engine::Observer, neighbors::check_features};

/// Rows of one task.
pub(super) const ROWS: usize = 128;
/// Columns computed together: a block of 128 x 512 f64 is half a megabyte.
const COLUMNS: usize = 512;
/// Weights kept between products, in bytes: all of them up to n = 5,792.
const KEPT_BYTES: usize = 256 << 20;

/// `exp(-gamma |x_i - x_j|^2)` for all pairs i != j. Products and weights are f64: with scaled spectra an f32 product
/// would leave errors of a part in a thousand in the weights, and f32 weights would vanish beyond `gamma d^2 = 103`,
/// where the normalised rows of propagation still live on them.
#[derive(Debug, Clone, PartialEq)]
pub struct Rbf {
    /// n x d, about the mean.
    x: Array2<f64>,
    squares: Vec<f64>,
    gamma: f64,
    /// Blocks of weights of the first rows, [`ROWS`] at a time, made by the first product.
    kept: Vec<OnceLock<Vec<Array2<f64>>>>,
}

impl Rbf {
    pub(super) fn new(x: ArrayView2<'_, f32>, gamma: f32) -> Result<Self> {
        check_features(x)?;
        if !(gamma > 0.0 && gamma.is_finite()) {
            return Err(Error::parameter("gamma", gamma, "choose a positive number"));
        }
        let mut x = x.mapv(f64::from).as_standard_layout().into_owned();
        if let Some(mean) = x.mean_axis(ndarray::Axis(0)) {
            x -= &mean;
        }
        let squares = x.rows().into_iter().map(|row| row.dot(&row)).collect();
        let n = x.nrows();
        let kept = (KEPT_BYTES / (size_of::<f64>() * ROWS * n.max(1))).min(n.div_ceil(ROWS));
        Ok(Self { x, squares, gamma: f64::from(gamma), kept: vec![OnceLock::new(); kept] })
    }

    /// Number of nodes.
    pub fn n_rows(&self) -> usize {
        self.x.nrows()
    }
    /// The rows, n x d, shifted so that their mean is 0.
    pub fn x(&self) -> ArrayView2<'_, f64> {
        self.x.view()
    }
    /// The kernel's gamma.
    pub fn gamma(&self) -> f64 {
        self.gamma
    }

    /// Some rows of `W F`, for `F` of n x `classes`; `rows` begin at a multiple of [`ROWS`]. Stops early, with nonsense,
    /// when cancelled.
    pub(super) fn sums(
        &self,
        rows: Range<usize>,
        classes: usize,
        values: &[f64],
        target: &mut [f64],
        observer: &dyn Observer,
    ) {
        let n = self.n_rows();
        let f = ArrayView2::from_shape((n, classes), values).expect("n x C");
        target.fill(0.0);
        let mut sums = ArrayViewMut2::from_shape((rows.len(), classes), target).expect("rows x C");
        let mut add = |columns: Range<usize>, weights: &Array2<f64>| {
            general_mat_mul(1.0, weights, &f.slice(s![columns, ..]), 1.0, &mut sums);
        };
        if observer.is_cancelled() {
            return;
        }
        // the same products in the same order, kept or not
        if let Some(kept) = self.kept.get(rows.start / ROWS) {
            let make = || blocks(n).map(|columns| self.block(rows.clone(), columns)).collect();
            blocks(n).zip(kept.get_or_init(make)).for_each(|(columns, weights)| add(columns, weights));
        } else {
            for columns in blocks(n).take_while(|_| !observer.is_cancelled()) {
                add(columns.clone(), &self.block(rows.clone(), columns));
            }
        }
    }

    /// The weights of some rows and columns.
    fn block(&self, rows: Range<usize>, columns: Range<usize>) -> Array2<f64> {
        let mut block = self.x.slice(s![rows.clone(), ..]).dot(&self.x.slice(s![columns.clone(), ..]).t());
        for (i, mut weights) in rows.zip(block.rows_mut()) {
            for (j, weight) in columns.clone().zip(weights.iter_mut()) {
                let square = (self.squares[i] + self.squares[j] - 2.0 * *weight).max(0.0);
                *weight = if i == j { 0.0 } else { (-self.gamma * square).exp() };
            }
        }
        block
    }
}

/// Consecutive ranges of [`COLUMNS`] columns.
fn blocks(n: usize) -> impl Iterator<Item = Range<usize>> {
    (0..n).step_by(COLUMNS).map(move |first| first..n.min(first + COLUMNS))
}
