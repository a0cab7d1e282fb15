//! What is wrong is said, and nothing that was right is lost.

mod files;
mod hosts;
mod matrices;
mod specs;
