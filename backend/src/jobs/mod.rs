//! Carrying out what was asked for: a run from its spec to its saved candidates.
//!
//! The command line and the server call the same [`execute`]; both find the result in the run's folder.

mod execute;
mod watch;

pub use execute::{ExecuteOptions, JobError, execute};
pub use watch::RunProgress;
