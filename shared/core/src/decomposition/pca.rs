//! Fit and projection.

use linfa_linalg::eigh::{EigSort, EighInto};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, s};

use crate::{Error, Result, neighbors::check_features, parallel};

/// Rows summed or projected by one task; fixed, so that sums do not depend on the threads.
const ROWS: usize = 1024;

/// Principal components of a matrix, in f64.
#[derive(Debug, Clone, PartialEq)]
pub struct Pca {
    /// Mean of each feature, d.
    pub mean: Array1<f64>,
    /// Unit vectors, components x d, by decreasing variance; the entry of largest magnitude is positive.
    pub components: Array2<f64>,
    /// Variance along each, with n - 1 in the denominator.
    pub explained_variance: Array1<f64>,
}

/// The first `components` principal components of `x` (n x d): exact, nothing is drawn at random.
///
/// # Errors
/// [`Error::NotFinite`], [`Error::InvalidParameter`] unless `1 <= components <= min(n, d)`, with at least two rows.
pub fn pca(x: ArrayView2<'_, f32>, components: usize) -> Result<Pca> {
    check_features(x)?;
    let (n, d) = x.dim();
    if n < 2 || components == 0 || components > n.min(d) {
        let remedy = format!("choose 1 to min(rows, features) = {}, with at least 2 rows", n.min(d));
        return Err(Error::parameter("components", components, remedy));
    }
    let mean = sum_over_chunks(n, Array1::zeros(d), |rows| x.slice(s![rows, ..]).mapv(f64::from).sum_axis(Axis(0)));
    let mean = mean / n as f64;
    // the smaller of the two matrices with the same non-zero eigenvalues
    let (values, vectors) = if d <= n {
        let scatter = sum_over_chunks(n, Array2::zeros((d, d)), |rows| {
            let centred = x.slice(s![rows, ..]).mapv(f64::from) - &mean;
            centred.t().dot(&centred)
        });
        let (values, vectors) = eigen(scatter)?;
        (values, vectors.slice(s![.., ..components]).t().to_owned())
    } else {
        let centred = x.mapv(f64::from) - &mean;
        let (values, vectors) = eigen(centred.dot(&centred.t()))?;
        (values, vectors.slice(s![.., ..components]).t().dot(&centred))
    };
    let mut components = vectors;
    for mut component in components.rows_mut() {
        let norm = component.dot(&component).sqrt();
        let sign = sign(component.view());
        if norm > 0.0 {
            component.mapv_inplace(|value| value * sign / norm);
        }
    }
    let explained_variance =
        values.iter().take(components.nrows()).map(|value| value.max(0.0) / (n - 1) as f64).collect();
    Ok(Pca { mean, components, explained_variance })
}

impl Pca {
    /// Coordinates of the rows of `x` (n x d) along the components, n x components.
    ///
    /// # Panics
    /// When `x` has another number of features than the matrix of the fit.
    pub fn transform(&self, x: ArrayView2<'_, f32>) -> Array2<f32> {
        let width = self.components.nrows();
        let mut result = Array2::zeros((x.nrows(), width));
        let target = result.as_slice_mut().expect("standard layout");
        parallel::for_each_chunk_mut(target, ROWS * width, |chunk, target| {
            let rows = chunk * ROWS..chunk * ROWS + target.len() / width;
            let projected = (x.slice(s![rows, ..]).mapv(f64::from) - &self.mean).dot(&self.components.t());
            target.iter_mut().zip(&projected).for_each(|(target, &value)| *target = value as f32);
        });
        result
    }

    /// Shares of the variance of `x` (n x d, of which these are components) along each, 0 to 1; 0 where no row differs.
    ///
    /// # Panics
    /// As [`transform`](Self::transform).
    pub fn explained_variance_ratio(&self, x: ArrayView2<'_, f32>) -> Array1<f64> {
        let squares = sum_over_chunks(x.nrows(), 0.0, |rows| {
            let centred = x.slice(s![rows, ..]).mapv(f64::from) - &self.mean;
            centred.iter().map(|value| value * value).sum::<f64>()
        });
        let total = squares / x.nrows().saturating_sub(1).max(1) as f64;
        self.explained_variance.mapv(|own| if total > 0.0 { own / total } else { 0.0 })
    }
}

/// Eigenvalues, descending, and eigenvectors as columns.
pub(super) fn eigen(symmetric: Array2<f64>) -> Result<(Array1<f64>, Array2<f64>)> {
    let solved = symmetric.eigh_into().map_err(|error| {
        Error::parameter("components", error, "the covariance has no eigenvalues: look for absurd values")
    })?;
    Ok(solved.sort_eig_desc())
}

/// The sign that makes the entry of largest magnitude positive, the first of equals.
pub(super) fn sign(vector: ArrayView1<'_, f64>) -> f64 {
    let largest =
        vector.iter().fold(0.0_f64, |largest, &value| if value.abs() > largest.abs() { value } else { largest });
    if largest < 0.0 { -1.0 } else { 1.0 }
}

/// The sum of `part` over consecutive chunks of `n` rows, in their order.
pub(super) fn sum_over_chunks<T>(n: usize, zero: T, part: impl Fn(std::ops::Range<usize>) -> T + Sync + Send) -> T
where
    T: Send + for<'a> std::ops::AddAssign<&'a T>,
{
    // a few chunks at once: their parts are d x d each
    let (mut sum, step) = (zero, ROWS * parallel::n_threads());
    for first in (0..n).step_by(step) {
        let chunks = (n.min(first + step) - first).div_ceil(ROWS);
        for part in parallel::map_indices(chunks, |c| part(first + c * ROWS..n.min(first + (c + 1) * ROWS))) {
            sum += &part;
        }
    }
    sum
}
