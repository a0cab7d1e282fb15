//! The checked recipe and its application to one spectrum.

use std::ops::Range;

use sha2::{Digest, Sha256};

use super::bad_pixels::{bad_pixels, interpolate_over};
use super::convolve::{self, kernel_sigma};
use super::frame::Frame;
use super::scale::{constant_level, median, scale};
use super::spikes::reject_spikes;
use super::trace::{Step, Trace, TraceStep};
use super::{Continuum, Grid, Mask, RecipeSpec, Rejection, Scale, continuum, resample};
use crate::spectrum::{SpectralAxis, Spectrum};
use crate::{Error, Result};

/// Counts up whenever the same spec gives other numbers, so that features cached by [`Recipe::hash`]
/// are not mistaken for today's.
const REVISION: u32 = 1;

/// Native pixels this far outside the window, in Angstrom, still take part: spikes are judged and gaps
/// bridged by what lies on both sides.
const MARGIN: f64 = 30.0;

/// A step this many times the usual one is a gap.
const GAP: f64 = 3.0;

/// Hears of a step: its wavelengths, what the spectrum is there now, its bad pixels where they are known.
type Hear<'a> = dyn FnMut(Step, &[f64], &[f64], &[bool]) + 'a;

/// A checked [`RecipeSpec`]: applying it can reject a spectrum, but not fail.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipe {
    spec: RecipeSpec,
    grid: SpectralAxis,
}

/// One feature row and what was done to get it.
#[derive(Debug, Clone, PartialEq)]
pub struct Extraction {
    /// The features, one per pixel of [`Recipe::grid`].
    pub features: Vec<f32>,
    /// Native pixels in the window, those that a gap in the axis leaves out included, those that the spec masks not.
    pub window_pixels: usize,
    /// Those of them that were interpolated over, spikes and gaps included.
    pub bad_pixels: usize,
    /// Spikes found that no mask caught, in the window and its margin.
    pub spikes: usize,
    /// What the spectrum did not state, and what that meant.
    pub notes: Vec<Note>,
}

/// A circumstance the reader of a feature row should know of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Note {
    /// The spectrum states no variance: every finite pixel is taken as it is.
    NoVariance,
    /// The spectrum does not state the mask that the recipe names.
    NoMask,
    /// The spectrum is already coarser than the target resolution: it is used at its own.
    CoarserThanTarget,
}

impl Note {
    /// The note as a remark in lower case.
    pub fn text(self) -> &'static str {
        match self {
            Self::NoVariance => "no variance stated: every finite pixel is used",
            Self::NoMask => "no mask stated: bad pixels are known by variance and shape only",
            Self::CoarserThanTarget => "coarser than the recipe's resolution: used at its own",
        }
    }
}

impl TryFrom<&RecipeSpec> for Recipe {
    type Error = Error;

    fn try_from(spec: &RecipeSpec) -> Result<Self> {
        check(spec)?;
        let [from, to] = spec.window_angstrom;
        let steps = (spec.pixels - 1) as f64;
        let grid = match spec.grid {
            Grid::Linear => SpectralAxis::linear(from, (to - from) / steps, spec.pixels, spec.medium),
            Grid::Log => SpectralAxis::log10(from.log10(), (to / from).log10() / steps, spec.pixels, spec.medium),
        }?;
        Ok(Self { spec: spec.clone(), grid })
    }
}

/// Every rule about the values of a recipe; the names are those of the spec.
fn check(spec: &RecipeSpec) -> Result<()> {
    let refuse = |ok: bool, name: &'static str, value: String, remedy: &str| {
        if ok { Ok(()) } else { Err(Error::parameter(name, value, remedy)) }
    };
    let [from, to] = spec.window_angstrom;
    refuse(
        from.is_finite() && to.is_finite() && from > 0.0 && to > from,
        "recipe.window_angstrom",
        format!("[{from}, {to}]"),
        "give [first, last] pixel centre in Angstrom, first < last, as in [6519.0, 6732.0]",
    )?;
    refuse(
        (2..=1_000_000).contains(&spec.pixels),
        "recipe.pixels",
        spec.pixels.to_string(),
        "choose from 2 to 1000000 pixels",
    )?;
    let fwhm = spec.resolution_fwhm_angstrom;
    refuse(
        (0.0..=to - from).contains(&fwhm),
        "recipe.resolution_fwhm_angstrom",
        fwhm.to_string(),
        "give the target FWHM in Angstrom, at most the width of the window, or 0 to leave the resolution as it is",
    )?;
    for [from, to] in &spec.mask_angstrom {
        refuse(
            from.is_finite() && to.is_finite() && *from > 0.0 && to > from,
            "recipe.mask_angstrom",
            format!("[{from}, {to}]"),
            "give stretches [from, to] in Angstrom, from < to, as in [[5574.0, 5584.0]]",
        )?;
    }
    refuse(
        spec.spike_sigma == 0.0 || (spec.spike_sigma.is_finite() && spec.spike_sigma >= 3.0),
        "recipe.spike_sigma",
        spec.spike_sigma.to_string(),
        "choose 3 or more, or 0 to leave spikes in",
    )?;
    refuse(
        (0.0..=1.0).contains(&spec.min_good_fraction),
        "recipe.min_good_fraction",
        spec.min_good_fraction.to_string(),
        "choose from 0 to 1",
    )?;
    let step = (to - from) / (spec.pixels - 1) as f64;
    match spec.continuum {
        Continuum::None => Ok(()),
        Continuum::Polynomial(degree) => refuse(
            degree <= 15 && degree + 2 <= spec.pixels,
            "recipe.continuum",
            format!("\"{}\"", spec.continuum),
            "choose a degree of at most 15, and less than pixels - 1",
        ),
        Continuum::Median(width) => refuse(
            width.is_finite() && width >= 2.0 * step,
            "recipe.continuum",
            format!("\"{}\"", spec.continuum),
            &format!("choose a width in Angstrom of at least three pixels of the grid, {:.3}", 2.0 * step),
        ),
    }?;
    refuse(
        spec.components <= spec.pixels,
        "recipe.components",
        spec.components.to_string(),
        "choose at most as many components as pixels, or 0 to keep the pixels",
    )
}

impl Recipe {
    /// The spec that was checked.
    pub fn spec(&self) -> &RecipeSpec {
        &self.spec
    }

    /// The target axis: `pixels` centres from the window's first to its last wavelength.
    pub fn grid(&self) -> &SpectralAxis {
        &self.grid
    }

    /// 16 hex digits that name the recipe: the start of the SHA-256 of its canonical JSON and of the
    /// revision of its implementation.
    pub fn hash(&self) -> String {
        // the fields serialise in the order of the struct: the same recipe gives the same text
        let json = serde_json::to_string(&self.spec).unwrap_or_default();
        let digest = Sha256::digest(format!("{REVISION}{json}"));
        let start = digest.iter().take(8).fold(0u64, |bits, &byte| bits << 8 | u64::from(byte));
        format!("{start:016x}")
    }

    /// One feature row, before any projection on principal components.
    ///
    /// # Errors
    /// The [`Rejection`] that says why the spectrum cannot be compared with others.
    pub fn apply(&self, spectrum: &Spectrum) -> Result<Vec<f32>, Rejection> {
        self.extract(spectrum).map(|extraction| extraction.features)
    }

    /// As [`Recipe::apply`], with an account of what was done.
    ///
    /// # Errors
    /// As [`Recipe::apply`].
    pub fn extract(&self, spectrum: &Spectrum) -> Result<Extraction, Rejection> {
        self.carry_out(spectrum, &mut |_, _, _, _| ())
    }

    /// The spectrum after each step, up to the one that it does not pass.
    pub fn trace(&self, spectrum: &Spectrum) -> Trace {
        let mut steps = Vec::new();
        let outcome = self.carry_out(spectrum, &mut |step, wavelengths, values, bad| {
            steps.push(TraceStep::new(step, wavelengths, values, bad));
        });
        Trace { steps, outcome }
    }

    /// All steps; `after` hears of each.
    fn carry_out(&self, spectrum: &Spectrum, after: &mut Hear<'_>) -> Result<Extraction, Rejection> {
        let spec = &self.spec;
        let frame = self.frame(spectrum)?;
        let (sigma, coarser) = self.kernel(spectrum, &frame)?;
        let range = self.stretch(spectrum, &frame, sigma.unwrap_or(0.0))?;
        let wavelengths: Vec<f64> =
            spectrum.axis().wavelengths()[range.clone()].iter().map(|&w| frame.convert(w)).collect();
        let mut flux: Vec<f64> = spectrum.flux()[range.clone()].iter().map(|&f| f64::from(f)).collect();

        let mut bad = bad_pixels(spectrum, range.clone(), spec.mask);
        after(Step::Native, &wavelengths, &flux, &bad);
        let spikes = if spec.spike_sigma > 0.0 { reject_spikes(&flux, &mut bad, spec.spike_sigma) } else { 0 };
        let masked = self.masked(spectrum, range);
        let (good, window_pixels) = self.count_good(&wavelengths, &bad, &masked)?;
        bad.iter_mut().zip(&masked).for_each(|(bad, masked)| *bad |= masked);
        interpolate_over(&wavelengths, &mut flux, &bad);
        after(Step::Interpolated, &wavelengths, &flux, &bad);

        if let Some(sigma) = sigma {
            flux = convolve::gaussian(&wavelengths, &flux, sigma);
            after(Step::Convolved, &wavelengths, &flux, &[]);
        }
        let grid = self.grid.wavelengths();
        let mut row = resample::automatic(&wavelengths, &flux, grid);
        after(Step::Resampled, grid, &row, &[]);
        if let Some(level) = constant_level(&row) {
            return Err(Rejection::NoSignal { level });
        }
        if let Some(level) = self.continuum(&row) {
            after(Step::Continuum, grid, &level, &[]);
            divide(&mut row, &level)?;
            after(Step::Normalised, grid, &row, &[]);
        }
        if spec.scale != Scale::None {
            scale(&mut row, spec.scale)?;
            after(Step::Scaled, grid, &row, &[]);
        }

        let features: Vec<f32> = row.iter().map(|&y| y as f32).collect();
        if let Some(pixel) = features.iter().position(|y| !y.is_finite()) {
            return Err(Rejection::NotFinite { pixel, value: row[pixel] });
        }
        let notes = self.notes(spectrum, coarser);
        Ok(Extraction { features, window_pixels, bad_pixels: window_pixels - good, spikes, notes })
    }

    fn frame(&self, spectrum: &Spectrum) -> Result<Frame, Rejection> {
        let redshift = match (self.spec.rest_frame, spectrum.metadata.z) {
            (false, _) => 0.0,
            (true, None) => return Err(Rejection::NoRedshift),
            (true, Some(z)) if z.is_finite() && z > -1.0 => z,
            (true, Some(z)) => return Err(Rejection::UnusableRedshift { z }),
        };
        Ok(Frame { from: spectrum.axis().medium(), to: self.spec.medium, redshift })
    }

    /// Sigma of the kernel that brings the spectrum to the target resolution, if one is needed, and
    /// whether the spectrum is coarser than the target.
    fn kernel(&self, spectrum: &Spectrum, frame: &Frame) -> Result<(Option<f64>, bool), Rejection> {
        let target = self.spec.resolution_fwhm_angstrom;
        if target == 0.0 {
            return Ok((None, false));
        }
        match spectrum.metadata.resolution_fwhm {
            // the instrument's width shrinks with the wavelengths when the redshift is removed
            Some(own) if own.is_finite() && own >= 0.0 => {
                let own = own / (1.0 + frame.redshift);
                Ok((kernel_sigma(own, target), own > target))
            }
            _ => Err(Rejection::ResolutionUnknown { target }),
        }
    }

    /// The native pixels that take part: the window's and a margin on either side.
    fn stretch(&self, spectrum: &Spectrum, frame: &Frame, sigma: f64) -> Result<Range<usize>, Rejection> {
        let native = spectrum.axis().wavelengths();
        let n = native.len();
        let (from, to) = self.grid.range();
        let (first, last) = (frame.convert(native[0]), frame.convert(native[n - 1]));
        // a pixel reaches half its width beyond its centre
        let first_edge = first - 0.5 * (frame.convert(native[1]) - first);
        let last_edge = last + 0.5 * (last - frame.convert(native[n - 2]));
        if first_edge > from || last_edge < to {
            let [from, to] = self.spec.window_angstrom;
            return Err(Rejection::WindowNotCovered { first, last, from, to });
        }
        let margin = MARGIN.max(2.0 * convolve::TRUNCATE * sigma);
        let lo = native.partition_point(|&w| frame.convert(w) < from - margin);
        let hi = native.partition_point(|&w| frame.convert(w) <= to + margin);
        // interpolation needs a pixel on either side even where pixels are wider than the margin
        let (lo, hi) = (lo.saturating_sub(1), (hi + 1).min(n));
        Ok(lo..hi.max(lo + 2))
    }

    /// The native pixels of `range` that lie in one of the spec's masked stretches, which are observed wavelengths.
    fn masked(&self, spectrum: &Spectrum, range: Range<usize>) -> Vec<bool> {
        let seen = Frame { from: spectrum.axis().medium(), to: self.spec.medium, redshift: 0.0 };
        let stretches = &self.spec.mask_angstrom;
        let inside = |w: f64| stretches.iter().any(|[from, to]| (*from..=*to).contains(&w));
        spectrum.axis().wavelengths()[range].iter().map(|&w| !stretches.is_empty() && inside(seen.convert(w))).collect()
    }

    /// The native pixels of a spectrum whose centres lie in the window.
    pub(crate) fn window_of(&self, spectrum: &Spectrum) -> Range<usize> {
        let Ok(frame) = self.frame(spectrum) else { return 0..0 };
        let (native, (from, to)) = (spectrum.axis().wavelengths(), self.grid.range());
        let start = native.partition_point(|&w| frame.convert(w) < from);
        start..native.partition_point(|&w| frame.convert(w) <= to).max(start)
    }

    /// Good and all native pixels in the window; pixels that a gap in the axis leaves out count as bad, those that the
    /// spec masks not at all.
    fn count_good(&self, wavelengths: &[f64], bad: &[bool], masked: &[bool]) -> Result<(usize, usize), Rejection> {
        let (from, to) = self.grid.range();
        let pixels = wavelengths.iter().zip(bad).zip(masked);
        let inside = pixels.filter(|((w, _), masked)| !**masked && (from..=to).contains(*w));
        let (good, stated) = inside.fold((0, 0), |(good, all), ((_, bad), _)| (good + usize::from(!bad), all + 1));
        let pixels = stated + missing_pixels(wavelengths, from, to);
        let required = self.spec.min_good_fraction;
        if good == 0 || (good as f64) < required * pixels as f64 {
            return Err(Rejection::TooFewGoodPixels { good, pixels, required });
        }
        Ok((good, pixels))
    }

    /// What the row is divided by, if by anything.
    fn continuum(&self, row: &[f64]) -> Option<Vec<f64>> {
        let wavelengths = self.grid.wavelengths();
        match self.spec.continuum {
            Continuum::None => None,
            Continuum::Polynomial(degree) => Some(continuum::polynomial(wavelengths, row, degree)),
            Continuum::Median(width) => Some(continuum::running_median(wavelengths, row, width)),
        }
    }

    fn notes(&self, spectrum: &Spectrum, coarser: bool) -> Vec<Note> {
        let no_mask = match self.spec.mask {
            Mask::None | Mask::Keep => false,
            Mask::And => spectrum.and_mask().is_none(),
            Mask::Or => spectrum.or_mask().is_none(),
        };
        [(spectrum.ivar().is_none(), Note::NoVariance), (no_mask, Note::NoMask), (coarser, Note::CoarserThanTarget)]
            .into_iter()
            .filter_map(|(holds, note)| holds.then_some(note))
            .collect()
    }
}

fn divide(row: &mut [f64], level: &[f64]) -> Result<(), Rejection> {
    let lowest = level.iter().copied().fold(f64::INFINITY, f64::min);
    if lowest <= 0.0 {
        return Err(Rejection::ContinuumNotPositive { lowest });
    }
    for (y, level) in row.iter_mut().zip(level) {
        *y /= level;
    }
    Ok(())
}

/// Pixels of the usual step that would fit into the gaps between `from` and `to`: a table may leave its
/// bad pixels out, and interpolating across the gap would hide it.
pub(crate) fn missing_pixels(wavelengths: &[f64], from: f64, to: f64) -> usize {
    let mut steps: Vec<f64> = wavelengths.windows(2).map(|w| w[1] - w[0]).collect();
    let usual = median(&mut steps);
    let gaps = wavelengths.windows(2).filter(|w| w[1] - w[0] > GAP * usual);
    gaps.map(|w| (w[1].min(to) - w[0].max(from)) / usual - 1.0).filter(|n| *n > 0.0).map(|n| n.round() as usize).sum()
}

#[cfg(test)]
mod tests;
