//! One file a page.

pub mod desk;
pub mod not_found;
