//! One file a page.

pub mod help;
pub mod labels;
pub mod not_found;
pub mod runs;
pub mod start;
pub mod surveys;
pub mod workbench;
