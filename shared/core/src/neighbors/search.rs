//! A matrix made ready to be searched, and the last word on what a device proposes.

use std::ops::Range;

use ndarray::{ArrayView2, CowArray, Ix2};

use super::{
    Centred, Proposals, Settled,
    blocked::{Kernel, block_size, collect, pieces, unpoisoned},
    certify,
    metric::check_features,
};
use crate::{Error, Result, engine::Observer, parallel};

/// The kernel for what this was built for.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
type Fastest<'a> = super::product::Product<'a>;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
type Fastest<'a> = super::fused::Fused<super::lanes::V128>;

/// Rows settled by one task.
const CHUNK: usize = 128;

/// A matrix whose rows can be asked for their nearest others. Preparing it costs O(n d) time and memory.
///
/// A host that multiplies elsewhere reads [`Self::centred`], proposes candidates and calls [`Self::settle`]; the
/// processor does the same within [`super::exact`]. Neighbours are therefore the same to the bit whatever proposed them.
#[derive(Debug, Clone)]
pub struct Search<'a> {
    x: CowArray<'a, f32, Ix2>,
    centred: Centred,
}

impl<'a> Search<'a> {
    /// Checks, centres and scales `x` (n x d).
    ///
    /// # Errors
    /// [`Error::NotFinite`] for NaN or infinite features, [`Error::InvalidParameter`] for distances beyond f32 or
    /// more rows than u32 counts.
    pub fn new(x: ArrayView2<'a, f32>) -> Result<Self> {
        check_features(x)?;
        if u32::try_from(x.nrows()).is_err() {
            return Err(Error::parameter(
                "rows",
                x.nrows(),
                "at most 4294967295 rows have neighbours: split the survey",
            ));
        }
        let x = if x.is_standard_layout() { x.into() } else { CowArray::from(x.as_standard_layout().into_owned()) };
        let centred = Centred::new(x.view())?;
        Ok(Self { x, centred })
    }

    /// Rows of the matrix, n.
    pub fn n_rows(&self) -> usize {
        self.x.nrows()
    }

    /// The rows as devices multiply them.
    pub fn centred(&self) -> &Centred {
        &self.centred
    }

    /// Whether every row has so many others.
    ///
    /// # Errors
    /// [`Error::TooFewRows`] unless `n_neighbors < n`, [`Error::InvalidParameter`] for 0.
    pub fn check_n_neighbors(&self, n_neighbors: usize) -> Result<()> {
        if n_neighbors == 0 {
            return Err(Error::parameter("n_neighbors", 0, "choose 1 or more"));
        }
        if n_neighbors >= self.n_rows() {
            return Err(Error::TooFewRows { n_neighbors, rows: self.n_rows() });
        }
        Ok(())
    }

    /// The neighbours, among all rows, of `rows` alone: those of [`super::exact`] to the bit. Time for m of n rows:
    /// that of (n - m / 2) m distances.
    ///
    /// # Errors
    /// As [`Self::check_n_neighbors`]; [`Error::InvalidParameter`] for rows that the matrix does not have,
    /// [`Error::Cancelled`].
    pub fn rows(&self, rows: Range<usize>, n_neighbors: usize, observer: &dyn Observer) -> Result<Settled> {
        let blocks = [block_size(rows.len()), block_size(self.n_rows())];
        self.rows_by::<Fastest<'_>>(rows, n_neighbors, blocks, observer)
    }

    /// [`Self::rows`] by a given kernel and numbers of rows per block, which change nothing but the speed.
    pub(super) fn rows_by<'k, K: Kernel<'k>>(
        &'k self,
        rows: Range<usize>,
        n_neighbors: usize,
        blocks: [usize; 2],
        observer: &dyn Observer,
    ) -> Result<Settled> {
        self.check_n_neighbors(n_neighbors)?;
        self.check_rows(&rows)?;
        let candidates = collect::<K>(&self.centred, &rows, n_neighbors, blocks, observer)?;
        let pieces: Vec<_> = pieces(rows.clone(), blocks[0]).collect();
        let parts = parallel::map_indices(pieces.len(), |piece| {
            let best = std::mem::take(&mut *unpoisoned(&candidates[piece])).finish();
            self.settle(pieces[piece].clone(), &best.as_proposals(), n_neighbors, observer)
        });
        let mut settled = Settled::none(rows, self.n_rows(), n_neighbors);
        parts.into_iter().try_for_each(|part| settled.append(part?))?;
        Ok(settled)
    }

    /// The neighbours of `rows`, made of what was proposed for them: candidates are ranked by distances in f64, and
    /// where it is not certain that no other row comes before them (ties, rounding, proposals that make no sense)
    /// the row is searched by exact distances alone. All that is believed are the thresholds.
    ///
    /// O(width d) time a row, over all cores; O(n d) for a row that is searched again.
    ///
    /// # Errors
    /// As [`Self::check_n_neighbors`]; [`Error::InvalidParameter`] for rows that the matrix does not have, and for
    /// proposals whose lengths are not those of `rows`; [`Error::Cancelled`], since many rows that tie take long.
    pub fn settle(
        &self,
        rows: Range<usize>,
        proposals: &Proposals<'_>,
        n_neighbors: usize,
        observer: &dyn Observer,
    ) -> Result<Settled> {
        self.check_n_neighbors(n_neighbors)?;
        self.check_rows(&rows)?;
        proposals.check(&rows)?;
        let chunks = parallel::map_indices(rows.len().div_ceil(CHUNK), |chunk| {
            let mut found = Vec::with_capacity(CHUNK * n_neighbors);
            let mut again = 0;
            for position in chunk * CHUNK..rows.len().min((chunk + 1) * CHUNK) {
                if observer.is_cancelled() {
                    break;
                }
                let (proposed, threshold) = proposals.row(position);
                let row = rows.start + position;
                let ranked = self.rank(row, proposed, threshold, n_neighbors).unwrap_or_else(|| {
                    again += 1;
                    let (x, d) = self.features();
                    certify::scan(x, d, row, n_neighbors)
                });
                found.extend(ranked.into_iter().map(|(square, index)| (index, square.sqrt() as f32)));
            }
            (found, again)
        });
        if observer.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let mut settled = Settled::none(rows.clone(), self.n_rows(), n_neighbors);
        settled.rows = rows;
        for (found, again) in chunks {
            settled.indices.extend(found.iter().map(|&(index, _)| index));
            settled.distances.extend(found.iter().map(|&(_, distance)| distance));
            settled.searched_again += again;
        }
        Ok(settled)
    }

    /// The best of the rows proposed for `row`, where they are certainly the best of all.
    fn rank(&self, row: usize, proposed: &[u32], threshold: f32, n_neighbors: usize) -> Option<Vec<(f64, u32)>> {
        let n = self.n_rows();
        if proposed.iter().any(|&index| index as usize >= n || index as usize == row) {
            return None;
        }
        let (x, d) = self.features();
        let mut ranked = certify::rank(x, d, row, proposed);
        // the same index twice is at the same distance twice: side by side
        if ranked.array_windows().any(|[a, b]| a.1 == b.1) {
            return None;
        }
        let last = ranked.get(n_neighbors - 1)?.0;
        let everything = ranked.len() == n - 1;
        ranked.truncate(n_neighbors);
        (everything || threshold < f32::MAX && self.centred.certifies(row, threshold, last)).then_some(ranked)
    }

    /// The features row by row, and their number.
    fn features(&self) -> (&[f32], usize) {
        (self.x.as_slice().expect("standard layout"), self.x.ncols())
    }

    fn check_rows(&self, rows: &Range<usize>) -> Result<()> {
        if rows.start <= rows.end && rows.end <= self.n_rows() {
            return Ok(());
        }
        let remedy = format!("the matrix has rows 0 to {}, the last excluded", self.n_rows());
        Err(Error::parameter("rows", format!("{} to {}", rows.start, rows.end), remedy))
    }
}

#[cfg(test)]
mod tests;
