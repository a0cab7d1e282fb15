//! Planting emission lines in spectra, simulated or observed.
//!
//! A profile is a sum of Gaussians in velocity, widened by the instrument, in units of the continuum
//! beside the line; its strength is an equivalent width in Angstrom. Ranges follow what surveys of
//! classical Be stars, luminous blue variables and cataclysmic variables report for spectra of this
//! resolution: they are meant to be plausible, not a model of any star. In an observed spectrum the
//! noise stays as it is: the photons of the planted line add none.

use std::{fmt, str::FromStr};

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::{
    SPEED_OF_LIGHT,
    artefacts::{Artefact, Pixels},
    random::{log_normal, log_uniform, uniform},
};
use crate::{
    Error, Result,
    spectrum::{Medium, Spectrum, vacuum_to_air},
};

/// Rest wavelengths in vacuum, Angstrom (H-alpha as in the LAMOST studies; the others SDSS's list).
const H_ALPHA: f64 = 6564.614;
const H_BETA: f64 = 4862.68;
const H_GAMMA: f64 = 4341.68;
const H_DELTA: f64 = 4102.89;
const HE_I_5876: f64 = 5877.25;
const HE_I_6678: f64 = 6679.99;
const HE_II_4686: f64 = 4687.02;

/// Resolution assumed where a spectrum states none, Angstrom (FWHM): LAMOST's.
const RESOLUTION: f64 = 3.6;

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
    /// One of the artefact families, drawn at random.
    Artefact,
}

impl Injection {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Be, Self::Double, Self::PCygni, Self::Cv, Self::Artefact];

    /// The word used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Be => "be",
            Self::Double => "double",
            Self::PCygni => "p-cygni",
            Self::Cv => "cv",
            Self::Artefact => "artefact",
        }
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

/// A copy of `spectrum` with a planted object or artefact; `truth` names it. Lines move with the stated
/// redshift.
///
/// # Errors
/// [`Error::InvalidSpectrum`] when H-alpha is outside the spectrum.
pub fn inject(spectrum: &Spectrum, kind: Injection, rng: &mut impl Rng) -> Result<Spectrum> {
    let mut pixels = Pixels::of(spectrum);
    let mut metadata = spectrum.metadata.clone();
    let axis = spectrum.axis();
    if kind == Injection::Artefact {
        let artefact = Artefact::ALL[rng.random_range(0..Artefact::ALL.len())];
        artefact.apply(&mut pixels, axis, rng);
        metadata.truth = Some(artefact.name().to_owned());
    } else {
        let z = metadata.z.filter(|z| z.abs() < 0.01).unwrap_or(0.0);
        let resolution = metadata.resolution_fwhm.unwrap_or(RESOLUTION);
        let lines = draw_lines(kind, rng);
        let observed = Observed { wavelengths: axis.wavelengths(), medium: axis.medium(), z, resolution };
        if !observed.covers(H_ALPHA) {
            let (from, to) = axis.range();
            let text = format!("H-alpha is outside its {from:.1}-{to:.1} A: nothing can be planted there");
            return Err(Error::InvalidSpectrum(text));
        }
        observed.plant(&lines, &mut pixels.flux);
        metadata.truth = Some(kind.name().to_owned());
    }
    pixels.into_spectrum(axis.clone(), metadata)
}

/// A Gaussian in velocity: equivalent width in Angstrom (negative absorbs), centre and width in km/s.
#[derive(Debug, Clone, Copy)]
struct Gaussian {
    width: f64,
    center: f64,
    sigma: f64,
}

/// A line: its rest wavelength in vacuum and its profile.
#[derive(Debug)]
pub(super) struct PlantedLine {
    wavelength: f64,
    profile: Vec<Gaussian>,
}

/// Lines of an object of this kind.
pub(super) fn draw_lines(kind: Injection, rng: &mut impl Rng) -> Vec<PlantedLine> {
    match kind {
        Injection::Be => be(rng),
        Injection::Double => double(rng),
        Injection::PCygni => p_cygni(rng),
        Injection::Cv => cv(rng),
        Injection::Artefact => Vec::new(),
    }
}

/// The same profile in several lines, each with its share of the equivalent width.
fn series(shares: &[(f64, f64)], profile: &[Gaussian]) -> Vec<PlantedLine> {
    let scaled = |share: f64| profile.iter().map(|g| Gaussian { width: g.width * share, ..*g }).collect();
    shares.iter().map(|&(wavelength, share)| PlantedLine { wavelength, profile: scaled(share) }).collect()
}

/// A disc seen from its pole: H-alpha of 6-50 A, H-beta about a tenth of it.
fn be(rng: &mut impl Rng) -> Vec<PlantedLine> {
    let profile = [Gaussian {
        width: log_uniform(rng, 6.0, 50.0),
        center: uniform(rng, -20.0, 20.0),
        sigma: uniform(rng, 60.0, 150.0),
    }];
    series(&[(H_ALPHA, 1.0), (H_BETA, uniform(rng, 0.06, 0.18)), (H_GAMMA, 0.03)], &profile)
}

/// A disc seen at an angle: peaks 250-600 km/s apart, of unequal strength.
fn double(rng: &mut impl Rng) -> Vec<PlantedLine> {
    let width = log_uniform(rng, 5.0, 35.0);
    let separation = uniform(rng, 250.0, 600.0);
    let violet_share = 1.0 / (1.0 + log_normal(rng, 1.0, 0.2));
    let sigma = separation * uniform(rng, 0.18, 0.26);
    let peak = |share: f64, side: f64| Gaussian { width: width * share, center: side * separation / 2.0, sigma };
    let profile = [peak(violet_share, -1.0), peak(1.0 - violet_share, 1.0)];
    series(&[(H_ALPHA, 1.0), (H_BETA, uniform(rng, 0.08, 0.2)), (H_GAMMA, 0.03)], &profile)
}

/// A wind: emission at rest, absorption at 150-450 km/s towards us.
fn p_cygni(rng: &mut impl Rng) -> Vec<PlantedLine> {
    let emission = log_uniform(rng, 8.0, 40.0);
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
fn cv(rng: &mut impl Rng) -> Vec<PlantedLine> {
    let width = log_uniform(rng, 30.0, 150.0);
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

/// Where lines fall on a spectrum's pixels.
pub(super) struct Observed<'a> {
    /// Pixel centres, Angstrom.
    pub(super) wavelengths: &'a [f64],
    /// Their medium.
    pub(super) medium: Medium,
    /// Redshift of the object.
    pub(super) z: f64,
    /// Instrumental resolution (FWHM), Angstrom.
    pub(super) resolution: f64,
}

impl Observed<'_> {
    fn center(&self, line: f64) -> f64 {
        let vacuum = line * (1.0 + self.z);
        if self.medium == Medium::Air { vacuum_to_air(vacuum) } else { vacuum }
    }

    fn covers(&self, line: f64) -> bool {
        let center = self.center(line);
        self.wavelengths.first().is_some_and(|&w| w < center) && self.wavelengths.last().is_some_and(|&w| w > center)
    }

    /// Adds the lines that the spectrum covers to `flux`.
    pub(super) fn plant(&self, lines: &[PlantedLine], flux: &mut [f32]) {
        for line in lines.iter().filter(|line| self.covers(line.wavelength)) {
            self.plant_line(line, flux);
        }
    }

    fn plant_line(&self, line: &PlantedLine, flux: &mut [f32]) {
        let center = self.center(line.wavelength);
        let km_s = SPEED_OF_LIGHT / center;
        let instrument = self.resolution / 2.3548 * km_s;
        let gaussians: Vec<Gaussian> =
            line.profile.iter().map(|g| Gaussian { sigma: g.sigma.hypot(instrument), ..*g }).collect();
        let reach = gaussians.iter().map(|g| g.center.abs() + 5.0 * g.sigma).fold(0.0, f64::max) / km_s;
        let continuum = self.continuum(center, reach, flux);
        let range = self.pixels(center - reach, center + reach);
        for (value, wavelength) in flux[range.clone()].iter_mut().zip(&self.wavelengths[range]) {
            let velocity = (wavelength - center) * km_s;
            let profile: f64 = gaussians
                .iter()
                .map(|g| {
                    let peak = g.width * km_s / (g.sigma * std::f64::consts::TAU.sqrt());
                    peak * (-0.5 * ((velocity - g.center) / g.sigma).powi(2)).exp()
                })
                .sum();
            // absorption takes away light that is there, and no more
            let floor = -0.95 * f64::from(value.max(0.0));
            *value += (continuum * profile).max(floor) as f32;
        }
    }

    /// Median flux beside the line.
    fn continuum(&self, center: f64, reach: f64, flux: &[f32]) -> f64 {
        let (near, far) = (reach.max(30.0), reach.max(30.0) + 60.0);
        let blue = self.pixels(center - far, center - near);
        let red = self.pixels(center + near, center + far);
        let mut beside: Vec<f32> = flux[blue].iter().chain(&flux[red]).copied().filter(|f| f.is_finite()).collect();
        if beside.is_empty() {
            return 0.0;
        }
        let middle = beside.len() / 2;
        f64::from(*beside.select_nth_unstable_by(middle, f32::total_cmp).1).max(0.0)
    }

    fn pixels(&self, from: f64, to: f64) -> std::ops::Range<usize> {
        let start = self.wavelengths.partition_point(|&w| w < from);
        start..self.wavelengths.partition_point(|&w| w <= to).max(start)
    }
}
