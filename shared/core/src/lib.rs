//! The science of Balmer.
//!
//! A survey is a pile of one-dimensional spectra; the rare ones hide in it. This crate turns spectra
//! into comparable feature vectors ([`manipulation`]), finds each vector's nearest neighbours
//! ([`neighbors`]), asks how lonely it is among them ([`outlier`]), and lets a handful of labels flow
//! along the neighbour graph ([`semi_supervised`]). [`pipeline`] strings these together from one
//! versioned text, and [`engine`] is the seam at which a faster device takes over the heavy steps.
//! What was found is measured line by line ([`analysis`]) and matched with what is known ([`sky`]), and what went wrong is told
//! apart from it ([`cluster`]).
//!
//! What is absent on purpose: input and output, clocks, environment, threads other than rayon's. The
//! same input and seed give the same output whatever the block size or thread count, natively and in
//! WebAssembly.
//!
//! Words follow the field: *spectral axis*, *flux*, *inverse variance* from `specutils` and the IVOA
//! Spectrum Data Model; *params*, *fit*, *`n_neighbors`* from scikit-learn and linfa.

pub mod analysis;
pub mod cluster;
pub mod decomposition;
pub mod engine;
pub mod error;
pub mod evaluation;
pub mod lines;
pub mod manifold;
pub mod manipulation;
pub mod neighbors;
pub mod oracle;
pub mod outlier;
mod parallel;
pub mod pipeline;
pub mod semi_supervised;
pub mod simulate;
pub mod sky;
pub mod spectrum;

pub use engine::{CpuEngine, Engine, Observer};
pub use error::{Error, Result};
pub use ndarray;
