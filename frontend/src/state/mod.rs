//! What the page knows and how it computes what to draw: no browser in here.

pub mod address;
pub mod candidates;
pub mod classes;
pub mod completion;
pub mod cone;
pub mod decimation;
pub mod duration;
pub mod extent;
pub mod filter;
pub mod format;
pub mod load;
pub mod markers;
pub mod progress;
pub mod quality;
pub mod run_form;
pub mod scale;
pub mod settings;
pub mod sorting;
pub mod sql;
pub mod table;
pub mod virtual_rows;
pub mod window;
