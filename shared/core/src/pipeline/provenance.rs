//! What a run did, in a form that outlives it: `provenance.json`.
//!
//! The core fills in everything but time and files: it has no clock and reads none. The host adds them
//! by [`Provenance::record_timing`] and [`Provenance::record_input`].

use std::{collections::BTreeMap, fmt};

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Candidate, FeatureTable, LabelCounts, PipelineSpec, Plan, RunOutput, Stage, spec::NeighborMethod};
use crate::neighbors::{DuplicateGroups, Recall};

/// The record of a run. Two runs of the same spec on the same inputs differ in `timings` only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// The spec, every key written out.
    pub spec: PipelineSpec,
    /// Version of the code.
    pub code_version: String,
    /// What computed: the engine's own words.
    pub device: String,
    /// Seed of everything random.
    pub seed: u64,
    /// Hash of the checked recipe.
    pub recipe_hash: String,
    /// What was read.
    pub inputs: Vec<InputHash>,
    /// How the neighbours were found.
    #[serde(default)]
    pub neighbors: NeighborSearch,
    /// SHA-256 of the feature rows and their names.
    pub features_sha256: String,
    /// SHA-256 of ranks, names and scores; `None` where the list was scored or labelled again since.
    pub scores_sha256: Option<String>,
    /// Classes of the label stage, in order.
    pub classes: Vec<String>,
    /// What went into each stage and came out of it, and why the rest did not.
    pub counts: StageCounts,
    /// Seconds spent in each stage, as the host measured them.
    pub timings: Vec<StageTiming>,
}

/// How the neighbours were found, which is not always as the spec asks: of few spectra all are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct NeighborSearch {
    /// What ran: the exact search on [`Provenance::device`], the approximate one on the processor.
    pub method: NeighborMethod,
    /// The share of them that was found, estimated; `None` where all were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recall: Option<Recall>,
}

impl NeighborSearch {
    /// What [`crate::neighbors::approximate`] says of what it found.
    pub fn of(recall: Option<Recall>) -> Self {
        let method = if recall.is_some() { NeighborMethod::NnDescent } else { NeighborMethod::Exact };
        Self { method, recall }
    }
}

impl fmt::Display for NeighborSearch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.recall {
            None => write!(f, "all, exactly"),
            Some(Recall { recall, standard_error, sample }) => write!(
                f,
                "{:.3} ± {:.3} % of them, by nn-descent on the processor, estimated from {sample} rows drawn at random",
                100.0 * recall,
                100.0 * standard_error
            ),
        }
    }
}

/// One input and its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputHash {
    /// Path, URL or name.
    pub name: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// Seconds of one stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageTiming {
    /// The stage.
    pub stage: Stage,
    /// Wall-clock seconds.
    pub seconds: f64,
}

/// Counts over all stages of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageCounts {
    /// Each stage that ran, in order.
    pub stages: Vec<StageCount>,
    /// Spectra beyond the outlier threshold.
    pub outliers: usize,
    /// Spectra with exactly equal features.
    pub duplicates: DuplicateCount,
    /// What became of the labels; `None` without a label stage.
    pub labels: Option<LabelCounts>,
}

/// What went into a stage and came out. `input = output + sum of left_out`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageCount {
    /// The stage.
    pub stage: Stage,
    /// Spectra (labels, in the label stage) that went in.
    #[serde(rename = "in")]
    pub input: usize,
    /// Those that came out.
    #[serde(rename = "out")]
    pub output: usize,
    /// The others, by reason.
    pub left_out: BTreeMap<String, usize>,
}

/// Exact duplicates: re-ingested files, constant spectra. They make local densities huge, which
/// `lof.duplicates = "distinct"` avoids.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DuplicateCount {
    /// Spectra whose features equal those of an earlier one.
    pub spectra: usize,
    /// Groups of equal spectra.
    pub groups: usize,
}

impl StageCount {
    /// A stage that lets everything through.
    pub fn lossless(stage: Stage, count: usize) -> Self {
        Self { stage, input: count, output: count, left_out: BTreeMap::new() }
    }
}

impl DuplicateCount {
    /// Counts equal rows; 0 and -0 are equal.
    pub fn of(matrix: ArrayView2<'_, f32>) -> Self {
        let found = DuplicateGroups::find(matrix);
        let mut sizes = vec![0_usize; found.representatives().len()];
        found.group_of().iter().for_each(|&group| sizes[group] += 1);
        Self { spectra: found.n_duplicates(), groups: sizes.into_iter().filter(|&size| size > 1).count() }
    }
}

impl Provenance {
    /// The record of `output`, computed by `plan` on `device` (an engine's name). The code version is
    /// this crate's; a host that knows more may say so.
    pub fn new(plan: &Plan, output: &RunOutput, device: impl Into<String>) -> Self {
        Self {
            spec: plan.spec().clone(),
            code_version: env!("CARGO_PKG_VERSION").to_owned(),
            device: device.into(),
            seed: plan.spec().seed,
            recipe_hash: plan.recipe().hash(),
            inputs: Vec::new(),
            neighbors: output.neighbors,
            features_sha256: output.features_sha256.clone(),
            scores_sha256: Some(output.scores_sha256.clone()),
            classes: output.classes.clone(),
            counts: output.counts.clone(),
            timings: Vec::new(),
        }
    }

    /// Notes an input; `sha256` is the hexadecimal hash of its bytes.
    pub fn record_input(&mut self, name: impl Into<String>, sha256: impl Into<String>) {
        self.inputs.push(InputHash { name: name.into(), sha256: sha256.into() });
    }

    /// Adds seconds to a stage: one that was interrupted is timed in parts.
    pub fn record_timing(&mut self, stage: Stage, seconds: f64) {
        match self.timings.iter_mut().find(|t| t.stage == stage) {
            Some(timing) => timing.seconds += seconds,
            None => self.timings.push(StageTiming { stage, seconds }),
        }
        self.timings.sort_by_key(|t| t.stage);
    }

    /// Replaces the counts of a stage the host did itself, such as what a `where` left out while reading.
    pub fn record_count(&mut self, count: StageCount) {
        self.counts.stages.retain(|c| c.stage != count.stage);
        self.counts.stages.push(count);
        self.counts.stages.sort_by_key(|c| c.stage);
    }

    /// Notes that the list was scored again, with that number of neighbours, in that time.
    pub fn record_scores(&mut self, n_neighbors: usize, outliers: usize, seconds: f64) {
        self.spec.lof.n_neighbors = n_neighbors;
        self.counts.outliers = outliers;
        self.scores_sha256 = None;
        self.replace_timing(Stage::Lof, seconds);
    }

    /// Notes that other labels have flowed, in that time.
    pub fn record_labels(&mut self, classes: Vec<String>, counts: LabelCounts, seconds: f64) {
        self.record_count(counts.stage());
        self.counts.labels = Some(counts);
        self.classes = classes;
        self.scores_sha256 = None;
        self.replace_timing(Stage::Labels, seconds);
    }

    fn replace_timing(&mut self, stage: Stage, seconds: f64) {
        self.timings.retain(|timing| timing.stage != stage);
        self.record_timing(stage, seconds);
    }

    /// The record as indented JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a provenance has string keys only")
    }
}

/// Hash of names and feature rows.
pub(super) fn hash_features(features: &FeatureTable) -> String {
    let mut hasher = Sha256::new();
    let mut bytes = Vec::with_capacity(4 * features.matrix.ncols());
    for (id, row) in features.spectrum_ids.iter().zip(features.matrix.rows()) {
        hasher.update((id.len() as u64).to_le_bytes());
        hasher.update(id);
        bytes.clear();
        bytes.extend(row.iter().flat_map(|value| value.to_le_bytes()));
        hasher.update(&bytes);
    }
    hexadecimal(hasher)
}

/// Hash of the candidates with all their scores, in rank order.
pub(super) fn hash_scores(candidates: &[Candidate]) -> String {
    let mut hasher = Sha256::new();
    for candidate in candidates {
        hasher.update(candidate.rank.to_le_bytes());
        hasher.update((candidate.spectrum_id.len() as u64).to_le_bytes());
        hasher.update(&candidate.spectrum_id);
        hasher.update(candidate.lof.to_le_bytes());
        candidate.probabilities.iter().for_each(|p| hasher.update(p.to_le_bytes()));
    }
    hexadecimal(hasher)
}

fn hexadecimal(hasher: Sha256) -> String {
    hasher.finalize().iter().fold(String::with_capacity(64), |text, byte| text + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn equal_rows_are_counted_by_copy_and_by_group() {
        let rows = array![[1.0f32, 0.0], [2.0, 3.0], [1.0, -0.0], [1.0, 0.0], [2.0, 3.0], [4.0, 4.0]];
        assert_eq!(DuplicateCount::of(rows.view()), DuplicateCount { spectra: 3, groups: 2 });
    }
}
