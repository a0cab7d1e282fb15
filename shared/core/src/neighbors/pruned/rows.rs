//! The rows in their order, ready for distances: scaled, each beginning where a register may be loaded.

use ndarray::ArrayView2;

use crate::{
    neighbors::lanes::{LANES, Lanes},
    parallel,
};

/// Rows copied by one task.
const ROWS: usize = 256;

/// The rows by their places, filled up to whole registers with zeros, times a power of two.
#[derive(Debug, Clone)]
pub(in crate::neighbors) struct Rows {
    /// Registers of a row.
    stride: usize,
    values: Vec<[f32; LANES]>,
}

impl Rows {
    /// The rows of `x` named by `order`, times `scale`.
    pub(in crate::neighbors) fn new(x: ArrayView2<'_, f32>, order: &[u32], scale: f64) -> Self {
        let stride = x.ncols().div_ceil(LANES);
        let mut values = vec![[0.0; LANES]; order.len() * stride];
        parallel::for_each_chunk_mut(&mut values, ROWS * stride.max(1), |chunk, values| {
            for (row, place) in order[chunk * ROWS..].iter().zip(values.chunks_exact_mut(stride.max(1))) {
                for (to, &from) in place.as_flattened_mut().iter_mut().zip(x.row(*row as usize)) {
                    *to = (f64::from(from) * scale) as f32;
                }
            }
        });
        Self { stride, values }
    }

    /// Registers of a row.
    pub(in crate::neighbors) fn stride(&self) -> usize {
        self.stride
    }

    /// The squared distance of two rows. Its relative error is at most that of a sum of [`Self::terms`] products; besides,
    /// it loses what is below the smallest normal number.
    #[inline(always)]
    pub(in crate::neighbors) fn squared<L: Lanes>(&self, a: usize, b: usize) -> f32 {
        let row = |row: usize| &self.values[row * self.stride..][..self.stride];
        let (a, b) = (row(a).as_chunks::<2>(), row(b).as_chunks::<2>());
        let mut sums = [L::splat(0.0); 2];
        for (p, q) in a.0.iter().zip(b.0) {
            for (sum, (p, q)) in sums.iter_mut().zip(p.iter().zip(q)) {
                let difference = L::load(p).minus(L::load(q));
                *sum = difference.times_plus(difference, *sum);
            }
        }
        for (p, q) in a.1.iter().zip(b.1) {
            let difference = L::load(p).minus(L::load(q));
            sums[0] = difference.times_plus(difference, sums[0]);
        }
        sums[0].times_plus(L::splat(1.0), sums[1]).sum()
    }

    /// Roundings that a number of [`Self::squared`] goes through at most.
    pub(in crate::neighbors) fn terms(&self) -> usize {
        self.stride.div_ceil(2) + LANES + 4
    }
}
