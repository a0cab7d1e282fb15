//! Bytes to and from Balmer's types.
#![warn(missing_docs)]

pub mod api;
pub mod catalogue;
mod columns;
mod draft;
mod error;
mod fits;
mod format;
mod gzip;
pub mod table;
mod text;
mod units;
pub mod votable;
mod write;

pub use error::ReadError;
pub use format::{Format, ReadOptions, read_spectra, read_spectra_with};
pub use write::{write_spectrum_csv, write_spectrum_fits, write_spectrum_votable};
