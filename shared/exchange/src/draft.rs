//! A spectrum as a layout's reader found it, before the checks that all layouts share.
//!
//! Rules, the same for every file:
//! - all flux zero or not a number: rejected, `no-signal`;
//! - no variance in the file: kept without one, and said so;
//! - variance of zero information everywhere: kept and said so; a recipe that needs good pixels
//!   rejects it there with its own reason;
//! - pixels without information (trailing zeros, NaN flux, negative variance) stay where they are
//!   with an inverse variance of 0: every spectrum keeps the file's pixel grid;
//! - wavelengths that fall are turned round with everything that hangs on them.

use balmer_core::spectrum::{Medium, Metadata, SpectralAxis, Spectrum};

use crate::ReadError;

/// What a layout's reader hands over. `metadata.spectrum_id` holds a suffix only (`-B`), which the
/// entry point puts behind the file's stem.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) axis: SpectralAxis,
    /// Set where the axis had to be turned round.
    pub(crate) reversed: bool,
    pub(crate) flux: Vec<f32>,
    pub(crate) ivar: Option<Vec<f32>>,
    pub(crate) and_mask: Option<Vec<u32>>,
    pub(crate) or_mask: Option<Vec<u32>>,
    pub(crate) metadata: Metadata,
}

impl Draft {
    /// A spectrum with neither variance nor masks.
    pub(crate) fn new(axis: Axis, flux: Vec<f32>, metadata: Metadata) -> Self {
        let Axis { axis, reversed } = axis;
        Self { axis, reversed, flux, ivar: None, and_mask: None, or_mask: None, metadata }
    }

    /// Applies the rules above.
    pub(crate) fn finish(mut self) -> Result<Spectrum, ReadError> {
        let pixels = self.flux.len();
        if !self.flux.iter().any(|f| f.is_finite() && *f != 0.0) {
            return Err(ReadError::NoSignal { pixels });
        }
        if self.reversed {
            self.flux.reverse();
            self.ivar.iter_mut().for_each(|values| values.reverse());
            [&mut self.and_mask, &mut self.or_mask].into_iter().flatten().for_each(|mask| mask.reverse());
        }
        let not_numbers = self.flux.iter().filter(|f| !f.is_finite()).count();
        if not_numbers > 0 {
            self.metadata.remark(&format!("flux of {not_numbers} pixels is not a number"));
        }
        match &mut self.ivar {
            None => self.metadata.remark("no variance stated"),
            Some(ivar) => {
                for (ivar, flux) in ivar.iter_mut().zip(&self.flux) {
                    if !(ivar.is_finite() && *ivar > 0.0 && flux.is_finite()) {
                        *ivar = 0.0;
                    }
                }
                if ivar.iter().all(|v| *v == 0.0) {
                    self.metadata.remark("inverse variance is zero everywhere");
                }
            }
        }
        let (first, last) = self.axis.range();
        self.metadata.has_ivar = self.ivar.is_some();
        self.metadata.medium = Some(self.axis.medium());
        self.metadata.wavelength_min = Some(first);
        self.metadata.wavelength_max = Some(last);
        self.metadata.pixels = Some(pixels as i64);
        let malformed = |error: balmer_core::Error| ReadError::Malformed(error.to_string());
        let mut spectrum = Spectrum::new(self.axis, self.flux, self.metadata).map_err(malformed)?;
        if let Some(ivar) = self.ivar {
            spectrum = spectrum.with_ivar(ivar).map_err(malformed)?;
        }
        spectrum.with_masks(self.and_mask, self.or_mask).map_err(malformed)
    }
}

/// A checked spectral axis, turned round where the file's wavelengths fall.
#[derive(Debug, Clone)]
pub(crate) struct Axis {
    pub(crate) axis: SpectralAxis,
    pub(crate) reversed: bool,
}

/// How far, in pixels, listed wavelengths may stand from a regular grid to be taken as that grid
/// rounded to the file's precision.
pub(crate) const ROUNDING_PIXELS: f64 = 0.1;

/// Wavelengths a spectrum of this product can have, Angstrom: X-rays and radio are neither.
const RANGE: std::ops::RangeInclusive<f64> = 100.0..=1e7;

impl Axis {
    /// `10^(start + step i)` Angstrom.
    pub(crate) fn log10(start: f64, step: f64, pixels: usize, medium: Medium) -> Result<Self, ReadError> {
        Self::regular(start, step, pixels, medium, SpectralAxis::log10, |w| 10f64.powf(w))
    }

    /// `start + step i` Angstrom.
    pub(crate) fn linear(start: f64, step: f64, pixels: usize, medium: Medium) -> Result<Self, ReadError> {
        Self::regular(start, step, pixels, medium, SpectralAxis::linear, |w| w)
    }

    fn regular(
        start: f64,
        step: f64,
        pixels: usize,
        medium: Medium,
        make: fn(f64, f64, usize, Medium) -> balmer_core::Result<SpectralAxis>,
        angstrom: fn(f64) -> f64,
    ) -> Result<Self, ReadError> {
        let last = start + step * pixels.saturating_sub(1) as f64;
        for end in [start, last] {
            if !RANGE.contains(&angstrom(end)) {
                return Err(ReadError::NoWavelength(format!(
                    "the header's solution (start {start}, step {step}) does not give wavelengths in Angstrom"
                )));
            }
        }
        let reversed = step < 0.0;
        let (start, step) = if reversed { (last, -step) } else { (start, step) };
        let axis = make(start, step, pixels, medium).map_err(|e| ReadError::NoWavelength(e.to_string()))?;
        Ok(Self { axis, reversed })
    }

    /// Wavelengths as listed, Angstrom; a regular grid rounded to single precision is restored.
    pub(crate) fn listed(mut wavelengths: Vec<f64>, medium: Medium) -> Result<Self, ReadError> {
        if wavelengths.len() < 2 {
            return Err(ReadError::NotASpectrum(format!("it has {} pixels", wavelengths.len())));
        }
        let reversed = wavelengths[0] > wavelengths[wavelengths.len() - 1];
        if reversed {
            wavelengths.reverse();
        }
        check_listed(&wavelengths, reversed)?;
        let pixels = wavelengths.len();
        // start, step and the largest distance, in pixels, from the regular grid through the ends
        let regular = |value: fn(f64) -> f64| {
            let start = value(wavelengths[0]);
            let step = (value(wavelengths[pixels - 1]) - start) / (pixels - 1) as f64;
            let distance = |(i, w): (usize, &f64)| ((value(*w) - start) / step - i as f64).abs();
            (start, step, wavelengths.iter().enumerate().map(distance).fold(0.0, f64::max))
        };
        let (start, step, from_log) = regular(f64::log10);
        let (_, _, from_linear) = regular(|w| w);
        let axis = if from_log < ROUNDING_PIXELS && from_log < from_linear {
            SpectralAxis::log10(start, step, pixels, medium)
        } else {
            SpectralAxis::from_wavelengths(wavelengths, medium)
        };
        let axis = axis.map_err(|e| ReadError::NoWavelength(e.to_string()))?;
        Ok(Self { axis, reversed })
    }
}

/// Names the first wavelength that is no wavelength or out of order.
fn check_listed(wavelengths: &[f64], reversed: bool) -> Result<(), ReadError> {
    let pixel = |i: usize| if reversed { wavelengths.len() - 1 - i } else { i };
    if let Some(i) = wavelengths.iter().position(|w| !RANGE.contains(w)) {
        return Err(ReadError::NoWavelength(format!("pixel {} has wavelength {} Angstrom", pixel(i), wavelengths[i])));
    }
    if let Some(i) = wavelengths.windows(2).position(|w| w[1] <= w[0]) {
        return Err(ReadError::NonMonotonic(format!(
            "{} Angstrom at pixel {}, {} Angstrom at pixel {}",
            wavelengths[i],
            pixel(i),
            wavelengths[i + 1],
            pixel(i + 1)
        )));
    }
    Ok(())
}

/// Single precision, as flux and variance are kept.
pub(crate) fn single(values: &[f64]) -> Vec<f32> {
    values.iter().map(|v| *v as f32).collect()
}

/// Mask bits, which LAMOST writes as floating-point numbers; negative ones are 32-bit two's complement.
pub(crate) fn bits(values: &[f64]) -> Vec<u32> {
    values.iter().map(|v| *v as i64 as u32).collect()
}

/// Inverse variance from a one-sigma error; 0 where the error says nothing.
pub(crate) fn ivar_of_errors(errors: &[f64]) -> Vec<f32> {
    errors.iter().map(|e| if e.is_finite() && *e > 0.0 { (1.0 / (e * e)) as f32 } else { 0.0 }).collect()
}

/// A number the file uses for 'unknown'.
pub(crate) fn known(value: Option<f64>, sentinels: &[f64]) -> Option<f64> {
    value.filter(|v| v.is_finite() && !sentinels.contains(v))
}

/// A fibre on blank sky: its pipeline class is nonsense and gives way to `SKY`.
pub(crate) fn mark_sky_fibre(metadata: &mut Metadata) {
    let was = metadata.class.replace("SKY".into()).unwrap_or_else(|| "none".into());
    metadata.remark(&format!("sky fibre: pipeline class {was} ignored"));
    metadata.subclass = None;
    metadata.z = None;
    metadata.z_err = None;
}
