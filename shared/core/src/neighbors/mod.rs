//! The `k` nearest other rows of every row of a matrix, exactly.
//!
//! Euclidean distance, the row itself excluded (by its index: its exact duplicates stay, at distance 0),
//! ascending, ties by index (ties of the f64 distances, which the table holds rounded to f32). The numbers do not
//! depend on the block size, on the number of threads or on what multiplied the matrices: [`exact`] and every device
//! propose candidates, and [`Search::settle`] has the last word.
//!
//! What is absent: approximate search, other metrics, queries of rows outside the matrix.

mod blocked;
mod candidates;
mod centred;
mod certify;
mod duplicates;
mod metric;
mod proposals;
mod search;
mod settled;
mod table;
#[cfg(test)]
mod tests;

pub use blocked::exact;
pub use centred::Centred;
pub use duplicates::DuplicateGroups;
pub use metric::{check_features, distance};
pub use proposals::{MARGIN, Proposals};
pub use search::Search;
pub use settled::Settled;
pub use table::NeighborTable;
