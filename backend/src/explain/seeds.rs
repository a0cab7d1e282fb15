//! The labelled spectra that a label comes from.
//!
//! The graph is made again as the run made it, from the neighbour table and labels that the run kept, and
//! stays in memory for the next question about the same run.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use balmer_core::{
    decomposition,
    engine::{Observer, Unobserved},
    pipeline::{GraphPlan, LabelsPlan, Plan},
    semi_supervised::{Algorithm, Graph, Influence, Seeds},
};
use balmer_exchange::api::{Explanation, SeedRow};

use crate::storage::{FeatureError, Run, StoreError, Survey};

/// Spectra of a run whose graph is made again, at most: some 100 MB, and seconds for each question.
const MAX_ROWS: u64 = 500_000;
/// The same where every spectrum is joined with every other.
const MAX_ROWS_DENSE: u64 = 4_000;

/// Seeds of propagation of which it is also told what the label would be without: each takes a system of its own.
const REMOVED: usize = 5;

/// What a label comes from.
#[derive(Debug, Clone, Default)]
pub(super) struct LabelSources {
    /// The probability of the label, settled.
    pub(super) probability: Option<f64>,
    /// The most important seeds.
    pub(super) seeds: Vec<SeedRow>,
    /// How many more there are.
    pub(super) left: u64,
}

/// A run's graph, labels and names of rows.
struct Known {
    run: String,
    graph: Graph,
    seeds: Seeds,
    ids: Vec<String>,
}

/// The graph of the run asked about last. Cheap to clone.
#[derive(Clone, Default)]
pub struct GraphCache(Arc<Mutex<Option<Arc<Known>>>>);

impl fmt::Debug for GraphCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GraphCache").finish_non_exhaustive()
    }
}

impl GraphCache {
    /// The seeds of the label of a row, the most important first; or why they cannot be told.
    pub(super) fn sources(
        &self,
        survey: &Survey,
        run: &Run,
        plan: &Plan,
        stage: &LabelsPlan,
        (row, label): (usize, &str),
        observer: &dyn Observer,
    ) -> Result<Result<LabelSources, String>, FeatureError> {
        let known = match self.known(survey, run, plan, stage)? {
            Ok(known) => known,
            Err(reason) => return Ok(Err(reason)),
        };
        let Some(class) = known.seeds.classes().iter().position(|class| class == label) else {
            return Ok(Err(format!("class `{label}` is not among those of the run")));
        };
        let removed = match stage.diffusion.algorithm {
            Algorithm::Spreading => Explanation::MAX_SEEDS,
            Algorithm::Propagation => REMOVED,
        };
        let found = stage.diffusion.influence(&known.graph, &known.seeds, (row, class), removed, observer)?;
        let seed = |seed: &Influence| SeedRow {
            spectrum_id: known.ids[seed.row].clone(),
            label: label.to_owned(),
            share: seed.share,
            without: seed.without,
        };
        let seeds: Vec<SeedRow> = found.seeds.iter().take(Explanation::MAX_SEEDS).map(seed).collect();
        let left = (found.seeds.len() - seeds.len()) as u64;
        Ok(Ok(LabelSources { probability: Some(found.probability), seeds, left }))
    }

    fn known(
        &self,
        survey: &Survey,
        run: &Run,
        plan: &Plan,
        stage: &LabelsPlan,
    ) -> Result<Result<Arc<Known>, String>, FeatureError> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.as_ref().filter(|known| known.run == run.id()) {
            return Ok(Ok(known.clone()));
        }
        Ok(match make(survey, run, plan, stage)? {
            Ok(known) => Ok(kept.insert(Arc::new(known)).clone()),
            Err(reason) => Err(reason),
        })
    }
}

/// The graph as the run made it.
fn make(survey: &Survey, run: &Run, plan: &Plan, stage: &LabelsPlan) -> Result<Result<Known, String>, FeatureError> {
    let state = run.state()?;
    let most = if matches!(stage.graph, GraphPlan::Knn { .. }) { MAX_ROWS } else { MAX_ROWS_DENSE };
    if state.counts.ranked > most {
        let reason = format!(
            "{} spectra are too many to follow labels back through: with this kernel that is done for up to {most}",
            state.counts.ranked
        );
        return Ok(Err(reason));
    }
    let Some(labels) = run.labels()? else {
        return Ok(Err("the run is of an older version and did not keep the labels it was given".to_owned()));
    };
    let (graph, ids) = match stage.graph {
        GraphPlan::Knn { n_neighbors, weights } => {
            let (table, ids) = run.neighbor_table(n_neighbors)?;
            (Graph::knn(&table, n_neighbors, weights)?, ids)
        }
        GraphPlan::Rbf { gamma } => {
            let (_, ids) = run.neighbor_table(1)?;
            let (selection, _) = survey.rows_of(ids.iter().map(String::as_str))?;
            let features = survey.features(plan, &selection, &Unobserved)?.table;
            if features.spectrum_ids != ids {
                return Err(StoreError::damaged(run.folder(), "its spectra are not those of the survey").into());
            }
            let components = plan.spec().recipe.components;
            let matrix = if components == 0 {
                features.matrix
            } else {
                decomposition::pca(features.matrix.view(), components)?.transform(features.matrix.view())
            };
            (Graph::rbf(matrix.view(), gamma as f32)?, ids)
        }
    };
    let rows: HashMap<&str, usize> = ids.iter().enumerate().map(|(row, id)| (id.as_str(), row)).collect();
    let mut by_row = vec![None; ids.len()];
    for label in &labels {
        let class = state.classes.iter().position(|class| *class == label.label);
        if let (Some(&row), Some(class)) = (rows.get(label.spectrum_id.as_str()), class) {
            by_row[row] = Some(class as u32);
        }
    }
    let seeds = Seeds::new(state.classes, by_row)?;
    Ok(Ok(Known { run: run.id().to_owned(), graph, seeds, ids }))
}
