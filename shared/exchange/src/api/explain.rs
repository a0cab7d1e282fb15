//! Why a spectrum stands where it does in a run.

use balmer_core::{manipulation::Recipe, spectrum::Medium};
use ndarray::{Array1, ArrayView1, ArrayView2, Axis};
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

impl FeatureView {
    /// A row of features beside the mean and standard deviation of its neighbours' rows, and each pixel's share
    /// of the mean squared distance to them; shares of 0 where all of them equal the row.
    pub fn of(recipe: &Recipe, row: ArrayView1<'_, f32>, neighbors: ArrayView2<'_, f32>) -> Self {
        let x = row.mapv(f64::from);
        let others = neighbors.mapv(f64::from);
        let mean = others.mean_axis(Axis(0)).unwrap_or_else(|| x.clone());
        let sd = if others.nrows() == 0 { x.mapv(|_| 0.0) } else { others.std_axis(Axis(0), 0.0) };
        // the mean of squared differences is the squared difference of the mean plus the variance
        let squares = (&x - &mean).mapv(|d| d * d) + sd.mapv(|s| s * s);
        let sum = squares.sum();
        let shares = if sum > 0.0 { squares / sum } else { squares };
        let single = |values: &Array1<f64>| values.iter().map(|&v| v as f32).collect::<Vec<f32>>();
        let grid = recipe.grid();
        Self {
            wavelengths: grid.wavelengths().to_vec(),
            medium: grid.medium(),
            rest_frame: recipe.spec().rest_frame,
            values: single(&x),
            neighbor_mean: single(&mean),
            neighbor_sd: single(&sd),
            contribution: single(&shares),
        }
    }
}

#[cfg(test)]
mod tests {
    use balmer_core::manipulation::{Continuum, RecipeSpec};
    use ndarray::array;

    use super::*;

    #[test]
    fn pixels_share_the_mean_squared_distance() {
        let recipe =
            Recipe::try_from(&RecipeSpec { pixels: 3, continuum: Continuum::None, ..RecipeSpec::default() }).unwrap();
        let (row, neighbors) = (array![1.0_f32, 0.0, 5.0], array![[3.0_f32, 0.0, 4.0], [5.0, 0.0, 6.0]]);
        let view = FeatureView::of(&recipe, row.view(), neighbors.view());
        assert_eq!((view.wavelengths.len(), view.values), (3, vec![1.0, 0.0, 5.0]));
        assert_eq!((view.neighbor_mean, view.neighbor_sd), (vec![4.0, 0.0, 5.0], vec![1.0, 0.0, 1.0]));
        // squared distances by pixel: (4 + 16) / 2, 0, (1 + 1) / 2
        let expected = [10.0 / 11.0, 0.0, 1.0 / 11.0];
        assert!(view.contribution.iter().zip(expected).all(|(s, e): (&f32, f32)| (s - e).abs() < 1e-6));
    }
}
