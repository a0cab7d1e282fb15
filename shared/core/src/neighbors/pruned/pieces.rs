//! The search of all rows, piece by piece: candidates become neighbours.

use std::{
    ops::Range,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{MARGIN, Pruned, sift::Sift};
use crate::{
    Error, Result,
    engine::Observer,
    neighbors::{
        NeighborTable, Piece,
        candidates::Candidates,
        certify::{self, F64_ERROR, UNDERFLOW, gamma},
        lanes::Instructions,
    },
    parallel,
};

/// Panels of a piece: what they look at is fetched once for all of them, and they stay near themselves.
const PANELS: usize = 32;

impl Pruned<'_> {
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
        let (pieces, keeper) = (self.n_panels().div_ceil(PANELS), observer.keeper());
        let (again, done, reported) = (AtomicUsize::new(0), AtomicUsize::new(0), Mutex::new(0));
        let found = parallel::map_indices(pieces, |piece| {
            let places = self.places(piece * PANELS..self.n_panels().min((piece + 1) * PANELS));
            let kept = keeper.kept(piece).filter(|kept| kept.is_of(&self.order[places], self.n_rows(), n_neighbors));
            let found = match kept {
                Some(kept) => kept,
                None if observer.is_cancelled() => Piece::default(),
                None => {
                    let (found, searched_again) = self.piece(piece, n_neighbors, instructions);
                    keeper.keep(piece, &found);
                    again.fetch_add(searched_again, Ordering::Relaxed);
                    found
                }
            };
            let turn = done.fetch_add(1, Ordering::Relaxed) + 1;
            if let Ok(mut last) = reported.try_lock()
                && turn > *last
            {
                *last = turn;
                observer.progress(turn as f64 / pieces as f64);
            }
            found
        });
        if observer.is_cancelled() {
            return Err(Error::Cancelled);
        }
        observer.progress(1.0);
        Ok((Piece::table(found, self.n_rows(), n_neighbors), again.into_inner()))
    }

    fn piece(&self, piece: usize, n_neighbors: usize, instructions: Instructions) -> (Piece, usize) {
        let panels = piece * PANELS..self.n_panels().min((piece + 1) * PANELS);
        let sift = Sift::new(self, panels.clone(), n_neighbors + MARGIN);
        self.settle(self.places(panels), instructions.run(sift).candidates, n_neighbors)
    }

    /// The neighbours of the rows at some places, and how many of these had to be searched by exact distances alone.
    fn settle(&self, places: Range<usize>, mut candidates: Candidates, n_neighbors: usize) -> (Piece, usize) {
        let best = candidates.best(0..places.len());
        let proposals = best.as_proposals();
        let mut found = Piece { rows: self.order[places.clone()].to_vec(), ..Piece::default() };
        let mut again = 0;
        for (position, &row) in self.order[places].iter().enumerate() {
            let (proposed, threshold) = proposals.row(position);
            let proposed: Vec<u32> = proposed.iter().map(|&place| self.order[place as usize]).collect();
            let mut ranked = certify::rank(self.x, self.d, row as usize, &proposed);
            ranked.truncate(n_neighbors);
            let last = ranked.get(n_neighbors - 1).map(|last| last.0);
            if !last.is_some_and(|last| self.certifies(threshold, last)) {
                again += 1;
                ranked = certify::scan(self.x, self.d, row as usize, n_neighbors);
            }
            found.indices.extend(ranked.iter().map(|&(_, index)| index));
            found.distances.extend(ranked.iter().map(|&(square, _)| square.sqrt() as f32));
        }
        (found, again)
    }

    /// Whether every row whose squared scaled distance was found to be at least `threshold` is certainly farther than
    /// `last`, a squared distance.
    fn certifies(&self, threshold: f32, last: f64) -> bool {
        let least = f64::from(threshold) * (1.0 - gamma(self.rows.terms())) - UNDERFLOW;
        least > last * self.scale * self.scale * (1.0 + 4.0 * F64_ERROR * self.d as f64)
    }
}
