//! Asking again without searching again.
//!
//! The neighbour table is what a run spends its time on, and it depends on the features alone. An [`Exploration`] keeps
//! both: another k for the outlier factor and other labels are then a matter of milliseconds. [`super::analyse`] is an
//! exploration that is asked once, so that what is found by asking again is what a new run would find, to the byte. The
//! one exception is [`Exploration::respread`], which goes on where the last labels ended: its counts say so.

use std::{ops::Deref, sync::Arc};

use super::{
    DuplicateCount, FeatureTable, GraphPlan, LabelCounts, Labelled, LabelsPlan, NeighborSearch, Placing, Plan,
    RunObserver, RunOutput, Stability, Stage, StageCount, StageCounts, candidates, distinct, provenance,
    run::{self, Projected},
    seeds,
    spec::NeighborMethod,
};
use crate::{
    Engine, Error, Result,
    decomposition::Pca,
    manipulation::RecipeSpec,
    neighbors::NeighborTable,
    outlier::lof::{Duplicates, LofScores, LofValidParams},
    semi_supervised::{Graph, LabelDistributions, Seeds, Shares},
};

/// A feature table with its neighbours, and what else does not depend on k or labels. `F` is how it holds the features:
/// borrowed where it is asked once, shared where several of them, or a cache, keep the same ones.
#[derive(Debug, Clone)]
pub struct Exploration<F> {
    features: F,
    /// On principal components, where the recipe asks for them.
    projected: Option<Projected>,
    table: Arc<NeighborTable>,
    found: NeighborSearch,
    /// What the table was made by.
    recipe: RecipeSpec,
    method: NeighborMethod,
    copies: Duplicates,
    features_sha256: String,
    duplicates: DuplicateCount,
    /// What variants of the recipe say.
    joined: Vec<Arc<Placing>>,
    stability: Arc<Stability>,
    /// The graph asked for last.
    graph: Option<Kept>,
}

/// A graph, what it was made by, and where labels ended on it.
#[derive(Debug, Clone)]
struct Kept {
    plan: GraphPlan,
    graph: Graph,
    shares: Option<Shares>,
}

/// Outlier factors and the order they make.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    /// The factor of each feature row, and what it comes from.
    pub scores: LofScores,
    /// Feature rows, best candidate first: larger factor first, ties by name, then by row.
    pub order: Vec<u32>,
}

/// Labels that have flowed.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread {
    /// The distribution over the classes of each feature row.
    pub distributions: LabelDistributions,
    /// What became of the labels given.
    pub counts: LabelCounts,
}

impl Spread {
    fn new(distributions: LabelDistributions, mut counts: LabelCounts) -> Self {
        let rows = 0..distributions.probabilities.nrows();
        counts.reached = rows.filter(|&row| distributions.label(row).is_some()).count();
        (counts.iterations, counts.converged) = (distributions.iterations, distributions.converged);
        Self { distributions, counts }
    }
}

impl<F: Deref<Target = FeatureTable>> Exploration<F> {
    /// Searches the neighbours that `plan` asks for: all of a run up to the table. `labels` are those that will flow
    /// first: what is wrong with them is said before the search, not after it.
    ///
    /// # Errors
    /// Too few spectra for `neighbors.n_neighbors`, features that are not finite, labels that do not fit (see
    /// [`Labelled`]), cancellation, failure of the device.
    pub async fn search<E: Engine>(
        plan: &Plan,
        features: F,
        labels: &[Labelled],
        engine: &E,
        observer: &dyn RunObserver,
    ) -> Result<Self> {
        run::check_rows(plan, &features)?;
        seeds::check_labels(plan, labels, Some(&features.spectrum_ids))?;
        let projected = run::project(plan, &features, observer)?;
        let x = projected.as_ref().map_or_else(|| features.matrix.view(), |projected| projected.rows.view());
        let message = format!("{} neighbours of {} spectra", plan.n_neighbors(), features.len());
        run::begin(observer, Stage::Neighbors, &message)?;
        // before the search: what follows its last row would look like a search that stands still
        let features_sha256 = provenance::hash_features(&features);
        let duplicates = DuplicateCount::of(features.matrix.view());
        if observer.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let (table, found) = distinct::kneighbors(plan, x, engine, observer).await?;
        Ok(Self {
            features_sha256,
            duplicates,
            features,
            projected,
            table: table.into(),
            found,
            recipe: plan.spec().recipe.clone(),
            method: plan.spec().neighbors.method,
            copies: plan.lof().duplicates(),
            joined: Vec::new(),
            stability: Arc::default(),
            graph: None,
        })
    }

    /// The feature rows.
    pub fn features(&self) -> &FeatureTable {
        &self.features
    }

    /// The neighbours of each of them.
    pub fn table(&self) -> &NeighborTable {
        &self.table
    }

    /// The components that the recipe projects on, where it does.
    pub fn basis(&self) -> Option<&Arc<Pca>> {
        self.projected.as_ref().map(|projected| &projected.basis)
    }

    /// What the last [`Self::conclude`] found of the rows' places under all settings.
    pub fn stability(&self) -> &Stability {
        &self.stability
    }

    /// Joins what [variants](super::Variant) of the recipe say of the rows: they count in what is concluded.
    pub fn join(&mut self, placings: Vec<Placing>) {
        self.joined = placings.into_iter().map(Arc::new).collect();
    }

    /// What each number of neighbours of the plan says of the rows.
    pub(super) fn placings(&self, plan: &Plan) -> Result<Vec<Placing>> {
        plan.members().map(|lof| Ok(Placing::new(lof.n_neighbors(), &self.rank(&lof)?))).collect()
    }

    /// Outlier factors by these parameters, and the ranking they make. O(n k + n log n).
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for more neighbours than the table holds, and for another treatment of exact copies
    /// than it was made with.
    pub fn rank(&self, lof: &LofValidParams) -> Result<Ranking> {
        self.check_copies(lof.duplicates())?;
        let scores = lof.score(&self.table)?;
        let lof = scores.lof.as_slice().expect("one row of factors");
        Ok(Ranking { order: candidates::order(&self.features.spectrum_ids, lof), scores })
    }

    /// Lets labels flow as `stage` says. The graph is kept for the next call with the same [`LabelsPlan::graph`].
    ///
    /// # Errors
    /// Labels that do not fit (see [`Labelled`]), more neighbours than the table holds, cancellation, failure of the
    /// device.
    pub async fn spread<E: Engine>(
        &mut self,
        stage: &LabelsPlan,
        labels: &[Labelled],
        engine: &E,
        observer: &dyn RunObserver,
    ) -> Result<Spread> {
        let (seeds, counts) = self.begin_spread(stage, labels, observer)?;
        let graph = &self.graph(stage.graph)?.graph;
        let distributions = engine.diffuse(graph, &seeds, &stage.diffusion, observer).await?;
        Ok(Spread::new(distributions, counts))
    }

    /// The same on the processor, going on where the last call of this method ended if the labels are those of then and
    /// more: see [`Diffusion::resume`](crate::semi_supervised::Diffusion::resume). For somebody who labels and looks;
    /// what a run states comes from [`Self::conclude`].
    ///
    /// # Errors
    /// As [`Self::spread`].
    pub fn respread(&mut self, stage: &LabelsPlan, labels: &[Labelled], observer: &dyn RunObserver) -> Result<Spread> {
        let (seeds, mut counts) = self.begin_spread(stage, labels, observer)?;
        let kept = self.graph(stage.graph)?;
        let shares = kept.shares.take().filter(|shares| shares.suit(&stage.diffusion, &seeds));
        counts.continued = shares.is_some();
        let (distributions, shares) = stage.diffusion.resume(&kept.graph, &seeds, shares, observer)?;
        kept.shares = Some(shares);
        Ok(Spread::new(distributions, counts))
    }

    fn begin_spread(
        &self,
        stage: &LabelsPlan,
        labels: &[Labelled],
        observer: &dyn RunObserver,
    ) -> Result<(Seeds, LabelCounts)> {
        let (seeds, counts) = seeds::match_labels(&self.features.spectrum_ids, labels, &stage.classes)?;
        let message = format!("{} labels flow to {} spectra", counts.used, self.features.len());
        run::begin(observer, Stage::Labels, &message)?;
        Ok((seeds, counts))
    }

    /// A whole run's output from the table on, for a plan that may differ from the searched one in all that does not
    /// change the table.
    ///
    /// # Errors
    /// As [`Self::rank`] and [`Self::spread`]; [`Error::InvalidParameter`] for a plan whose recipe is another, or that
    /// needs more neighbours than the table holds.
    pub async fn conclude<E: Engine>(
        &mut self,
        plan: &Plan,
        labels: &[Labelled],
        engine: &E,
        observer: &dyn RunObserver,
    ) -> Result<RunOutput> {
        self.check(plan)?;
        let rows = self.features.len();
        let mut stages = run::recipe_counts(&self.features);
        stages.extend(self.projected.as_ref().map(|_| StageCount::lossless(Stage::Components, rows)));
        stages.push(StageCount::lossless(Stage::Neighbors, rows));

        let message = format!("outlier factors with {} neighbours", plan.spec().lof.n_neighbors);
        run::begin(observer, Stage::Lof, &message)?;
        let mut ranking = self.rank(plan.lof())?;
        observer.progress(0.2);
        let own = self.placings(plan)?.into_iter().map(Arc::new);
        self.stability = Stability::new(own.chain(self.joined.iter().cloned()).collect()).into();
        if plan.ranks_by_ensemble() {
            ranking.order = candidates::order(&self.features.spectrum_ids, self.stability.factors());
        }
        stages.push(StageCount::lossless(Stage::Lof, rows));
        observer.progress(1.0);

        let mut spread = None;
        if let Some(stage) = plan.labels() {
            let found = self.spread(stage, labels, engine, observer).await?;
            stages.push(found.counts.stage());
            spread = Some(found);
        }

        run::begin(observer, Stage::Rank, &format!("ranking {rows} spectra"))?;
        let (distributions, label_counts) = spread.map(|s| (s.distributions, s.counts)).unzip();
        let ids = &self.features.spectrum_ids;
        let candidates = candidates::list(plan, ids, &ranking, &self.stability, distributions.as_ref());
        stages.push(StageCount::lossless(Stage::Rank, rows));
        Ok(RunOutput {
            counts: StageCounts {
                stages,
                outliers: candidates.iter().filter(|c| c.is_outlier).count(),
                duplicates: self.duplicates,
                labels: label_counts,
            },
            features_sha256: self.features_sha256.clone(),
            scores_sha256: provenance::hash_scores(&candidates),
            candidates,
            rejected: self.features.rejected.clone(),
            classes: distributions.map_or_else(Vec::new, |d| d.classes),
            table: Arc::clone(&self.table),
            basis: self.basis().cloned(),
            stability: Arc::clone(&self.stability),
            neighbors: self.found,
        })
    }

    /// The graph of a plan: the one kept, or a new one to keep.
    fn graph(&mut self, plan: GraphPlan) -> Result<&mut Kept> {
        let kept = match self.graph.take() {
            Some(kept) if kept.plan == plan => kept,
            _ => Kept { plan, graph: self.new_graph(plan)?, shares: None },
        };
        Ok(self.graph.insert(kept))
    }

    fn new_graph(&self, plan: GraphPlan) -> Result<Graph> {
        match plan {
            GraphPlan::Knn { n_neighbors, weights } => Graph::knn(&self.table, n_neighbors, weights),
            GraphPlan::Rbf { gamma } => {
                let projected = self.projected.as_ref().map(|projected| projected.rows.view());
                Graph::rbf(projected.unwrap_or_else(|| self.features.matrix.view()), gamma as f32)
            }
        }
    }

    /// Whether the table is one that `plan` could read.
    fn check(&self, plan: &Plan) -> Result<()> {
        if plan.spec().recipe != self.recipe {
            return Err(Error::parameter("recipe", "changed", "other features have other neighbours: run it anew"));
        }
        if plan.spec().neighbors.method != self.method {
            let remedy = "the table kept was made by another: run it anew";
            return Err(Error::parameter("neighbors.method", "changed", remedy));
        }
        if plan.n_neighbors() > self.table.n_neighbors() {
            let remedy = format!("the table kept holds {}: choose no more, or run it anew", self.table.n_neighbors());
            return Err(Error::parameter("neighbors.n_neighbors", plan.n_neighbors(), remedy));
        }
        self.check_copies(plan.lof().duplicates())
    }

    fn check_copies(&self, asked: Duplicates) -> Result<()> {
        if asked == self.copies {
            return Ok(());
        }
        let remedy = format!("the table kept was made with {:?}: run it anew", self.copies).to_lowercase();
        Err(Error::parameter("lof.duplicates", format!("{asked:?}").to_lowercase(), remedy))
    }
}

#[cfg(test)]
mod tests;
