//! Named subsets of a survey.

use serde::{Deserialize, Serialize};

/// An item of `GET /api/v1/surveys/{survey}/subsets`, and the answer to a subset that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SubsetSummary {
    /// Its name: what `in_subset('name')` asks for.
    pub name: String,
    /// Its spectra.
    pub count: u64,
    /// When it was made, RFC 3339 in UTC.
    pub created: String,
}

/// Answer of `GET /api/v1/surveys/{survey}/subsets/{subset}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SubsetDetail {
    /// What lists say of it.
    #[serde(flatten)]
    pub summary: SubsetSummary,
    /// Its spectra, ascending.
    pub spectrum_ids: Vec<String>,
}

/// Body of `PUT /api/v1/surveys/{survey}/subsets/{subset}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewSubset {
    /// Spectra of the survey, in any order.
    pub spectrum_ids: Vec<String>,
}
