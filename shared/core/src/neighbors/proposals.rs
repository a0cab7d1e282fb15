//! What a device hands over: for each row a few others that may be its nearest.

use std::ops::Range;

use crate::{Error, Result};

/// Rows to propose beyond `n_neighbors`: room for rounding before a row must be searched again.
pub const MARGIN: usize = 12;

/// Candidates for consecutive rows, as some device found them by scores in f32 (see [`super::Centred`]).
///
/// [`super::Search::settle`] makes neighbours of them, exactly. It believes nothing but the thresholds: indices
/// that make no sense cost the time of searching the row again.
#[derive(Debug, Clone, Copy)]
pub struct Proposals<'a> {
    /// Places for each row; `n_neighbors +` [`MARGIN`] is a good number.
    pub width: usize,
    /// Places used, one number a row.
    pub lengths: &'a [u32],
    /// Zero-based rows proposed, in any order: rows x `width`, the rest of each row unused.
    pub indices: &'a [u32],
    /// A number a row: every other row of the matrix that is not proposed has at least this score, as the device
    /// computed it. `f32::MAX` or infinity where every other row is proposed.
    ///
    /// A score may be summed in any order, fused or not, rounded up or down, and may flush numbers below the
    /// smallest normal one to zero: the bound that certifies a row covers all of that.
    pub thresholds: &'a [f32],
}

impl<'a> Proposals<'a> {
    /// Those for some of the rows.
    pub(super) fn part(&self, rows: Range<usize>) -> Proposals<'a> {
        Self {
            width: self.width,
            lengths: &self.lengths[rows.clone()],
            indices: &self.indices[rows.start * self.width..rows.end * self.width],
            thresholds: &self.thresholds[rows],
        }
    }

    /// Whether there is a place for each of `rows`.
    pub(super) fn check(&self, rows: &Range<usize>) -> Result<()> {
        let n = rows.len();
        let given = (self.lengths.len(), self.thresholds.len(), self.indices.len());
        if Some(given.2) == n.checked_mul(self.width) && given.0 == n && given.1 == n {
            return Ok(());
        }
        let (lengths, thresholds, indices) = given;
        let value = format!("{lengths} lengths, {thresholds} thresholds, {indices} indices");
        let remedy = format!("{n} rows of width {} need {n}, {n} and rows x width", self.width);
        Err(Error::parameter("proposals", value, remedy))
    }

    /// What is proposed for the row at `position`, and its threshold; nothing where the length is no length.
    pub(super) fn row(&self, position: usize) -> (&[u32], f32) {
        let places = &self.indices[position * self.width..][..self.width];
        (places.get(..self.lengths[position] as usize).unwrap_or_default(), self.thresholds[position])
    }
}
