//! A matrix made ready to be searched, and the last word on what a device proposes.

use std::ops::Range;

use ndarray::{Array2, ArrayView2, CowArray, Ix2};

use super::{
    Centred, MARGIN, Met, Pair, Proposals, Settled,
    blocked::{Blocks, block_size},
    certify,
    lanes::Instructions,
    layout::Layout,
    metric::check_features,
    panels::Panels,
};
use crate::{Error, Result, engine::Observer, parallel};

/// Rows settled by one task.
const CHUNK: usize = 128;

/// A matrix whose rows can be asked for their nearest others. Preparing it costs O(n d) time, and holding it twice the
/// memory of the matrix: as it is, for distances, and centred, for products.
///
/// A host that multiplies elsewhere reads [`Self::centred`], proposes candidates and calls [`Self::settle`]; one that
/// has more than one process lets blocks [`meet`](Self::meet) in each; the processor does the same within
/// [`super::exact`]. Neighbours are therefore the same to the bit whatever proposed them.
#[derive(Debug, Clone)]
pub struct Search<'a, L = Array2<f32>> {
    x: CowArray<'a, f32, Ix2>,
    centred: Centred<L>,
}

impl<'a> Search<'a> {
    /// Checks, centres and scales `x` (n x d), for a device that multiplies rows as they are.
    ///
    /// # Errors
    /// [`Error::NotFinite`] for NaN or infinite features, [`Error::InvalidParameter`] for distances beyond f32 or
    /// more rows than u32 counts.
    pub fn new(x: impl Into<CowArray<'a, f32, Ix2>>) -> Result<Self> {
        Self::laid_out(x.into())
    }

    /// The rows as devices multiply them.
    pub fn centred(&self) -> &Centred {
        &self.centred
    }
}

impl<'a> Search<'a, Panels> {
    /// Checks, centres and scales `x` (n x d), for the kernel of this processor: what [`Self::meet`] needs.
    ///
    /// # Errors
    /// As [`Search::new`].
    pub fn packed(x: impl Into<CowArray<'a, f32, Ix2>>) -> Result<Self> {
        Self::laid_out(x.into())
    }

    /// Lets two blocks of rows meet, or one with itself: what the rows of both sides find among each other. `limits` are
    /// those of [`super::Merged::limits`], which also takes the answer. Time: that of a product of the blocks.
    ///
    /// # Errors
    /// As [`Self::check_n_neighbors`]; [`Error::InvalidParameter`] for a pair of no two blocks of the matrix, and unless
    /// there is a limit for each row; [`Error::Cancelled`].
    pub fn meet(&self, pair: &Pair, limits: &[f32], n_neighbors: usize, observer: &dyn Observer) -> Result<Met> {
        self.meet_by(Instructions::fastest(), pair, limits, n_neighbors, block_size(pair.n_rows()), observer)
    }

    /// [`Self::meet`] by given instructions and number of rows per block, which change nothing but the speed.
    pub(super) fn meet_by(
        &self,
        instructions: Instructions,
        pair: &Pair,
        limits: &[f32],
        n_neighbors: usize,
        block: usize,
        observer: &dyn Observer,
    ) -> Result<Met> {
        self.check_n_neighbors(n_neighbors)?;
        pair.check(self.n_rows())?;
        if limits.len() != pair.n_rows() {
            let remedy = format!("a pair of {} rows needs as many", pair.n_rows());
            return Err(Error::parameter("limits", limits.len(), remedy));
        }
        let blocks = Blocks::new(pair, limits, n_neighbors + MARGIN, block);
        blocks.meet(&self.centred, instructions, observer)?;
        let mut met = Met::default();
        for part in blocks.map(|_, candidates| candidates.into_met()) {
            met.append(part);
        }
        Ok(met)
    }

    /// The neighbours of all rows, each pair of which meets.
    ///
    /// # Errors
    /// As [`Self::check_n_neighbors`]; [`Error::Cancelled`].
    pub(super) fn all(
        &self,
        instructions: Instructions,
        n_neighbors: usize,
        block: usize,
        observer: &dyn Observer,
    ) -> Result<Settled> {
        self.check_n_neighbors(n_neighbors)?;
        let n = self.n_rows();
        let blocks = Blocks::new(&Pair::everybody(n), &vec![f32::INFINITY; n], n_neighbors + MARGIN, block);
        blocks.meet(&self.centred, instructions, observer)?;
        let parts = blocks.map(|rows, mut candidates| {
            let best = candidates.best(0..rows.len());
            self.settle(rows, &best.as_proposals(), n_neighbors, observer)
        });
        let mut settled = Settled::none(0..n, n, n_neighbors);
        parts.into_iter().try_for_each(|part| settled.append(part?))?;
        Ok(settled)
    }
}

impl<'a, L: Layout> Search<'a, L> {
    fn laid_out(x: CowArray<'a, f32, Ix2>) -> Result<Self> {
        check_matrix(x.view())?;
        let x = row_by_row(x);
        let centred = Centred::new(x.view())?;
        Ok(Self { x, centred })
    }

    /// Rows of the matrix, n.
    pub fn n_rows(&self) -> usize {
        self.x.nrows()
    }

    /// Whether every row has so many others.
    ///
    /// # Errors
    /// [`Error::TooFewRows`] unless `n_neighbors < n`, [`Error::InvalidParameter`] for 0.
    pub fn check_n_neighbors(&self, n_neighbors: usize) -> Result<()> {
        check_n_neighbors(n_neighbors, self.n_rows())
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
        check_rows(&rows, self.n_rows())?;
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
                let is_certain = |last| self.centred.certifies(row, threshold, last);
                let (ranked, is_again) = certify::nearest(self.features(), row, proposed, n_neighbors, is_certain);
                again += usize::from(is_again);
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

    /// The features row by row, and their number.
    fn features(&self) -> (&[f32], usize) {
        (self.x.as_slice().expect("standard layout"), self.x.ncols())
    }
}

/// Whether these are features of rows that can be counted.
pub(super) fn check_matrix(x: ArrayView2<'_, f32>) -> Result<()> {
    check_features(x)?;
    if x.ncols() == 0 && x.nrows() > 0 {
        return Err(Error::parameter("features", 0, "rows without values have no distances: give one column or more"));
    }
    if u32::try_from(x.nrows()).is_err() {
        let remedy = "at most 4294967295 rows have neighbours: split the survey";
        return Err(Error::parameter("rows", x.nrows(), remedy));
    }
    Ok(())
}

/// Whether each of so many rows has so many others.
pub(super) fn check_n_neighbors(n_neighbors: usize, rows: usize) -> Result<()> {
    if n_neighbors == 0 {
        return Err(Error::parameter("n_neighbors", 0, "choose 1 or more"));
    }
    if n_neighbors >= rows {
        return Err(Error::TooFewRows { n_neighbors, rows });
    }
    Ok(())
}

/// The same in standard layout.
pub(super) fn row_by_row(x: CowArray<'_, f32, Ix2>) -> CowArray<'_, f32, Ix2> {
    if x.is_standard_layout() { x } else { CowArray::from(x.as_standard_layout().into_owned()) }
}

/// Whether these are some of `n` rows.
pub(super) fn check_rows(rows: &Range<usize>, n: usize) -> Result<()> {
    if rows.start <= rows.end && rows.end <= n {
        return Ok(());
    }
    let remedy = format!("the matrix has rows 0 to {n}, the last excluded");
    Err(Error::parameter("rows", format!("{} to {}", rows.start, rows.end), remedy))
}

#[cfg(test)]
mod tests;
