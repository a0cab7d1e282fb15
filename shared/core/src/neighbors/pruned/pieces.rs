//! The search of all rows, piece by piece: candidates become neighbours.

use std::{
    ops::Range,
    sync::atomic::{AtomicUsize, Ordering},
};

use super::{MARGIN, Pruned, sift::Sift};
use crate::{
    Error, Result,
    engine::Observer,
    neighbors::{
        Gathered, NeighborTable, Piece,
        arranged::Arranged,
        certify::{self, F64_ERROR, UNDERFLOW, gamma},
        lanes::Instructions,
        panels::PANEL,
        watch::Watch,
    },
};

/// Panels of a piece: what they look at is fetched once for all of them, and they stay near themselves.
const PANELS: usize = 32;
/// Rows of a piece, the last one may have fewer.
const ROWS: usize = PANELS * PANEL;

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

    fn panels_of(&self, piece: usize) -> Range<usize> {
        piece * PANELS..self.arranged.n_panels().min((piece + 1) * PANELS)
    }

    /// The neighbours of all rows, and how many of these were searched by exact distances alone. What the
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
        let (pieces, keeper) = (self.n_pieces(), observer.keeper());
        let (again, watch) = (AtomicUsize::new(0), Watch::new(observer, 0.0..1.0, pieces));
        let find = |piece: usize| {
            let rows = &self.arranged.order[self.places(self.panels_of(piece))];
            let kept = keeper.kept(piece).filter(|kept| kept.is_of(rows, self.arranged.n_rows(), n_neighbors));
            if let Some(kept) = kept {
                watch.kept();
                return Ok(kept);
            }
            let (found, searched_again) = self.piece(piece, n_neighbors, instructions, observer)?;
            keeper.keep(piece, &found);
            again.fetch_add(searched_again, Ordering::Relaxed);
            Ok(found)
        };
        let of_turn = turns(pieces);
        let table = Gathered::search(self.arranged.n_rows(), n_neighbors, pieces, |turn| {
            watch.task(|| find(of_turn(turn))).unwrap_or(Err(Error::Cancelled))
        })?;
        observer.progress(1.0);
        Ok((table, again.into_inner()))
    }

    /// The neighbours of the rows of a piece, and how many of these had to be searched by exact distances alone.
    ///
    /// # Errors
    /// [`Error::Cancelled`], asked for each row: many rows that tie take long.
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
        let panels = self.panels_of(piece);
        let places = self.places(panels.clone());
        let mut candidates = instructions.run(Sift::new(self, panels, n_neighbors + MARGIN)).candidates;
        let best = candidates.best(0..places.len());
        let proposals = best.as_proposals();
        let mut found = Piece { rows: self.arranged.order[places.clone()].to_vec(), ..Piece::default() };
        let mut again = 0;
        for (position, &row) in self.arranged.order[places].iter().enumerate() {
            if observer.is_cancelled() {
                return Err(Error::Cancelled);
            }
            let (proposed, threshold) = proposals.row(position);
            let proposed: Vec<u32> = proposed.iter().map(|&place| self.arranged.order[place as usize]).collect();
            let mut ranked = certify::rank(self.arranged.x, self.arranged.d, row as usize, &proposed);
            let everything = ranked.len() == self.arranged.n_rows() - 1;
            ranked.truncate(n_neighbors);
            let last = ranked.get(n_neighbors - 1).map(|last| last.0);
            if !last.is_some_and(|last| everything || threshold < f32::MAX && self.certifies(threshold, last)) {
                again += 1;
                ranked = certify::scan(self.arranged.x, self.arranged.d, row as usize, n_neighbors);
            }
            found.indices.extend(ranked.iter().map(|&(_, index)| index));
            found.distances.extend(ranked.iter().map(|&(square, _)| square.sqrt() as f32));
        }
        Ok((found, again))
    }

    /// Whether every row whose squared scaled distance was found to be at least `threshold` is certainly farther than
    /// `last`, a squared distance.
    fn certifies(&self, threshold: f32, last: f64) -> bool {
        let Arranged { scale, d, .. } = self.arranged;
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
