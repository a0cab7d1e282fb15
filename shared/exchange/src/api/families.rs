//! Families among the outliers of a run, and those that were named.

use balmer_core::{cluster::Kind, spectrum::Medium};
use serde::{Deserialize, Serialize};

/// Answer of `GET /api/v1/runs/{run}/families`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FamiliesBody {
    /// The run.
    pub run: String,
    /// Its survey.
    pub survey: String,
    /// Outliers that families were looked for among: the first of the list.
    pub outliers: u64,
    /// Outliers that are in no family.
    pub alone: u64,
    /// Pixel centres of the recipe's grid, Angstrom: where [`FamilyBody::residual`] stands.
    pub wavelengths: Vec<f64>,
    /// Medium of the wavelengths, those to mask among them.
    #[cfg_attr(feature = "openapi", schema(schema_with = super::schemas::medium))]
    pub medium: Medium,
    /// The families, the largest first.
    pub families: Vec<FamilyBody>,
    /// Outliers that belong to a family with a name, in a family of this run or alone.
    pub known: Vec<KnownMember>,
}

/// Outliers that belong together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FamilyBody {
    /// What it is asked for by: the same members have the same id.
    pub id: String,
    /// Number of members.
    pub size: u64,
    /// What it may be: a word.
    #[cfg_attr(feature = "openapi", schema(schema_with = super::schemas::family_kind))]
    pub kind: Kind,
    /// What it may be, for people.
    pub title: String,
    /// Why, with numbers.
    pub reason: String,
    /// Whether setting it aside is suggested; never where a member may have an emission line.
    pub set_aside_suggested: bool,
    /// Its members in the order of the list.
    pub members: Vec<FamilyMember>,
    /// Mean difference of its members from their neighbours, one value for each of the grid's wavelengths.
    pub residual: Vec<f32>,
    /// What it has more of than chance would give, the least probable first.
    pub over_represented: Vec<ExcessRow>,
    /// Stretches `[from, to]` that a new recipe would mask: to add to `recipe.mask_angstrom`.
    pub mask_angstrom: Vec<[f64; 2]>,
    /// The named families that its members belong to, the one with most of them first.
    pub known: Vec<KnownCount>,
}

/// A member of a family.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FamilyMember {
    /// The spectrum.
    pub spectrum_id: String,
    /// Its place in the list.
    pub rank: u32,
    /// Its local outlier factor.
    pub lof: f32,
}

/// More of a family on a piece of the instrument, a sky line or a column of pixels than chance would put there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExcessRow {
    /// `fibre`, `spectrograph`, `fibre of spectrograph`, `plate`, `night`, `sky line`, `pixel column`.
    pub piece: String,
    /// Which one.
    pub value: String,
    /// Members on it.
    pub inside: u64,
    /// Members that state where they are.
    pub size: u64,
    /// As many would be by chance.
    pub expected: f64,
    /// `inside / expected`.
    pub ratio: f64,
    /// Probability of as many or more by chance.
    pub p: f64,
    /// False discovery rate at which it would be believed, over all tests of the run.
    pub q: f64,
    /// All of it in words: `spectrograph 7: 12 of 15, 2.1 expected`.
    pub words: String,
}

/// An outlier that belongs to a named family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KnownMember {
    /// The spectrum.
    pub spectrum_id: String,
    /// The family's name.
    pub name: String,
}

/// How many belong to a named family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KnownCount {
    /// The family's name.
    pub name: String,
    /// Members of it.
    pub members: u64,
}

/// What is done with a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum FamilyAction {
    /// Its members leave the lists of candidates, in later runs those that are recognised, too.
    SetAside,
    /// Its members get a label.
    Label,
}

/// Body of `POST /api/v1/surveys/{survey}/families`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewFamily {
    /// Its name: letters, digits, `-`, `_`, `.`.
    pub name: String,
    /// The run it was found in.
    pub run: String,
    /// Its id there.
    pub family: String,
    /// What is done with it.
    pub action: FamilyAction,
    /// The label its members get, where that is what is done.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub label: Option<String>,
    /// Who says so; the server's user where absent.
    #[serde(default)]
    pub author: Option<String>,
}

/// A family with a name: an item of `GET /api/v1/surveys/{survey}/families`, the answer to one that was named.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NamedFamily {
    /// Its name.
    pub name: String,
    /// The run it was found in.
    pub run: String,
    /// Its id there.
    pub family: String,
    /// What it may be.
    #[cfg_attr(feature = "openapi", schema(schema_with = super::schemas::family_kind))]
    pub kind: Kind,
    /// What was done with it.
    pub action: FamilyAction,
    /// The label that its members got.
    #[serde(default)]
    pub label: Option<String>,
    /// Who said so.
    pub author: String,
    /// When, RFC 3339 in UTC.
    pub created: String,
    /// Its members in the run it was found in.
    pub spectrum_ids: Vec<String>,
}
