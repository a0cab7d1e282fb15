//! Per row of a block: the candidates seen so far with the smallest scores, in a small buffer.
//!
//! A score is half the squared distance less half the squared norm of the row itself, as a matrix product in
//! f32 gives it: it orders the other rows by distance up to rounding.

use std::ops::Range;

use super::{Met, Proposals, panels::PANEL};

/// The candidates of consecutive rows.
#[derive(Debug, Clone, Default)]
pub(super) struct Candidates {
    /// How many candidates survive when a buffer fills.
    keep: usize,
    /// Buffer length per row.
    capacity: usize,
    /// Every candidate that was dropped has at least this score; a new one is taken up to it.
    /// Filled up to whole panels with thresholds that nothing is up to.
    pub(super) thresholds: Vec<f32>,
    lengths: Vec<u32>,
    /// Scores and indices, see [`entry`].
    entries: Vec<u64>,
}

impl Candidates {
    /// None yet; what has a higher score than its row's limit will not be taken.
    pub(super) fn new(keep: usize, limits: &[f32]) -> Self {
        let (rows, capacity) = (limits.len(), capacity(keep));
        let mut thresholds = limits.to_vec();
        thresholds.resize(rows.next_multiple_of(PANEL), f32::NEG_INFINITY);
        Self { keep, capacity, thresholds, lengths: vec![0; rows], entries: vec![0; rows * capacity] }
    }

    /// Takes candidate `index` for `row` if its score is up to the row's threshold.
    #[inline]
    pub(super) fn offer(&mut self, row: usize, score: f32, index: u32) {
        if score <= self.thresholds[row] {
            let length = self.lengths[row] as usize;
            self.entries[row * self.capacity + length] = entry(score, index);
            self.lengths[row] += 1;
            if length + 1 == self.capacity {
                self.shrink(row);
            }
        }
    }

    /// Takes what was found elsewhere for `row`; whatever was dropped there has at least the score `threshold`.
    pub(super) fn merge(&mut self, row: usize, threshold: f32, found: impl Iterator<Item = (f32, u32)>) {
        self.thresholds[row] = self.thresholds[row].min(threshold);
        for (score, index) in found {
            self.offer(row, score, index);
        }
    }

    /// Keeps the `keep` best of a row and lowers its threshold to the worst of them.
    #[cold]
    fn shrink(&mut self, row: usize) {
        let length = self.lengths[row] as usize;
        if length > self.keep {
            let entries = &mut self.entries[row * self.capacity..][..length];
            let (_, last, _) = entries.select_nth_unstable(self.keep - 1);
            // lower already, where what came from elsewhere is not all here yet
            self.thresholds[row] = self.thresholds[row].min(score(*last));
            self.lengths[row] = self.keep as u32;
        }
    }

    /// The best candidates of a row.
    fn best_of(&mut self, row: usize) -> &[u64] {
        self.shrink(row);
        &self.entries[row * self.capacity..][..self.lengths[row] as usize]
    }

    /// The best candidates of some of the rows.
    pub(super) fn best(&mut self, rows: Range<usize>) -> Best {
        let mut indices = vec![0; rows.len() * self.keep];
        for (places, row) in indices.chunks_exact_mut(self.keep).zip(rows.clone()) {
            for (place, &entry) in places.iter_mut().zip(self.best_of(row)) {
                *place = index(entry);
            }
        }
        let (lengths, thresholds) = (self.lengths[rows.clone()].to_vec(), self.thresholds[rows].to_vec());
        Best { width: self.keep, lengths, indices, thresholds }
    }

    /// The best candidates of all rows, with their scores.
    pub(super) fn into_met(mut self) -> Met {
        let rows = self.lengths.len();
        let mut met = Met::default();
        for row in 0..rows {
            let best = self.best_of(row);
            met.indices.extend(best.iter().map(|&entry| index(entry)));
            met.scores.extend(best.iter().map(|&entry| score(entry)));
        }
        self.thresholds.truncate(rows);
        Met { lengths: self.lengths, thresholds: self.thresholds, ..met }
    }
}

/// Buffer length per row where so many survive.
fn capacity(keep: usize) -> usize {
    keep + (keep / 2).max(16)
}

/// A score and an index as one number that orders as the two of them do, one after the other: numbers of 64 bits are
/// compared in one instruction.
#[inline]
fn entry(score: f32, index: u32) -> u64 {
    let bits = score.to_bits();
    // as `f32::total_cmp`: negative numbers the other way round, and before the positive ones
    let ordered = bits ^ ((bits as i32 >> 31) as u32 | 1 << 31);
    u64::from(ordered) << 32 | u64::from(index)
}

fn score(entry: u64) -> f32 {
    let ordered = (entry >> 32) as u32;
    f32::from_bits(ordered ^ ((!ordered as i32 >> 31) as u32 | 1 << 31))
}

fn index(entry: u64) -> u32 {
    entry as u32
}

/// The candidates that are left, row by row, without their scores.
#[derive(Debug, Clone, PartialEq)]
pub struct Best {
    width: usize,
    lengths: Vec<u32>,
    indices: Vec<u32>,
    thresholds: Vec<f32>,
}

impl Best {
    /// What a device found: see [`Proposals`], whose fields these are.
    pub fn new(width: usize, lengths: Vec<u32>, indices: Vec<u32>, thresholds: Vec<f32>) -> Self {
        Self { width, lengths, indices, thresholds }
    }

    /// What [`super::Search::settle`] makes neighbours of.
    pub fn as_proposals(&self) -> Proposals<'_> {
        Proposals { width: self.width, lengths: &self.lengths, indices: &self.indices, thresholds: &self.thresholds }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_order_as_scores_and_then_indices_do() {
        let scores = [f32::NEG_INFINITY, -3.5, -1e-40, -0.0, 0.0, 1e-40, 2.0, f32::MAX, f32::INFINITY];
        let entries: Vec<u64> =
            scores.iter().flat_map(|&score| [0, 7, u32::MAX].map(|index| entry(score, index))).collect();
        assert!(entries.is_sorted_by(|a, b| a < b));
        for (place, &entry) in entries.iter().enumerate() {
            assert_eq!(score(entry).to_bits(), scores[place / 3].to_bits());
            assert_eq!(index(entry), [0, 7, u32::MAX][place % 3]);
        }
    }

    #[test]
    fn a_threshold_from_elsewhere_is_never_raised() {
        // two are kept of up to eighteen; those from elsewhere are the best, and arrive when the list is full
        let mut candidates = Candidates::new(2, &[f32::INFINITY]);
        for index in 0..17 {
            candidates.offer(0, 100.0 + index as f32, index);
        }
        candidates.merge(0, 1.0, [(0.5, 20), (1.0, 21)].into_iter());
        assert_eq!(candidates.thresholds[0], 1.0);
        let best = candidates.best(0..1);
        assert_eq!((best.indices, best.thresholds), (vec![20, 21], vec![1.0]));
    }
}
