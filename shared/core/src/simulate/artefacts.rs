//! What goes wrong between a star and its spectrum.

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::random::{log_uniform, normal, uniform};
use crate::{
    Result,
    spectrum::{Medium, Metadata, SpectralAxis, Spectrum, air_to_vacuum},
};

/// Mask bit set on pixels that a simulated pipeline noticed.
const FLAGGED: u32 = 1;

/// Families of artefacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Artefact {
    /// Spikes of one to three pixels, every second one unnoticed by the pipeline.
    CosmicRay,
    /// A run of pixels without signal, in every second spectrum noticed by the pipeline.
    DeadColumns,
    /// Night-sky lines subtracted too little or too much.
    SkyResidual,
    /// The blue arm stands at another level than the red one.
    WrongSplice,
    /// A constant.
    Flat,
    /// Nothing: zero flux, zero inverse variance.
    Zero,
}

/// Night-sky lines and bands, air, Angstrom: [O I], Na D, Hg, and OH 7-1, 8-2, 6-1, 9-3 (Osterbrock & Martel 1992).
const SKY: [f64; 18] = [
    4358.3, 5460.7, 5577.3, 5890.0, 5895.9, 6300.3, 6363.8, 6498.7, 6522.4, 6533.0, 6544.0, 6553.6, 6577.2, 6863.9,
    6923.2, 7244.9, 7276.4, 7316.3,
];

/// The numbers of a spectrum, apart from its axis, free to be changed.
#[derive(Debug)]
pub(super) struct Pixels {
    pub(super) flux: Vec<f32>,
    pub(super) ivar: Option<Vec<f32>>,
    pub(super) and_mask: Option<Vec<u32>>,
    pub(super) or_mask: Option<Vec<u32>>,
}

impl Pixels {
    pub(super) fn of(spectrum: &Spectrum) -> Self {
        Self {
            flux: spectrum.flux().to_vec(),
            ivar: spectrum.ivar().map(<[f32]>::to_vec),
            and_mask: spectrum.and_mask().map(<[u32]>::to_vec),
            or_mask: spectrum.or_mask().map(<[u32]>::to_vec),
        }
    }

    pub(super) fn into_spectrum(self, axis: SpectralAxis, metadata: Metadata) -> Result<Spectrum> {
        let spectrum = Spectrum::new(axis, self.flux, metadata)?.with_masks(self.and_mask, self.or_mask)?;
        match self.ivar {
            Some(ivar) => spectrum.with_ivar(ivar),
            None => Ok(spectrum),
        }
    }

    /// Noise of pixel `i`: what the variance says, else a hundredth of the flux.
    fn sigma(&self, i: usize) -> f32 {
        match self.ivar.as_ref().map(|ivar| ivar[i]) {
            Some(ivar) if ivar > 0.0 => ivar.sqrt().recip(),
            _ => 0.01 * self.flux[i].abs(),
        }
    }

    /// The pipeline noticed that pixel `i` is bad in some exposure, or in all of them.
    fn flag(&mut self, i: usize, all_exposures: bool) {
        if let Some(mask) = &mut self.or_mask {
            mask[i] |= FLAGGED;
        }
        if all_exposures {
            if let Some(mask) = &mut self.and_mask {
                mask[i] |= FLAGGED;
            }
            if let Some(ivar) = &mut self.ivar {
                ivar[i] = 0.0;
            }
        }
    }
}

impl Artefact {
    /// Every family.
    pub const ALL: [Self; 6] =
        [Self::CosmicRay, Self::DeadColumns, Self::SkyResidual, Self::WrongSplice, Self::Flat, Self::Zero];

    /// The word that stands in the column `truth`.
    pub fn name(self) -> &'static str {
        match self {
            Self::CosmicRay => "cosmic-ray",
            Self::DeadColumns => "dead-columns",
            Self::SkyResidual => "sky-residual",
            Self::WrongSplice => "wrong-splice",
            Self::Flat => "flat",
            Self::Zero => "zero",
        }
    }

    /// Those that can be made as strong as one likes: their amplitude counts in standard deviations of the noise.
    pub const SCALABLE: [Self; 2] = [Self::CosmicRay, Self::SkyResidual];

    /// Does it to `pixels`, which have at least two. `strength` is the amplitude of those that are [`Self::SCALABLE`];
    /// without one it is drawn, for each hit or line anew.
    pub(super) fn apply(self, pixels: &mut Pixels, axis: &SpectralAxis, strength: Option<f64>, rng: &mut impl Rng) {
        match self {
            Self::CosmicRay => cosmic_rays(pixels, strength, rng),
            Self::DeadColumns => dead_columns(pixels, rng),
            Self::SkyResidual => sky_residual(pixels, axis, strength, rng),
            Self::WrongSplice => wrong_splice(pixels, axis, rng),
            Self::Flat => {
                let level = median(&pixels.flux);
                pixels.flux.fill(level);
            }
            Self::Zero => {
                pixels.flux.fill(0.0);
                if let Some(ivar) = &mut pixels.ivar {
                    ivar.fill(0.0);
                }
            }
        }
    }
}

/// Two to eight hits of one to three pixels, 15 to 300 times the noise unless stated.
fn cosmic_rays(pixels: &mut Pixels, strength: Option<f64>, rng: &mut impl Rng) {
    let n = pixels.flux.len();
    for _ in 0..rng.random_range(2..=8) {
        let (start, length) = (rng.random_range(0..n), rng.random_range(1..=3));
        let strength = strength.unwrap_or_else(|| log_uniform(rng, 15.0, 300.0)) as f32;
        let noticed = rng.random::<bool>();
        for i in start..(start + length).min(n) {
            pixels.flux[i] += strength * pixels.sigma(i) * uniform(rng, 0.4, 1.0) as f32;
            if noticed {
                pixels.flag(i, false);
            }
        }
    }
}

/// One to three runs of 4 to 60 pixels.
fn dead_columns(pixels: &mut Pixels, rng: &mut impl Rng) {
    let n = pixels.flux.len();
    let noticed = rng.random::<bool>();
    for _ in 0..rng.random_range(1..=3) {
        let (start, length) = (rng.random_range(0..n), rng.random_range(4..=60));
        let left = uniform(rng, -0.05, 0.4) as f32;
        for i in start..(start + length).min(n) {
            pixels.flux[i] *= left;
            if noticed {
                pixels.flag(i, true);
            }
        }
    }
}

/// Residuals of three to eight lines, 8 to 80 times the noise unless stated, of the lines' own width or of a shifted line's
/// shape.
fn sky_residual(pixels: &mut Pixels, axis: &SpectralAxis, strength: Option<f64>, rng: &mut impl Rng) {
    let sign = if rng.random::<bool>() { 1.0 } else { -1.0 };
    for _ in 0..rng.random_range(3..=8) {
        let air = SKY[rng.random_range(0..SKY.len())];
        let center = if axis.medium() == Medium::Vacuum { air_to_vacuum(air) } else { air };
        let strength = sign * strength.unwrap_or_else(|| log_uniform(rng, 8.0, 80.0));
        let lopsided = rng.random::<f64>();
        let (sigma, wavelengths) = (1.5, axis.wavelengths());
        let start = wavelengths.partition_point(|&w| w < center - 5.0 * sigma);
        let end = wavelengths.partition_point(|&w| w <= center + 5.0 * sigma);
        let noise: Vec<f32> = (start..end).map(|i| pixels.sigma(i)).collect();
        for (i, noise) in (start..end).zip(noise) {
            let x = (wavelengths[i] - center) / sigma;
            let shape = ((1.0 - lopsided) + lopsided * x) * (-0.5 * x * x).exp();
            pixels.flux[i] += (strength * shape) as f32 * noise;
        }
    }
}

/// The blue arm at 0.3-0.8 or 1.25-3 times its level. The arms of LAMOST meet at 5700-5900 A; a spectrum that does
/// not reach so far is cut in its middle.
fn wrong_splice(pixels: &mut Pixels, axis: &SpectralAxis, rng: &mut impl Rng) {
    let (first, last) = axis.range();
    let wanted = uniform(rng, 5700.0, 5900.0);
    let splice = if first < wanted && wanted < last { wanted } else { f64::midpoint(first, last) };
    let factor = if rng.random::<bool>() { uniform(rng, 0.3, 0.8) } else { uniform(rng, 1.25, 3.0) } as f32;
    let end = axis.wavelengths().partition_point(|&w| w < splice);
    pixels.flux[..end].iter_mut().for_each(|f| *f *= factor);
    if let Some(ivar) = &mut pixels.ivar {
        ivar[..end].iter_mut().for_each(|v| *v /= factor * factor);
    }
    // the joint itself is seldom smooth
    for flux in pixels.flux.iter_mut().skip(end.saturating_sub(3)).take(6) {
        *flux *= 1.0 + 0.05 * normal(rng) as f32;
    }
}

fn median(flux: &[f32]) -> f32 {
    let mut values = flux.to_vec();
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f32::total_cmp).1
}
