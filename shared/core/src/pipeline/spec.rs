//! The pipeline spec: the one text that says what a run does.
//!
//! Plain data with a default for every key, as read from TOML or JSON ([`super::text`]). Nothing is
//! checked here beyond types: [`Plan`](super::Plan) does that. Fields named by scikit-learn keep its
//! names. Defaults are those of docs/METHODS.md.

use serde::{Deserialize, Serialize};

use super::Vary;
use crate::{
    manipulation::RecipeSpec,
    outlier::lof::{Definition, Duplicates},
};

/// The version of the spec this code reads and writes.
pub const SCHEMA_VERSION: u32 = 1;

/// Everything that determines a run, next to the spectra themselves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PipelineSpec {
    /// Version of this format: [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Name of the survey.
    pub survey: String,
    /// SQL condition over the survey's metadata; `None` takes every spectrum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#where: Option<String>,
    /// Seed of everything random.
    pub seed: u64,
    /// From spectrum to feature vector.
    pub recipe: RecipeSpec,
    /// The neighbour table.
    pub neighbors: NeighborsSpec,
    /// Local outlier factor.
    pub lof: LofSpec,
    /// Several settings beside the one, which say how stable a place is, or in its stead.
    pub ensemble: EnsembleSpec,
    /// Semi-supervised labels; `None` leaves that stage out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<LabelsSpec>,
}

/// `[neighbors]`: the table of nearest neighbours that every later stage reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NeighborsSpec {
    /// Neighbours a spectrum, itself excluded. LOF for every smaller number needs no second search.
    pub n_neighbors: usize,
    /// How they are found.
    pub method: NeighborMethod,
}

/// How neighbours are found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NeighborMethod {
    /// All of them, on whatever device.
    #[default]
    Exact,
    /// Nearly all of them, on the processor: [`crate::neighbors::approximate`] (Dong, Charikar & Li 2011). The provenance
    /// says how many.
    NnDescent,
}

/// `[lof]`: local outlier factor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LofSpec {
    /// Size of a neighbourhood. It must exceed the size of a cluster of rare objects: the members of a
    /// larger one are each other's neighbours and look ordinary.
    pub n_neighbors: usize,
    /// A spectrum with a larger factor counts as an outlier.
    pub threshold: f64,
    /// What exact copies of a spectrum do to its density.
    pub duplicates: Duplicates,
    /// Which formula.
    pub definition: Definition,
}

/// `[ensemble]`: places and outlier factors under several settings. Numbers of neighbours cost nothing; each variant of the recipe
/// costs a search of its own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EnsembleSpec {
    /// Numbers of neighbours. Empty takes some from half of `lof.n_neighbors` to twice it.
    pub n_neighbors: Vec<usize>,
    /// What of the recipe is varied, one thing at a time.
    pub vary: Vec<Vary>,
    /// Whether the list is ranked by the geometric mean of all factors, to which `lof.threshold` applies then, rather than by
    /// the factor of the run's own settings.
    pub rank: bool,
}

/// `[labels]`: a handful of labels flows along the neighbour graph.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LabelsSpec {
    /// A survey's labels, or a label file; empty means the survey of the run.
    pub source: String,
    /// The classes, in order. Empty takes those that occur; otherwise a label of another class is an error.
    pub classes: Vec<String>,
    /// Spreading or propagation.
    pub algorithm: LabelAlgorithm,
    /// How the graph is made.
    pub kernel: LabelKernel,
    /// Neighbours a spectrum in the graph of the `knn` kernel.
    pub n_neighbors: usize,
    /// Weights of the edges of the `knn` kernel.
    pub weights: LabelWeights,
    /// Width of the `rbf` kernel, `exp(-gamma d^2)`.
    pub gamma: f64,
    /// How much a spectrum listens to its neighbours rather than to its own label, in (0, 1); spreading only.
    /// The default of 0.9 lets labels reach far: with 30 labels a class it tells A, F and G stars of LAMOST
    /// DR10 apart better than scikit-learn's 0.2 (docs/METHODS.md).
    pub alpha: f64,
    /// Iterations after which the flow stops even when it has not settled.
    pub max_iter: usize,
    /// Total change below which it has settled.
    pub tol: f64,
}

/// How labels flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabelAlgorithm {
    /// Label spreading (Zhou et al. 2004): given labels may be overruled.
    Spreading,
    /// Label propagation (Zhu & Ghahramani 2002): given labels stay.
    Propagation,
}

/// How the graph is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabelKernel {
    /// The nearest neighbours, made symmetric.
    Knn,
    /// Radial basis function of the distance.
    Rbf,
}

/// Weights of the edges of the `knn` kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabelWeights {
    /// Every edge weighs 1.
    Connectivity,
    /// A Gaussian of the distance, scaled by the distance of each end's own neighbours (Zelnik-Manor &
    /// Perona 2004).
    SelfTuning,
}

impl Default for PipelineSpec {
    fn default() -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            survey: String::new(),
            r#where: None,
            seed: 0,
            recipe: RecipeSpec::default(),
            neighbors: NeighborsSpec::default(),
            lof: LofSpec::default(),
            ensemble: EnsembleSpec::default(),
            labels: None,
        }
    }
}

impl Default for NeighborsSpec {
    fn default() -> Self {
        Self { n_neighbors: 128, method: NeighborMethod::Exact }
    }
}

impl Default for LofSpec {
    fn default() -> Self {
        Self { n_neighbors: 100, threshold: 1.3, duplicates: Duplicates::Keep, definition: Definition::Breunig }
    }
}

impl Default for LabelsSpec {
    fn default() -> Self {
        Self {
            source: String::new(),
            classes: Vec::new(),
            algorithm: LabelAlgorithm::Spreading,
            kernel: LabelKernel::Knn,
            n_neighbors: 10,
            weights: LabelWeights::SelfTuning,
            gamma: 20.0,
            alpha: 0.9,
            max_iter: 1000,
            tol: 1e-3,
        }
    }
}

impl PipelineSpec {
    /// The defaults, on `survey`.
    pub fn new(survey: impl Into<String>) -> Self {
        Self { survey: survey.into(), ..Self::default() }
    }

    /// The defaults on `survey` with the recipe that brings out artefacts: [`RecipeSpec::artefacts`].
    pub fn artefacts(survey: impl Into<String>) -> Self {
        Self { recipe: RecipeSpec::artefacts(), ..Self::new(survey) }
    }

    /// The settings with which the 2016 studies of LAMOST (P. Skoda, A. Palicka, K. Shakurova) looked
    /// for rare spectra: their recipe, a neighbourhood of 15 that counts the spectrum itself, the
    /// simplified factor, a threshold of 1.3.
    pub fn paper_2016(survey: impl Into<String>) -> Self {
        Self {
            recipe: RecipeSpec::paper_2016(),
            lof: LofSpec {
                n_neighbors: 15,
                threshold: 1.3,
                duplicates: Duplicates::Keep,
                definition: Definition::Simplified2016,
            },
            ..Self::new(survey)
        }
    }
}
