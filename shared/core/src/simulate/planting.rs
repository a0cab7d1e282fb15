//! An object planted in an observed spectrum: its light, and the noise that comes with it.
//!
//! Lines add `continuum x profile`, at the host's velocity and resolution. A template's light takes the place of a share `s`
//! of the host's: `(1 - s) flux + s continuum template`; bands take `s continuum absorbed` away.
//!
//! Noise: a pixel's variance is taken to be that of the host's own photons, so that light `g` more than the continuum `c`
//! makes it `(1 + g / c)` times as large, and the inverse variance says so. Sky and read-out are part of a real variance, so
//! this is the most that the new photons can add. Light that is taken away leaves its noise, and a template adds none of its
//! own: a mixed spectrum is as noisy as its host. Where a host states no variance nothing is added, and a remark says so.

use rand::Rng;

use super::{
    artefacts::{Artefact, Pixels},
    carbon,
    injections::{H_ALPHA, Injection, draw_emission},
    observed::{Observed, median},
    random::{log_uniform, normal},
    template::{Template, level},
};
use crate::{
    lines::convert,
    spectrum::{Medium, Spectrum},
};

/// Half of the stretch about H-alpha that a host must have measured, Angstrom.
const CORE: f64 = 10.0;
/// Share of it that must be good.
const GOOD: f64 = 0.5;
/// Shares of light of carbon stars, where none is asked for.
const SHARES: (f64, f64) = (0.3, 1.0);

/// A host with what was planted in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Planted {
    /// The spectrum; `truth` names what it is.
    pub spectrum: Spectrum,
    /// How strong, by the [`Measure`](super::Measure) of the kind; `None` for artefacts that have no strength.
    pub strength: Option<f64>,
    /// Signal-to-noise ratio per pixel of the host beside H-alpha, or all over where it does not cover that; `None` where it
    /// states no variance.
    pub snr: Option<f64>,
}

/// Why nothing can be planted in a spectrum. [`Unplantable::reason`] is a short code to count by, and never changes.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Unplantable {
    /// The spectrum does not cover H-alpha.
    #[error("H-alpha is outside its {first:.1}-{last:.1} A")]
    LineOutside {
        /// First pixel centre, Angstrom.
        first: f64,
        /// Last pixel centre.
        last: f64,
    },
    /// Too few pixels at H-alpha carry information.
    #[error("{good} of {pixels} pixels at H-alpha are good")]
    TooFewGoodPixels {
        /// Good ones.
        good: usize,
        /// All.
        pixels: usize,
    },
    /// The flux is zero or negative: there is nothing to scale to.
    #[error("its continuum is not positive")]
    NoContinuum,
    /// The template is shorter than the spectrum.
    #[error("template {template} does not reach as far as it does")]
    TemplateTooShort {
        /// Name of the template.
        template: String,
    },
}

impl Unplantable {
    /// A short, stable code.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::LineOutside { .. } => "line-outside",
            Self::TooFewGoodPixels { .. } => "too-few-good-pixels",
            Self::NoContinuum => "no-continuum",
            Self::TemplateTooShort { .. } => "template-too-short",
        }
    }
}

/// Light that is planted, pixel by pixel.
struct Light {
    /// Share of the host's own light that stays.
    kept: f64,
    /// What is added to that.
    added: Vec<f64>,
    /// Photons more than the continuum's, over the continuum's.
    surplus: Vec<f64>,
}

/// Plants an object of a kind, of the given strength or a likely one.
pub(super) fn plant(
    host: &Spectrum,
    kind: Injection,
    strength: Option<f64>,
    template: Option<&Template>,
    rng: &mut impl Rng,
) -> Result<Planted, Unplantable> {
    let mut pixels = Pixels::of(host);
    let observed = Observed::of(host);
    let snr = snr(host, &observed);
    if kind == Injection::Artefact && template.is_none() {
        let families: &[Artefact] = if strength.is_some() { &Artefact::SCALABLE } else { &Artefact::ALL };
        let artefact = families[rng.random_range(0..families.len())];
        artefact.apply(&mut pixels, host.axis(), strength, rng);
        return Ok(planted(host, pixels, artefact.name(), (strength, snr)));
    }
    check(host, &observed)?;
    let (light, strength) = match (template, draw_emission(kind, strength, rng)) {
        (Some(template), _) => {
            let share = strength.unwrap_or(1.0);
            (mixed(host, &observed, template, share)?, share)
        }
        (None, Some(emission)) => {
            let mut flux = pixels.flux.clone();
            let gains = observed.plant(&emission.lines, &mut flux);
            let difference = flux.iter().zip(&pixels.flux).map(|(new, old)| f64::from(*new) - f64::from(*old));
            let (added, mut surplus) = (difference.collect(), vec![0.0; flux.len()]);
            for gain in gains.iter().filter(|gain| gain.continuum > 0.0) {
                let photons = gain.light.iter().map(|light| f64::from(*light) / gain.continuum);
                surplus[gain.pixels.clone()].iter_mut().zip(photons).for_each(|(surplus, more)| *surplus += more);
            }
            (Light { kept: 1.0, added, surplus }, emission.strength)
        }
        (None, None) => {
            let share = strength.unwrap_or_else(|| log_uniform(rng, SHARES.0, SHARES.1));
            (banded(host, &observed, share)?, share)
        }
    };
    expose(&mut pixels, &light, rng);
    Ok(planted(host, pixels, kind.name(), (Some(strength), snr)))
}

fn planted(host: &Spectrum, pixels: Pixels, truth: &str, (strength, snr): (Option<f64>, Option<f64>)) -> Planted {
    let mut metadata = host.metadata.clone();
    metadata.truth = Some(truth.to_owned());
    if host.ivar().is_none() {
        metadata.remark("no variance stated: what is planted adds no noise");
    }
    let spectrum = pixels.into_spectrum(host.axis().clone(), metadata).expect("as long as the host");
    Planted { spectrum, strength, snr }
}

/// Whether H-alpha can be seen in the host.
fn check(host: &Spectrum, observed: &Observed) -> Result<(), Unplantable> {
    if !observed.covers(H_ALPHA) {
        let (first, last) = host.axis().range();
        return Err(Unplantable::LineOutside { first, last });
    }
    let center = observed.center(H_ALPHA);
    let core = observed.pixels(center - CORE, center + CORE);
    let (pixels, good) = (core.len(), core.filter(|&i| is_good(host, i)).count());
    if (good as f64) < GOOD * pixels as f64 || good == 0 {
        return Err(Unplantable::TooFewGoodPixels { good, pixels });
    }
    if median(observed.beside(center, 0.0).filter(|&i| is_good(host, i)).map(|i| host.flux()[i])) <= 0.0 {
        return Err(Unplantable::NoContinuum);
    }
    Ok(())
}

fn is_good(host: &Spectrum, i: usize) -> bool {
    host.flux()[i].is_finite() && host.ivar().is_none_or(|ivar| ivar[i] > 0.0)
}

fn snr(host: &Spectrum, observed: &Observed) -> Option<f64> {
    let ivar = host.ivar()?;
    let ratio = |i: usize| host.flux()[i] * ivar[i].max(0.0).sqrt();
    Some(if observed.covers(H_ALPHA) {
        median(observed.beside(observed.center(H_ALPHA), 0.0).map(ratio))
    } else {
        median((0..host.len()).map(ratio))
    })
}

/// The continuum of a host at its good pixels.
struct Continuum {
    /// Which pixels are good.
    pixels: Vec<usize>,
    /// Their wavelengths at rest in vacuum.
    wavelengths: Vec<f64>,
    /// The continuum there.
    level: Vec<f64>,
}

impl Continuum {
    fn of(host: &Spectrum, observed: &Observed) -> Result<Self, Unplantable> {
        let pixels: Vec<usize> = (0..host.len()).filter(|&i| is_good(host, i)).collect();
        let at_rest =
            |i: &usize| convert(observed.wavelengths[*i], observed.medium, Medium::Vacuum) / (1.0 + observed.z);
        let wavelengths: Vec<f64> = pixels.iter().map(at_rest).collect();
        let flux: Vec<f64> = pixels.iter().map(|&i| f64::from(host.flux()[i])).collect();
        let level = level(&wavelengths, &flux).ok_or(Unplantable::NoContinuum)?;
        Ok(Self { pixels, wavelengths, level })
    }
}

/// A share of the host's light replaced by the template's.
fn mixed(host: &Spectrum, observed: &Observed, template: &Template, share: f64) -> Result<Light, Unplantable> {
    let Continuum { pixels, wavelengths, level } = Continuum::of(host, observed)?;
    let relative = template
        .at(&wavelengths, observed.resolution / (1.0 + observed.z))
        .ok_or_else(|| Unplantable::TemplateTooShort { template: template.name().to_owned() })?;
    // pixels without information stay as they are
    let mut added: Vec<f64> = host.flux().iter().map(|&flux| share * f64::from(flux)).collect();
    let mut surplus = vec![0.0; host.len()];
    for ((i, relative), level) in pixels.into_iter().zip(relative).zip(level) {
        added[i] = share * relative * level;
        surplus[i] = share * (relative - 1.0);
    }
    Ok(Light { kept: 1.0 - share, added, surplus })
}

/// A share of the host's light with the bands of a carbon star.
fn banded(host: &Spectrum, observed: &Observed, share: f64) -> Result<Light, Unplantable> {
    let Continuum { pixels, wavelengths, level } = Continuum::of(host, observed)?;
    let mut added = vec![0.0; host.len()];
    for ((i, wavelength), level) in pixels.into_iter().zip(wavelengths).zip(level) {
        added[i] = -share * level * carbon::absorbed(convert(wavelength, Medium::Vacuum, Medium::Air));
    }
    Ok(Light { kept: 1.0, added, surplus: vec![0.0; host.len()] })
}

/// Adds light and its noise.
fn expose(pixels: &mut Pixels, light: &Light, rng: &mut impl Rng) {
    let kept = light.kept;
    for (i, flux) in pixels.flux.iter_mut().enumerate() {
        let mut new = kept * f64::from(*flux) + light.added[i];
        if let Some(ivar) = pixels.ivar.as_mut().map(|ivar| &mut ivar[i]).filter(|ivar| **ivar > 0.0) {
            let before = f64::from(*ivar).recip();
            let after = before * (1.0 + light.surplus[i].max(0.0));
            let missing = after - kept * kept * before;
            if missing > 1e-9 * before {
                new += missing.sqrt() * normal(rng);
                *ivar = after.recip() as f32;
            }
        }
        *flux = new as f32;
    }
}

#[cfg(test)]
mod tests;
