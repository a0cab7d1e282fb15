//! How a search goes, and what came of it so far: by pieces, which need nothing of each other; or first all pairs of
//! blocks of rows meet, then all rows are settled.

use std::ops::Range;

use balmer_core::{
    Error, Result,
    neighbors::{Gathered, MARGIN, Merged, Met, NeighborTable, Piece, Pieces, Settled, tournament},
};
use balmer_exchange::worker::Share;
use js_sys::ArrayBuffer;

use crate::port::{self, Part};

/// Rows of a block that meets others.
const BLOCK: Range<usize> = 256..1024;
/// Meetings of each worker at least, so that all end at about the same time.
const MEETINGS: usize = 16;
/// Rows settled at once.
const SETTLED: Range<usize> = 64..512;
/// Products that take as long as a distance in f64, for the progress.
const EXACT: f64 = 12.0;

/// A search of rows for so many neighbours by so many workers.
pub struct Course {
    rows: usize,
    n_neighbors: usize,
    workers: usize,
    way: Way,
    /// Done, as far as progress goes: pieces, or products.
    done: f64,
}

enum Way {
    /// So many pieces.
    Pieces(usize, Gathered),
    /// All pairs meet; rows are settled from when that is over.
    Pairs { merged: Merged, settled: Option<Vec<Settled>> },
}

/// Rows of a block that meets others, where so many workers share a search.
pub fn block_size(rows: usize, workers: usize) -> usize {
    // of b blocks there are b^2 / 2 pairs
    let blocks = ((2 * MEETINGS * workers) as f64).sqrt();
    ((rows as f64 / blocks) as usize).clamp(BLOCK.start, BLOCK.end)
}

impl Course {
    /// A search of so many pieces, or one in which all pairs meet; with its first shares.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for another number of pieces than the rows have, and as [`Gathered::new`].
    pub fn begin(rows: usize, n_neighbors: usize, workers: usize, pieces: Option<usize>) -> Result<(Self, Vec<Share>)> {
        let (way, shares) = if let Some(pieces) = pieces {
            let known = Pieces::sizes(rows).len();
            if pieces != known {
                return Err(Error::parameter("pieces", pieces, format!("{rows} rows have {known}")));
            }
            (
                Way::Pieces(pieces, Gathered::new(rows, n_neighbors)?),
                Pieces::in_turn(pieces).map(Share::Piece).collect(),
            )
        } else {
            let pairs = tournament(rows, block_size(rows, workers));
            (
                Way::Pairs { merged: Merged::new(rows, n_neighbors), settled: None },
                pairs.into_iter().map(Share::Meet).collect(),
            )
        };
        Ok((Self { rows, n_neighbors, workers, way, done: 0.0 }, shares))
    }

    /// The pieces of a search that has some.
    pub fn pieces(&self) -> Option<usize> {
        if let Way::Pieces(pieces, _) = self.way { Some(pieces) } else { None }
    }

    /// Done of all, 0 to 1.
    pub fn progress(&self) -> f64 {
        let n = self.rows as f64;
        let all = self.pieces().map_or_else(|| 0.5 * n * n + self.exact(self.rows), |pieces| pieces as f64);
        (self.done / all).min(1.0)
    }

    /// What settling rows takes, in products.
    fn exact(&self, rows: usize) -> f64 {
        EXACT * rows as f64 * (self.n_neighbors + MARGIN) as f64
    }

    /// The shares that come when all before them are done; nothing at the end.
    pub fn go_on(&mut self) -> Option<Vec<Share>> {
        let Way::Pairs { settled: settled @ None, .. } = &mut self.way else { return None };
        *settled = Some(Vec::new());
        let n = self.rows;
        let range = (n / (8 * self.workers)).clamp(SETTLED.start, SETTLED.end);
        Some((0..n).step_by(range).map(|first| Share::Settle(first..n.min(first + range))).collect())
    }

    /// Calls `send` with the buffers of a share.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for a share of another search.
    pub fn with_parts(&mut self, share: &Share, send: impl FnOnce(&[Part<'_>])) -> Result<()> {
        match (&mut self.way, share) {
            (Way::Pieces(..), Share::Piece(_)) => send(&[]),
            (Way::Pairs { merged, .. }, Share::Meet(pair)) => send(&[Part::Numbers(&merged.limits(pair)?)]),
            (Way::Pairs { merged, .. }, Share::Settle(rows)) => {
                let best = merged.best(rows.clone())?;
                let best = best.as_proposals();
                send(&[Part::Rows(best.lengths), Part::Rows(best.indices), Part::Numbers(best.thresholds)]);
            }
            _ => return Err(stray(share)),
        }
        Ok(())
    }

    /// Takes what a share came to, whole or not at all.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for what cannot be that.
    pub fn take(&mut self, share: &Share, buffers: &[ArrayBuffer]) -> Result<()> {
        self.done += match (&mut self.way, share, buffers) {
            (Way::Pieces(_, gathered), Share::Piece(piece), [rows, indices, distances]) => {
                let found =
                    Piece { rows: port::rows(rows), indices: port::rows(indices), distances: port::numbers(distances) };
                let size = Pieces::sizes(self.rows).nth(*piece).unwrap_or_default();
                if size != found.rows.len() {
                    let remedy = format!("piece {piece} of {} rows has {size}", self.rows);
                    return Err(Error::parameter("rows of a piece", found.rows.len(), remedy));
                }
                gathered.take(&found)?;
                1.0
            }
            (Way::Pairs { merged, .. }, Share::Meet(pair), [lengths, thresholds, indices, scores]) => {
                let met = Met {
                    lengths: port::rows(lengths),
                    thresholds: port::numbers(thresholds),
                    indices: port::rows(indices),
                    scores: port::numbers(scores),
                };
                merged.merge(pair, &met)?;
                pair.n_meetings() as f64
            }
            (Way::Pairs { settled: Some(settled), .. }, Share::Settle(rows), [indices, distances]) => {
                let parts = (port::rows(indices), port::numbers(distances));
                settled.push(Settled::from_parts(rows.clone(), self.rows, self.n_neighbors, parts)?);
                self.exact(rows.len())
            }
            _ => return Err(stray(share)),
        };
        Ok(())
    }

    /// The table, when all is done.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] where rows are missing.
    pub fn table(self) -> Result<NeighborTable> {
        match self.way {
            Way::Pieces(_, gathered) => gathered.table(),
            Way::Pairs { settled, .. } => {
                let mut settled = settled.unwrap_or_default();
                settled.sort_unstable_by_key(|part| part.rows().start);
                NeighborTable::from_settled(settled)
            }
        }
    }
}

fn stray(share: &Share) -> Error {
    Error::parameter(
        "share",
        format!("{share:?}"),
        "it belongs to another way of searching, or its buffers are missing",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_shared_out_once_and_not_mixed_with_pairs() {
        let (mut course, shares) = Course::begin(1200, 5, 2, Some(3)).unwrap();
        assert_eq!(shares, [0, 1, 2].map(Share::Piece));
        assert_eq!((course.pieces(), course.progress()), (Some(3), 0.0));
        assert!(course.with_parts(&shares[0], |parts| assert!(parts.is_empty())).is_ok());
        assert!(course.with_parts(&Share::Settle(0..9), |_| panic!("nothing is settled")).is_err());
        assert!(course.go_on().is_none(), "there is nothing after the pieces");
        for pieces in [0, 2, 4, 1200] {
            let error = Course::begin(1200, 5, 2, Some(pieces)).err().unwrap().to_string();
            assert!(error.contains("1200 rows have 3"), "{error}");
        }
        assert!(course.table().unwrap_err().to_string().contains("row 0"));
    }

    #[test]
    fn where_all_pairs_meet_rows_are_settled_after_that_and_once() {
        let (mut course, shares) = Course::begin(1200, 5, 2, None).unwrap();
        let met: u64 =
            shares.iter().map(|share| if let Share::Meet(pair) = share { pair.n_meetings() } else { 0 }).sum();
        assert_eq!((course.pieces(), met), (None, 1200 * 1199 / 2));
        assert!(course.with_parts(&Share::Piece(0), |_| panic!("there are no pieces")).is_err());
        let settled = course.go_on().unwrap();
        let rows: usize =
            settled.iter().map(|share| if let Share::Settle(rows) = share { rows.len() } else { 0 }).sum();
        assert_eq!(rows, 1200);
        assert!(course.go_on().is_none());
    }
}
