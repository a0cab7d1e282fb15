//! One pipeline for every host: the server's worker, the browser's and a cluster's call [`run`].

use std::{collections::BTreeMap, sync::Arc};

use ndarray::Array2;

use super::{
    Candidate, Exploration, FeatureTable, Labelled, NeighborSearch, Plan, Rejected, RunObserver, Stage, StageCount,
    StageCounts, extract,
};
use crate::{Engine, Error, Result, decomposition, neighbors::NeighborTable, spectrum::Spectrum};

/// What a run finds.
#[derive(Debug, Clone)]
pub struct RunOutput {
    /// Every spectrum that was kept, best candidate first.
    pub candidates: Vec<Candidate>,
    /// Every spectrum that was not, with the reason.
    pub rejected: Vec<Rejected>,
    /// The classes of the label stage, in the order of [`Candidate::probabilities`].
    pub classes: Vec<String>,
    /// Neighbours of each row of the feature table, at least as many as the plan asks for.
    pub table: Arc<NeighborTable>,
    /// How they were found.
    pub neighbors: NeighborSearch,
    /// What went into each stage and came out of it.
    pub counts: StageCounts,
    /// SHA-256 of the feature rows and their names.
    pub features_sha256: String,
    /// SHA-256 of ranks, names and scores: equal for equal spec, inputs and kind of device.
    pub scores_sha256: String,
}

/// The whole pipeline: [`extract`], then [`analyse`].
///
/// # Errors
/// As [`analyse`].
pub async fn run<E: Engine>(
    plan: &Plan,
    spectra: &mut dyn Iterator<Item = Spectrum>,
    labels: &[Labelled],
    engine: &E,
    observer: &dyn RunObserver,
) -> Result<RunOutput> {
    let features = extract(plan, spectra, observer)?;
    analyse(plan, &features, labels, engine, observer).await
}

/// Everything after the recipe, on a feature table that may have been kept from an earlier run.
///
/// # Errors
/// Too few spectra for `neighbors.n_neighbors`, features that are not finite, labels that do not fit
/// (see [`Labelled`]), cancellation, failure of the device.
pub async fn analyse<E: Engine>(
    plan: &Plan,
    features: &FeatureTable,
    labels: &[Labelled],
    engine: &E,
    observer: &dyn RunObserver,
) -> Result<RunOutput> {
    let mut exploration = Exploration::search(plan, features, labels, engine, observer).await?;
    exploration.conclude(plan, labels, engine, observer).await
}

/// Announces a stage, unless the run is to stop.
pub(super) fn begin(observer: &dyn RunObserver, stage: Stage, message: &str) -> Result<()> {
    if observer.is_cancelled() {
        return Err(Error::Cancelled);
    }
    observer.stage(stage, message);
    Ok(())
}

pub(super) fn check_rows(plan: &Plan, features: &FeatureTable) -> Result<()> {
    let (rows, wanted) = (features.len(), plan.n_neighbors());
    if features.matrix.nrows() != rows {
        return Err(Error::InvalidSpectrum(format!(
            "the feature table has {} rows and {rows} names",
            features.matrix.nrows()
        )));
    }
    if wanted < rows {
        return Ok(());
    }
    let lost: Vec<String> = reasons(features).into_iter().map(|(reason, count)| format!("{reason}: {count}")).collect();
    let lost = if lost.is_empty() { String::new() } else { format!(" (rejected: {})", lost.join(", ")) };
    let way_out = if rows > 1 {
        format!(
            "choose neighbors.n_neighbors, lof.n_neighbors and labels.n_neighbors below {rows}, or take more spectra"
        )
    } else {
        "take more spectra, or a recipe that they pass".to_owned()
    };
    let remedy = format!("needs more than {wanted} spectra, but the survey gives {rows}{lost}: {way_out}");
    Err(Error::parameter("neighbors.n_neighbors", wanted, remedy))
}

/// The features on the plan's principal components, or nothing where it asks for none.
pub(super) fn project(plan: &Plan, features: &FeatureTable, observer: &dyn RunObserver) -> Result<Option<Array2<f32>>> {
    let components = plan.spec().recipe.components;
    if components == 0 {
        return Ok(None);
    }
    begin(observer, Stage::Components, &format!("projecting on {components} principal components"))?;
    let basis = decomposition::pca(features.matrix.view(), components)?;
    if observer.is_cancelled() {
        return Err(Error::Cancelled);
    }
    observer.progress(0.8);
    let projected = basis.transform(features.matrix.view());
    observer.progress(1.0);
    Ok(Some(projected))
}

fn reasons(features: &FeatureTable) -> BTreeMap<String, usize> {
    let mut reasons = BTreeMap::new();
    for rejected in &features.rejected {
        *reasons.entry(rejected.reason.clone()).or_default() += 1;
    }
    reasons
}

pub(super) fn recipe_counts(features: &FeatureTable) -> Vec<StageCount> {
    let read = features.len() + features.rejected.len();
    vec![
        StageCount::lossless(Stage::Read, read),
        StageCount { stage: Stage::Recipe, input: read, output: features.len(), left_out: reasons(features) },
    ]
}
