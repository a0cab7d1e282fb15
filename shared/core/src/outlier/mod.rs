//! How unlike its neighbours a row is.

pub mod lof;
