//! The weighted, symmetric graph along which labels flow.

mod csr;
mod edges;
mod order;
mod rbf;

use std::ops::Range;

use ndarray::ArrayView2;

pub use csr::{Csr, Weights};
pub use rbf::Rbf;

use super::Algorithm;
use crate::{Result, engine::Observer, neighbors::NeighborTable, parallel};

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
    /// [`crate::Error::InvalidParameter`] when the table holds fewer neighbours, gamma is no positive number, or the
    /// edges are 2^32 or more.
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

    /// The row that a node is: stored edges have their nodes in an order of their own, see [`Csr::order`].
    pub(super) fn row(&self, node: usize) -> usize {
        match self {
            Self::Sparse(csr) => csr.order()[node] as usize,
            Self::Rbf(_) => node,
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

    /// `W F`, some nodes at a time: `finish(nodes, target)` finds their rows of the product in their part of `target`
    /// (n x `classes`, as `values`) while these are in a cache, and may change them. What it returns comes in the
    /// order of the nodes, whatever the threads. What a cancelled product leaves is meaningless.
    pub(super) fn product<R: Send>(
        &self,
        classes: usize,
        values: &[f64],
        target: &mut [f64],
        observer: &dyn Observer,
        finish: impl Fn(Range<usize>, &mut [f64]) -> R + Sync + Send,
    ) -> Vec<R> {
        let together = match self {
            Self::Sparse(_) => csr::ROWS,
            Self::Rbf(_) => rbf::ROWS,
        };
        parallel::map_chunks_mut(target, together * classes, |chunk, target| {
            let nodes = chunk * together..chunk * together + target.len() / classes;
            match self {
                Self::Sparse(csr) => csr.sums(nodes.clone(), classes, values, target),
                Self::Rbf(rbf) => rbf.sums(nodes.clone(), classes, values, target, observer),
            }
            finish(nodes, target)
        })
    }

    /// The sum of the weights of each node's edges. Meaningless when cancelled.
    pub(super) fn degrees(&self, observer: &dyn Observer) -> Vec<f64> {
        match self {
            Self::Sparse(csr) => parallel::map_indices(csr.n_rows(), |node| csr.degree(node)),
            Self::Rbf(rbf) => {
                let mut degrees = vec![0.0; rbf.n_rows()];
                self.product(1, &vec![1.0; rbf.n_rows()], &mut degrees, observer, |_, _| ());
                degrees
            }
        }
    }
}
