//! Bytes to and from Balmer's types.
#![warn(missing_docs)]

pub mod api;
mod error;
mod format;

pub use error::ReadError;
pub use format::{Format, ReadOptions, read_spectra, read_spectra_with};
