//! Why a spectrum stands where it does in a run.

use balmer_core::spectrum::Medium;
use serde::{Deserialize, Serialize};

/// Answer of `GET /api/v1/runs/{r}/explain/{id}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Explanation {
    /// The spectrum.
    pub spectrum_id: String,
    /// Its place in the list.
    pub rank: u32,
    /// Its local outlier factor.
    pub lof: f32,
    /// Its nearest neighbours, nearest first; as many as the run's factor looks at.
    pub neighbors: Vec<NeighborRow>,
    /// The labelled spectra that its label comes from, the most important first, at most
    /// [`Explanation::MAX_SEEDS`]; empty where no label reached it.
    pub seeds: Vec<SeedRow>,
    /// Why `seeds` is empty although the run spread labels, in words.
    #[serde(default)]
    pub seeds_missing: Option<String>,
    /// The spectrum as the algorithm saw it, against its neighbours.
    pub features: FeatureView,
}

impl Explanation {
    /// Labelled spectra listed at most.
    pub const MAX_SEEDS: usize = 20;
}

/// One of the nearest neighbours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NeighborRow {
    /// The neighbour.
    pub spectrum_id: String,
    /// Euclidean distance between the feature vectors.
    pub distance: f32,
    /// The neighbour's own rank in the run.
    pub rank: u32,
    /// Its local outlier factor.
    pub lof: f32,
    /// The class that spread to it, if any did.
    pub label: Option<String>,
}

/// A labelled spectrum and its part in the explained one's label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeedRow {
    /// The labelled spectrum.
    pub spectrum_id: String,
    /// Its label.
    pub label: String,
    /// Its share of the score of its class, 0 to 1; all seeds of a class add up to 1.
    pub share: f64,
}

/// Feature vectors, one value for each pixel of the recipe's grid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FeatureView {
    /// Pixel centres of the recipe's grid, Angstrom.
    pub wavelengths: Vec<f64>,
    /// Medium of the wavelengths.
    #[cfg_attr(feature = "openapi", schema(schema_with = super::schemas::medium))]
    pub medium: Medium,
    /// Whether the wavelengths are those of the object at rest.
    pub rest_frame: bool,
    /// The spectrum after every step of the recipe up to the scaling, before any projection.
    pub values: Vec<f32>,
    /// Mean of the neighbours' vectors.
    pub neighbor_mean: Vec<f32>,
    /// Standard deviation among the neighbours' vectors.
    pub neighbor_sd: Vec<f32>,
    /// Share of each pixel in the mean squared distance to the neighbours: not negative, sums to 1.
    pub contribution: Vec<f32>,
}
