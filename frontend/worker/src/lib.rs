//! Runs in the browser.
//!
//! The page never computes. It starts one Web Worker with this code, the *chief* ([`chief`]), which fetches
//! feature rows from the server as an Arrow stream ([`features`]), carries the pipeline out ([`run`]) and keeps the
//! neighbour tables of the last runs ([`kept`]), so that another number of neighbours or another label costs no second
//! search. The search itself goes to the graphics processor, or by pairs of blocks to a pool of workers with the same
//! code ([`pool`], [`member`]). Nothing is shared between workers, so that the page needs no cross-origin isolation.
//!
//! [`stream`], [`answer`] and [`port`] are the page's too: both sides read the server's answers and each other's messages
//! in one way.
//!
//! What is absent on purpose: the document, and any decision about what to run.

pub mod answer;
#[cfg(feature = "runs")]
mod chief;
#[cfg(feature = "runs")]
mod columns;
#[cfg(feature = "runs")]
mod engine;
#[cfg(feature = "runs")]
mod explore;
#[cfg(feature = "runs")]
mod features;
#[cfg(feature = "runs")]
mod kept;
#[cfg(feature = "runs")]
mod labels;
#[cfg(feature = "runs")]
mod map;
#[cfg(feature = "runs")]
mod matrix;
#[cfg(feature = "runs")]
mod member;
#[cfg(feature = "runs")]
mod pool;
pub mod port;
#[cfg(feature = "runs")]
mod run;
pub mod stream;
#[cfg(feature = "runs")]
mod watch;

#[cfg(feature = "runs")]
pub use chief::start;
