//! The search of one piece: candidates become neighbours.

use std::ops::Range;

use ndarray::ArrayView2;

use super::{MARGIN, Pruned, sift::Sift};
use crate::{
    Error, Result,
    engine::Observer,
    neighbors::{
        Centred, NeighborTable, Piece, Proposals, Together,
        arranged::Arranged,
        centred::centre,
        certify::{self, F64_ERROR, UNDERFLOW, gamma},
        lanes::Instructions,
        panels::PANEL,
    },
};

/// Panels of a piece: what they look at is fetched once for all of them, and they stay near themselves.
const PANELS: usize = 32;
/// Rows of a piece, the last one may have fewer.
pub(in crate::neighbors) const ROWS: usize = PANELS * PANEL;

/// How many rows each piece of a matrix of `n` rows has.
pub(in crate::neighbors) fn sizes(n: usize) -> impl ExactSizeIterator<Item = usize> {
    (0..n.div_ceil(ROWS)).map(move |piece| ROWS.min(n - piece * ROWS))
}

/// All pieces in the order in which they are found: rows that stand together are alike, and dense regions take longer than
/// sparse ones, but the pace of the first turns should be that of all.
pub(in crate::neighbors) fn turns(pieces: usize) -> impl Fn(usize) -> usize + Sync + Send {
    let divisor = |mut a: usize, mut b: usize| {
        while b > 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    // the golden section spreads them evenly, however many there were; without a common divisor each has its turn
    let near = (pieces as f64 * 0.618) as usize;
    let step = (near.max(1)..near + pieces + 2).find(|&step| divisor(step, pieces) <= 1).unwrap_or(1);
    move |turn| turn * step % pieces
}

impl Pruned<'_> {
    /// Pieces of a search of all rows.
    pub(in crate::neighbors) fn n_pieces(&self) -> usize {
        sizes(self.arranged.n_rows()).len()
    }

    /// The places of consecutive pieces.
    pub(in crate::neighbors) fn places_of(&self, pieces: Range<usize>) -> Range<usize> {
        pieces.start * ROWS..self.arranged.n_rows().min(pieces.end * ROWS)
    }

    /// Whether this may be what was found for a piece.
    pub(in crate::neighbors) fn may_be(&self, piece: usize, found: &Piece, n_neighbors: usize) -> bool {
        let rows = &self.arranged.order[self.places_of(piece..piece + 1)];
        found.is_of(rows, self.arranged.n_rows(), n_neighbors)
    }

    /// The rows in the order of the pieces, as devices multiply them. On one thread: those of the pool may all be waiting for the
    /// device that asks.
    pub(in crate::neighbors) fn centred(&self) -> Centred {
        let Arranged { x, d, ref order, scale, .. } = self.arranged;
        let dim = (order.len(), d);
        let centre = centre(ArrayView2::from_shape(dim, x).expect("n x d"));
        Centred::of(order.iter().map(|&row| self.rows.row(row as usize)), dim, &centre, scale)
    }

    /// The neighbours of all rows, over all cores, and how many of these were searched by exact distances alone. What the
    /// observer's keeper kept is not searched again.
    ///
    /// # Errors
    /// [`Error::Cancelled`].
    pub(in crate::neighbors) fn all(
        &self,
        n_neighbors: usize,
        instructions: Instructions,
        observer: &dyn Observer,
    ) -> Result<(NeighborTable, usize)> {
        let together = Together::new(self, n_neighbors, instructions, observer)?;
        together.work();
        let searched_again = together.searched_again();
        Ok((together.table()?, searched_again))
    }

    /// The neighbours of the rows of a piece, and how many of these had to be searched by exact distances alone.
    ///
    /// # Errors
    /// [`Error::Cancelled`].
    pub(in crate::neighbors) fn piece(
        &self,
        piece: usize,
        n_neighbors: usize,
        instructions: Instructions,
        observer: &dyn Observer,
    ) -> Result<(Piece, usize)> {
        if observer.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let panels = piece * PANELS..self.arranged.n_panels().min((piece + 1) * PANELS);
        let places = self.places_of(piece..piece + 1);
        let mut candidates = instructions.run(Sift::new(self, panels, n_neighbors + MARGIN)).candidates;
        let best = candidates.best(0..places.len());
        let is_certain = |_: usize, threshold, last| self.certifies(threshold, last);
        self.settle(places, &best.as_proposals(), n_neighbors, is_certain, observer)
    }

    /// The neighbours of the rows at `places`, made of the places that were proposed for each; and how many of these rows had to
    /// be searched by exact distances alone, since `is_certain` (place, threshold, squared distance of the last) was not.
    ///
    /// # Errors
    /// [`Error::Cancelled`], asked for each row: many rows that tie take long.
    pub(in crate::neighbors) fn settle(
        &self,
        places: Range<usize>,
        proposals: &Proposals<'_>,
        n_neighbors: usize,
        is_certain: impl Fn(usize, f32, f64) -> bool,
        observer: &dyn Observer,
    ) -> Result<(Piece, usize)> {
        let Arranged { x, d, ref order, .. } = self.arranged;
        let (mut found, mut again) = (Piece::default(), 0);
        for (position, place) in places.enumerate() {
            if observer.is_cancelled() {
                return Err(Error::Cancelled);
            }
            let (proposed, threshold) = proposals.row(position);
            // a place that there is not becomes a row that there is not
            let row_at = |&place: &u32| order.get(place as usize).copied().unwrap_or(u32::MAX);
            let proposed: Vec<u32> = proposed.iter().map(row_at).collect();
            let is_certain = |last| is_certain(place, threshold, last);
            let row = order[place];
            let (nearest, is_again) = certify::nearest((x, d), row as usize, &proposed, n_neighbors, is_certain);
            found.push(row, &nearest);
            again += usize::from(is_again);
        }
        Ok((found, again))
    }

    /// Whether every row whose squared scaled distance was found to be at least `threshold` is certainly farther than
    /// `last`, a squared distance.
    fn certifies(&self, threshold: f32, last: f64) -> bool {
        let Arranged { scale, d, .. } = self.arranged;
        if threshold >= f32::MAX {
            return false;
        }
        let least = f64::from(threshold) * (1.0 - gamma(self.rows.terms())) - UNDERFLOW;
        least > last * scale * scale * (1.0 + 4.0 * F64_ERROR * d as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_piece_has_one_turn() {
        for pieces in 1..200 {
            let mut found: Vec<usize> = (0..pieces).map(turns(pieces)).collect();
            found.sort_unstable();
            assert!(found.into_iter().eq(0..pieces), "{pieces}");
        }
    }
}
