//! Lines as an instrument sees them: widened, moved, in units of the continuum beside them.

use std::ops::Range;

use super::SPEED_OF_LIGHT;
use crate::spectrum::{Medium, Spectrum, vacuum_to_air};

/// Resolution assumed where a spectrum states none, Angstrom (FWHM): LAMOST's.
pub(super) const RESOLUTION: f64 = 3.6;

/// A Gaussian in velocity: equivalent width in Angstrom (negative absorbs), centre and width in km/s.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gaussian {
    pub(super) width: f64,
    pub(super) center: f64,
    pub(super) sigma: f64,
}

/// A line: its rest wavelength in vacuum and its profile.
#[derive(Debug)]
pub(super) struct PlantedLine {
    pub(super) wavelength: f64,
    pub(super) profile: Vec<Gaussian>,
}

/// The light that a line adds to a spectrum.
#[derive(Debug)]
pub(super) struct Gain {
    /// The pixels that it falls on.
    pub(super) pixels: Range<usize>,
    /// What each of them gains, in the spectrum's unit; negative where the line absorbs.
    pub(super) light: Vec<f32>,
    /// The continuum that it was scaled to.
    pub(super) continuum: f64,
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

impl<'a> Observed<'a> {
    /// Lines of a star in an observed spectrum. They move with the redshift stated, unless that is none of a star in
    /// the Galaxy.
    pub(super) fn of(spectrum: &'a Spectrum) -> Self {
        let axis = spectrum.axis();
        Self {
            wavelengths: axis.wavelengths(),
            medium: axis.medium(),
            z: velocity(spectrum),
            resolution: spectrum.metadata.resolution_fwhm.unwrap_or(RESOLUTION),
        }
    }

    /// Where a line at `line` (vacuum, at rest) is seen.
    pub(super) fn center(&self, line: f64) -> f64 {
        let vacuum = line * (1.0 + self.z);
        if self.medium == Medium::Air { vacuum_to_air(vacuum) } else { vacuum }
    }

    pub(super) fn covers(&self, line: f64) -> bool {
        let center = self.center(line);
        self.wavelengths.first().is_some_and(|&w| w < center) && self.wavelengths.last().is_some_and(|&w| w > center)
    }

    /// Adds the lines that the spectrum covers to `flux`, one after the other. What each adds is in the order of lines.
    pub(super) fn plant(&self, lines: &[PlantedLine], flux: &mut [f32]) -> Vec<Gain> {
        let covered = lines.iter().filter(|line| self.covers(line.wavelength));
        covered
            .map(|line| {
                let gain = self.gain(line, flux);
                flux[gain.pixels.clone()].iter_mut().zip(&gain.light).for_each(|(flux, light)| *flux += light);
                gain
            })
            .collect()
    }

    fn gain(&self, line: &PlantedLine, flux: &[f32]) -> Gain {
        let center = self.center(line.wavelength);
        let km_s = SPEED_OF_LIGHT / center;
        let instrument = self.resolution / 2.3548 * km_s;
        let gaussians: Vec<Gaussian> =
            line.profile.iter().map(|g| Gaussian { sigma: g.sigma.hypot(instrument), ..*g }).collect();
        let reach = gaussians.iter().map(|g| g.center.abs() + 5.0 * g.sigma).fold(0.0, f64::max) / km_s;
        let continuum = median(self.beside(center, reach).map(|i| flux[i]));
        let pixels = self.pixels(center - reach, center + reach);
        let light = pixels.clone().map(|i| {
            let velocity = (self.wavelengths[i] - center) * km_s;
            let profile: f64 = gaussians
                .iter()
                .map(|g| {
                    let peak = g.width * km_s / (g.sigma * std::f64::consts::TAU.sqrt());
                    peak * (-0.5 * ((velocity - g.center) / g.sigma).powi(2)).exp()
                })
                .sum();
            // absorption takes away light that is there, and no more
            let floor = -0.95 * f64::from(flux[i].max(0.0));
            (continuum * profile).max(floor) as f32
        });
        Gain { light: light.collect(), pixels, continuum }
    }

    /// The pixels within 60 A of either end of a line that reaches so far (30 A at least), Angstrom.
    pub(super) fn beside(&self, center: f64, reach: f64) -> impl Iterator<Item = usize> {
        let (near, far) = (reach.max(30.0), reach.max(30.0) + 60.0);
        self.pixels(center - far, center - near).chain(self.pixels(center + near, center + far))
    }

    pub(super) fn pixels(&self, from: f64, to: f64) -> Range<usize> {
        let start = self.wavelengths.partition_point(|&w| w < from);
        start..self.wavelengths.partition_point(|&w| w <= to).max(start)
    }
}

/// Redshift of a star: that stated, or 0 where none is stated or it is a galaxy's.
pub(super) fn velocity(spectrum: &Spectrum) -> f64 {
    spectrum.metadata.z.filter(|z| z.abs() < 0.01).unwrap_or(0.0)
}

/// Median of what is finite; 0 where nothing is, or where it is negative.
pub(super) fn median(values: impl Iterator<Item = f32>) -> f64 {
    let mut values: Vec<f32> = values.filter(|value| value.is_finite()).collect();
    if values.is_empty() {
        return 0.0;
    }
    let middle = values.len() / 2;
    f64::from(*values.select_nth_unstable_by(middle, f32::total_cmp).1).max(0.0)
}
