//! Named subsets of a survey: spectra that somebody chose, to be named in conditions as `in_subset('name')`.

use serde::{Deserialize, Serialize};

/// One named subset: a row of `GET /api/v1/surveys/{s}/subsets`, and the answer to storing one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SubsetSummary {
    /// Its name, unique in the survey.
    pub name: String,
    /// Number of spectra.
    pub count: u64,
    /// When it was stored, RFC 3339.
    pub created: String,
}

/// Body of `PUT /api/v1/surveys/{s}/subsets/{name}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewSubset {
    /// Its spectra.
    pub spectrum_ids: Vec<String>,
}
