//! Distances of rows, in f32 and by whole registers: what passes all bounds is measured so.

use crate::neighbors::lanes::{LANES, Lanes};

/// The rows as they are, and the power of two that keeps their squares in range.
#[derive(Debug, Clone, Copy)]
pub(in crate::neighbors) struct Rows<'a> {
    values: &'a [f32],
    d: usize,
    scale: f32,
}

impl<'a> Rows<'a> {
    pub(in crate::neighbors) fn new(values: &'a [f32], d: usize, scale: f64) -> Self {
        // a power of two that f32 holds: see `centred::scale`
        Self { values, d, scale: scale as f32 }
    }

    /// A row.
    #[inline(always)]
    pub(in crate::neighbors) fn row(&self, row: usize) -> &'a [f32] {
        &self.values[row * self.d..][..self.d]
    }

    /// Registers of a row.
    pub(in crate::neighbors) fn registers(&self) -> usize {
        self.d.div_ceil(LANES)
    }

    /// The squared, scaled distance of two rows. Its relative error is at most that of a sum of [`Self::terms`] products;
    /// besides, it loses what is below the smallest normal number.
    #[inline(always)]
    pub(in crate::neighbors) fn squared<L: Lanes>(&self, a: &[f32], b: &[f32]) -> f32 {
        let (a, b) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
        let scale = L::splat(self.scale);
        let mut sums = [L::splat(0.0); 2];
        let (ps, qs) = (a.0.as_chunks::<2>(), b.0.as_chunks::<2>());
        for (p, q) in ps.0.iter().zip(qs.0) {
            for (sum, (p, q)) in sums.iter_mut().zip(p.iter().zip(q)) {
                let difference = L::load(p).minus(L::load(q)).times(scale);
                *sum = difference.times_plus(difference, *sum);
            }
        }
        for (p, q) in ps.1.iter().zip(qs.1) {
            let difference = L::load(p).minus(L::load(q)).times(scale);
            sums[0] = difference.times_plus(difference, sums[0]);
        }
        if !a.1.is_empty() {
            let difference = L::load_some(a.1).minus(L::load_some(b.1)).times(scale);
            sums[1] = difference.times_plus(difference, sums[1]);
        }
        sums[0].times_plus(L::splat(1.0), sums[1]).sum()
    }

    /// Roundings that a number of [`Self::squared`] goes through at most.
    pub(in crate::neighbors) fn terms(&self) -> usize {
        self.registers().div_ceil(2) + LANES + 4
    }
}
