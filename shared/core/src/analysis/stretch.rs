//! The good pixels that take part in a measurement, with the noise of each.

use std::ops::Range;

use super::snr::{Noise, der_noise};
use super::unmeasurable::Unmeasurable;
use crate::manipulation::bad_pixels::bad_pixels;
use crate::manipulation::{Mask, missing_pixels};
use crate::spectrum::Spectrum;

/// What an error calls a region, its ends in Angstrom in the spectrum's medium, and the good pixels it needs.
pub(super) type Named = (&'static str, (f64, f64), usize);

/// The good pixels from the first to the last of some regions, in order of wavelength, those between the regions
/// among them. Pixels that are masked in every exposure or carry no information are left out.
pub(super) struct Stretch {
    /// Centres in Angstrom, in the spectrum's medium.
    pub wavelengths: Vec<f64>,
    /// Flux in the spectrum's unit.
    pub flux: Vec<f64>,
    /// Standard deviation of the flux.
    pub sigma: Vec<f64>,
    /// Where `sigma` is from.
    pub noise: Noise,
    /// Pixels of the first region that are not good, those that a gap in the axis leaves out included.
    pub masked: usize,
}

impl Stretch {
    /// Gathers the pixels of `regions`, of which there is at least one, what lies between them, and as far as there
    /// are any `margin` Angstrom beyond.
    ///
    /// # Errors
    /// A region that the spectrum does not cover, to half a pixel, or of which less than half, or fewer pixels than it
    /// needs, are good.
    pub fn new(spectrum: &Spectrum, regions: &[Named], margin: f64) -> Result<Self, Unmeasurable> {
        let w = spectrum.axis().wavelengths();
        for &(name, (from, to), _) in regions {
            let ((first, last), n) = (spectrum.axis().range(), w.len());
            // a pixel reaches half its width beyond its centre
            if first - 0.5 * (w[1] - w[0]) > from || last + 0.5 * (w[n - 1] - w[n - 2]) < to {
                return Err(Unmeasurable::NotCovered { name, from, to, first, last });
            }
        }
        let from = regions.iter().map(|r| r.1.0).fold(f64::INFINITY, f64::min);
        let to = regions.iter().map(|r| r.1.1).fold(f64::NEG_INFINITY, f64::max);
        let range = inside(w, (from - margin, to + margin));
        let bad = bad_pixels(spectrum, range.clone(), Mask::And);
        let masked = regions.iter().map(|region| masked(w, &range, &bad, region)).collect::<Result<Vec<_>, _>>()?[0];
        let good: Vec<usize> = range.clone().filter(|i| !bad[i - range.start]).collect();
        let flux: Vec<f64> = good.iter().map(|&i| f64::from(spectrum.flux()[i])).collect();
        let (sigma, noise) = match spectrum.ivar() {
            Some(ivar) => (good.iter().map(|&i| f64::from(ivar[i]).sqrt().recip()).collect(), Noise::Stated),
            None => (vec![der_noise(&flux); flux.len()], Noise::Estimated),
        };
        Ok(Self { wavelengths: good.iter().map(|&i| w[i]).collect(), flux, sigma, noise, masked })
    }

    /// The pixels whose centres lie in a region.
    pub fn inside(&self, range: (f64, f64)) -> Range<usize> {
        inside(&self.wavelengths, range)
    }

    /// The standard deviation of a quantity that changes by `gradient[i]` per unit of flux of pixel i; pixels are
    /// independent.
    pub fn error(&self, gradient: &[f64]) -> f64 {
        gradient.iter().zip(&self.sigma).map(|(g, s)| (g * s).powi(2)).sum::<f64>().sqrt()
    }
}

/// The wavelengths from `from` to `to`, ends included.
fn inside(wavelengths: &[f64], (from, to): (f64, f64)) -> Range<usize> {
    let start = wavelengths.partition_point(|&w| w < from);
    start..wavelengths.partition_point(|&w| w <= to).max(start)
}

/// Pixels of a region that are not good.
fn masked(
    wavelengths: &[f64],
    range: &Range<usize>,
    bad: &[bool],
    &(name, (from, to), required): &Named,
) -> Result<usize, Unmeasurable> {
    let region = inside(wavelengths, (from, to));
    // a gap may lie between the region's end and the next pixel
    let first = region.start.saturating_sub(1).min(wavelengths.len() - 2);
    let around = first..(region.end + 1).clamp(first + 2, wavelengths.len());
    let pixels = region.len() + missing_pixels(&wavelengths[around], from, to);
    let good = region.filter(|i| !bad[i - range.start]).count();
    if good < required || 2 * good < pixels {
        return Err(Unmeasurable::TooFewGoodPixels { name, from, to, good, pixels, required });
    }
    Ok(pixels - good)
}
