//! A few labels, many rows: labels flow along the graph of neighbours until they settle.
//!
//! * **Label spreading**: D. Zhou, O. Bousquet, T. N. Lal, J. Weston, B. Schoelkopf 2004, *Learning with Local and
//!   Global Consistency*, NIPS 16. `S = D^-1/2 W D^-1/2`, `F <- alpha S F + (1 - alpha) Y`: seeds may change their mind.
//! * **Label propagation**: X. Zhu, Z. Ghahramani 2002, *Learning from Labeled and Unlabeled Data with Label
//!   Propagation*, CMU-CALD-02-107. `F <- D^-1 W F`, rows normalised, labelled rows clamped.
//!
//! The graph `W` is symmetric and without self loops ([`Graph`]). Sums are taken in f64. The rules of stopping and
//! normalisation are scikit-learn's, so that its dense `rbf` kernel gives the same numbers; its `knn` kernel is a
//! directed graph and does not. Rows that no label reaches have probability 0 and no label, never NaN. Where a label
//! comes from is the matter of [`Diffusion::influence`]; how a flow goes on after more labels, of [`Diffusion::resume`].

mod diffusion;
mod distributions;
mod flow;
mod graph;
mod influence;
mod params;
mod seeds;
mod shares;
#[cfg(test)]
mod tests;

pub use diffusion::{Algorithm, Diffusion, LEAST_SHARE};
pub use distributions::LabelDistributions;
pub use graph::{Csr, Graph, Rbf, Weights};
pub use influence::{Influence, Sources};
pub use params::{
    Kernel, LabelPropagationParams, LabelPropagationValidParams, LabelSpreadingParams, LabelSpreadingValidParams,
};
pub use seeds::Seeds;
pub use shares::Shares;
