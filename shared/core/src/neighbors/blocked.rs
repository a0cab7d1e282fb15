//! Candidates of a range of rows by products of blocks.
//!
//! Blocks of the range are multiplied by each other (`Y_a Y_b^T`, f32, the upper triangle only: each product serves
//! the rows of both blocks), and by the blocks of all other rows, which then only serve the range. A [`Kernel`]
//! multiplies and keeps, per row, the few candidates with the smallest scores. Cancellation in
//! `|x|^2 + |y|^2 - 2 x.y` costs work at worst, never a wrong neighbour: see [`super::certify`].
//!
//! Memory: O(n k + n d), and one product block per thread.

use std::{
    ops::Range,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use super::{Centred, MARGIN, candidates::Candidates};
use crate::{Error, Result, engine::Observer, parallel};

/// Rows per block at most: a product block of 512 x 512 f32 stays in a second-level cache.
const MAX_BLOCK: usize = 512;
/// Rows per block at least.
const MIN_BLOCK: usize = 48;

/// Rows per block for so many rows: enough blocks that all threads find disjoint pairs of them.
pub(super) fn block_size(rows: usize) -> usize {
    (rows / (4 * parallel::n_threads())).clamp(MIN_BLOCK, MAX_BLOCK)
}

/// Multiplies pairs of blocks, each known by its place in the list, and offers what comes out.
pub(super) trait Kernel<'a>: Sync + Sized {
    /// A kernel for these blocks of rows.
    fn new(centred: &'a Centred, blocks: Vec<Range<usize>>) -> Self;

    /// The blocks it was made for.
    fn blocks(&self) -> &[Range<usize>];

    /// What can be done for blocks `a` and `b` without their candidates, into a buffer of the thread.
    fn multiply(&self, a: usize, b: usize, buffer: &mut Vec<f32>);

    /// Offers every row of block `a` every other of it.
    fn offer_within(&self, a: usize, buffer: &[f32], candidates: &mut Candidates);

    /// Offers the rows of block `a` those of block `b`, and the other way round where there are candidates of `b`.
    fn offer(&self, a: usize, b: usize, buffer: &[f32], of_rows: &mut Candidates, of_columns: Option<&mut Candidates>);
}

/// The candidates of `rows` (not empty) among all rows, in blocks of `block` rows that follow each other; the other
/// rows come in blocks of `outside`.
///
/// # Errors
/// [`Error::Cancelled`].
pub(super) fn collect<'a, K: Kernel<'a>>(
    centred: &'a Centred,
    rows: &Range<usize>,
    n_neighbors: usize,
    [block, outside]: [usize; 2],
    observer: &dyn Observer,
) -> Result<Vec<Mutex<Candidates>>> {
    let n = centred.half_squares().len();
    let inside = pieces(rows.clone(), block).count();
    let blocks = pieces(rows.clone(), block).chain(pieces(0..rows.start, outside)).chain(pieces(rows.end..n, outside));
    let kernel = K::new(centred, blocks.collect());
    let candidates: Vec<_> =
        pieces(rows.clone(), block).map(|rows| Mutex::new(Candidates::new(rows.len(), n_neighbors + MARGIN))).collect();
    let lock = |block: usize| unpoisoned(&candidates[block]);
    let mut pairs = pairs(inside);
    pairs.extend((inside..kernel.blocks().len()).flat_map(|b| (0..inside).map(move |a| (a, b))));
    let next = AtomicUsize::new(0);
    let cancelled = AtomicBool::new(false);
    let reported = Mutex::new(0);
    parallel::map_indices(parallel::n_threads(), |_| {
        let mut buffer = Vec::new();
        loop {
            let turn = next.fetch_add(1, Ordering::Relaxed);
            let Some(&(a, b)) = pairs.get(turn) else { break };
            if cancelled.load(Ordering::Relaxed) || observer.is_cancelled() {
                cancelled.store(true, Ordering::Relaxed);
                break;
            }
            kernel.multiply(a, b, &mut buffer);
            // locks are taken in ascending order: no deadlock
            let mut of_rows = lock(a);
            if a == b {
                kernel.offer_within(a, &buffer, &mut of_rows);
            } else if b < inside {
                kernel.offer(a, b, &buffer, &mut of_rows, Some(&mut lock(b)));
            } else {
                kernel.offer(a, b, &buffer, &mut of_rows, None);
            }
            drop(of_rows);
            if let Ok(mut last) = reported.try_lock()
                && turn > *last
            {
                *last = turn;
                observer.progress(turn as f64 / pairs.len() as f64);
            }
        }
    });
    if cancelled.into_inner() {
        return Err(Error::Cancelled);
    }
    observer.progress(1.0);
    Ok(candidates)
}

/// Candidates stay whole whatever became of the thread that held them.
pub(super) fn unpoisoned(candidates: &Mutex<Candidates>) -> MutexGuard<'_, Candidates> {
    candidates.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Consecutive pieces of `rows`, of `block` rows each but the last.
pub(super) fn pieces(rows: Range<usize>, block: usize) -> impl Iterator<Item = Range<usize>> {
    let end = rows.end;
    rows.step_by(block).map(move |first| first..end.min(first + block))
}

/// All pairs of blocks, so ordered that neighbours in the list share no block: a round-robin tournament
/// (circle method), after the diagonal.
fn pairs(blocks: usize) -> Vec<(usize, usize)> {
    let mut list: Vec<_> = (0..blocks).map(|block| (block, block)).collect();
    let players = blocks.next_multiple_of(2);
    let circle = players.saturating_sub(1);
    for round in 0..circle {
        for table in 0..players / 2 {
            let (a, b) = if table == 0 {
                (circle, round)
            } else {
                ((round + table) % circle, (round + circle - table) % circle)
            };
            if a < blocks && b < blocks {
                list.push((a.min(b), a.max(b)));
            }
        }
    }
    list
}
