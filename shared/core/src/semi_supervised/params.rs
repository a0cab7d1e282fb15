//! linfa-style parameters: from a matrix and seeds to distributions in one call.

use linfa::{DatasetBase, ParamGuard, traits::Fit};
use ndarray::{ArrayBase, Data, Ix2};

use super::{Algorithm, Diffusion, Graph, LabelDistributions, Seeds, Weights};
use crate::{Error, Result, engine::Unobserved, neighbors};

/// From which pairs of rows, and how weighted, the graph is made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kernel {
    /// Nearest neighbours, exact.
    Knn {
        /// Neighbours per row, before the graph is made symmetric.
        n_neighbors: usize,
        /// Weights of the edges.
        weights: Weights,
    },
    /// All pairs, `exp(-gamma d^2)`.
    Rbf {
        /// In inverse squared units of the features.
        gamma: f32,
    },
}

impl Default for Kernel {
    /// Ten neighbours, connectivity.
    fn default() -> Self {
        Self::Knn { n_neighbors: 10, weights: Weights::Connectivity }
    }
}

impl Kernel {
    fn graph<D: Data<Elem = f32>>(self, x: &ArrayBase<D, Ix2>) -> Result<Graph> {
        match self {
            Self::Knn { n_neighbors, weights } => {
                Graph::knn(&neighbors::exact(x.view(), n_neighbors, &Unobserved)?, n_neighbors, weights)
            }
            Self::Rbf { gamma } => Graph::rbf(x.view(), gamma),
        }
    }
}

/// Defines unchecked and checked parameters of one algorithm.
macro_rules! params {
    ($(#[$doc:meta])* $params:ident, $(#[$valid_doc:meta])* $valid:ident, $algorithm:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $params($valid);

        $(#[$valid_doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $valid {
            kernel: Kernel,
            diffusion: Diffusion,
        }

        impl $params {
            /// The defaults of scikit-learn, on a graph of ten nearest neighbours.
            pub fn new() -> Self {
                let diffusion = Diffusion { algorithm: $algorithm, ..Diffusion::default() };
                Self($valid { kernel: Kernel::default(), diffusion })
            }

            /// Sets how the graph is made.
            #[must_use]
            pub fn kernel(mut self, kernel: Kernel) -> Self {
                self.0.kernel = kernel;
                self
            }

            /// Sets the greatest number of iterations.
            #[must_use]
            pub fn max_iter(mut self, max_iter: usize) -> Self {
                self.0.diffusion.max_iter = max_iter;
                self
            }

            /// Sets the sum of absolute changes below which labels have settled.
            #[must_use]
            pub fn tol(mut self, tol: f32) -> Self {
                self.0.diffusion.tol = tol;
                self
            }
        }

        impl Default for $params {
            fn default() -> Self {
                Self::new()
            }
        }

        impl ParamGuard for $params {
            type Checked = $valid;
            type Error = Error;

            fn check_ref(&self) -> Result<&Self::Checked> {
                self.0.diffusion.check()?;
                Ok(&self.0)
            }

            fn check(self) -> Result<Self::Checked> {
                self.check_ref()?;
                Ok(self.0)
            }
        }

        impl<D: Data<Elem = f32>> Fit<ArrayBase<D, Ix2>, Seeds, Error> for $valid {
            type Object = LabelDistributions;

            fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, Seeds>) -> Result<LabelDistributions> {
                let graph = self.kernel.graph(dataset.records())?;
                self.diffusion.run(&graph, &dataset.targets, &Unobserved)
            }
        }
    };
}

params!(
    /// Parameters of label spreading, not yet checked.
    LabelSpreadingParams,
    /// Parameters of label spreading, checked.
    LabelSpreadingValidParams,
    Algorithm::Spreading
);

impl LabelSpreadingParams {
    /// Sets what a row takes from its neighbours, between 0 and 1.
    #[must_use]
    pub fn alpha(mut self, alpha: f32) -> Self {
        self.0.diffusion.alpha = alpha;
        self
    }
}

params!(
    /// Parameters of label propagation, not yet checked.
    LabelPropagationParams,
    /// Parameters of label propagation, checked.
    LabelPropagationValidParams,
    Algorithm::Propagation
);
