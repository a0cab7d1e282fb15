//! The bodies of the HTTP API, `/api/v1`, as both of its ends see them.
//!
//! The server serialises these types and the web app reads them back, so a field that one side renames
//! is a compile error on the other. Names are `snake_case`; what is not known is `null`, never a
//! sentinel; times are RFC 3339 in UTC; wavelengths are in Angstrom and say their medium.
//!
//! What is absent on purpose: routes, status codes, the query strings' grammar. They belong to the server.

mod crossmatch;
mod explain;
mod families;
mod labels;
mod measurement;
mod problem;
mod recall;
mod run;
#[cfg(feature = "openapi")]
pub mod schemas;
mod spectrum;
mod subset;
mod survey;
mod trace;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use crossmatch::{CrossmatchReport, JoinedKind, JoinedSummary, NewCrossmatch};
pub use explain::{Density, Explanation, FeatureView, NeighborRow, PlaceRow, SeedRow};
pub use families::{
    ExcessRow, FamiliesBody, FamilyAction, FamilyBody, FamilyMember, KnownCount, KnownMember, NamedFamily, NewFamily,
};
pub use labels::{LabelChangeRow, LabelImport, LabelRow, NewLabel};
pub use measurement::{MeasurementReport, NewMeasurement};
pub use problem::{FieldProblem, PROBLEM_JSON, Problem};
pub use recall::{InjectionReport, NewInjection, PlantedRow, RecallDetail, RecallKind};
pub use run::{
    CandidatePage, CandidateRow, Method, RejectedRow, RunCounts, RunDetail, RunEvent, RunStatus, RunSummary,
};
pub use spectrum::{SpectrumBody, SpectrumPage, SpectrumRow};
pub use subset::{NewSubset, SubsetDetail, SubsetSummary};
pub use survey::{ColumnInfo, ColumnSummary, Coverage, SurveyDetail, SurveySummary, ValueCount};
pub use trace::{RecipeTrace, TraceRow};

/// Answer of `GET /api/v1/health`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Health {
    /// `ok`, or `degraded` where one of the checks says what is wrong.
    pub status: String,
    /// Version of the server.
    pub version: String,
    /// What was looked at: `ok`, or what is wrong and the remedy.
    #[serde(default)]
    pub checks: BTreeMap<String, String>,
}
