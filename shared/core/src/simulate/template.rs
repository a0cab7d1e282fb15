//! Observed spectra as something to plant.

use super::observed::{RESOLUTION, median, velocity};
use crate::{
    Error, Result,
    lines::convert,
    manipulation::{continuum, convolve, resample},
    spectrum::{Medium, Spectrum},
};

/// Degree of the continuum that a template and its host are divided by.
const DEGREE: usize = 4;
/// A continuum never falls below this share of the median flux: where a polynomial does, there is no light to mix.
const FLOOR: f64 = 0.05;

/// An observed star with its continuum taken away.
#[derive(Debug, Clone)]
pub struct Template {
    name: String,
    /// Wavelengths at rest in vacuum, Angstrom.
    wavelengths: Vec<f64>,
    /// Flux over the continuum.
    relative: Vec<f64>,
    /// Its resolution (FWHM), Angstrom.
    resolution: f64,
}

impl Template {
    /// A template of a spectrum; where that states no redshift it is at rest, and where it states no resolution it has
    /// that of LAMOST.
    ///
    /// # Errors
    /// [`Error::InvalidSpectrum`] for one without light.
    pub fn new(spectrum: &Spectrum) -> Result<Self> {
        let name = spectrum.metadata.spectrum_id.clone();
        let medium = spectrum.axis().medium();
        let z = velocity(spectrum);
        let usable = |i: usize| {
            let ivar = spectrum.ivar().is_none_or(|ivar| ivar[i] > 0.0);
            ivar && spectrum.flux()[i].is_finite()
        };
        let pixels: Vec<usize> = (0..spectrum.len()).filter(|&i| usable(i)).collect();
        let at_rest = |i: usize| convert(spectrum.axis().wavelengths()[i], medium, Medium::Vacuum) / (1.0 + z);
        let wavelengths: Vec<f64> = pixels.iter().map(|&i| at_rest(i)).collect();
        let flux: Vec<f64> = pixels.iter().map(|&i| f64::from(spectrum.flux()[i])).collect();
        let Some(level) = level(&wavelengths, &flux) else {
            return Err(Error::InvalidSpectrum(format!("{name} has no light: it cannot be a template")));
        };
        let relative = flux.iter().zip(&level).map(|(flux, level)| flux / level).collect();
        Ok(Self { name, wavelengths, relative, resolution: spectrum.metadata.resolution_fwhm.unwrap_or(RESOLUTION) })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Flux over the continuum at wavelengths at rest in vacuum, at a resolution of `fwhm` Angstrom or its own where that
    /// is coarser; `None` where it does not reach so far.
    pub(super) fn at(&self, wavelengths: &[f64], fwhm: f64) -> Option<Vec<f64>> {
        let (&first, &last) = (self.wavelengths.first()?, self.wavelengths.last()?);
        if *wavelengths.first()? < first || *wavelengths.last()? > last {
            return None;
        }
        let smooth = match convolve::kernel_sigma(self.resolution, fwhm) {
            Some(sigma) => &convolve::gaussian(&self.wavelengths, &self.relative, sigma),
            None => &self.relative,
        };
        Some(resample::automatic(&self.wavelengths, smooth, wavelengths))
    }
}

/// The continuum of a whole spectrum: what the continua of template and host have in common, so that one can stand for the
/// other. `None` without light.
pub(super) fn level(wavelengths: &[f64], flux: &[f64]) -> Option<Vec<f64>> {
    let typical = median(flux.iter().map(|&flux| flux as f32));
    if flux.len() < 10 * DEGREE || typical <= 0.0 {
        return None;
    }
    let fit = continuum::polynomial(wavelengths, flux, DEGREE);
    Some(fit.into_iter().map(|level| level.max(FLOOR * typical)).collect())
}
