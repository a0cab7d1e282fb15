//! Runs of the pipeline, their progress and their ranked candidates.

use serde::{Deserialize, Serialize};

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum RunStatus {
    /// Accepted, waiting for its turn.
    Queued,
    /// Being computed.
    Running,
    /// Finished: the candidates are there.
    Done,
    /// Ended by an error, or by the end of its server.
    Failed,
    /// Ended on request.
    Cancelled,
    /// Ended; its time is over and its results were cleared away.
    Archived,
}

impl RunStatus {
    /// Whether nothing more will happen to the run.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled | Self::Archived)
    }
}

impl std::fmt::Display for RunStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Archived => "archived",
        })
    }
}

/// How many spectra entered and left.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct RunCounts {
    /// Spectra the `where` selects.
    pub selected: u64,
    /// Spectra ranked.
    pub ranked: u64,
    /// Spectra left out, each with a reason.
    pub rejected: u64,
    /// Candidates above the threshold.
    pub outliers: u64,
}

/// One row of the list of runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunSummary {
    /// Name, as in paths.
    pub id: String,
    /// The survey it reads.
    pub survey: String,
    /// Where it stands.
    pub status: RunStatus,
    /// The stage being computed, or the last one.
    #[serde(default)]
    pub stage: Option<String>,
    /// Done of the whole run, 0 to 1.
    #[serde(default)]
    pub fraction: f64,
    /// Seconds until it ends, while it is computed and they can be told.
    #[serde(default)]
    pub eta_seconds: Option<f64>,
    /// Spectra a second, in stages that go through them one after the other.
    #[serde(default)]
    pub rate: Option<f64>,
    /// When it was asked for, RFC 3339.
    pub created: String,
    /// When it ended, RFC 3339.
    #[serde(default)]
    pub finished: Option<String>,
    /// Why it failed.
    #[serde(default)]
    pub error: Option<String>,
    /// Spectra in and out.
    #[serde(default)]
    pub counts: RunCounts,
    /// The condition that selects its spectra; all of the survey where absent.
    #[serde(default)]
    pub r#where: Option<String>,
    /// What it computes.
    #[serde(default)]
    pub method: Method,
    /// Size of a neighbourhood of the local outlier factor.
    #[serde(default)]
    pub n_neighbors: u64,
    /// The device that computed or computes, once known.
    #[serde(default)]
    pub device: Option<String>,
    /// Seconds it took, or takes so far; `null` while it waits.
    #[serde(default)]
    pub elapsed_seconds: Option<f64>,
}

/// What a run computes beside the local outlier factor, which it always does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// Nothing else.
    #[default]
    Lof,
    /// Labels spread.
    Spreading,
    /// Labels propagate.
    Propagation,
}

impl Method {
    /// Its name in forms and test hooks.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lof => "lof",
            Self::Spreading => "spreading",
            Self::Propagation => "propagation",
        }
    }
}

/// One run in full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunDetail {
    /// What the list says.
    #[serde(flatten)]
    pub summary: RunSummary,
    /// The pipeline spec, complete with its defaults.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub spec: serde_json::Value,
    /// Names of the classes that labels were spread of, in the order of `probabilities`.
    #[serde(default)]
    pub classes: Vec<String>,
    /// The spectra left out, at most [`RunDetail::MAX_REJECTED`] of them.
    #[serde(default)]
    pub rejected: Vec<RejectedRow>,
    /// `provenance.json` of a finished run.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub provenance: Option<serde_json::Value>,
}

impl RunDetail {
    /// Rejected spectra listed at most; `counts.rejected` says how many there are.
    pub const MAX_REJECTED: usize = 1000;
}

/// One spectrum that was left out of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RejectedRow {
    /// The spectrum.
    pub spectrum_id: String,
    /// Where it came from.
    pub source: String,
    /// Short stable code: `window-not-covered`.
    pub reason: String,
    /// The reason as a sentence, with its numbers.
    pub detail: String,
}

/// One ranked spectrum with the columns a person needs to judge it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CandidateRow {
    /// 1 is the rarest.
    pub rank: u32,
    /// The spectrum.
    pub spectrum_id: String,
    /// Path or URL it was read from.
    pub source: String,
    /// Name of the object.
    pub designation: Option<String>,
    /// Right ascension, degrees.
    pub ra: Option<f64>,
    /// Declination, degrees.
    pub dec: Option<f64>,
    /// Class by the survey's pipeline.
    pub class: Option<String>,
    /// Subclass by the survey's pipeline.
    pub subclass: Option<String>,
    /// Signal-to-noise ratio in r.
    pub snr_r: Option<f64>,
    /// Local outlier factor: 1 is ordinary.
    pub lof: f32,
    /// Geometric mean of its factors under all settings of the run; `None` in runs of older versions.
    #[serde(default)]
    pub ensemble: Option<f32>,
    /// Best place under any of these settings.
    #[serde(default)]
    pub rank_best: Option<u32>,
    /// Worst place under any of these settings.
    #[serde(default)]
    pub rank_worst: Option<u32>,
    /// Share of these settings under which it is in the head of the list, its first two hundredths, 0 to 1.
    #[serde(default)]
    pub stability: Option<f32>,
    /// Whether the factor that the list is ranked by is above the run's threshold.
    pub is_outlier: bool,
    /// The class that spread to it, if any did.
    pub label: Option<String>,
    /// Probability of that class, 0 where no label reached.
    pub probability: f32,
    /// Entropy of the class probabilities, nats.
    pub entropy: f32,
    /// Probability of each of the run's classes.
    #[serde(default)]
    pub probabilities: Vec<f32>,
}

/// A window into a run's candidates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CandidatePage {
    /// The run.
    pub run: String,
    /// The survey the spectra are in.
    pub survey: String,
    /// Names of the classes, in the order of `probabilities`.
    pub classes: Vec<String>,
    /// How many candidates there are in all.
    pub total: u64,
    /// How many fulfil the condition and are left out, since their families are set aside.
    #[serde(default)]
    pub set_aside: u64,
    /// How many were skipped before the first row.
    pub offset: u64,
    /// The rows.
    pub rows: Vec<CandidateRow>,
}

/// What `GET /api/v1/runs/{r}/events` sends: the variant is the event's name, the rest its data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum RunEvent {
    /// The run goes on.
    Progress {
        /// `read`, `recipe`, `components`, `neighbors`, `lof`, `labels`, `rank`.
        stage: String,
        /// Done of the whole run, 0 to 1; in one stream never less than before.
        fraction: f64,
        /// Seconds until the run ends, once they can be told.
        eta_seconds: Option<f64>,
        /// What is going on.
        message: String,
        /// Done of the stage, 0 to 1.
        #[serde(default)]
        stage_fraction: f64,
        /// Spectra a second, in stages that go through them one after the other.
        #[serde(default)]
        rate: Option<f64>,
    },
    /// The candidates are there.
    Done,
    /// The run ended without them.
    Failed {
        /// Why; `cancelled` where it was asked to.
        message: String,
    },
}

impl RunEvent {
    /// The event's name in the stream.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Progress { .. } => "progress",
            Self::Done => "done",
            Self::Failed { .. } => "failed",
        }
    }
}
