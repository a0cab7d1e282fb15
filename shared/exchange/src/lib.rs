//! Bytes to and from Balmer's types.
#![warn(missing_docs)]

pub mod api;
mod columns;
mod draft;
mod error;
mod fits;
mod format;
mod gzip;
mod units;

pub use error::ReadError;
pub use format::{Format, ReadOptions, read_spectra, read_spectra_with};
