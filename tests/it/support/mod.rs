//! What the tests stand on: the program in a data directory of its own, and small files to feed it.

mod balmer;
pub mod matrix;
pub mod real_data;
pub mod served;
pub mod spectra;

pub use balmer::{Balmer, Failure, binary};
