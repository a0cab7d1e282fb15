//! Where a run stands, as `status.json` says it.

use balmer_core::pipeline::{LabelAlgorithm, PipelineSpec};
use balmer_exchange::api::{Method, RunCounts, RunStatus};
use serde::{Deserialize, Serialize};

use super::time;

/// Where a run stands: `status.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunState {
    /// The run.
    pub id: String,
    /// The survey it reads.
    pub survey: String,
    /// Where it stands.
    pub status: RunStatus,
    /// The stage being computed, or the last one.
    pub stage: Option<String>,
    /// Done of the whole run, 0 to 1: of all attempts at it.
    pub fraction: f64,
    /// Done of that stage, 0 to 1.
    #[serde(default)]
    pub stage_fraction: f64,
    /// Seconds until it ends, while it is computed and they can be told.
    #[serde(default)]
    pub eta_seconds: Option<f64>,
    /// Spectra a second, in stages that go through them one after the other.
    #[serde(default)]
    pub rate: Option<f64>,
    /// What is going on, in words.
    pub message: String,
    /// What computes, once known.
    pub device: Option<String>,
    /// When it was asked for, RFC 3339 in UTC.
    pub created: String,
    /// When it began.
    pub started: Option<String>,
    /// When it ended.
    pub finished: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
    /// Spectra in and out.
    pub counts: RunCounts,
    /// Classes of the label stage, in the order of `p_<class>`.
    pub classes: Vec<String>,
    /// The spec's condition, repeated here so that lists need not read every spec.
    #[serde(default)]
    pub r#where: Option<String>,
    /// What it computes beside the local outlier factor.
    #[serde(default)]
    pub method: Method,
    /// Size of a neighbourhood of the local outlier factor.
    #[serde(default)]
    pub n_neighbors: u64,
    /// Seconds it took, or takes so far.
    #[serde(default)]
    pub elapsed_seconds: Option<f64>,
}

impl RunState {
    /// A run of `spec` that waits.
    pub(crate) fn queued(id: String, spec: &PipelineSpec) -> Self {
        let mut state = Self {
            id,
            survey: spec.survey.clone(),
            status: RunStatus::Queued,
            stage: None,
            fraction: 0.0,
            stage_fraction: 0.0,
            eta_seconds: None,
            rate: None,
            message: "waiting".to_owned(),
            device: None,
            created: time::now(),
            started: None,
            finished: None,
            error: None,
            counts: RunCounts::default(),
            classes: Vec::new(),
            r#where: None,
            method: Method::Lof,
            n_neighbors: 0,
            elapsed_seconds: None,
        };
        state.describe(spec);
        state
    }

    /// Repeats what lists show of the spec.
    pub(crate) fn describe(&mut self, spec: &PipelineSpec) {
        self.r#where.clone_from(&spec.r#where);
        self.n_neighbors = spec.lof.n_neighbors as u64;
        self.method = match spec.labels.as_ref().map(|labels| labels.algorithm) {
            None => Method::Lof,
            Some(LabelAlgorithm::Spreading) => Method::Spreading,
            Some(LabelAlgorithm::Propagation) => Method::Propagation,
        };
    }

    /// Seconds it took or takes so far, from its times where it does not say.
    pub(crate) fn elapsed(&self) -> Option<f64> {
        let started = self.started.as_deref()?;
        match (self.status, &self.finished) {
            (RunStatus::Running, _) => {
                let so_far = time::seconds_between(started, &time::now())?;
                Some(so_far.max(self.elapsed_seconds.unwrap_or(0.0)))
            }
            (_, Some(finished)) => self.elapsed_seconds.or_else(|| time::seconds_between(started, finished)),
            (_, None) => self.elapsed_seconds,
        }
    }
}
