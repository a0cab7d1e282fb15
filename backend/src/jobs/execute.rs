//! One run from its plan to its saved tables: select, prepare, analyse, save.

use std::{collections::BTreeMap, sync::atomic::AtomicBool, thread};

use balmer_core::{
    Engine,
    pipeline::{
        FeatureTable, Labelled, Past, Placing, Plan, Provenance, RunObserver, RunOutput, Stage, StageCount, Within,
        analyse, check_labels,
    },
};
use balmer_exchange::api::{RunCounts, RunStatus};
use futures::executor::block_on;
use sha2::{Digest, Sha256};

use super::{
    accept,
    watch::{RunProgress, Watch},
};
use crate::storage::{FeatureError, OwnedRun, Run, RunState, Selection, Store, StoreError, Survey, SurveyFeatures};

/// What a run may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExecuteOptions {
    /// Whether `labels.source` may name a file: the user's own on the command line, nobody's on a server.
    pub label_files: bool,
}

/// Why a run did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The store's part.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The science's part.
    #[error(transparent)]
    Core(#[from] balmer_core::Error),
    /// The `where` selects nothing.
    #[error("no spectrum of survey {survey} fulfils `{condition}`: widen the where, or leave it out")]
    NothingSelected {
        /// The survey.
        survey: String,
        /// The condition.
        condition: String,
    },
    /// The source of the labels is nowhere.
    #[error("labels.source = \"{name}\": {looked_for}")]
    NoLabels {
        /// What the spec names.
        name: String,
        /// What was looked for.
        looked_for: &'static str,
    },
    /// The survey has no labels yet.
    #[error(
        "survey {0} has no labels: give some, import a label file with `balmer labels import`, or leave [labels] out"
    )]
    NoLabelsYet(String),
}

impl From<FeatureError> for JobError {
    fn from(error: FeatureError) -> Self {
        match error {
            FeatureError::Store(error) => Self::Store(error),
            FeatureError::Core(error) => Self::Core(error),
        }
    }
}

impl JobError {
    /// Whether the run was stopped on request.
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Store(StoreError::Cancelled) | Self::Core(balmer_core::Error::Cancelled))
    }
}

/// Carries out a run on the calling thread and marks its end, whatever it is. It reads the survey and the labels as they
/// were when it was [accepted](super::accept()): the same plan on the same survey gives the same bytes of scores.
///
/// # Errors
/// Whatever ended it; its `status.json` says the same.
pub fn execute<E: Engine>(
    store: &Store,
    mut run: OwnedRun,
    plan: &Plan,
    engine: &E,
    options: ExecuteOptions,
    cancel: &AtomicBool,
    report: &(dyn Fn(&RunProgress) + Sync),
) -> Result<RunState, JobError> {
    run.start(engine.name())?;
    let outcome = {
        let watch = Watch::new(&mut run, cancel, report);
        thread::scope(|scope| {
            let _told = Told(&watch);
            scope.spawn(|| watch.tick());
            carry_out(store, plan, engine, options, &watch)
        })
    };
    let outcome = outcome.and_then(|done| run.save_provenance(&done.record).map(|()| done).map_err(JobError::from));
    // where the survey is not what it was, whatever else went wrong comes from that
    let outcome = outcome.map_err(|error| match store.survey_of(run.run()) {
        Err(changed @ StoreError::SurveyChanged { .. }) if !error.is_cancelled() => changed.into(),
        _ => error,
    });
    match outcome {
        Ok(Done { counts, classes, past, .. }) => {
            run.update(|state| {
                state.counts = counts;
                state.classes = classes;
                (state.fraction, state.stage_fraction, state.eta_seconds, state.rate) = (1.0, 1.0, None, None);
            })?;
            // forecasts are a courtesy
            if let Some(Err(error)) = past.map(|past| store.remember_timings(past)) {
                tracing::warn!(%error, "what the run took is not remembered");
            }
            Ok(run.finish(RunStatus::Done, None)?)
        }
        Err(error) => {
            let (status, reason) = if error.is_cancelled() {
                (RunStatus::Cancelled, None)
            } else {
                (RunStatus::Failed, Some(error.to_string()))
            };
            if let Err(unwritten) = run.finish(status, reason) {
                tracing::error!(%unwritten, "the end of the run could not be written");
            }
            Err(error)
        }
    }
}

/// What a run leaves beside its tables.
struct Done {
    counts: RunCounts,
    classes: Vec<String>,
    record: Provenance,
    past: Option<Past>,
}

/// Ends what tells of a run, also where the run panics: somebody waits for it.
struct Told<'w, 'a>(&'w Watch<'a>);

impl Drop for Told<'_, '_> {
    fn drop(&mut self) {
        self.0.stop();
    }
}

fn carry_out<E: Engine>(
    store: &Store,
    plan: &Plan,
    engine: &E,
    options: ExecuteOptions,
    watch: &Watch<'_>,
) -> Result<Done, JobError> {
    let spec = plan.spec();
    let saved = watch.run();
    watch.stage(Stage::Read, &format!("selecting spectra of {}", spec.survey));
    let survey = store.survey_of(saved)?;
    let labels = labels(store, saved, plan, options)?;
    check_labels(plan, &labels, None)?;
    let selection = survey.select(spec.r#where.as_deref())?;
    if selection.is_empty() {
        let condition = spec.r#where.clone().unwrap_or_default();
        return Err(JobError::NothingSelected { survey: spec.survey.clone(), condition });
    }
    if plan.labels().is_some() {
        check_labels(plan, &labels, Some(&survey.ids(&selection)?))?;
    }
    watch.expect(store, plan, selection.len(), &engine.name());
    let SurveyFeatures { table: features, rows, .. } = survey.features(plan, &selection, watch)?;
    let placings = variants(plan, &survey, &selection, &features.spectrum_ids, engine, watch)?;
    let output = block_on(analyse(plan, &features, placings, &labels, engine, watch))?;
    // of the features only the names are needed any more
    let FeatureTable { spectrum_ids: ids, .. } = features;
    watch.stage(Stage::Rank, "saving");
    saved.save_tables(&survey, &output, &rows, &ids, watch)?;
    let counts = RunCounts {
        selected: selection.len() as u64,
        ranked: output.candidates.len() as u64,
        rejected: output.rejected.len() as u64,
        outliers: output.counts.outliers as u64,
    };
    let record = provenance(plan, &survey, &selection, &labels, &output, engine.name(), watch)?;
    let past = watch.past(&record);
    Ok(Done { counts, classes: output.classes, record, past })
}

/// What the plan's variants say of the run's spectra. Their features are kept as those of any recipe are.
fn variants<E: Engine>(
    plan: &Plan,
    survey: &Survey,
    selection: &Selection,
    ids: &[String],
    engine: &E,
    watch: &Watch<'_>,
) -> Result<Vec<Placing>, JobError> {
    let mut placings = Vec::new();
    for (at, variant) in plan.variants().iter().enumerate() {
        let within = Within::new(watch, (at, plan.variants().len()), &variant.change);
        let features = survey.features(&variant.plan, selection, &within)?.table;
        placings.extend(block_on(Placing::of_variant(variant, ids, &features, engine, &within))?);
    }
    Ok(placings)
}

/// The labels the run was accepted with. One of an older version gets those of now.
fn labels(store: &Store, run: &Run, plan: &Plan, options: ExecuteOptions) -> Result<Vec<Labelled>, JobError> {
    match run.labels()? {
        Some(labels) if plan.labels().is_some() => Ok(labels),
        _ => {
            let labels = accept::labels(store, plan, options)?;
            if plan.labels().is_some() {
                run.save_labels(&labels)?;
            }
            Ok(labels)
        }
    }
}

/// The record of the run. Inputs are the survey's parts, the selected spectra's contents as one hash,
/// and the labels.
fn provenance(
    plan: &Plan,
    survey: &Survey,
    selection: &Selection,
    labels: &[Labelled],
    output: &RunOutput,
    device: String,
    watch: &Watch<'_>,
) -> Result<Provenance, JobError> {
    let mut provenance = Provenance::new(plan, output, device);
    for part in &survey.manifest().parts {
        provenance.record_input(format!("surveys/{}/parts/{}", survey.name(), part.name), part.digest.clone());
    }
    let contents = survey.content_hashes(selection)?;
    provenance.record_input(format!("{} spectra selected", selection.len()), hash(contents.iter().map(String::as_str)));
    if let Some(spec) = &plan.spec().labels {
        let texts = labels.iter().flat_map(|l| [l.spectrum_id.as_str(), l.label.as_str()]);
        provenance.record_input(format!("{} labels of {}", labels.len(), spec.source), hash(texts));
    }
    let left_out = survey.count() as usize - selection.len();
    provenance.record_count(StageCount {
        stage: Stage::Read,
        input: survey.count() as usize,
        output: selection.len(),
        left_out: if left_out == 0 { BTreeMap::new() } else { BTreeMap::from([("where".to_owned(), left_out)]) },
    });
    for (stage, seconds) in watch.timings() {
        provenance.record_timing(stage, seconds);
    }
    Ok(provenance)
}

fn hash<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    }
    format!("{:x}", hash.finalize())
}

#[cfg(test)]
mod tests;
