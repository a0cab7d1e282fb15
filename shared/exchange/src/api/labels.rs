//! Labels: what people say a spectrum is.

use serde::{Deserialize, Serialize};

/// One label in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LabelRow {
    /// The spectrum.
    pub spectrum_id: String,
    /// What it is said to be.
    pub label: String,
    /// Who said so.
    pub author: String,
    /// When, RFC 3339.
    pub time: String,
    /// What they added in words; empty where nothing.
    #[serde(default)]
    pub note: String,
}

/// Body of `POST /api/v1/surveys/{s}/labels`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewLabel {
    /// The spectrum.
    pub spectrum_id: String,
    /// What it is; `null` removes its label.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub label: Option<String>,
    /// Who says so; the server's user where absent.
    #[serde(default)]
    pub author: Option<String>,
    /// Anything to add in words.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 10_000))]
    pub note: String,
}

/// One entry of a survey's label history: `GET /api/v1/surveys/{s}/labels/history`, newest first, and
/// the answer to giving and taking back a label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LabelChangeRow {
    /// Its number in the history, from 1.
    pub number: u64,
    /// The spectrum.
    pub spectrum_id: String,
    /// What it was said to be; `null` where a label was removed.
    pub label: Option<String>,
    /// Who said so.
    pub author: String,
    /// When, RFC 3339.
    pub time: String,
    /// What they added in words; empty where nothing.
    #[serde(default)]
    pub note: String,
    /// The change that this one takes back.
    #[serde(default)]
    pub undoes: Option<u64>,
}

/// Answer to a label file: `POST /api/v1/surveys/{s}/labels` with `Content-Type: text/csv`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LabelImport {
    /// Labels given.
    pub imported: u64,
    /// Labels that were in force already.
    pub unchanged: u64,
    /// Rows whose spectrum the survey does not have.
    pub unknown: u64,
    /// The first of those.
    #[serde(default)]
    pub first_unknown: Vec<String>,
}
