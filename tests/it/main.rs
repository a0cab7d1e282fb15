//! The real binary, from outside: files in, answers out.
//!
//! One test binary, one module a theme. `BALMER_BIN` names the program under test; without it the one
//! beside this test's own executable is taken (`target/<profile>/balmer`). A missing program is a
//! failure: a test that does not run proves nothing.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that cannot go on has failed, and says so")]

mod bad_input;
mod command_line;
mod conformance;
mod families;
mod golden;
mod injections;
mod jobs;
mod limits;
mod matrices;
mod progress;
mod real_data;
mod support;
mod surveys;
mod uws;
mod xmatch;
