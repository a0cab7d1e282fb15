//! Maps of feature space: each spectrum a place in the plane, near those that look like it.
//!
//! * [`pca_map`]: the first two principal components. At once, linear, its axes mean something.
//! * [`umap`]: L. `McInnes`, J. Healy, J. Melville 2018, *UMAP: Uniform Manifold Approximation and Projection for Dimension
//!   Reduction*, arXiv:1802.03426, from a neighbour table that is there already. Distances to neighbours become degrees of
//!   membership ([`Scales`], [`FuzzyGraph`]), which a stochastic descent reproduces in the plane ([`Layout`]).
//!
//! The descent takes umap-learn's steps in another order. There, one edge after the other moves both of its ends, so that
//! threads must either wait or disagree. Here an epoch has eight parts: the edges of a part all see the places where it
//! began, in parallel, and then move their ends in order. That both ends move, by equal steps, must stay: rows that step
//! through their own edges alone lose the pull of the few links between two crowds, and what is continuous is torn into
//! islands. What is drawn at random depends on seed, epoch and edge; powers are written out, exponentials are `libm`'s. So
//! from the same table and start a map has the same bits on any number of threads, natively and in WebAssembly.
//!
//! Not here: neighbours ([`crate::neighbors`]), and places for rows that come later.

mod curve;
mod draws;
mod forces;
mod graph;
mod layout;
mod map;
mod params;
mod scales;
#[cfg(test)]
mod tests;

pub use curve::Curve;
pub use graph::FuzzyGraph;
pub use layout::{Layout, umap};
pub use map::{ComponentMap, pca_map};
pub use params::UmapParams;
pub use scales::Scales;

use ndarray::Array2;

/// Places of all rows in the plane.
#[derive(Debug, Clone, PartialEq)]
pub struct Embedding {
    /// n x 2, in no unit, finite.
    pub coordinates: Array2<f32>,
}
