//! Boxes around rows.

use super::AXES;

/// A box around some rows, in what they are ordered by.
#[derive(Debug, Clone, Copy)]
pub(in crate::neighbors) struct Extent {
    pub(in crate::neighbors) low: [f32; AXES],
    pub(in crate::neighbors) high: [f32; AXES],
}

impl Extent {
    pub(in crate::neighbors) const NOTHING: Self = Self { low: [f32::INFINITY; AXES], high: [f32::NEG_INFINITY; AXES] };

    pub(in crate::neighbors) fn join(&mut self, other: &Self) {
        for axis in 0..AXES {
            self.low[axis] = self.low[axis].min(other.low[axis]);
            self.high[axis] = self.high[axis].max(other.high[axis]);
        }
    }
}
