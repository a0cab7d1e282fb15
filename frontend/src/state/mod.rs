//! What the page knows and how it computes what to draw: no browser in here.

pub mod address;
pub mod candidates;
pub mod classes;
pub mod decimation;
pub mod format;
pub mod load;
pub mod markers;
pub mod quality;
pub mod scale;
pub mod sorting;
pub mod table;
pub mod virtual_rows;
pub mod window;
