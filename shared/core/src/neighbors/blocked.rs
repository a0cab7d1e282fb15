//! Exact neighbours of all rows by blocked matrix products.
//!
//! Pairs of blocks of rows are multiplied (`Y_a Y_b^T`, f32, the upper triangle only: each product serves the
//! rows of both blocks); a scan keeps, per row, the few candidates with the smallest scores; their distances are
//! then computed again from the original data. Cancellation in `|x|^2 + |y|^2 - 2 x.y` thus costs work at
//! worst, never a wrong neighbour: see [`super::certify`].
//!
//! Memory: O(n k + n d), and one product block per thread.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use ndarray::{ArrayView2, ArrayViewMut2, linalg::general_mat_mul, s};

use super::{Centred, MARGIN, NeighborTable, Search, Settled, candidates::Candidates};
use crate::{Error, Result, engine::Observer, parallel};

/// Rows per block at most: a product block of 512 x 512 f32 stays in a second-level cache.
const MAX_BLOCK: usize = 512;
/// Rows per block at least.
const MIN_BLOCK: usize = 48;
/// Columns looked at together: only when one of them qualifies are they looked at one by one.
const LANES: usize = 16;
/// The `n_neighbors` nearest other rows of every row of `x` (n x d), Euclidean, exact.
///
/// The distances are those of [`super::distance`]; ties break by index. O(n^2 d) time, O(n k + n d) memory.
///
/// # Errors
/// [`Error::NotFinite`] for NaN or infinite features, [`Error::TooFewRows`] unless `n_neighbors < n`,
/// [`Error::InvalidParameter`] for `n_neighbors = 0` or distances beyond f32, [`Error::Cancelled`].
pub fn exact(x: ArrayView2<'_, f32>, n_neighbors: usize, observer: &dyn Observer) -> Result<NeighborTable> {
    let threads = parallel::n_threads();
    // enough blocks that all threads find disjoint pairs of them
    let block = (x.nrows() / (4 * threads)).clamp(MIN_BLOCK, MAX_BLOCK);
    exact_in_blocks(x, n_neighbors, block, observer).map(|(table, _)| table)
}

/// [`exact`] with a given number of rows per block, which changes nothing but the speed; with the number of rows
/// that had to be searched again.
pub(super) fn exact_in_blocks(
    x: ArrayView2<'_, f32>,
    n_neighbors: usize,
    block: usize,
    observer: &dyn Observer,
) -> Result<(NeighborTable, usize)> {
    let search = Search::new(x)?;
    search.check_n_neighbors(n_neighbors)?;
    let blocks = collect(search.centred(), n_neighbors, block, observer)?;
    let parts = parallel::map_indices(blocks.len(), |index| {
        let candidates = std::mem::take(&mut *blocks[index].lock().unwrap_or_else(PoisonError::into_inner));
        let first = index * block;
        let rows = first..search.n_rows().min(first + block);
        search.settle(rows, &candidates.finish().as_proposals(), n_neighbors)
    });
    let parts = parts.into_iter().collect::<Result<Vec<_>>>()?;
    let again = parts.iter().map(Settled::searched_again).sum();
    Ok((NeighborTable::from_settled(parts)?, again))
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

/// Multiplies all pairs of blocks and keeps each row's best candidates.
fn collect(
    centred: &Centred,
    n_neighbors: usize,
    block: usize,
    observer: &dyn Observer,
) -> Result<Vec<Mutex<Candidates>>> {
    let y = centred.y();
    let n = y.nrows();
    let range = |index: usize| index * block..n.min((index + 1) * block);
    let blocks: Vec<_> = (0..n.div_ceil(block))
        .map(|index| Mutex::new(Candidates::new(range(index).len(), n_neighbors + MARGIN)))
        .collect();
    let pairs = pairs(blocks.len());
    let next = AtomicUsize::new(0);
    let cancelled = AtomicBool::new(false);
    let reported = Mutex::new(0);
    let lock = |index: usize| blocks[index].lock().unwrap_or_else(PoisonError::into_inner);
    parallel::map_indices(parallel::n_threads(), |_| {
        let mut products = vec![0.0_f32; block * block];
        loop {
            let turn = next.fetch_add(1, Ordering::Relaxed);
            let Some(&(a, b)) = pairs.get(turn) else { break };
            if cancelled.load(Ordering::Relaxed) || observer.is_cancelled() {
                cancelled.store(true, Ordering::Relaxed);
                break;
            }
            let (rows, columns) = (range(a), range(b));
            let tile = &mut products[..rows.len() * columns.len()];
            let mut product =
                ArrayViewMut2::from_shape((rows.len(), columns.len()), tile).expect("a block of products");
            let (left, right) = (y.slice(s![rows.clone(), ..]), y.slice(s![columns.clone(), ..]));
            general_mat_mul(1.0, &left, &right.t(), 0.0, &mut product);
            let h = centred.half_squares();
            let tile = Tile {
                products: tile,
                first_row: rows.start,
                first_column: columns.start,
                h_rows: &h[rows],
                h_columns: &h[columns],
            };
            // locks are taken in ascending order: no deadlock
            let mut of_rows = lock(a);
            if a == b {
                tile.offer_diagonal(&mut of_rows);
            } else {
                tile.offer_both(&mut of_rows, &mut lock(b));
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
    Ok(blocks)
}

/// One block of products `y_i . y_j` and what turns them into scores.
struct Tile<'a> {
    products: &'a [f32],
    first_row: usize,
    first_column: usize,
    h_rows: &'a [f32],
    h_columns: &'a [f32],
}

impl Tile<'_> {
    /// Rows and columns are the same block: every row is offered every other.
    fn offer_diagonal(&self, candidates: &mut Candidates) {
        for (row, products) in self.products.chunks_exact(self.h_columns.len()).enumerate() {
            for (column, product) in products.iter().enumerate() {
                if row != column {
                    candidates.offer(row, self.h_columns[column] - product, (self.first_column + column) as u32);
                }
            }
        }
    }

    /// Offers the columns to the rows, and the rows to the columns.
    fn offer_both(&self, of_rows: &mut Candidates, of_columns: &mut Candidates) {
        let width = self.h_columns.len();
        let whole = width - width % LANES;
        for (row, products) in self.products.chunks_exact(width).enumerate() {
            let h_row = self.h_rows[row];
            for first in (0..whole).step_by(LANES) {
                let threshold = of_rows.thresholds[row];
                let products = &products[first..first + LANES];
                let h = &self.h_columns[first..first + LANES];
                let thresholds = &of_columns.thresholds[first..first + LANES];
                let mut any = 0_u32;
                for lane in 0..LANES {
                    any |= u32::from(h[lane] - products[lane] <= threshold);
                    any |= u32::from(h_row - products[lane] <= thresholds[lane]);
                }
                if any != 0 {
                    for lane in 0..LANES {
                        self.offer_pair(of_rows, of_columns, row, first + lane);
                    }
                }
            }
            for column in whole..width {
                self.offer_pair(of_rows, of_columns, row, column);
            }
        }
    }

    #[inline]
    fn offer_pair(&self, of_rows: &mut Candidates, of_columns: &mut Candidates, row: usize, column: usize) {
        let product = self.products[row * self.h_columns.len() + column];
        of_rows.offer(row, self.h_columns[column] - product, (self.first_column + column) as u32);
        of_columns.offer(column, self.h_rows[row] - product, (self.first_row + row) as u32);
    }
}
