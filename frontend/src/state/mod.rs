//! What the page knows and how it computes what to draw: no browser in here.

pub mod address;
pub mod candidates;
pub mod classes;
pub mod continuum;
pub mod decimation;
pub mod format;
pub mod gesture;
pub mod lines;
pub mod load;
pub mod markers;
pub mod picture;
pub mod quality;
pub mod scale;
pub mod sky;
pub mod smoothing;
pub mod sorting;
pub mod spectrum_batch;
pub mod table;
pub mod trace;
pub mod view;
pub mod virtual_rows;
pub mod window;
