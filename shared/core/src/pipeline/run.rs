//! One pipeline for every host: the server's worker, the browser's and a cluster's call [`run`].

use std::{collections::BTreeMap, iter, sync::Arc};

use ndarray::Array2;

use super::{
    Candidate, Exploration, FeatureTable, Labelled, NeighborSearch, Placing, Plan, Rejected, RunObserver, Stability,
    Stage, StageCount, StageCounts, Within, extract,
};
use crate::{
    Engine, Error, Result,
    decomposition::{self, Pca},
    neighbors::NeighborTable,
    spectrum::Spectrum,
};

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
    /// What the features were projected on before the search; `None` where they were not.
    pub basis: Option<Arc<Pca>>,
    /// Places under all settings.
    pub stability: Arc<Stability>,
    /// How they were found.
    pub neighbors: NeighborSearch,
    /// What went into each stage and came out of it.
    pub counts: StageCounts,
    /// SHA-256 of the feature rows and their names.
    pub features_sha256: String,
    /// SHA-256 of ranks, names and scores: equal for equal spec, inputs and kind of device.
    pub scores_sha256: String,
}

/// The whole pipeline: [`extract`], then [`analyse`]. It holds the features of all variants of the recipe at once; hosts that
/// can read spectra again do not need to.
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
    let plans: Vec<&Plan> = iter::once(plan).chain(plan.variants().iter().map(|variant| &variant.plan)).collect();
    let mut tables = extract::extract_all(&plans, spectra, observer)?.into_iter();
    let features = tables.next().unwrap_or_default();
    let (mut placings, count) = (Vec::new(), plan.variants().len());
    for (at, (variant, table)) in plan.variants().iter().zip(tables).enumerate() {
        let within = Within::new(observer, (at, count), &variant.change);
        placings.extend(Placing::of_variant(variant, &features.spectrum_ids, &table, engine, &within).await?);
    }
    analyse(plan, &features, placings, labels, engine, observer).await
}

/// Everything after the recipe, on a feature table that may have been kept from an earlier run; `placings` are what the
/// plan's variants say of its rows.
///
/// # Errors
/// Too few spectra for `neighbors.n_neighbors`, features that are not finite, labels that do not fit
/// (see [`Labelled`]), cancellation, failure of the device.
pub async fn analyse<E: Engine>(
    plan: &Plan,
    features: &FeatureTable,
    placings: Vec<Placing>,
    labels: &[Labelled],
    engine: &E,
    observer: &dyn RunObserver,
) -> Result<RunOutput> {
    let mut exploration = Exploration::search(plan, features, labels, engine, observer).await?;
    exploration.join(placings);
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

/// Features on principal components.
#[derive(Debug, Clone)]
pub(super) struct Projected {
    pub(super) basis: Arc<Pca>,
    pub(super) rows: Array2<f32>,
}

/// The features on the plan's principal components, or nothing where it asks for none.
pub(super) fn project(plan: &Plan, features: &FeatureTable, observer: &dyn RunObserver) -> Result<Option<Projected>> {
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
    let rows = basis.transform(features.matrix.view());
    observer.progress(1.0);
    Ok(Some(Projected { basis: basis.into(), rows }))
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
