//! The parts of the pages.

pub mod crossmatch;
pub mod empty;
pub mod error_banner;
pub mod explanation;
pub mod families;
pub mod filter_bar;
pub mod header;
pub mod keyboard;
pub mod label_bar;
pub mod listing;
pub mod lived_elsewhere;
pub mod measuring;
pub mod metadata_panel;
pub mod new_class;
pub mod recall;
pub mod run_bar;
pub mod run_details;
pub mod run_progress;
pub mod selection_bar;
pub mod sky_extent;
pub mod sky_plot;
pub mod spectrum_plot;
pub mod spectrum_view;
pub mod subsets_menu;
pub mod tour;
pub mod views;
