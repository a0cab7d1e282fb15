//! Bytes to and from Balmer's types.
//!
//! Every survey writes spectra its own way, and some write wavelengths where others write flux. Here each
//! layout has one module that knows its traps, and [`read_spectra`] recognises which it is from the content.
//! What comes out is the core's [`Spectrum`](balmer_core::spectrum::Spectrum), with its medium stated and its
//! peculiarities remarked, or a [`ReadError`] with a stable reason. The other way, single spectra and
//! [`table`]s are written for the tools that astronomers use. [`api`] holds the bodies of the HTTP API, which
//! server and web app share.
//!
//! What is absent on purpose: files and networks (bytes in, bytes out), and any judgement of a spectrum beyond
//! whether it is one. No byte sequence may make this crate panic.
//!
//! [`read_spectra`] turns the bytes of one file into spectra, whatever survey made it: the layout is
//! recognised from the content, and a file that is refused says why by a stable
//! [`reason`](ReadError::reason). [`table`] and [`votable`] write and read lists; [`api`] holds the HTTP
//! API's bodies, shared by both of its ends; [`worker`] what the web page and its worker say to each other.
//!
//! What is absent on purpose: files, sockets and clocks. Callers hand in bytes and writers, so the
//! same code runs in a server and in a browser.
#![warn(missing_docs)]

pub mod api;
mod arrow;
pub mod arrow_stream;
pub mod catalogue;
mod catalogue_rows;
mod columns;
mod draft;
mod error;
mod fits;
mod format;
mod gzip;
pub mod table;
mod text;
mod units;
pub mod vo;
pub mod votable;
pub mod worker;
mod write;

pub use arrow::write_spectrum_arrow;
pub use catalogue_rows::{CatalogueColumn, CatalogueRows, MAX_ROW, PlaceColumns, Places, Rows};
pub use error::ReadError;
pub use format::{Format, ReadOptions, read_spectra, read_spectra_with};
pub use write::{write_spectrum_csv, write_spectrum_fits, write_spectrum_votable};
