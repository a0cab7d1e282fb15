//! The recipes of the papers that Balmer grew from, and the default that grew from them.

use super::{Continuum, Grid, Mask, RecipeSpec, Scale};
use crate::spectrum::Medium;

impl RecipeSpec {
    /// Generation 1: P. Skoda, A. Palicka, J. Koza, K. Shakurova 2016 (IAU Symposium 325, 180), Local
    /// Outlier Factor and label propagation on LAMOST with Apache Spark. 6300-6700 Angstrom on a linear grid
    /// at the mean LAMOST step there (1.498 Angstrom: 268 pixels), min-max scaling, nothing else.
    ///
    /// Where this differs from what the authors ran:
    ///
    /// - They did not convert air to vacuum. LAMOST is in vacuum and so is this grid: for LAMOST nothing is
    ///   converted here either. Spectra in air (Ondrejov) are, while theirs stayed 1.8 Angstrom off.
    /// - They scaled to [0, 1]; here min-max is [-1, 1]. Every distance doubles, every LOF stays.
    /// - Ondrejov spectra were smoothed by a Gaussian of 7 pixels of 0.2352 Angstrom, whatever their own
    ///   resolution; for them set `resolution_fwhm_angstrom = 3.88`. LAMOST spectra were not smoothed.
    /// - Pixels with zero inverse variance or a flux that is not finite are interpolated over here: no
    ///   distance could be had from them.
    /// - Their optional ten principal components are `components = 10`.
    /// - Spectra are averaged onto pixels by overlap where the grid is coarser than the spectrum. For
    ///   LAMOST, whose pixels it matches, this is linear interpolation.
    pub fn paper_2016() -> Self {
        Self {
            window_angstrom: [6300.0, 6700.0],
            pixels: 268,
            mask: Mask::None,
            spike_sigma: 0.0,
            min_good_fraction: 0.0,
            ..Self::generation_2()
        }
    }

    /// Generation 2: O. Podsztavek, P. Skoda, P. Tvrdik 2020 (A&A 643, A122), active deep learning on
    /// 4.1 million LAMOST DR2 spectra. 6519-6732 Angstrom in vacuum, 140 pixels, linear interpolation, air
    /// converted to vacuum, min-max scaling of each spectrum to [-1, 1].
    ///
    /// Where this differs from what the authors ran:
    ///
    /// - Bad pixels and spikes are interpolated over. The authors' network saw them; raw DR2 fluxes in this
    ///   window run from -1.6e9 to 2.2e9, and under min-max one such pixel flattens the spectrum.
    /// - A spectrum with fewer than nine tenths of its pixels good is rejected.
    /// - Ondrejov's smoothing and the pixels' averaging: as for [`RecipeSpec::paper_2016`].
    pub fn generation_2() -> Self {
        Self {
            medium: Medium::Vacuum,
            rest_frame: false,
            window_angstrom: [6519.0, 6732.0],
            pixels: 140,
            grid: Grid::Linear,
            resolution_fwhm_angstrom: 0.0,
            mask: Mask::And,
            mask_angstrom: Vec::new(),
            spike_sigma: 10.0,
            min_good_fraction: 0.9,
            continuum: Continuum::None,
            scale: Scale::Minmax,
            components: 0,
        }
    }

    /// For artefacts rather than stars: the whole spectrum, nothing masked, nothing repaired, nothing rejected for
    /// its bad pixels, so that what went wrong stands out. A spectrum that does not reach over the window is rejected.
    /// What it finds on LAMOST DR10 is in docs/METHODS.md.
    pub fn artefacts() -> Self {
        Self {
            window_angstrom: [3800.0, 9000.0],
            pixels: 1250,
            grid: Grid::Log,
            mask: Mask::Keep,
            spike_sigma: 0.0,
            min_good_fraction: 0.0,
            ..Self::generation_2()
        }
    }

    /// For spectral types rather than rare lines: the blue, where types differ most, in the rest frame, divided
    /// by a cubic continuum and standardised, projected on 20 principal components. For label spreading of
    /// A, F and G stars; its window, degree and scale were chosen on 1,740 LAMOST DR10 spectra.
    pub fn spectral_types() -> Self {
        Self {
            rest_frame: true,
            window_angstrom: [3850.0, 5500.0],
            pixels: 800,
            grid: Grid::Log,
            min_good_fraction: 0.8,
            continuum: Continuum::Polynomial(3),
            scale: Scale::Standard,
            components: 20,
            ..Self::generation_2()
        }
    }
}

impl Default for RecipeSpec {
    /// [`RecipeSpec::generation_2`] divided by a clipped quadratic continuum before scaling. Without it the
    /// slope of a spectrum takes part of the range that min-max gives to its lines: of 14 spectra with strong
    /// emission among 1,764 of LAMOST DR10, LOF (k = 100) brings 12 into the first 100 without it and 14 with it.
    ///
    /// Degree, clip and spike limit were chosen on those same spectra, 8 of the 14 being on one plate, after
    /// some hundred variants: expect somewhat less elsewhere. `docs/METHODS.md` says what was tried.
    ///
    /// Where up to three tenths of the window are bad, the rest is bridged well enough to rank: of the six spectra that 0.9
    /// would reject beside, one comes among the first 100.
    fn default() -> Self {
        Self { continuum: Continuum::Polynomial(2), min_good_fraction: 0.7, ..Self::generation_2() }
    }
}
