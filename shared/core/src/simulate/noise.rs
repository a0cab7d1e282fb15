//! Photon and detector noise, and how much of it a survey's spectra have.

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::random::{log_normal, normal_pair};
use crate::{Error, Result, spectrum::Metadata};

/// How the signal-to-noise ratios (median per pixel in r, 5500-7000 A) of a survey spread: log-normal.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SnrSpread {
    /// Median.
    pub median: f64,
    /// Standard deviation of the natural logarithm.
    pub sigma: f64,
    /// Fainter spectra are not in the survey.
    pub floor: f64,
    /// What more light does not cure: residuals of flat field, sky and calibration, correlated over some pixels,
    /// relative to the flux (median over the survey). They are not part of the stated variance, nor of the ratios.
    pub systematics: f64,
}

impl Default for SnrSpread {
    /// As measured on 1,776 A, F and G stars of whole plates of LAMOST DR10: median 83, width 0.90, 1 % below 13.
    /// A per cent of systematics keeps bright stars from being more alike than any instrument shows them.
    fn default() -> Self {
        Self { median: 83.0, sigma: 0.9, floor: 10.0, systematics: 0.01 }
    }
}

impl SnrSpread {
    /// Whether the numbers describe a spread.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`].
    pub fn check(&self) -> Result<()> {
        let positive = |v: f64| v.is_finite() && v > 0.0;
        let not_negative = |v: f64| v.is_finite() && v >= 0.0;
        if positive(self.median) && positive(self.floor) && not_negative(self.sigma) && not_negative(self.systematics) {
            return Ok(());
        }
        let Self { median, sigma, floor, systematics } = self;
        let value = format!("median {median}, sigma {sigma}, floor {floor}, systematics {systematics}");
        Err(Error::parameter("snr", value, "choose a median and floor above 0, sigma and systematics of 0 or more"))
    }

    pub(super) fn draw(&self, rng: &mut impl Rng) -> f64 {
        log_normal(rng, self.median, self.sigma).clamp(self.floor, 2000.0)
    }
}

/// Bands in which ratios are stated, Angstrom.
const BANDS: [(f64, f64); 4] = [(3700.0, 4000.0), (4000.0, 5500.0), (5500.0, 7000.0), (7000.0, 9100.0)];
/// Share of the variance that does not depend on the star's light: sky and read-out.
const BACKGROUND: f64 = 0.4;

/// Adds noise to `flux` so that its median ratio in r is `snr`; gives the inverse variance.
pub(super) fn add_noise(flux: &mut [f32], wavelengths: &[f64], snr: f64, rng: &mut impl Rng) -> Vec<f32> {
    let in_r = band(wavelengths, BANDS[2]);
    let level = median(flux[in_r].iter().copied()).max(f32::MIN_POSITIVE);
    let sigma_r = f64::from(level) / snr;
    let mut ivar = vec![0.0; flux.len()];
    let mut noise = |i: usize, deviate: f64| {
        let signal = f64::from(flux[i].max(0.0) / level);
        let sigma = sigma_r * ((1.0 - BACKGROUND) * signal + BACKGROUND).sqrt() * loss(wavelengths[i]);
        flux[i] += (sigma * deviate) as f32;
        ivar[i] = (sigma * sigma).recip() as f32;
    };
    for i in (0..wavelengths.len()).step_by(2) {
        let (a, b) = normal_pair(rng);
        noise(i, a);
        if i + 1 < wavelengths.len() {
            noise(i + 1, b);
        }
    }
    ivar
}

/// Correlation of the systematics between neighbouring pixels: they change over some 7 A.
const CORRELATION: f64 = 0.8;

/// Multiplies `flux` by what calibration leaves: a first-order autoregressive pattern of relative size `size`.
pub(super) fn add_systematics(flux: &mut [f32], size: f64, rng: &mut impl Rng) {
    let fresh = (1.0 - CORRELATION * CORRELATION).sqrt();
    let mut state = normal_pair(rng).0;
    for pair in flux.chunks_mut(2) {
        let (a, b) = normal_pair(rng);
        for (value, deviate) in pair.iter_mut().zip([a, b]) {
            state = CORRELATION * state + fresh * deviate;
            *value *= (1.0 + size * state) as f32;
        }
    }
}

/// How much noisier than the red a wavelength is: fibres and detectors lose the blue light first.
fn loss(wavelength: f64) -> f64 {
    1.0 + 1.5 * (-(wavelength - 3700.0) / 400.0).exp()
}

/// States the median ratios of the bands that the spectrum covers.
pub(super) fn state_snr(metadata: &mut Metadata, wavelengths: &[f64], flux: &[f32], ivar: &[f32]) {
    let [u, g, r, i] = BANDS.map(|limits| {
        let range = band(wavelengths, limits);
        (range.len() > 10).then(|| {
            let ratios = flux[range.clone()].iter().zip(&ivar[range]).map(|(f, v)| f * v.sqrt());
            (f64::from(median(ratios)) * 100.0).round() / 100.0
        })
    });
    (metadata.snr_u, metadata.snr_g, metadata.snr_r, metadata.snr_i) = (u, g, r, i);
}

fn band(wavelengths: &[f64], (from, to): (f64, f64)) -> std::ops::Range<usize> {
    wavelengths.partition_point(|&w| w < from)..wavelengths.partition_point(|&w| w < to)
}

fn median(values: impl Iterator<Item = f32>) -> f32 {
    let mut values: Vec<f32> = values.collect();
    if values.is_empty() {
        return 0.0;
    }
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f32::total_cmp).1
}
