//! The parts of the pages.

pub mod candidate_table;
pub mod empty;
pub mod error_banner;
pub mod header;
pub mod metadata_panel;
pub mod run_progress;
pub mod session;
pub mod spectrum_plot;
pub mod spectrum_view;
pub mod theme;
