//! The native side of Balmer: everything that touches disks, networks and terminals.
//!
//! [`storage`] keeps surveys, labels and runs on disk.

pub mod config;
pub mod storage;
