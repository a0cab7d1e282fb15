//! A stretch of the spectral axis, in a stated medium.

use serde::{Deserialize, Serialize};

use super::Unmeasurable;
use crate::lines::convert;
use crate::spectrum::Medium;

/// From one wavelength to another: pixels whose centres lie in it, ends included, belong to it (specutils'
/// `SpectralRegion`).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpectralRegion {
    /// Start in Angstrom.
    pub from: f64,
    /// End in Angstrom, above `from`.
    pub to: f64,
    /// Medium of both. A spectrum on the other medium is measured on its own, between the converted ends.
    pub medium: Medium,
}

impl SpectralRegion {
    /// Start and end in Angstrom in `medium`.
    pub fn ends_in(&self, medium: Medium) -> (f64, f64) {
        (convert(self.from, self.medium, medium), convert(self.to, self.medium, medium))
    }

    /// The same of a region that is one; `name` is what an error calls the region.
    pub(super) fn range_in(&self, medium: Medium, name: &'static str) -> Result<(f64, f64), Unmeasurable> {
        let Self { from, to, .. } = *self;
        if from.is_finite() && to.is_finite() && from > 0.0 && to > from {
            Ok(self.ends_in(medium))
        } else {
            Err(Unmeasurable::NotARegion { name, from, to })
        }
    }

    /// Where the region of an object at redshift `z` is seen; the shift is made in vacuum.
    pub(super) fn moved(&self, z: f64) -> Self {
        let moved = |end: f64| convert(end, self.medium, Medium::Vacuum) * (1.0 + z);
        Self { from: moved(self.from), to: moved(self.to), medium: Medium::Vacuum }
    }
}
