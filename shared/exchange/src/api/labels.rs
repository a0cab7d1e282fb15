//! Labels: what people say a spectrum is.

use serde::{Deserialize, Serialize};

/// One label in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelRow {
    /// The spectrum.
    pub spectrum_id: String,
    /// What it is said to be.
    pub label: String,
    /// Who said so.
    pub author: String,
    /// When, RFC 3339.
    pub time: String,
}

/// Body of `POST /api/v1/surveys/{s}/labels`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewLabel {
    /// The spectrum.
    pub spectrum_id: String,
    /// What it is.
    pub label: String,
    /// Who says so; the server's user where absent.
    #[serde(default)]
    pub author: Option<String>,
}
