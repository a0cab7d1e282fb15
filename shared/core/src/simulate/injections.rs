//! Objects with emission lines, as profiles.
//!
//! A profile is a sum of Gaussians in velocity; its strength is the equivalent width of H-alpha's emission in Angstrom.
//! Ranges follow what surveys of classical Be stars, luminous blue variables and cataclysmic variables report for
//! spectra of this resolution: they are meant to be plausible, not a model of any star.

use std::{fmt, str::FromStr};

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::{
    observed::{Gaussian, PlantedLine},
    random::{log_normal, log_uniform, uniform},
};
use crate::{Error, Result};

/// Rest wavelengths in vacuum, Angstrom (H-alpha as in the LAMOST studies; the others SDSS's list).
pub(super) const H_ALPHA: f64 = 6564.614;
const H_BETA: f64 = 4862.68;
const H_GAMMA: f64 = 4341.68;
const H_DELTA: f64 = 4102.89;
const HE_I_5876: f64 = 5877.25;
const HE_I_6678: f64 = 6679.99;
const HE_II_4686: f64 = 4687.02;

/// What `balmer inject` plants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Injection {
    /// Single-peaked Balmer emission.
    Be,
    /// Double-peaked Balmer emission.
    Double,
    /// Emission with blue-shifted absorption.
    PCygni,
    /// Broad emission of hydrogen and helium.
    Cv,
    /// Bands of C2 and CN.
    Carbon,
    /// One of the artefact families, drawn at random.
    Artefact,
}

impl Injection {
    /// Every kind.
    pub const ALL: [Self; 6] = [Self::Be, Self::Double, Self::PCygni, Self::Cv, Self::Carbon, Self::Artefact];

    /// The word used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Be => "be",
            Self::Double => "double",
            Self::PCygni => "p-cygni",
            Self::Cv => "cv",
            Self::Carbon => "carbon",
            Self::Artefact => "artefact",
        }
    }

    /// What the strength of its profiles is.
    pub fn measure(self) -> Measure {
        match self {
            Self::Be | Self::Double | Self::PCygni | Self::Cv => Measure::EquivalentWidth,
            Self::Carbon => Measure::Share,
            Self::Artefact => Measure::Sigma,
        }
    }
}

/// What the strength of an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Equivalent width of H-alpha's emission, Angstrom. Positive, unlike that of [`crate::analysis`]; what a P Cygni profile
    /// absorbs is not taken off.
    EquivalentWidth,
    /// Share of the light that is the object's.
    Share,
    /// Amplitude in standard deviations of the noise.
    Sigma,
}

impl Measure {
    /// The largest strength.
    pub fn most(self) -> f64 {
        match self {
            Self::EquivalentWidth => 1e4,
            Self::Share => 1.0,
            Self::Sigma => 1e6,
        }
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EquivalentWidth => "equivalent widths of H-alpha's emission in Angstrom",
            Self::Share => "shares of the light",
            Self::Sigma => "amplitudes in standard deviations of the noise",
        })
    }
}

impl fmt::Display for Injection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Injection {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(" ");
            Error::parameter("kind", format!("{text:?}"), format!("choose one of {names}"))
        })
    }
}

/// An object with emission lines.
#[derive(Debug)]
pub(super) struct Emission {
    /// See [`Measure::EquivalentWidth`].
    pub(super) strength: f64,
    /// Its lines.
    pub(super) lines: Vec<PlantedLine>,
}

/// An object of this kind, of the given strength or of a likely one; `None` for a kind without emission lines.
pub(super) fn draw_emission<R: Rng>(kind: Injection, strength: Option<f64>, rng: &mut R) -> Option<Emission> {
    type Lines<R> = fn(f64, &mut R) -> Vec<PlantedLine>;
    let (from, to, lines): (f64, f64, Lines<R>) = match kind {
        Injection::Be => (6.0, 50.0, be),
        Injection::Double => (5.0, 35.0, double),
        Injection::PCygni => (8.0, 40.0, p_cygni),
        Injection::Cv => (30.0, 150.0, cv),
        Injection::Carbon | Injection::Artefact => return None,
    };
    let strength = strength.unwrap_or_else(|| log_uniform(rng, from, to));
    Some(Emission { strength, lines: lines(strength, rng) })
}

/// The same profile in several lines, each with its share of the equivalent width.
fn series(shares: &[(f64, f64)], profile: &[Gaussian]) -> Vec<PlantedLine> {
    let scaled = |share: f64| profile.iter().map(|g| Gaussian { width: g.width * share, ..*g }).collect();
    shares.iter().map(|&(wavelength, share)| PlantedLine { wavelength, profile: scaled(share) }).collect()
}

/// A disc seen from its pole: H-beta is about a tenth of H-alpha.
fn be(width: f64, rng: &mut impl Rng) -> Vec<PlantedLine> {
    let profile = [Gaussian { width, center: uniform(rng, -20.0, 20.0), sigma: uniform(rng, 60.0, 150.0) }];
    series(&[(H_ALPHA, 1.0), (H_BETA, uniform(rng, 0.06, 0.18)), (H_GAMMA, 0.03)], &profile)
}

/// A disc seen at an angle: peaks 250-600 km/s apart, of unequal strength.
fn double(width: f64, rng: &mut impl Rng) -> Vec<PlantedLine> {
    let separation = uniform(rng, 250.0, 600.0);
    let violet_share = 1.0 / (1.0 + log_normal(rng, 1.0, 0.2));
    let sigma = separation * uniform(rng, 0.18, 0.26);
    let peak = |share: f64, side: f64| Gaussian { width: width * share, center: side * separation / 2.0, sigma };
    let profile = [peak(violet_share, -1.0), peak(1.0 - violet_share, 1.0)];
    series(&[(H_ALPHA, 1.0), (H_BETA, uniform(rng, 0.08, 0.2)), (H_GAMMA, 0.03)], &profile)
}

/// A wind: emission at rest, absorption at 150-450 km/s towards us.
fn p_cygni(emission: f64, rng: &mut impl Rng) -> Vec<PlantedLine> {
    let sigma = uniform(rng, 80.0, 180.0);
    let profile = [
        Gaussian { width: emission, center: uniform(rng, 0.0, 40.0), sigma },
        Gaussian {
            width: -emission.min(12.0) * uniform(rng, 0.3, 0.5),
            center: -uniform(rng, 1.8, 2.6) * sigma,
            sigma: sigma * uniform(rng, 0.5, 0.8),
        },
    ];
    series(&[(H_ALPHA, 1.0), (H_BETA, 0.35), (H_GAMMA, 0.2), (HE_I_5876, 0.2), (HE_I_6678, 0.12)], &profile)
}

/// A disc around a white dwarf, or an expanding shell: FWHM of 800-2500 km/s, every second one with two peaks.
fn cv(width: f64, rng: &mut impl Rng) -> Vec<PlantedLine> {
    let sigma = uniform(rng, 800.0, 2500.0) / 2.3548;
    let profile = if rng.random::<bool>() {
        vec![Gaussian { width, center: 0.0, sigma }]
    } else {
        let half = |side: f64| Gaussian { width: width / 2.0, center: side * sigma, sigma: 0.6 * sigma };
        vec![half(-1.0), half(1.0)]
    };
    let helium = uniform(rng, 0.1, 0.3);
    let lines = [
        (H_ALPHA, 1.0),
        (H_BETA, 0.7),
        (H_GAMMA, 0.5),
        (H_DELTA, 0.35),
        (HE_I_5876, helium),
        (HE_I_6678, helium / 2.0),
        (HE_II_4686, uniform(rng, 0.0, 0.4)),
    ];
    series(&lines, &profile)
}
