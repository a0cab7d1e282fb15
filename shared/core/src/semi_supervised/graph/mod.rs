//! The weighted, symmetric graph along which labels flow.

mod csr;
mod rbf;

use ndarray::{Array2, ArrayView2};

pub use csr::{Csr, Weights};
pub use rbf::Rbf;

use super::Algorithm;
use crate::{Result, engine::Observer, neighbors::NeighborTable};

/// A symmetric graph without self loops: edges of nearest neighbours, or all pairs.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Graph {
    /// Stored edges, O(n k).
    Sparse(Csr),
    /// All pairs with Gaussian weights, computed again at each product: O(n d) memory, O(n^2 d) time a product.
    Rbf(Rbf),
}

impl Graph {
    /// The union of the edges to the first `n_neighbors` of each row, made symmetric.
    ///
    /// # Errors
    /// [`crate::Error::InvalidParameter`] when the table holds fewer neighbours, or gamma is no positive number.
    pub fn knn(table: &NeighborTable, n_neighbors: usize, weights: Weights) -> Result<Self> {
        Csr::knn(table, n_neighbors, weights).map(Self::Sparse)
    }

    /// All pairs of rows of `x` (n x d), weighted `exp(-gamma d^2)`.
    ///
    /// # Errors
    /// [`crate::Error::NotFinite`], or [`crate::Error::InvalidParameter`] when gamma is no positive number.
    pub fn rbf(x: ArrayView2<'_, f32>, gamma: f32) -> Result<Self> {
        Rbf::new(x, gamma).map(Self::Rbf)
    }

    /// Number of nodes.
    pub fn n_rows(&self) -> usize {
        match self {
            Self::Sparse(csr) => csr.n_rows(),
            Self::Rbf(rbf) => rbf.n_rows(),
        }
    }

    /// Weight of a node with itself. A graph has no self loops, with one exception that keeps the numbers of
    /// scikit-learn: its `LabelPropagation` leaves the diagonal of the rbf kernel, `exp(0)`, where it is.
    pub fn self_weight(&self, algorithm: Algorithm) -> f64 {
        match (self, algorithm) {
            (Self::Rbf(_), Algorithm::Propagation) => 1.0,
            _ => 0.0,
        }
    }

    /// `W F` for `F` of n x C, in f64; sums in an order that depends on the graph alone. What a cancelled
    /// product returns is meaningless.
    pub(crate) fn product(&self, f: &Array2<f64>, observer: &dyn Observer) -> Array2<f64> {
        match self {
            Self::Sparse(csr) => csr.product(f),
            Self::Rbf(rbf) => rbf.product(f, observer),
        }
    }
}
