//! The two recipes of the seed's authors.

use super::{Continuum, Grid, Mask, RecipeSpec, Scale};
use crate::spectrum::Medium;

impl RecipeSpec {
    /// Generation 1: Skoda, Palicka, Koza and Shakurova 2016.
    pub fn paper_2016() -> Self {
        Self { medium: Medium::Vacuum, window_angstrom: [6300.0, 6700.0], pixels: 268, ..Self::generation_2() }
    }

    /// Generation 2: Podsztavek, Skoda and Tvrdik 2020 (A&A 643, A122).
    pub fn generation_2() -> Self {
        Self {
            medium: Medium::Vacuum,
            rest_frame: false,
            window_angstrom: [6519.0, 6732.0],
            pixels: 140,
            grid: Grid::Linear,
            resolution_fwhm_angstrom: 0.0,
            mask: Mask::And,
            spike_sigma: 8.0,
            min_good_fraction: 0.9,
            continuum: Continuum::None,
            scale: Scale::Minmax,
            components: 0,
        }
    }
}
