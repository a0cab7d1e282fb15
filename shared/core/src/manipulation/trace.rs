//! What a recipe makes of one spectrum, step by step: from its native pixels to the feature vector.
//!
//! The steps are those of [`Recipe::extract`](super::Recipe::extract) itself, which tells of each: a trace cannot
//! differ from what was computed. A spectrum that is rejected is traced up to the step that it does not pass.

use super::{Extraction, RecipeSpec, Rejection};

/// A step of a recipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// Native pixels of the window and its margin, in the recipe's medium and frame.
    Native,
    /// Bad pixels and spikes replaced by the straight line between their good neighbours.
    Interpolated,
    /// Brought to the recipe's resolution.
    Convolved,
    /// On the recipe's grid.
    Resampled,
    /// What the flux is divided by.
    Continuum,
    /// Divided by it.
    Normalised,
    /// Brought to the common scale: the feature vector.
    Scaled,
}

impl Step {
    /// Lower-case name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Interpolated => "interpolated",
            Self::Convolved => "convolved",
            Self::Resampled => "resampled",
            Self::Continuum => "continuum",
            Self::Normalised => "normalised",
            Self::Scaled => "scaled",
        }
    }

    /// What the step does by this recipe, in a few words.
    pub fn description(self, recipe: &RecipeSpec) -> String {
        match self {
            Self::Native if recipe.rest_frame => format!("native pixels, {} at rest", recipe.medium),
            Self::Native => format!("native pixels, {}", recipe.medium),
            Self::Interpolated => format!("bad pixels (mask: {}) and spikes interpolated over", recipe.mask),
            Self::Convolved => format!("convolved to {} Angstrom (FWHM)", recipe.resolution_fwhm_angstrom),
            Self::Resampled => format!("on {} pixels, {}", recipe.pixels, recipe.grid),
            Self::Continuum => format!("continuum, {}", recipe.continuum),
            Self::Normalised => "divided by the continuum".to_owned(),
            Self::Scaled => format!("scaled, {}", recipe.scale),
        }
    }
}

/// A spectrum after one step.
#[derive(Debug, Clone, PartialEq)]
pub struct TraceStep {
    /// The step.
    pub step: Step,
    /// Pixel centres, Angstrom, in the recipe's medium and frame.
    pub wavelengths: Vec<f64>,
    /// Flux in the spectrum's own unit until it is divided; then none.
    pub values: Vec<f64>,
    /// Pixels that are bad: before the spikes are found in [`Step::Native`], with them in [`Step::Interpolated`]; else none.
    pub bad: Vec<usize>,
}

impl TraceStep {
    pub(super) fn new(step: Step, wavelengths: &[f64], values: &[f64], bad: &[bool]) -> Self {
        let bad = bad.iter().enumerate().filter_map(|(pixel, &bad)| bad.then_some(pixel)).collect();
        Self { step, wavelengths: wavelengths.to_vec(), values: values.to_vec(), bad }
    }
}

/// All steps of a spectrum.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// Those that it went through, in order.
    pub steps: Vec<TraceStep>,
    /// The feature row, or why there is none.
    pub outcome: Result<Extraction, Rejection>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        manipulation::{Recipe, Scale},
        spectrum::{Medium, Metadata, SpectralAxis, Spectrum},
    };

    /// A slope with an absorption line, a spike that no mask knows and a pixel without information.
    fn spectrum() -> Spectrum {
        let axis = SpectralAxis::linear(6480.0, 1.0, 300, Medium::Vacuum).unwrap();
        let light = |w: f64| 100.0 + 0.1 * (w - 6600.0) - 40.0 * (-0.5 * ((w - 6564.6) / 4.0).powi(2)).exp();
        let wiggle = |i: usize| (i as f64 * 1.3).sin();
        let mut flux: Vec<f32> =
            axis.wavelengths().iter().enumerate().map(|(i, &w)| (light(w) + wiggle(i)) as f32).collect();
        (flux[150], flux[200]) = (900.0, f32::NAN);
        Spectrum::new(axis, flux, Metadata::default()).unwrap()
    }

    fn recipe(spec: &RecipeSpec) -> Recipe {
        Recipe::try_from(spec).unwrap()
    }

    #[test]
    fn a_trace_ends_with_the_features_and_each_step_follows_from_the_one_before() {
        let (spectrum, recipe) = (spectrum(), recipe(&RecipeSpec::default()));
        let trace = recipe.trace(&spectrum);
        let steps: Vec<&str> = trace.steps.iter().map(|step| step.step.name()).collect();
        assert_eq!(steps, ["native", "interpolated", "resampled", "continuum", "normalised", "scaled"]);
        let extraction = recipe.extract(&spectrum).unwrap();
        let last: Vec<f32> = trace.steps[5].values.iter().map(|&value| value as f32).collect();
        assert_eq!((&last, &trace.outcome), (&extraction.features, &Ok(extraction.clone())));

        let at = |step: usize, pixel: usize| trace.steps[step].values[pixel];
        let first = trace.steps[0].wavelengths[0];
        let pixel = |native: usize| (6480.0 + native as f64 - first).round() as usize;
        assert!(at(0, pixel(150)) == 900.0 && at(0, pixel(200)).is_nan());
        assert_eq!(trace.steps[0].bad, [pixel(200)]);
        assert_eq!(trace.steps[1].bad, [pixel(150), pixel(200)]);
        assert!((at(1, pixel(150)) - 0.5 * (at(1, pixel(149)) + at(1, pixel(151)))).abs() < 1e-9);
        for i in 0..140 {
            assert!((at(4, i) - at(2, i) / at(3, i)).abs() < 1e-12, "pixel {i}");
        }
        assert_eq!(trace.steps[5].wavelengths, recipe.grid().wavelengths());
    }

    #[test]
    fn steps_that_a_recipe_leaves_out_are_not_there() {
        let spec = RecipeSpec { scale: Scale::None, ..RecipeSpec::generation_2() };
        let trace = recipe(&spec).trace(&spectrum());
        assert_eq!(
            trace.steps.iter().map(|s| s.step).collect::<Vec<_>>(),
            [Step::Native, Step::Interpolated, Step::Resampled]
        );
        assert_eq!(trace.steps[2].step.description(&spec), "on 140 pixels, linear");
    }

    #[test]
    fn a_rejected_spectrum_is_traced_to_where_it_fails() {
        let axis = SpectralAxis::linear(6480.0, 1.0, 300, Medium::Vacuum).unwrap();
        let spectrum = Spectrum::new(axis, vec![7.0; 300], Metadata::default()).unwrap();
        let trace = recipe(&RecipeSpec::default()).trace(&spectrum);
        assert_eq!(trace.outcome, Err(Rejection::NoSignal { level: 7.0 }));
        assert_eq!(trace.steps.last().map(|step| step.step), Some(Step::Resampled));
        let elsewhere = RecipeSpec { window_angstrom: [4000.0, 4100.0], ..RecipeSpec::default() };
        let trace = recipe(&elsewhere).trace(&spectrum);
        assert!(trace.steps.is_empty() && trace.outcome.is_err());
    }
}
