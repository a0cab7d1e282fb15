//! Candidates of rows that meet, by products of blocks.
//!
//! Rows are cut into blocks that meet in pairs (`Y_a Y_b^T`, f32; each product serves the rows of both). What is kept
//! are, per row, the few candidates with the smallest scores. Cancellation in
//! `|x|^2 + |y|^2 - 2 x.y` costs work at worst, never a wrong neighbour: see [`super::certify`].
//!
//! Memory: O(n k + n d).

use std::{
    ops::Range,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{
    Centred, Pair,
    candidates::Candidates,
    fused::{Meeting, Takers},
    lanes::Instructions,
    panels::Panels,
    tournament::{across, each_with_each, pieces, whole},
    watch::Watch,
};
use crate::{Result, engine::Observer, parallel};

/// Rows per block at most: what is left of the pairs' turns at the end keeps no thread waiting for long.
const MAX_BLOCK: usize = 512;
/// Rows per block at least.
const MIN_BLOCK: usize = 48;

/// Rows per block where so many meet: enough blocks that all threads find disjoint pairs of them.
pub(super) fn block_size(rows: usize) -> usize {
    whole(rows / (4 * parallel::n_threads())).clamp(MIN_BLOCK, MAX_BLOCK)
}

/// Rows cut into blocks, with their candidates.
pub(super) struct Blocks {
    rows: Vec<Range<usize>>,
    candidates: Vec<Mutex<Candidates>>,
    /// Who meets whom.
    pairs: Vec<(usize, usize)>,
}

impl Blocks {
    /// The rows of a pair, not met yet, in blocks of `block` rows. A row keeps `keep` candidates with scores up to its
    /// limit; limits are those of [`super::Merged::limits`].
    pub(super) fn new(pair: &Pair, limits: &[f32], keep: usize, block: usize) -> Self {
        let cut = |side: Range<usize>| pieces(side, whole(block));
        let rows: Vec<_> = pair.sides().flat_map(cut).collect();
        let home = cut(pair.rows.clone()).count();
        let pairs = if pair.is_one() { each_with_each(home) } else { across(home, rows.len() - home) };
        let mut limits = limits;
        let candidates = rows.iter().map(|rows| {
            let (own, rest) = limits.split_at(rows.len());
            limits = rest;
            Mutex::new(Candidates::new(keep, own))
        });
        Self { candidates: candidates.collect(), rows, pairs }
    }

    /// Lets all pairs of blocks meet.
    ///
    /// # Errors
    /// [`Error::Cancelled`].
    pub(super) fn meet(
        &self,
        centred: &Centred<Panels>,
        instructions: Instructions,
        observer: &dyn Observer,
    ) -> Result<()> {
        let (next, watch) = (AtomicUsize::new(0), Watch::new(observer, 0.0..1.0, self.pairs.len()));
        let meet = |(a, b): (usize, usize)| {
            let (rows, columns) = (&self.rows[a], &self.rows[b]);
            // locks are taken in ascending order: no deadlock
            let mut of_rows = unpoisoned(&self.candidates[a]);
            if a == b {
                instructions.run(Meeting { centred, rows, columns, takers: Takers::Within(&mut of_rows) });
            } else {
                let mut of_columns = unpoisoned(&self.candidates[b]);
                let takers = Takers::Both(&mut of_rows, &mut of_columns);
                instructions.run(Meeting { centred, rows, columns, takers });
            }
        };
        parallel::map_indices(parallel::n_threads(), |_| {
            while let Some(&pair) = self.pairs.get(next.fetch_add(1, Ordering::Relaxed)) {
                if watch.task(|| meet(pair)).is_none() {
                    break;
                }
            }
        });
        watch.finish()?;
        observer.progress(1.0);
        Ok(())
    }

    /// Calls `f` with each block of rows and what it found, over all cores, in the order of rows.
    pub(super) fn map<T: Send>(&self, f: impl Fn(Range<usize>, Candidates) -> T + Sync + Send) -> Vec<T> {
        parallel::map_indices(self.rows.len(), |block| {
            f(self.rows[block].clone(), std::mem::take(&mut *unpoisoned(&self.candidates[block])))
        })
    }
}

/// Candidates stay whole whatever became of the thread that held them.
fn unpoisoned(candidates: &Mutex<Candidates>) -> MutexGuard<'_, Candidates> {
    candidates.lock().unwrap_or_else(PoisonError::into_inner)
}
