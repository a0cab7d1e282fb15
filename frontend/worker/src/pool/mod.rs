//! The engine of browsers without a usable graphics processor: a search that as many workers share as the processor
//! has cores, and memory allows.
//!
//! Each worker gets a copy of the matrix once, prepares it, then gets pieces of the search, or blocks of rows to let
//! meet, one after the other as it finishes: none waits for a slower one ([`searching`], [`course`]). One that fails
//! leaves its share to the others; where none is left, the chief searches alone.

mod course;
pub mod crew;
mod duties;
mod searching;

use std::{cell::RefCell, fmt::Write as _};

use balmer_core::{
    CpuEngine, Engine, Observer, Result,
    ndarray::ArrayView2,
    neighbors::{MARGIN, NeighborTable, Pieces},
    semi_supervised::{Diffusion, Graph, LabelDistributions, Seeds},
};
use web_sys::AbortSignal;

use self::{course::block_size, searching::Searching};
use crate::port;

/// Multiplications of all pairs below which starting workers takes longer than they save: some 50 ms where all meet.
const SMALL: usize = 500_000_000;
/// Workers at most.
const MOST: usize = 64;
/// Bytes that all workers of a search may hold together.
const MEMORY: usize = 768 << 20;
/// Bytes of a worker before it has anything, as Chromium's were measured.
const EMPTY: usize = 11 << 20;
/// Copies of the matrix in a worker: as it is; and the message that brought it, which a browser keeps until it collects
/// its garbage.
const COPIES: usize = 2;
/// Bytes of a candidate in a worker: in its list, which has half as much room again, in the answer, and in the message.
const CANDIDATE: usize = 12 + 8 + 8;

/// Computes on the processor's cores.
#[derive(Debug)]
pub struct PoolEngine {
    workers: usize,
    stop: AbortSignal,
    ran: RefCell<Option<Ran>>,
}

/// How the last search went.
#[derive(Debug, Default)]
struct Ran {
    /// Workers that did some of it.
    workers: usize,
    /// Workers that failed.
    failed: usize,
    /// Why the first of them did.
    reason: String,
}

impl PoolEngine {
    /// As many workers as there are cores, fewer where `rows` of `columns` values are not worth them; `stop` ends
    /// a search that is under way.
    pub fn new(rows: usize, columns: usize, stop: AbortSignal) -> Self {
        let cores = port::scope().navigator().hardware_concurrency() as usize;
        let small = rows.saturating_mul(rows).saturating_mul(columns) < SMALL;
        Self::with_workers(if small { 1 } else { cores.clamp(1, MOST) }, stop)
    }

    /// The same with a number of workers. One is the chief itself.
    pub fn with_workers(workers: usize, stop: AbortSignal) -> Self {
        Self { workers, stop, ran: RefCell::new(None) }
    }
}

/// How many workers of `wanted` may hold what they need of so many rows at the same time: at least one.
fn affordable(wanted: usize, (rows, columns): (usize, usize), n_neighbors: usize) -> usize {
    let matrix = rows.saturating_mul(columns).saturating_mul(size_of::<f32>());
    // beside it what `neighbors::Pieces` makes of it, and in the place of that where all pairs meet a packed copy, as
    // `neighbors::Search` has it
    let matrices = matrix.saturating_mul(COPIES).saturating_add(matrix.max(Pieces::bytes(rows, columns)));
    let lists = (2 * block_size(rows, wanted) * CANDIDATE).saturating_mul(n_neighbors + MARGIN);
    wanted.min(MEMORY / matrices.saturating_add(lists).saturating_add(EMPTY)).max(1)
}

/// The vector instructions of this build.
fn instructions() -> &'static str {
    if cfg!(target_feature = "relaxed-simd") {
        "relaxed SIMD"
    } else if cfg!(target_feature = "simd128") {
        "simd128"
    } else {
        "no SIMD"
    }
}

impl Engine for PoolEngine {
    fn name(&self) -> String {
        let ran = self.ran.borrow();
        let workers = ran.as_ref().map_or(self.workers, |ran| ran.workers);
        let mut name = format!("browser CPU, {workers} worker{}", if workers == 1 { "" } else { "s" });
        if let Some(Ran { failed: failed @ 1.., reason, .. }) = ran.as_ref() {
            // writing to a text cannot fail
            let _: std::fmt::Result = write!(name, " ({failed} failed: {reason})");
        }
        format!("{name}, {}", instructions())
    }

    async fn kneighbors(
        &self,
        x: ArrayView2<'_, f32>,
        n_neighbors: usize,
        observer: &dyn Observer,
    ) -> Result<NeighborTable> {
        self.ran.replace(None);
        let x = x.as_standard_layout();
        // what one worker does as well needs no other; nonsense is refused in one place
        if self.workers >= 2 && (1..x.nrows()).contains(&n_neighbors) {
            let workers = affordable(self.workers, x.dim(), n_neighbors);
            let mut searching = Searching::begin(x.view(), n_neighbors, workers, &self.stop);
            let table = searching.table(observer).await;
            let (helpers, failed, reason) = searching.end();
            let is_alone = matches!(table, Ok(None));
            self.ran.replace(Some(Ran { workers: if is_alone { 1 } else { helpers }, failed, reason }));
            if let Some(table) = table? {
                return Ok(table);
            }
        }
        CpuEngine.kneighbors(x.view(), n_neighbors, observer).await
    }

    async fn diffuse(
        &self,
        graph: &Graph,
        seeds: &Seeds,
        diffusion: &Diffusion,
        observer: &dyn Observer,
    ) -> Result<LabelDistributions> {
        CpuEngine.diffuse(graph, seeds, diffusion, observer).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_are_as_many_as_memory_allows() {
        assert_eq!(affordable(8, (20_000, 140), 128), 8);
        assert_eq!(affordable(64, (50_000, 140), 128), 7);
        assert_eq!(affordable(64, (20_000, 140), 20), 17);
        assert_eq!(affordable(64, (50_000, 140), 20), 8);
        // what rules pairs out takes more than the matrix, where rows are short
        assert_eq!(affordable(64, (500_000, 5), 20), 6);
        assert_eq!(affordable(8, (1_000_000, 4000), 20), 1);
        assert_eq!(affordable(8, (usize::MAX, usize::MAX), 20), 1);
    }
}
