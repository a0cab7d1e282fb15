//! The native side of Balmer: everything that touches disks, networks and terminals.
//!
//! [`storage`] keeps surveys, labels and runs on disk; [`jobs`] carries runs out.

pub mod config;
pub mod jobs;
pub mod storage;
