//! Carrying out what was asked for: a run from its spec to its saved candidates, and a server's jobs.
//!
//! The command line calls [`execute`] itself. A server keeps a table of jobs ([`table`]) and has each computed by a process
//! of its own ([`service`], [`worker`]), which calls the same [`execute`]. All find the result in the run's folder.

mod accept;
mod execute;
pub mod launch;
mod needs;
pub mod parameters;
mod phase;
mod retention;
pub mod service;
mod table;
mod watch;
pub mod worker;

pub use accept::{accept, accept_with};
pub use execute::{ExecuteOptions, JobError, execute};
pub use needs::Needs;
pub use phase::Phase;
pub use table::{Change, FILE, Fault, Filter, Job, JobTable, Parameters, Room, TableError};
pub use watch::RunProgress;
