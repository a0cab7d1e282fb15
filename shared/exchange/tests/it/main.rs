//! Readers and writers from the outside: synthetic files of every layout, and the real ones where
//! the folder is there.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::needless_pass_by_value,
    clippy::needless_for_each,
    clippy::format_push_string,
    clippy::case_sensitive_file_extension_comparisons,
    reason = "tests read files and clocks, fail by panicking, print why they skip, and need not be fast"
)]

mod bad_input;
mod build;
mod formats_doc;
mod layouts;
mod lines;
mod real_data;
mod velocities;
mod writers;
