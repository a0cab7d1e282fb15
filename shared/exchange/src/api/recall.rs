//! Planted objects, and what a run found of them.

use std::collections::BTreeMap;

use balmer_core::{evaluation::PlantedRanks, simulate::Injection};
use serde::{Deserialize, Serialize};

use super::ColumnInfo;

/// Body of `POST /api/v1/surveys/{survey}/injections`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewInjection {
    /// Name of the survey that is made; else that of its survey, `-injected-` and the seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into: Option<String>,
    /// What is planted, each as often: `be`, `double`, `p-cygni`, `cv`, `carbon`, `artefact`.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub kinds: Vec<Injection>,
    /// Spectra that something is planted in.
    pub count: u64,
    /// Draws the spectra and the objects.
    #[serde(default)]
    pub seed: u64,
    /// The least and the greatest strength: equivalent width of H-alpha's emission in Angstrom (positive), for carbon stars
    /// the share of the light, for artefacts the amplitude in standard deviations of the noise. As strong as such objects
    /// are where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strength: Option<[f64; 2]>,
    /// SQL expression that is true for spectra that may be planted in; all where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#where: Option<String>,
}

/// Answer of `POST /api/v1/surveys/{survey}/injections`: the survey that was made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InjectionReport {
    /// Its name.
    pub survey: String,
    /// Its spectra, planted or not.
    pub spectra: u64,
    /// What was planted how often, by the word in `truth`.
    pub planted: BTreeMap<String, u64>,
    /// Spectra that were drawn and could take nothing, by reason.
    pub unplantable: BTreeMap<String, u64>,
    /// The columns that say what is known of planted spectra.
    pub columns: Vec<ColumnInfo>,
}

/// Answer of `GET /api/v1/runs/{run}/recall`: where in the list the planted spectra stand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecallDetail {
    /// The run.
    pub run: String,
    /// Its survey.
    pub survey: String,
    /// The column that says what a spectrum is.
    pub truth: String,
    /// What the list is ordered by: `lof`, `ensemble` where the run ranks by that, or `label:CLASS`.
    pub score: String,
    /// Spectra in the list.
    pub total: u64,
    /// How many of them are above the run's threshold: the first ones of its own list; `null` for labels.
    pub above_threshold: Option<u64>,
    /// What was planted, in alphabetical order.
    pub kinds: Vec<RecallKind>,
}

/// The spectra of one kind.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecallKind {
    /// The word in the column.
    pub kind: String,
    /// Spectra of the kind that the run selected.
    pub planted: u64,
    /// Those that are above the run's threshold of the local outlier factor.
    pub above_threshold: u64,
    /// Those whose most probable label is the kind itself, but for those that were given one; `null` without labels.
    pub labelled: Option<u64>,
    /// Those that are in the list, in its order; then those known not to be.
    pub spectra: Vec<PlantedRow>,
}

/// A planted spectrum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlantedRow {
    /// Its id.
    pub spectrum_id: String,
    /// Its place in the list, from 1; `null` where it was rejected.
    pub rank: Option<u32>,
    /// How strong it is: `injected_strength`.
    pub strength: Option<f64>,
    /// Signal-to-noise ratio: `injected_snr`, else `snr_r`.
    pub snr: Option<f64>,
}

impl RecallKind {
    /// Its places in a list of `total`, for recall and precision at any number.
    pub fn ranks(&self, total: u64) -> PlantedRanks {
        PlantedRanks::new(self.spectra.iter().filter_map(|row| row.rank).collect(), self.planted, total)
    }
}
