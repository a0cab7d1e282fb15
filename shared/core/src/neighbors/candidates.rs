//! Per row of a block: the candidates seen so far with the smallest scores, in a small buffer.
//!
//! A score is half the squared distance less half the squared norm of the row itself, as a matrix product in
//! f32 gives it: it orders the other rows by distance up to rounding.

use super::Proposals;

/// Thresholds come in multiples of this, so that a kernel may compare so many at once.
pub(super) const ROUND: usize = 8;

/// The candidates of consecutive rows.
#[derive(Default)]
pub(super) struct Candidates {
    /// How many candidates survive when a buffer fills.
    keep: usize,
    /// Buffer length per row.
    capacity: usize,
    /// Every candidate that was dropped has at least this score; a new one is taken up to it.
    /// Filled up to [`ROUND`] with thresholds that nothing is up to.
    pub(super) thresholds: Vec<f32>,
    lengths: Vec<u32>,
    entries: Vec<(f32, u32)>,
}

impl Candidates {
    pub(super) fn new(rows: usize, keep: usize) -> Self {
        let capacity = keep + (keep / 2).max(16);
        let mut thresholds = vec![f32::INFINITY; rows];
        thresholds.resize(rows.next_multiple_of(ROUND), f32::NEG_INFINITY);
        Self { keep, capacity, thresholds, lengths: vec![0; rows], entries: vec![(0.0, 0); rows * capacity] }
    }

    /// Takes candidate `index` for `row` if its score is up to the row's threshold.
    #[inline]
    pub(super) fn offer(&mut self, row: usize, score: f32, index: u32) {
        if score <= self.thresholds[row] {
            let length = self.lengths[row] as usize;
            self.entries[row * self.capacity + length] = (score, index);
            self.lengths[row] += 1;
            if length + 1 == self.capacity {
                self.shrink(row);
            }
        }
    }

    /// Keeps the `keep` best of a row and lowers its threshold to the worst of them.
    #[cold]
    fn shrink(&mut self, row: usize) {
        let length = self.lengths[row] as usize;
        if length > self.keep {
            let entries = &mut self.entries[row * self.capacity..][..length];
            entries.select_nth_unstable_by(self.keep - 1, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            self.thresholds[row] = entries[self.keep - 1].0;
            self.lengths[row] = self.keep as u32;
        }
    }

    /// The best candidates of every row.
    pub(super) fn finish(mut self) -> Best {
        let rows = self.lengths.len();
        let mut indices = vec![0; rows * self.keep];
        for row in 0..rows {
            self.shrink(row);
            let entries = &self.entries[row * self.capacity..][..self.lengths[row] as usize];
            for (place, entry) in indices[row * self.keep..].iter_mut().zip(entries) {
                *place = entry.1;
            }
        }
        self.thresholds.truncate(rows);
        Best { width: self.keep, lengths: self.lengths, indices, thresholds: self.thresholds }
    }
}

/// The candidates that are left, row by row, without their scores.
pub(super) struct Best {
    width: usize,
    lengths: Vec<u32>,
    indices: Vec<u32>,
    thresholds: Vec<f32>,
}

impl Best {
    pub(super) fn as_proposals(&self) -> Proposals<'_> {
        Proposals { width: self.width, lengths: &self.lengths, indices: &self.indices, thresholds: &self.thresholds }
    }
}
