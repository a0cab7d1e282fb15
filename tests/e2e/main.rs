//! The product as a person meets it: the real server, the real page, a real browser.
//!
//! Chromium is driven through its own `chromedriver`. A missing browser, program or web app is a
//! failure: `cargo xtask test` installs and builds all three. Screenshots go to `artefacts/screenshots`
//! for a person to look at.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that cannot go on has failed, and says so")]

mod accessibility;
mod browser;
mod compare;
mod cone;
mod conformance;
mod crossmatch;
mod desk;
mod families;
mod gallery;
mod guide;
mod local;
mod local_ends;
mod measuring;
mod page;
mod real_data;
mod runs;
mod server;
mod table;
mod views;
mod why;
