//! Signal-to-noise ratios: from the stated variance, or from the flux alone.

use serde::{Deserialize, Serialize};

use super::region::SpectralRegion;
use super::stretch::Stretch;
use super::unmeasurable::Unmeasurable;
use crate::manipulation::scale::median;
use crate::spectrum::Spectrum;

/// Where the noise of each pixel is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Noise {
    /// The inverse variance that the spectrum states.
    Stated,
    /// The spectrum states none: `DER_SNR`, one value for all pixels.
    Estimated,
}

/// A signal-to-noise ratio per pixel.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Snr {
    /// The ratio: the median of flux / error where the variance is stated, `DER_SNR` elsewhere.
    pub value: f64,
    /// Which of the two.
    pub noise: Noise,
}

/// Least good pixels that a ratio is taken from.
pub(super) const FEWEST: usize = 5;

/// The signal-to-noise ratio per pixel of a region. Pixels that are masked in every exposure, or carry no
/// information, are left out.
///
/// # Errors
/// [`Unmeasurable`]: the region lies outside the spectrum, fewer than five pixels or half of them are good, or no
/// variance is stated and the flux has no scatter.
pub fn snr(spectrum: &Spectrum, region: &SpectralRegion) -> Result<Snr, Unmeasurable> {
    const NAME: &str = "region";
    let range = region.range_in(spectrum.axis().medium(), NAME)?;
    let stretch = Stretch::new(spectrum, &[(NAME, range, FEWEST)], 0.0)?;
    let all = vec![true; stretch.flux.len()];
    of_pixels(&stretch, &all)
}

/// The ratio of the `chosen` pixels of a stretch, of which there is at least one.
///
/// # Errors
/// [`Unmeasurable::NoNoise`] where no variance is stated and their flux tells none.
pub(super) fn of_pixels(stretch: &Stretch, chosen: &[bool]) -> Result<Snr, Unmeasurable> {
    let pixels = || (0..chosen.len()).filter(|&i| chosen[i]);
    let value = match stretch.noise {
        Noise::Stated => median(&mut pixels().map(|i| stretch.flux[i] / stretch.sigma[i]).collect::<Vec<_>>()),
        Noise::Estimated => {
            let mut flux: Vec<f64> = pixels().map(|i| stretch.flux[i]).collect();
            let noise = estimated(&flux)?;
            median(&mut flux) / noise
        }
    };
    Ok(Snr { value, noise: stretch.noise })
}

/// The noise of pixels that state none: [`der_noise`].
///
/// # Errors
/// [`Unmeasurable::NoNoise`]: fewer than [`FEWEST`] pixels, or no scatter.
pub(super) fn estimated(flux: &[f64]) -> Result<f64, Unmeasurable> {
    let noise = if flux.len() < FEWEST { 0.0 } else { der_noise(flux) };
    if noise > 0.0 && noise.is_finite() { Ok(noise) } else { Err(Unmeasurable::NoNoise { pixels: flux.len() }) }
}

/// The noise of `DER_SNR` (Stoehr+ 2008, ASP Conf. 394, 505; specutils' `snr_derived`) of five pixels or more:
/// 1.482602 / sqrt(6) times the median of |2 f(i) - f(i-2) - f(i+2)|. Holds where noise is independent two pixels apart:
/// of a finely sampled spectrum, whose noise is not, it tells too little.
fn der_noise(flux: &[f64]) -> f64 {
    let mut differences: Vec<f64> = flux.windows(5).map(|f| (2.0 * f[2] - f[0] - f[4]).abs()).collect();
    1.482_602 / 6f64.sqrt() * median(&mut differences)
}
