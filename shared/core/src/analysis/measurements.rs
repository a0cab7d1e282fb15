//! What is measured of one line, and the one entry that measures it.

use serde::{Deserialize, Serialize};

use super::level::{Continuum, Level};
use super::moments::moments;
use super::peaks::{DoublePeak, double_peak};
use super::realisations::Realisations;
use super::region::SpectralRegion;
use super::snr::{FEWEST, Noise, Snr, of_pixels};
use super::stretch::Stretch;
use super::unmeasurable::Unmeasurable;
use super::width::full_width;
use crate::spectrum::{Medium, Spectrum};

/// The flux of a line is this many times its error, or its place means nothing.
const SIGNIFICANT: f64 = 5.0;

/// A value and its standard deviation, both in the same unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The value.
    pub value: f64,
    /// Its standard deviation: from the noise of every pixel, of those the continuum is taken from too.
    pub error: f64,
}

/// Which way a line goes from its continuum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Feature {
    /// Its flux is positive.
    Emission,
    /// Its flux is negative.
    Absorption,
}

/// One line of one spectrum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measurements {
    /// Medium of the wavelengths below: the spectrum's.
    pub medium: Medium,
    /// Which way the line goes, by the sign of its flux.
    pub feature: Feature,
    /// Good pixels in the line window.
    pub pixels: usize,
    /// Pixels of the line window that were left out: masked in every exposure, without information, or missing in the
    /// axis.
    pub masked: usize,
    /// Signal-to-noise ratio per pixel, of the pixels that the continuum is taken from; of the line window where it is
    /// taken from none.
    pub snr: Snr,
    /// The continuum in the middle of the line window, in the spectrum's flux unit.
    pub continuum: Measured,
    /// The line's flux above the continuum, in the spectrum's flux unit times Angstrom; negative in absorption.
    pub flux: Measured,
    /// Equivalent width in Angstrom, positive in absorption.
    pub equivalent_width: Measured,
    /// Flux-weighted mean wavelength, in Angstrom, where it lies in the window.
    pub centroid: Option<Measured>,
    /// Full width at half maximum in Angstrom, where the line falls through half of its highest pixel.
    pub fwhm: Option<Measured>,
    /// Full width at half maximum of the Gaussian of the same second moment, in Angstrom. It depends on the wings, and
    /// so on the window.
    pub gaussian_fwhm: Option<Measured>,
    /// The two peaks of double-peaked emission.
    pub double_peak: Option<DoublePeak>,
    /// Why something is not there, and what the errors rest on.
    pub notes: Vec<Note>,
}

/// A circumstance the reader of a measurement should know of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Note {
    /// The spectrum states no variance.
    NoVariance,
    /// A pixel at an end of the line window is masked: flux and equivalent width end at the first good one.
    EndMasked,
    /// The line does not stand out of the noise: it has no centroid, or no widths.
    NotSignificant,
    /// The line has no full width at half maximum.
    NoHalfMaximum,
    /// A centroid outside the window, or a width that the window cannot hold: a profile with both emission and
    /// absorption, or noise.
    BeyondWindow,
    /// Nothing stands above the continuum.
    NoEmission,
    /// One emission peak, or several that noise may have made of one.
    OnePeak,
}

impl Note {
    /// The note as a remark in lower case.
    pub fn text(self) -> &'static str {
        match self {
            Self::NoVariance => "no variance stated: errors rest on the scatter of the flux",
            Self::EndMasked => "an end of the line window is masked: flux and width are of what is left of it",
            Self::NotSignificant => "the line does not stand out of the noise: no centroid or no width",
            Self::NoHalfMaximum => "the line does not fall to half of its height on both sides: no width there",
            Self::BeyondWindow => "the profile has both emission and absorption, or is noise: no centroid or no width",
            Self::NoEmission => "no emission peak above the continuum: no V/R",
            Self::OnePeak => "no two significant emission peaks: no V/R",
        }
    }
}

/// The continuum under a line and beside it, as [`measure`] takes it: wavelengths in Angstrom in the spectrum's medium,
/// values in its flux unit.
///
/// # Errors
/// [`Unmeasurable`], as [`measure`] has it for the same windows; a continuum that is not positive is one all the same.
pub fn continuum_level(
    spectrum: &Spectrum,
    window: &SpectralRegion,
    continuum: &Continuum,
) -> Result<Vec<(f64, f64)>, Unmeasurable> {
    let (_, stretch, level) = levelled(spectrum, window, continuum)?;
    Ok(stretch.wavelengths.into_iter().zip(level.values).collect())
}

/// The line window in the spectrum's medium, the pixels that take part, and their continuum.
fn levelled(
    spectrum: &Spectrum,
    window: &SpectralRegion,
    continuum: &Continuum,
) -> Result<((f64, f64), Stretch, Level), Unmeasurable> {
    const NAME: &str = "line window";
    let range = window.range_in(spectrum.axis().medium(), NAME)?;
    let continuum_regions = continuum.regions(range, spectrum.axis())?;
    let regions = [&[(NAME, range, FEWEST)], continuum_regions.as_slice()].concat();
    let stretch = Stretch::new(spectrum, &regions, continuum.margin())?;
    let level = Level::new(continuum, &continuum_regions, &stretch);
    Ok((range, stretch, level))
}

/// Measures the line in `window` against `continuum`.
///
/// Pixels that are masked in every exposure, or carry no information, are left out and counted. The same spectrum gives
/// the same numbers, errors included, everywhere and every time.
///
/// # Errors
/// [`Unmeasurable`]: a region outside the spectrum or with less than half of its pixels good (five at least in the
/// line window), a continuum that is not positive, no variance and no scatter that tells the noise, or a request that makes no sense.
pub fn measure(
    spectrum: &Spectrum,
    window: &SpectralRegion,
    continuum: &Continuum,
) -> Result<Measurements, Unmeasurable> {
    let medium = spectrum.axis().medium();
    let (range, stretch, level) = levelled(spectrum, window, continuum)?;
    let window = stretch.inside(range);
    let under = &level.values[window.clone()];
    let lowest = under.iter().copied().fold(f64::INFINITY, f64::min);
    if lowest <= 0.0 {
        return Err(Unmeasurable::ContinuumNotPositive { lowest });
    }

    let snr = of_pixels(&stretch, &level.made_of)?;
    let sums = moments(&stretch, &level, &window);
    let feature = if sums.flux.value > 0.0 { Feature::Emission } else { Feature::Absorption };
    let line: Vec<f64> = stretch.flux[window.clone()].iter().zip(under).map(|(f, c)| f - c).collect();
    let sign = if feature == Feature::Emission { 1.0 } else { -1.0 };
    let upwards: Vec<f64> = line.iter().map(|l| sign * l).collect();
    let realisations = Realisations::new(&stretch, &level, window.clone());

    let mut notes = Vec::new();
    let mut note = |note: Note| {
        if !notes.contains(&note) {
            notes.push(note);
        }
    };
    if stretch.noise == Noise::Estimated {
        note(Note::NoVariance);
    }
    if stretch.cut {
        note(Note::EndMasked);
    }
    let significant = sums.flux.value.abs() > SIGNIFICANT * sums.flux.error;
    if !significant {
        note(Note::NotSignificant);
    }
    let centroid = Some(sums.centroid).filter(|c| significant && range.0 <= c.value && c.value <= range.1);
    let possible = |width: &Measured| width.value > 0.0 && width.value < range.1 - range.0;
    let gaussian_fwhm = sums.gaussian_fwhm.filter(|width| centroid.is_some() && possible(width));
    if significant && gaussian_fwhm.is_none() {
        note(Note::BeyondWindow);
    }
    let fwhm = full_width(&realisations, &upwards, sign)
        .and_then(|width| Some(width).filter(possible).ok_or(Note::BeyondWindow))
        .map_err(&mut note)
        .ok();
    let double_peak = double_peak(&realisations, &line, under, medium).map_err(&mut note).ok();
    Ok(Measurements {
        medium,
        feature,
        pixels: window.len(),
        masked: stretch.masked,
        snr,
        continuum: sums.continuum,
        flux: sums.flux,
        equivalent_width: sums.equivalent_width,
        centroid,
        fwhm,
        gaussian_fwhm,
        double_peak,
        notes,
    })
}
