//! What a plot draws of a spectrum: its flux, the flux over a continuum, or what the algorithm saw.

use balmer_core::spectrum::Medium;
use balmer_exchange::api::{FeatureView, SpectrumBody};

use super::{
    continuum::{continuum, median},
    decimation::{nearest, visible},
    quality::{bad_intervals, bad_pixels, flux_range},
    smoothing::{Smoothing, smoothed},
};

/// What stands on the vertical axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quantity {
    /// Flux in the file's own unit, if it states one.
    Flux(Option<String>),
    /// Flux over a continuum.
    Ratio,
    /// Flux in the scale of the recipe.
    Scaled,
}

/// What the neighbours looked like to the algorithm.
#[derive(Debug, Clone, PartialEq)]
pub struct Company {
    /// Mean of the neighbours.
    pub mean: Vec<f32>,
    /// Standard deviation among them.
    pub sd: Vec<f32>,
    /// Share of each pixel in the distance to them.
    pub contribution: Vec<f32>,
    /// How many they are.
    pub neighbors: usize,
}

/// What a plot draws.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// Pixel centres, Angstrom, increasing.
    pub wavelengths: Vec<f64>,
    /// Medium of the wavelengths.
    pub medium: Medium,
    /// Whether the wavelengths are those of the object at rest.
    pub rest_frame: bool,
    /// The values drawn; NaN where there is none.
    pub flux: Vec<f32>,
    /// One standard deviation of each, where it is known.
    pub sigma: Option<Vec<f32>>,
    /// Pixels that are not to be trusted.
    pub bad: Vec<bool>,
    /// The same as intervals of wavelength.
    pub bad_intervals: Vec<(f64, f64)>,
    /// What the values are.
    pub quantity: Quantity,
    /// What was done to the spectrum, in words.
    pub notes: Vec<String>,
    /// The neighbours, where this is what the algorithm saw.
    pub company: Option<Company>,
}

impl Trace {
    /// The flux, or the flux over its continuum.
    pub fn of(body: &SpectrumBody, normalised: bool, smoothing: Smoothing) -> Self {
        let bad = bad_pixels(body);
        let mut notes = Vec::new();
        let (mut flux, ivar) = smoothed(&body.flux, body.ivar.as_deref(), &bad, smoothing);
        if smoothing != Smoothing::None {
            let weighted = if ivar.is_some() { ", ivar-weighted" } else { "" };
            notes.push(format!("{smoothing}{weighted}"));
        }
        let mut sigma: Option<Vec<f32>> = ivar.map(|ivar| ivar.iter().map(|ivar| ivar.sqrt().recip()).collect());
        let mut quantity = Quantity::Flux(body.flux_unit.clone());
        if normalised {
            let level = continuum(&body.wavelengths, &body.flux, &bad);
            let divide =
                |values: &mut Vec<f32>| values.iter_mut().zip(&level).for_each(|(value, level)| *value /= level);
            divide(&mut flux);
            if let Some(sigma) = &mut sigma {
                divide(sigma);
            }
            quantity = Quantity::Ratio;
        }
        Self {
            bad_intervals: bad_intervals(&body.wavelengths, &bad),
            wavelengths: body.wavelengths.clone(),
            medium: body.medium,
            rest_frame: false,
            flux,
            sigma,
            bad,
            quantity,
            notes,
            company: None,
        }
    }

    /// What the algorithm saw, and what it compared it with.
    pub fn seen(features: &FeatureView, neighbors: usize) -> Self {
        Self {
            wavelengths: features.wavelengths.clone(),
            medium: features.medium,
            rest_frame: features.rest_frame,
            flux: features.values.clone(),
            sigma: None,
            bad: vec![false; features.values.len()],
            bad_intervals: Vec::new(),
            quantity: Quantity::Scaled,
            notes: vec!["on the recipe's grid and scale".to_owned()],
            company: Some(Company {
                mean: features.neighbor_mean.clone(),
                sd: features.neighbor_sd.clone(),
                contribution: features.contribution.clone(),
                neighbors,
            }),
        }
    }

    /// First and last pixel centre; `(0, 1)` of nothing.
    pub fn full(&self) -> (f64, f64) {
        self.wavelengths.first().zip(self.wavelengths.last()).map_or((0.0, 1.0), |(low, high)| (*low, *high))
    }

    /// The range of values that shows what there is in a window.
    pub fn value_range(&self, window: (f64, f64)) -> (f64, f64) {
        let Some(company) = &self.company else {
            return flux_range(&self.wavelengths, &self.flux, &self.bad, window);
        };
        let mut range = (f64::INFINITY, f64::NEG_INFINITY);
        for i in visible(&self.wavelengths, window) {
            for value in [self.flux[i], company.mean[i] - company.sd[i], company.mean[i] + company.sd[i]] {
                range = (range.0.min(f64::from(value)), range.1.max(f64::from(value)));
            }
        }
        if range.0 >= range.1 {
            return (range.0.min(0.0), range.1.max(1.0));
        }
        let margin = 0.06 * (range.1 - range.0);
        (range.0 - margin, range.1 + margin)
    }

    /// Index of the pixel nearest to a wavelength.
    pub fn pixel_at(&self, wavelength: f64) -> Option<usize> {
        nearest(&self.wavelengths, wavelength)
    }

    /// Median of the trusted values within `range`; `None` where there are none.
    pub fn level(&self, range: (f64, f64)) -> Option<f32> {
        let inside = |i: &usize| (range.0..=range.1).contains(&self.wavelengths[*i]) && !self.bad[*i];
        let mut values: Vec<f32> =
            visible(&self.wavelengths, range).filter(inside).map(|i| self.flux[i]).filter(|v| v.is_finite()).collect();
        if values.is_empty() { None } else { Some(median(&mut values)) }
    }
}

#[cfg(test)]
mod tests {
    use balmer_core::spectrum::{Metadata, SpectralAxis, Spectrum};

    use super::*;

    fn body(flux: Vec<f32>, medium: Medium) -> SpectrumBody {
        let axis = SpectralAxis::linear(6000.0, 1.0, flux.len(), medium).unwrap();
        let n = flux.len();
        let spectrum = Spectrum::new(axis, flux, Metadata::default()).unwrap();
        spectrum.with_ivar(vec![4.0; n]).unwrap().into()
    }

    #[test]
    fn a_normalised_spectrum_is_one() {
        let trace = Trace::of(&body(vec![50.0; 400], Medium::Air), true, Smoothing::None);
        assert!(trace.flux.iter().all(|value| (value - 1.0).abs() < 1e-6));
        assert!((trace.sigma.unwrap()[7] - 0.01).abs() < 1e-6);
        assert_eq!(trace.quantity, Quantity::Ratio);
    }

    #[test]
    fn smoothing_is_said() {
        let trace = Trace::of(&body(vec![1.0; 20], Medium::Air), false, Smoothing::Gaussian(5));
        assert_eq!(trace.notes, ["Gaussian 5 px, ivar-weighted"]);
        assert_eq!(trace.full(), (6000.0, 6019.0));
    }

    #[test]
    fn the_range_of_what_was_seen_holds_the_neighbours() {
        let features = FeatureView {
            wavelengths: vec![1.0, 2.0, 3.0],
            medium: Medium::Vacuum,
            rest_frame: true,
            values: vec![-1.0, 0.0, 1.0],
            neighbor_mean: vec![0.0, 2.0, 0.0],
            neighbor_sd: vec![0.5; 3],
            contribution: vec![0.2, 0.6, 0.2],
            mean_squared_distance: 1.0,
        };
        let trace = Trace::seen(&features, 7);
        let (low, high) = trace.value_range((1.0, 3.0));
        assert!(low < -1.0 && high > 2.5 && trace.rest_frame);
    }
}
