//! The map that is there at once.

use ndarray::{Array2, ArrayView2, s};

use super::Embedding;
use crate::{Result, decomposition::leading};

/// The first two principal components of `x` (n x d), see [`leading`]: the sign of each is such that the largest entry of its
/// direction is positive. With one feature the second coordinate is 0.
///
/// # Errors
/// [`crate::Error::NotFinite`], [`crate::Error::InvalidParameter`] with fewer than two rows or without features.
pub fn pca_map(x: ArrayView2<'_, f32>) -> Result<Embedding> {
    let fitted = leading(x, x.ncols().clamp(1, 2))?;
    let found = fitted.transform(x);
    let mut coordinates = Array2::zeros((x.nrows(), 2));
    coordinates.slice_mut(s![.., ..found.ncols()]).assign(&found);
    Ok(Embedding { coordinates })
}
