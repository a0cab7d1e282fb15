//! The `k` nearest other rows of every row of a matrix, exactly.
//!
//! Euclidean distance, the row itself excluded (by its index: its exact duplicates stay, at distance 0),
//! ascending, ties by index (ties of the f64 distances, which the table holds rounded to f32). The numbers do not
//! depend on the block size, on the number of threads or on what multiplied the matrices: [`exact`] and every device
//! propose candidates, and [`Search::settle`] has the last word.
//!
//! [`approximate`] finds nearly all of them in less time, and says how many. What is absent: other metrics, queries of rows outside the matrix.

mod blocked;
mod candidates;
mod centred;
mod certify;
mod duplicates;
mod fused;
mod lanes;
mod layout;
mod merged;
mod metric;
mod nn_descent;
mod panels;
mod proposals;
mod pruned;
mod search;
mod settled;
mod table;
#[cfg(test)]
mod tests;
mod tile;
mod tournament;

pub use candidates::Best;
pub use centred::Centred;
pub use duplicates::DuplicateGroups;
pub(crate) use lanes::Instructions;
pub use merged::{Merged, Met};
pub use metric::{check_features, distance};
pub use nn_descent::{Recall, approximate};
pub use panels::Panels;
pub use proposals::{MARGIN, Proposals};
pub use search::Search;
pub use settled::Settled;
pub use table::NeighborTable;
pub use tournament::{Pair, tournament};

use ndarray::ArrayView2;

use crate::{Result, engine::Observer};

/// The `n_neighbors` nearest other rows of every row of `x` (n x d), Euclidean, exact.
///
/// The distances are those of [`distance`]; ties break by index. O(n^2 d) time, O(n k + n d) memory.
///
/// # Errors
/// [`Error::NotFinite`](crate::Error::NotFinite) for NaN or infinite features,
/// [`Error::TooFewRows`](crate::Error::TooFewRows) unless `n_neighbors < n`,
/// [`Error::InvalidParameter`](crate::Error::InvalidParameter) for `n_neighbors = 0` or distances beyond f32,
/// [`Error::Cancelled`](crate::Error::Cancelled).
pub fn exact(x: ArrayView2<'_, f32>, n_neighbors: usize, observer: &dyn Observer) -> Result<NeighborTable> {
    if std::env::var("DENSE").is_err() { let p=pruned::Pruned::new(x)?; eprintln!("steps {:.3e} of {:.3e}", p.steps(n_neighbors, Instructions::fastest()), (x.nrows() as f64/16.).powi(2)/2.*16.*x.ncols() as f64); let s=p.all(n_neighbors, Instructions::fastest(), observer)?; eprintln!("again {}", s.searched_again()); return NeighborTable::from_settled([s]); }
    NeighborTable::from_settled([Search::packed(x)?.all(n_neighbors, observer)?])
}
