//! All pairs with Gaussian weights, never stored: each product computes them again, block by block.

use ndarray::{Array2, ArrayView2, linalg::general_mat_mul, s};

use crate::{Error, Result, engine::Observer, neighbors::check_features, parallel};

/// Rows of one task.
const ROWS: usize = 128;
/// Columns computed together: a block of 128 x 512 f64 is half a megabyte.
const COLUMNS: usize = 512;

/// `exp(-gamma |x_i - x_j|^2)` for all pairs i != j. Products are taken in f64: with scaled spectra an f32 product
/// would leave errors of a part in a thousand in the weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Rbf {
    /// n x d, about the mean.
    x: Array2<f64>,
    squares: Vec<f64>,
    gamma: f64,
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
        Ok(Self { x, squares, gamma: f64::from(gamma) })
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

    /// `W F`, two matrix products per block.
    pub(super) fn product(&self, f: &Array2<f64>, observer: &dyn Observer) -> Array2<f64> {
        let (n, classes) = f.dim();
        let mut result = Array2::zeros((n, classes));
        let target = result.as_slice_mut().expect("standard layout");
        parallel::for_each_chunk_mut(target, ROWS * classes, |chunk, target| {
            let rows = chunk * ROWS..(chunk * ROWS + target.len() / classes);
            let mut sums = ndarray::ArrayViewMut2::from_shape((rows.len(), classes), target).expect("rows x C");
            for first in (0..n).step_by(COLUMNS) {
                if observer.is_cancelled() {
                    return;
                }
                let columns = first..n.min(first + COLUMNS);
                let weights = self.block(rows.clone(), columns.clone());
                general_mat_mul(1.0, &weights, &f.slice(s![columns, ..]), 1.0, &mut sums);
            }
        });
        result
    }

    /// The weights of some rows and columns.
    fn block(&self, rows: std::ops::Range<usize>, columns: std::ops::Range<usize>) -> Array2<f64> {
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
