//! The map that is there at once.

use ndarray::{Array2, ArrayView2, s};

use crate::{Result, decomposition::leading};

/// Places of all rows along the two directions in which they differ most.
#[derive(Debug, Clone, PartialEq)]
pub struct ComponentMap {
    /// n x 2, in units of the features.
    pub coordinates: Array2<f32>,
    /// Share of the variance of all features along each, 0 to 1.
    pub explained_variance_ratio: [f64; 2],
}

/// The first two principal components of `x` (n x d), see [`leading`]: the sign of each is such that the largest entry of its
/// direction is positive. With one feature the second coordinate is 0, and nothing varies along it.
///
/// # Errors
/// [`crate::Error::NotFinite`], [`crate::Error::InvalidParameter`] with fewer than two rows or without features.
pub fn pca_map(x: ArrayView2<'_, f32>) -> Result<ComponentMap> {
    let fitted = leading(x, x.ncols().clamp(1, 2))?;
    let found = fitted.transform(x);
    let mut coordinates = Array2::zeros((x.nrows(), 2));
    coordinates.slice_mut(s![.., ..found.ncols()]).assign(&found);
    let mut explained_variance_ratio = [0.0; 2];
    explained_variance_ratio.iter_mut().zip(fitted.explained_variance_ratio(x)).for_each(|(to, share)| *to = share);
    Ok(ComponentMap { coordinates, explained_variance_ratio })
}
