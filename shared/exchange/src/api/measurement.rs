//! Lines measured in the spectra of a survey.

use std::collections::BTreeMap;

use balmer_core::analysis::LineRequest;
use serde::{Deserialize, Serialize};

use super::ColumnInfo;

/// Body of `POST /api/v1/surveys/{survey}/measurements`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewMeasurement {
    /// What the names of the columns begin with: lower-case letters, digits and `_`. Those of an earlier measurement
    /// under the same prefix are replaced.
    pub prefix: String,
    /// SQL expression that is true for the spectra to measure; all where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#where: Option<String>,
    /// The line, its window and its continuum.
    #[cfg_attr(feature = "openapi", schema(schema_with = super::schemas::line_request))]
    pub request: LineRequest,
}

/// Answer of `POST /api/v1/surveys/{survey}/measurements`: what was measured.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MeasurementReport {
    /// Spectra that have measurements now.
    pub measured: u64,
    /// Spectra that could not be measured, by reason.
    pub unmeasured: BTreeMap<String, u64>,
    /// The survey's new columns.
    pub columns: Vec<ColumnInfo>,
}
