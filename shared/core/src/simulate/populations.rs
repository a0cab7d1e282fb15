//! Who lives in a simulated survey: the ordinary stars, and how often what rare kind is planted.

use std::{fmt, str::FromStr};

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::{
    artefacts::Artefact,
    basis::Basis,
    random::{normal, uniform},
};
use crate::{Error, Result};

/// What a simulated spectrum is: the value of its `truth`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// An ordinary star.
    Normal,
    /// A hot star with H-alpha in single-peaked emission: a Be star seen from its pole.
    Be,
    /// A hot star with H-alpha in double-peaked emission: a Be star seen from its equator.
    Double,
    /// A hot star with a wind: emission with absorption on its blue side.
    PCygni,
    /// A nova or cataclysmic variable: a hot continuum with broad emission.
    Cv,
    /// An ordinary star badly observed or reduced.
    Artefact(Artefact),
    /// An exact copy of an earlier spectrum of the survey.
    Duplicate,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::Normal,
        Self::Be,
        Self::Double,
        Self::PCygni,
        Self::Cv,
        Self::Artefact(Artefact::CosmicRay),
        Self::Artefact(Artefact::DeadColumns),
        Self::Artefact(Artefact::SkyResidual),
        Self::Artefact(Artefact::WrongSplice),
        Self::Artefact(Artefact::Flat),
        Self::Artefact(Artefact::Zero),
        Self::Duplicate,
    ];

    /// The word that stands in the column `truth`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Be => "be",
            Self::Double => "double",
            Self::PCygni => "p-cygni",
            Self::Cv => "cv",
            Self::Artefact(artefact) => artefact.name(),
            Self::Duplicate => "duplicate",
        }
    }

    /// Whether it is an object with emission lines: what a search is for.
    pub fn is_emission(self) -> bool {
        matches!(self, Self::Be | Self::Double | Self::PCygni | Self::Cv)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(" ");
            Error::parameter("truth", format!("{text:?}"), format!("choose one of {names}"))
        })
    }
}

/// How often each kind is planted, as a fraction of all spectra; the rest are ordinary stars.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rates {
    /// Single-peaked H-alpha emission.
    pub be: f64,
    /// Double-peaked H-alpha emission.
    pub double: f64,
    /// P Cygni profiles.
    pub p_cygni: f64,
    /// Nova- and CV-like broad emission.
    pub cv: f64,
    /// Cosmic rays.
    pub cosmic_ray: f64,
    /// Dead detector columns.
    pub dead_columns: f64,
    /// Residuals of the night sky's lines.
    pub sky_residual: f64,
    /// Blue and red arm joined at the wrong level.
    pub wrong_splice: f64,
    /// Constant flux.
    pub flat: f64,
    /// No flux at all.
    pub zero: f64,
    /// Exact copies of earlier spectra.
    pub duplicate: f64,
}

impl Default for Rates {
    /// Emission of all kinds in 0.5 % of the spectra, artefacts in 1.5 %, duplicates in 0.2 %: rare
    /// enough to be hard to find, common enough to be counted in some thousand spectra.
    fn default() -> Self {
        Self {
            be: 0.002,
            double: 0.001,
            p_cygni: 0.001,
            cv: 0.001,
            cosmic_ray: 0.005,
            dead_columns: 0.003,
            sky_residual: 0.004,
            wrong_splice: 0.002,
            flat: 0.0005,
            zero: 0.0005,
            duplicate: 0.002,
        }
    }
}

impl Rates {
    /// Nothing but ordinary stars.
    pub fn none() -> Self {
        let [be, double, p_cygni, cv, cosmic_ray, dead_columns, sky_residual, wrong_splice, flat, zero, duplicate] =
            [0.0; 11];
        Self { be, double, p_cygni, cv, cosmic_ray, dead_columns, sky_residual, wrong_splice, flat, zero, duplicate }
    }

    /// The fraction of `kind`.
    pub fn of(&self, kind: Kind) -> f64 {
        match kind {
            Kind::Normal => 1.0 - Kind::ALL[1..].iter().map(|&k| self.of(k)).sum::<f64>(),
            Kind::Be => self.be,
            Kind::Double => self.double,
            Kind::PCygni => self.p_cygni,
            Kind::Cv => self.cv,
            Kind::Artefact(Artefact::CosmicRay) => self.cosmic_ray,
            Kind::Artefact(Artefact::DeadColumns) => self.dead_columns,
            Kind::Artefact(Artefact::SkyResidual) => self.sky_residual,
            Kind::Artefact(Artefact::WrongSplice) => self.wrong_splice,
            Kind::Artefact(Artefact::Flat) => self.flat,
            Kind::Artefact(Artefact::Zero) => self.zero,
            Kind::Duplicate => self.duplicate,
        }
    }

    /// Whether these are fractions of one whole.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] naming the rate.
    pub fn check(&self) -> Result<()> {
        for kind in &Kind::ALL[1..] {
            if !(0.0..=1.0).contains(&self.of(*kind)) {
                let value = format!("{} for {kind}", self.of(*kind));
                return Err(Error::parameter("rates", value, "choose a fraction from 0 to 1"));
            }
        }
        if self.of(Kind::Normal) < -1e-9 {
            let sum = format!("{} in all", 1.0 - self.of(Kind::Normal));
            return Err(Error::parameter("rates", sum, "lower them until they add up to at most 1"));
        }
        Ok(())
    }

    pub(super) fn draw(&self, rng: &mut impl Rng) -> Kind {
        let mut left = rng.random::<f64>();
        for &kind in &Kind::ALL[1..] {
            left -= self.of(kind);
            if left < 0.0 {
                return kind;
            }
        }
        Kind::Normal
    }
}

/// Share of the spectral types O B A F G K M among the stars of a survey of the disc, as in LAMOST.
const MIX: [f64; 7] = [0.0005, 0.0095, 0.10, 0.34, 0.36, 0.16, 0.03];
/// The same for the hosts of emission lines: hot stars.
const HOT_MIX: [f64; 7] = [0.03, 0.82, 0.15, 0.0, 0.0, 0.0, 0.0];

/// A star before it is observed.
#[derive(Debug)]
pub(super) struct DrawnStar {
    /// Coefficients on the basis.
    pub(super) coefficients: Vec<f32>,
    /// Spectral type, as `F5`.
    pub(super) subclass: String,
    /// Radial velocity over the speed of light.
    pub(super) z: f64,
    /// Slope and curvature of what dust and flux calibration do to the logarithm of the continuum.
    pub(super) tilt: [f64; 2],
}

impl DrawnStar {
    /// An observed star, moved part of the way to two others of similar shape.
    pub(super) fn draw(basis: &Basis, hot: bool, rng: &mut impl Rng) -> Self {
        let letter = draw_type(if hot { &HOT_MIX } else { &MIX }, rng);
        let of_type: Vec<usize> = (0..basis.stars.len()).filter(|&i| basis.stars[i].letter == letter).collect();
        let star = &basis.stars[of_type[rng.random_range(0..of_type.len())]];
        let mut coefficients = star.coefficients.clone();
        for _ in 0..2 {
            let other = &basis.stars[star.neighbors[rng.random_range(0..star.neighbors.len())]];
            let way = uniform(rng, 0.0, 0.5) as f32;
            coefficients.iter_mut().zip(&other.coefficients).for_each(|(c, o)| *c += way * (o - *c));
        }
        // nine of ten stars move with the disc
        let dispersion = if rng.random::<f64>() < 0.9 { 45.0 } else { 140.0 };
        let velocity = (dispersion * normal(rng)).clamp(-600.0, 600.0);
        let tilt = [0.2 * normal(rng), 0.06 * normal(rng)];
        Self { coefficients, subclass: star.subclass(), z: velocity / super::SPEED_OF_LIGHT, tilt }
    }
}

fn draw_type(mix: &[f64; 7], rng: &mut impl Rng) -> usize {
    let mut left = rng.random::<f64>() * mix.iter().sum::<f64>();
    for (letter, share) in mix.iter().enumerate() {
        left -= share;
        if left < 0.0 {
            return letter;
        }
    }
    mix.iter().rposition(|&share| share > 0.0).unwrap_or(0)
}
