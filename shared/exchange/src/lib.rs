//! Bytes to and from Balmer's types.
//!
//! [`read_spectra`] turns the bytes of one file into spectra, whatever survey made it: the layout is
//! recognised from the content, and a file that is refused says why by a stable
//! [`reason`](ReadError::reason). [`table`] and [`votable`] write and read lists; [`api`] holds the HTTP
//! API's bodies, shared by both of its ends.
//!
//! What is absent on purpose: files, sockets and clocks. Callers hand in bytes and writers, so the
//! same code runs in a server and in a browser.
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
