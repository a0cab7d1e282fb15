//! The `k` nearest other rows of every row of a matrix, exactly.
//!
//! Euclidean distance, the row itself excluded (by its index: its exact duplicates stay, at distance 0),
//! ascending, ties by index (ties of the f64 distances, which the table holds rounded to f32). The numbers do not
//! depend on the block size, on the number of threads or on what multiplied the matrices: whatever proposes candidates,
//! distances in f64 and a proof that nothing was overlooked have the last word.
//!
//! [`exact`] chooses between two ways: [`Pieces`], which never looks at most pairs, and [`Search`], in which each pair meets
//! once, and in which devices take part. Hosts with more than one process share either; the cores of one share the first with
//! devices ([`Together`]).
//!
//! [`approximate`] finds nearly all of them in less time, and says how many.
//!
//! What is absent: other metrics, queries of rows outside the matrix.

#![allow(
    clippy::inline_always,
    reason = "what is written with lanes has to be inlined into the function that is compiled for the instructions"
)]

mod arranged;
mod blocked;
mod candidates;
mod centred;
mod certify;
mod duplicates;
mod fused;
mod gathered;
mod lanes;
mod layout;
mod merged;
mod metric;
mod nn_descent;
mod panels;
mod pieces;
mod proposals;
mod pruned;
mod search;
mod settled;
mod table;
#[cfg(test)]
mod tests;
mod tile;
mod together;
mod tournament;
mod watch;

pub use candidates::Best;
pub use centred::Centred;
pub use duplicates::DuplicateGroups;
pub use gathered::Gathered;
pub(crate) use lanes::Instructions;
pub use merged::{Merged, Met};
pub use metric::{check_features, distance};
pub use nn_descent::{Recall, approximate};
pub use panels::Panels;
pub use pieces::{Forgetful, Keeper, Piece, Pieces};
pub use proposals::{MARGIN, Proposals};
pub use search::Search;
pub use settled::Settled;
pub use table::NeighborTable;
pub use together::{Hand, Lot, Together};
pub use tournament::{Pair, tournament};

use ndarray::ArrayView2;

use crate::{Error, Result, engine::Observer};

/// The `n_neighbors` nearest other rows of every row of `x` (n x d), Euclidean, exact.
///
/// The distances are those of [`distance`]; ties break by index. O(n k + n d) memory; time is O(n^2 d) where all pairs
/// have to meet, and far less where a few directions tell most of them apart, as those of spectra do. In the latter case
/// the search has pieces, which the observer's [`Keeper`] may keep.
///
/// # Errors
/// [`Error::NotFinite`](crate::Error::NotFinite) for NaN or infinite features,
/// [`Error::TooFewRows`](crate::Error::TooFewRows) unless `n_neighbors < n`,
/// [`Error::InvalidParameter`](crate::Error::InvalidParameter) for `n_neighbors = 0`, rows without values or distances
/// beyond f32,
/// [`Error::Cancelled`](crate::Error::Cancelled).
pub fn exact(x: ArrayView2<'_, f32>, n_neighbors: usize, observer: &dyn Observer) -> Result<NeighborTable> {
    let x = search::row_by_row(x.into());
    let pieces = Pieces::new(x.view(), n_neighbors)?;
    if observer.is_cancelled() {
        return Err(Error::Cancelled);
    }
    if let Some(pieces) = pieces {
        return pieces.all(observer);
    }
    let search = Search::packed(x)?;
    let block = blocked::block_size(search.n_rows());
    NeighborTable::from_settled([search.all(Instructions::fastest(), n_neighbors, block, observer)?])
}
