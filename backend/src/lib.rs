//! The native side of Balmer: everything that touches disks, networks and terminals.
//!
//! [`engine`] computes on this machine's GPU or processor; [`storage`] keeps surveys, labels and runs on disk; [`jobs`]
//! carries runs out, within what [`machine`] has and [`config`] grants; [`compare`] sets two of them side by side, [`recall`]
//! counts what they found of what is known; [`coverage`] says where on the sky a survey is; [`explain`] says why a spectrum stands where it does, [`families`]
//! which of them share a defect; [`export`] writes tables;
//! [`http`] serves all that, with the web app, and `vo` renders it as the Virtual Observatory has it.

pub mod compare;
pub mod config;
pub mod coverage;
pub mod engine;
pub mod explain;
pub mod export;
pub mod families;
pub mod http;
pub mod jobs;
pub mod machine;
pub mod recall;
pub mod storage;
mod vo;
