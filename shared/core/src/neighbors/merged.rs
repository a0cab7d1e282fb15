//! Candidates that were found in parts, by several workers, and put together.

use std::ops::Range;

use super::{
    MARGIN, Pair,
    candidates::{Best, Candidates},
};
use crate::{Error, Result};

/// What a meeting came to: candidates of the rows of both sides, row by row, the sides one after the other. Made by
/// [`super::Search::meet`]; as plain lists, since it may come from another worker.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Met {
    /// Candidates of each row.
    pub lengths: Vec<u32>,
    /// A number a row: what it met and is not among its candidates has at least this score.
    pub thresholds: Vec<f32>,
    /// The candidates, zero-based rows, without gaps.
    pub indices: Vec<u32>,
    /// Their scores, see [`super::Centred`].
    pub scores: Vec<f32>,
}

impl Met {
    /// Appends what the rows found that follow.
    pub(super) fn append(&mut self, mut next: Self) {
        self.lengths.append(&mut next.lengths);
        self.thresholds.append(&mut next.thresholds);
        self.indices.append(&mut next.indices);
        self.scores.append(&mut next.scores);
    }

    fn check(&self, pair: &Pair) -> Result<()> {
        let rows = pair.n_rows();
        let named: u64 = self.lengths.iter().copied().map(u64::from).sum();
        let given = (self.lengths.len(), self.thresholds.len(), self.indices.len() as u64, self.scores.len() as u64);
        if given == (rows, rows, named, named) {
            return Ok(());
        }
        let value = format!("{} lengths, {} thresholds, {} indices, {} scores", given.0, given.1, given.2, given.3);
        Err(Error::parameter("candidates", value, format!("{rows} rows have met, {named} candidates are counted")))
    }
}

/// The candidates of all rows of a matrix, while blocks of them meet in some order, anywhere.
///
/// Always, whatever a row has met and is not among its candidates has at least the row's threshold as its score.
/// O(n k) memory: 12 bytes for each of the n (k + 12) candidates that are kept.
#[derive(Debug, Clone)]
pub struct Merged {
    candidates: Candidates,
    n: usize,
    /// Pairs of rows that have met.
    meetings: u64,
}

impl Merged {
    /// None yet, for `n` rows and `n_neighbors` neighbours of each.
    pub fn new(n: usize, n_neighbors: usize) -> Self {
        Self { candidates: Candidates::new(n_neighbors + MARGIN, &vec![f32::INFINITY; n]), n, meetings: 0 }
    }

    /// The scores above which a meeting of this pair is of no use, row by row of both sides: what
    /// [`super::Search::meet`] asks for. The later they are asked for, the less it finds, and the faster it is.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for a pair of no two blocks of the matrix.
    pub fn limits(&self, pair: &Pair) -> Result<Vec<f32>> {
        pair.check(self.n)?;
        Ok(pair.sides().flat_map(|side| self.candidates.thresholds[side].iter().copied()).collect())
    }

    /// Takes what a meeting came to. Each pair of a [`super::tournament`] is to be taken once, in whatever order.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for a pair of no two blocks of the matrix, and for lists that are not of its rows.
    pub fn merge(&mut self, pair: &Pair, met: &Met) -> Result<()> {
        pair.check(self.n)?;
        met.check(pair)?;
        let mut found = met.scores.iter().copied().zip(met.indices.iter().copied());
        for ((row, &length), &threshold) in pair.sides().flatten().zip(&met.lengths).zip(&met.thresholds) {
            self.candidates.merge(row, threshold, found.by_ref().take(length as usize));
        }
        self.meetings += pair.n_meetings();
        Ok(())
    }

    /// The best candidates of some rows, for [`super::Search::settle`].
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for rows that the matrix does not have, and while not every row has met every other:
    /// a threshold says nothing of those.
    pub fn best(&mut self, rows: Range<usize>) -> Result<Best> {
        let all = Pair::everybody(self.n).n_meetings();
        if self.meetings != all {
            let value = format!("{} of {all} pairs of rows", self.meetings);
            return Err(Error::parameter("candidates", value, "let each row meet each other once"));
        }
        super::search::check_rows(&rows, self.n)?;
        Ok(self.candidates.best(rows))
    }
}

#[cfg(test)]
mod tests;
