//! Principal components: the directions along which spectra differ most.
//!
//! I. T. Jolliffe 2002, *Principal Component Analysis*. Eigenvectors of the covariance in f64, the first of each
//! sign fixed: the entry of largest magnitude is positive, as scikit-learn's `svd_flip` does. [`leading`] finds the first few of wide
//! matrices without the covariance.

mod leading;
mod pca;
#[cfg(test)]
mod tests;

pub use leading::leading;
pub use pca::{Pca, pca};
