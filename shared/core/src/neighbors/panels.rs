//! Rows in panels of sixteen, feature by feature, as the kernels read them: columns and rows of a step of the product
//! lie side by side.

use super::{lanes::LANES, layout::Layout};

/// Rows of a panel.
pub(super) const PANEL: usize = LANES;

/// All rows, the last panel filled up with rows of zeros.
#[derive(Debug, Clone)]
pub struct Panels {
    /// Features.
    d: usize,
    /// Panels x d.
    values: Vec<[f32; PANEL]>,
}

impl Panels {
    /// A panel, feature by feature.
    pub(super) fn panel(&self, panel: usize) -> &[[f32; PANEL]] {
        &self.values[panel * self.d..][..self.d]
    }
}

impl Layout for Panels {
    fn zeros(n: usize, d: usize) -> Self {
        Self { d, values: vec![[0.0; PANEL]; n.div_ceil(PANEL) * d] }
    }

    fn put(&mut self, row: usize, values: impl Iterator<Item = f32>) {
        for (places, value) in self.values[row / PANEL * self.d..][..self.d].iter_mut().zip(values) {
            places[row % PANEL] = value;
        }
    }
}
