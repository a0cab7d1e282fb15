//! From a survey to its ranked rare spectra, described by one text.
//!
//! A [`PipelineSpec`] is what the user writes: versioned, every key with a default. A [`Plan`] is the
//! same, checked. [`run`] takes spectra through the recipe ([`extract`]) and the rest through
//! [`analyse`]: principal components, the neighbour table on an [`Engine`](crate::Engine), local
//! outlier factors and labels from that one table, the ranking, and how far it depends on the settings ([`Stability`]). The same call serves the command line,
//! the server, the browser and a cluster; the same spec and inputs give the same bytes (approximate
//! neighbours where the processor has the same instructions, which the provenance names). An [`Exploration`] is a run that can
//! be asked again with another k or other labels.
//!
//! Nothing is lost without a trace: rejected spectra, labels that match nothing and exact duplicates
//! are counted by reason in the [`Provenance`].

mod candidates;
mod distinct;
mod explore;
mod extract;
mod plan;
mod progress;
mod provenance;
mod run;
mod seeds;
mod spec;
mod stability;
mod stage;
#[cfg(test)]
pub(crate) mod tests;
mod text;
mod variants;

pub use candidates::Candidate;
pub use explore::{Exploration, Ranking, Spread};
pub use extract::{FeatureTable, Rejected, extract};
pub use plan::{GraphPlan, LabelsPlan, Plan, Variant};
pub use progress::{Estimate, Forecast, Past, Rates, Tracker, Work};
pub use provenance::{DuplicateCount, InputHash, NeighborSearch, Provenance, StageCount, StageCounts, StageTiming};
pub use run::{RunOutput, analyse, run};
pub use seeds::{LabelCounts, Labelled, check_labels};
pub use spec::{
    EnsembleSpec, LabelAlgorithm, LabelKernel, LabelWeights, LabelsSpec, LofSpec, NeighborMethod, NeighborsSpec,
    PipelineSpec, SCHEMA_VERSION,
};
pub use stability::{Member, Placing, Stability, head};
pub use stage::{RunObserver, Stage};
pub use variants::{Vary, Within};
