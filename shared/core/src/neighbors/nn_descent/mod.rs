//! Approximate neighbours, for surveys beyond the reach of [`super::exact`], and how good they are.
//!
//! The neighbours of a row's neighbours are likely its own: from a first guess, lists of neighbours get better by asking
//! those that are in them (W. Dong, M. Charikar, K. Li 2011, *Efficient K-Nearest Neighbor Graph Construction for Generic
//! Similarity Measures*, WWW '11, 577). The first guess ([`start`]) is most of the answer: rows are
//! [arranged](super::arranged), and each panel of them looks through the panels that seem nearest, as the exact search does,
//! but through so many and no more. The descent ([`descent`]) finds what stands elsewhere.
//!
//! Two rows whose first coordinates are far apart are not measured. Where the exact search takes the least distance that
//! coordinates and rests allow, this one takes a likely one: rests of two rows seldom point the same way ([`LIKENESS`]).
//!
//! Every pass reads what the one before it left, so that the answer does not depend on the number of threads. The
//! distances are those of the exact search: a row whose neighbours are all found has its bits. How many are found is
//! measured, on rows drawn at random ([`recall`]).
//!
//! Memory beside the matrix: a copy of it, its heads (at most 132 numbers a row), and
//! 12 (k + 6) + 400 bytes a row.

mod acquaintances;
mod descent;
mod ground;
mod lists;
mod middles;
mod recall;
mod start;
#[cfg(test)]
mod tests;

use ndarray::ArrayView2;

pub use recall::Recall;

use self::{ground::Ground, lists::Lists};
use super::{
    Gathered, NeighborTable, Piece,
    arranged::Arranged,
    certify, exact,
    lanes::Instructions,
    search::{check_matrix, row_by_row},
};
use crate::{Error, Result, engine::Observer};

/// Rows below which the exact search is as fast.
const FEW_ROWS: usize = 16_384;
/// Rows a neighbour below which the exact search is as fast.
const FEW_ROWS_A_NEIGHBOR: usize = 64;
/// Neighbours kept beyond those asked for: the descent goes through them, too.
const MARGIN: usize = 6;
/// The cosine that the rests of two rows near each other are taken to have at most.
const LIKENESS: f32 = 0.6;
/// Passes of the descent at most.
const PASSES: usize = 12;
/// The share of new entries at which the descent ends.
const SETTLED: f64 = 0.01;
/// Rows ranked by one task.
const CHUNK: usize = 256;

/// Nearly the `n_neighbors` nearest other rows of every row of `x` (n x d), Euclidean, and the share of them that was
/// found, estimated on rows drawn by `seed`; the neighbours themselves do not depend on it.
///
/// Where [`super::exact`] is as fast (below 16,384 rows, or 64 rows for each neighbour asked for) it answers, and there is
/// no [`Recall`]. O(n d) time, for all that coordinates tell; O(n (k + d)) memory.
///
/// # Errors
/// As [`super::exact`].
pub fn approximate(
    x: ArrayView2<'_, f32>,
    n_neighbors: usize,
    seed: u64,
    observer: &dyn Observer,
) -> Result<(NeighborTable, Option<Recall>)> {
    let (n, d) = x.dim();
    if n < FEW_ROWS || n / FEW_ROWS_A_NEIGHBOR < n_neighbors || n_neighbors == 0 || d == 0 {
        return Ok((exact(x, n_neighbors, observer)?, None));
    }
    check_matrix(x)?;
    let x = row_by_row(x.into());
    let (table, recall) = search(x.view(), n_neighbors, seed, Instructions::fastest(), observer)?;
    Ok((table, Some(recall)))
}

/// [`approximate`] by given instructions, for rows in standard layout, however few.
fn search(
    x: ArrayView2<'_, f32>,
    n_neighbors: usize,
    seed: u64,
    instructions: Instructions,
    observer: &dyn Observer,
) -> Result<(NeighborTable, Recall)> {
    let ground = Ground::new(x)?;
    let mut lists = start::lists(&ground, n_neighbors + MARGIN, instructions, observer, 0.0..progress(0))?;
    for pass in 0..PASSES {
        let span = progress(pass)..progress(pass + 1);
        let fresh = descent::pass(&ground, &mut lists, instructions, observer, span)?;
        if (fresh as f64) < SETTLED * lists.neighbors.len() as f64 {
            break;
        }
    }
    let table = table(&ground, &lists, n_neighbors)?;
    let recall = recall::estimate(&ground, &table, seed, instructions);
    if observer.is_cancelled() {
        return Err(Error::Cancelled);
    }
    observer.progress(1.0);
    Ok((table, recall))
}

/// What is done after so many passes: nobody knows how many there will be.
fn progress(passes: usize) -> f64 {
    1.0 - 0.5 * 0.4_f64.powi(passes as i32)
}

/// The nearest of those in the lists, by distances in f64.
fn table(ground: &Ground<'_>, lists: &Lists, n_neighbors: usize) -> Result<NeighborTable> {
    let Arranged { x, d, ref order, .. } = ground.arranged;
    Gathered::search(ground.n_rows(), n_neighbors, ground.n_rows().div_ceil(CHUNK), |chunk| {
        let first = chunk * CHUNK;
        let mut found = Piece::default();
        for (place, &row) in (first..).zip(order[first..].iter().take(CHUNK)) {
            let known = lists.row(place).iter().filter(|near| near.square.is_finite());
            let proposed: Vec<u32> = known.map(|near| order[near.place as usize]).collect();
            found.push(row, &certify::nearest((x, d), row as usize, &proposed, n_neighbors, |_| true).0);
        }
        Ok(found)
    })
}
