//! The methods once more, straight from their formulas: dense, in f64, slow, without a trick.
//!
//! They serve tests, of this crate and of every device that computes the same. Matrices of n x n are fine here.

mod diffusion;
mod lof;
mod matrices;
mod neighbors;

pub use diffusion::{propagate, spread};
pub use lof::{lof, simplified_2016};
pub use matrices::random;
pub use neighbors::{distances, kneighbors};
