//! A survey matched with a catalogue on the sky, and all that was joined to its columns.

use balmer_core::sky::{Find, Radius};
use serde::{Deserialize, Serialize};

use super::ColumnInfo;

/// How to match: the query string of `POST /api/v1/surveys/{survey}/crossmatches` where its body is a catalogue's file,
/// and its body as JSON where the catalogue is another survey.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct NewCrossmatch {
    /// The other survey; none where a file is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub survey: Option<String>,
    /// Greatest separation with its unit: `3arcsec`, `0.5arcmin`, `0.01deg`; 30deg at most. It must be given.
    #[serde(default)]
    #[cfg_attr(
        feature = "openapi",
        schema(value_type = Option<String>),
        param(value_type = Option<String>, example = "3arcsec")
    )]
    pub radius: Option<Radius>,
    /// Which of the pairs within the radius are matches: `best` (where nothing is said), `each-spectrum`, `each-row` or
    /// `all`.
    #[serde(default)]
    #[cfg_attr(
        feature = "openapi",
        schema(schema_with = super::schemas::find),
        param(value_type = Option<String>, example = "best")
    )]
    pub find: Find,
    /// What the names of the columns begin with: lower-case letters, digits and `_`. Those of an earlier match under the
    /// same prefix are replaced. Made of the catalogue's name where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// What the catalogue is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Columns of the catalogue to join, separated by commas; all where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<String>,
    /// SQL expression that is true for the spectra to match; all where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#where: Option<String>,
    /// Column of right ascensions, or of whole positions where `dec` is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ra: Option<String>,
    /// Column of declinations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dec: Option<String>,
    /// Column of proper motions towards east, cos(dec) included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pmra: Option<String>,
    /// Column of proper motions towards north.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pmdec: Option<String>,
    /// Epoch of positions that move: a Julian year, or the column that has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<String>,
}

/// What a match found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CrossmatchReport {
    /// What the names of the columns begin with.
    pub prefix: String,
    /// The catalogue.
    pub source: String,
    /// Greatest separation.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub radius: Radius,
    /// Which pairs are matches.
    #[cfg_attr(feature = "openapi", schema(schema_with = super::schemas::find))]
    pub find: Find,
    /// Columns of the catalogue that say where its rows are.
    pub places: Vec<String>,
    /// Matches.
    pub pairs: u64,
    /// Spectra that have a match.
    pub spectra: u64,
    /// Spectra that have none.
    pub spectra_without: u64,
    /// Spectra among those that have no position.
    pub spectra_without_position: u64,
    /// Rows of the catalogue.
    pub rows: u64,
    /// Rows that have a match.
    pub rows_matched: u64,
    /// Rows that have no position.
    pub rows_without_position: u64,
    /// The survey's new columns.
    pub columns: Vec<ColumnInfo>,
    /// Columns of the catalogue that hold arrays, or cells of no known type.
    pub left_out: Vec<String>,
}

/// What joined columns came from. One kind does not replace the other under its prefix.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum JoinedKind {
    /// A catalogue, by a key.
    #[default]
    Catalogue,
    /// Lines measured in the spectra.
    Measurement,
    /// What was planted in the spectra.
    Injection,
    /// A catalogue or another survey, by places on the sky.
    Crossmatch,
}

/// Columns that were joined to a survey: one of `GET /api/v1/surveys/{survey}/crossmatches`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JoinedSummary {
    /// What the names of the columns begin with.
    pub prefix: String,
    /// What they came from.
    pub kind: JoinedKind,
    /// The file, survey or measurement, as it was named.
    pub source: String,
    /// When, RFC 3339 in UTC.
    pub time: String,
    /// Spectra that had a row or a match then; `null` where that was not counted.
    pub spectra: Option<u64>,
    /// Greatest separation of a match.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub radius: Option<Radius>,
    /// Which pairs were matches.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub find: Option<Find>,
    /// The columns.
    pub columns: Vec<ColumnInfo>,
}
