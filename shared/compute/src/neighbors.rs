//! The exact neighbour table, proposed by the device and certified by the core.
//!
//! Queries are taken block by block; [`super::proposing`] lets all references pass by each. What is left is read back, `k` plus a
//! margin for each query, and [`balmer_core::neighbors`] ranks it by exact distances and proves that nothing better was
//! dropped. The table thus has the bits of the processor's.
//!
//! While the processor certifies a block, the device already works on the next. Blocks are all rows in their order, or the
//! lots of a search that the device shares with others.

use std::ops::Range;

use balmer_core::{
    Observer,
    ndarray::ArrayView2,
    neighbors::{Best, Centred, Hand, Lot, NeighborTable, Search, Settled},
};

use crate::{Fault, device::Gpu, proposing::Proposing};

/// Where the queries of a device come from, and where what it proposes for them goes.
pub trait Queries {
    /// Consecutive rows.
    type Block;

    /// The next block, of `most` rows at most, and its rows.
    fn next(&mut self, most: usize) -> Option<(Self::Block, Range<usize>)>;

    /// So much of the references has passed by some rows, 0 to 1.
    fn passed(&self, rows: &Range<usize>, share: f64);

    /// Takes what is proposed for a block.
    fn put(&mut self, block: Self::Block, best: Best) -> balmer_core::Result<()>;
}

/// The `n_neighbors` nearest other rows of every row of `x`, with at most about `memory` bytes on the device.
///
/// # Errors
/// Those of [`balmer_core::neighbors::exact`]; what goes wrong on the device.
pub async fn kneighbors(
    gpu: &Gpu,
    memory: u64,
    x: ArrayView2<'_, f32>,
    n_neighbors: usize,
    observer: &dyn Observer,
) -> Result<NeighborTable, Fault> {
    let search = Search::new(x)?;
    search.check_n_neighbors(n_neighbors)?;
    let mut rows = AllRows { search: &search, n_neighbors, observer, next: 0, settled: Vec::new() };
    propose(gpu, memory, search.centred(), n_neighbors, &mut rows, observer).await?;
    observer.progress(1.0);
    Ok(NeighborTable::from_settled(rows.settled)?)
}

/// Proposes neighbours for block after block of the rows of `centred`.
///
/// # Errors
/// What goes wrong on the device; cancellation; what `queries` says to the proposals.
pub async fn propose<Q: Queries>(
    gpu: &Gpu,
    memory: u64,
    centred: &Centred,
    n_neighbors: usize,
    queries: &mut Q,
    observer: &dyn Observer,
) -> Result<(), Fault> {
    let mut proposing = Proposing::new(gpu, memory, centred, n_neighbors, observer).await?;
    let staging = [proposing.lists.staging(gpu).await?, proposing.lists.staging(gpu).await?];
    let mut before = None;
    for staging in staging.iter().cycle() {
        let under_way = match queries.next(proposing.lists.queries) {
            None => None,
            Some((block, rows)) => {
                proposing.block(rows.clone(), |share| queries.passed(&rows, share)).await?;
                proposing.lists.send(&mut proposing.recorder, staging);
                let submission = proposing.recorder.submit().await?;
                Some((block, rows.len(), proposing.lists.map(gpu, staging, submission)))
            }
        };
        let is_last = under_way.is_none();
        match std::mem::replace(&mut before, under_way) {
            Some((block, rows, mapping)) => queries.put(block, proposing.lists.read(gpu, mapping, rows).await?)?,
            None if is_last => break,
            None => {}
        }
    }
    Ok(())
}

/// All rows of a matrix, in their order.
struct AllRows<'a, 'x> {
    search: &'a Search<'x>,
    n_neighbors: usize,
    observer: &'a dyn Observer,
    next: usize,
    settled: Vec<Settled>,
}

impl Queries for AllRows<'_, '_> {
    type Block = Range<usize>;

    fn next(&mut self, most: usize) -> Option<(Range<usize>, Range<usize>)> {
        let rows = self.next..self.search.n_rows().min(self.next + most);
        self.next = rows.end;
        Some((rows.clone(), rows)).filter(|(rows, _)| !rows.is_empty())
    }

    fn passed(&self, rows: &Range<usize>, share: f64) {
        let done = rows.start as f64 + rows.len() as f64 * share;
        self.observer.progress(done / self.search.n_rows() as f64);
    }

    fn put(&mut self, rows: Range<usize>, best: Best) -> balmer_core::Result<()> {
        self.settled.push(self.search.settle(rows, &best.as_proposals(), self.n_neighbors, self.observer)?);
        Ok(())
    }
}

/// The lots of a search that others take part in.
impl<'t> Queries for Hand<'t> {
    type Block = Lot<'t>;

    fn next(&mut self, most: usize) -> Option<(Lot<'t>, Range<usize>)> {
        let lot = self.lot(most)?;
        let places = lot.places();
        Some((lot, places))
    }

    /// What is found counts when it is settled.
    fn passed(&self, _places: &Range<usize>, _share: f64) {}

    fn put(&mut self, lot: Lot<'t>, best: Best) -> balmer_core::Result<()> {
        lot.hand_in(best)
    }
}
