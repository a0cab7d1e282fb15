//! What a recipe makes of one spectrum, step by step.

use balmer_core::{
    manipulation::{Recipe, Trace},
    spectrum::Medium,
};
use serde::{Deserialize, Serialize};

/// Answer of `GET /api/v1/surveys/{s}/spectra/{id}/trace`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecipeTrace {
    /// The spectrum.
    pub spectrum_id: String,
    /// Medium of the wavelengths.
    #[cfg_attr(feature = "openapi", schema(schema_with = super::schemas::medium))]
    pub medium: Medium,
    /// Whether the wavelengths are those of the object at rest.
    pub rest_frame: bool,
    /// Every step that the spectrum went through.
    pub steps: Vec<TraceRow>,
    /// What the spectrum does not state, and what that meant.
    pub notes: Vec<String>,
    /// Why it has no feature vector; `None` where it has one.
    pub rejected: Option<String>,
}

/// A spectrum after one step of a recipe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TraceRow {
    /// `native`, `interpolated`, `convolved`, `resampled`, `continuum`, `normalised` or `scaled`.
    pub step: String,
    /// What was done, in a few words.
    pub description: String,
    /// Pixel centres, Angstrom.
    pub wavelengths: Vec<f64>,
    /// In the spectrum's unit until it is divided, then without; `null` where it is no number.
    pub values: Vec<Option<f32>>,
    /// Pixels that are bad: by mask and variance in `native`, with the spikes in `interpolated`; else none.
    pub bad: Vec<u32>,
}

impl RecipeTrace {
    /// A trace by `recipe`.
    pub fn of(spectrum_id: &str, recipe: &Recipe, trace: Trace) -> Self {
        let spec = recipe.spec();
        let steps = trace.steps.into_iter().map(|step| TraceRow {
            step: step.step.name().to_owned(),
            description: step.step.description(spec),
            wavelengths: step.wavelengths,
            values: step.values.iter().map(|&value| (value as f32).is_finite().then_some(value as f32)).collect(),
            bad: step.bad.iter().map(|&pixel| pixel as u32).collect(),
        });
        let (notes, rejected) = match trace.outcome {
            Ok(extraction) => (extraction.notes.iter().map(|note| note.text().to_owned()).collect(), None),
            Err(rejection) => (Vec::new(), Some(rejection.to_string())),
        };
        Self {
            spectrum_id: spectrum_id.to_owned(),
            medium: spec.medium,
            rest_frame: spec.rest_frame,
            steps: steps.collect(),
            notes,
            rejected,
        }
    }
}
