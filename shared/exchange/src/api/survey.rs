//! Surveys: what there is to choose from.

use balmer_core::spectrum::{COLUMNS, Column, ColumnType};
use serde::{Deserialize, Serialize};

/// One row of the list of surveys.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SurveySummary {
    /// Name, as in paths and pipeline specs.
    pub name: String,
    /// Number of spectra.
    pub count: u64,
}

/// One survey in full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SurveyDetail {
    /// Name and count.
    #[serde(flatten)]
    pub summary: SurveySummary,
    /// SHA-256 of the survey's manifest, hexadecimal: another one whenever spectra were added or replaced. What was
    /// fetched under an older one may be out of date.
    pub revision: String,
    /// The columns a `where` or `order_by` may name.
    pub columns: Vec<ColumnInfo>,
    /// Where on the sky and at which wavelengths.
    pub coverage: Coverage,
}

/// One metadata column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ColumnInfo {
    /// Name in SQL, files and JSON.
    pub name: String,
    /// Type of its values.
    #[cfg_attr(feature = "openapi", schema(schema_with = super::schemas::column_type))]
    pub datatype: ColumnType,
    /// Unit in `VOUnits` syntax; empty where it has none.
    pub unit: String,
    /// IVOA UCD1+; empty where none fits.
    pub ucd: String,
    /// What it is.
    pub description: String,
}

impl From<&Column> for ColumnInfo {
    fn from(column: &Column) -> Self {
        Self {
            name: column.name.to_owned(),
            datatype: column.column_type,
            unit: column.unit.to_owned(),
            ucd: column.ucd.to_owned(),
            description: column.description.to_owned(),
        }
    }
}

impl ColumnInfo {
    /// Every metadata column of a survey, in the order of [`COLUMNS`].
    pub fn all() -> Vec<Self> {
        COLUMNS.iter().map(Self::from).collect()
    }
}

/// What the values of one column are like: `GET /api/v1/surveys/{s}/columns/{column}?where=`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ColumnSummary {
    /// The column.
    pub name: String,
    /// Rows looked at.
    pub count: u64,
    /// Rows that state nothing.
    pub nulls: u64,
    /// Least and greatest finite value of a column of numbers.
    pub range: Option<[f64; 2]>,
    /// Values of a text column by how often they occur, the most frequent first, at most
    /// [`ColumnSummary::MAX_VALUES`].
    #[serde(default)]
    pub values: Vec<ValueCount>,
}

impl ColumnSummary {
    /// Values listed at most.
    pub const MAX_VALUES: usize = 50;
}

/// How often a value occurs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ValueCount {
    /// The value.
    pub value: String,
    /// Rows that have it.
    pub count: u64,
}

/// Extent of a survey; `None` where no spectrum states the quantity.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Coverage {
    /// Least and greatest right ascension, degrees. A survey across 0 h spans nearly the whole circle here.
    pub ra: Option<[f64; 2]>,
    /// Least and greatest declination, degrees.
    pub dec: Option<[f64; 2]>,
    /// Least and greatest wavelength, Angstrom, each in its spectrum's own medium.
    pub wavelength: Option<[f64; 2]>,
}
