//! Why a spectrum stands where it does in a run.

use balmer_core::{decomposition::Pca, manipulation::Recipe, spectrum::Medium};
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
    /// How many spectra the list has.
    #[serde(default)]
    pub ranked: u64,
    /// Its local outlier factor: the mean density of its neighbours over its own.
    pub lof: f32,
    /// Its density; `None` in runs of older versions, which did not keep it.
    #[serde(default)]
    pub density: Option<Density>,
    /// Its nearest neighbours, nearest first; as many as the run's factor looks at.
    pub neighbors: Vec<NeighborRow>,
    /// Its places under all settings of the run; none in runs of older versions.
    #[serde(default)]
    pub places: Vec<PlaceRow>,
    /// The probability of its label when labels have settled, which is what the seeds explain; `None` without any.
    #[serde(default)]
    pub probability: Option<f64>,
    /// The labelled spectra that its label comes from, the most important first, at most
    /// [`Explanation::MAX_SEEDS`]; empty where no label reached it.
    pub seeds: Vec<SeedRow>,
    /// How many more there are.
    #[serde(default)]
    pub seeds_left: u64,
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

/// How densely spectra stand around one of them (M. M. Breunig et al. 2000, definitions 3 and 6).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Density {
    /// Local reachability density, in inverse units of the features.
    pub lrd: f32,
    /// Distance to the last of the neighbours that the run's factor looks at.
    pub k_distance: f32,
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
    /// Its density; `None` in runs of older versions.
    #[serde(default)]
    pub density: Option<Density>,
    /// The class that spread to it, if any did.
    pub label: Option<String>,
}

/// The place of the spectrum under one setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlaceRow {
    /// The setting: `k = 50`, `k = 50, scale = standard`.
    pub setting: String,
    /// The place, from 1; `None` where the setting rejects the spectrum.
    pub rank: Option<u32>,
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
    /// What the probability of the explained one's label would be without this one; `None` where that was not computed.
    #[serde(default)]
    pub without: Option<f64>,
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
    /// Mean squared distance to the neighbours, of which these are shares.
    #[serde(default)]
    pub mean_squared_distance: f64,
}

impl FeatureView {
    /// A row of features beside the mean and standard deviation of its neighbours' rows, and each pixel's share of the mean
    /// squared distance to them; shares of 0 where all of them equal the row.
    ///
    /// Where the run compared projections on components, so does this: the components being orthonormal, the distance between
    /// two projections is that between the spectra they stand for, `|P d| = |P'P d|`, which has pixels again.
    pub fn of(recipe: &Recipe, row: ArrayView1<'_, f32>, neighbors: ArrayView2<'_, f32>, basis: Option<&Pca>) -> Self {
        let x = row.mapv(f64::from);
        let others = neighbors.mapv(f64::from);
        let mean = others.mean_axis(Axis(0)).unwrap_or_else(|| x.clone());
        let sd = if others.nrows() == 0 { x.mapv(|_| 0.0) } else { others.std_axis(Axis(0), 0.0) };
        let mut apart = others - &x;
        if let Some(Pca { components, .. }) = basis {
            apart = apart.dot(&components.t()).dot(components);
        }
        let squares = apart.mapv(|d| d * d).mean_axis(Axis(0)).unwrap_or_else(|| x.mapv(|_| 0.0));
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
            mean_squared_distance: sum,
        }
    }
}

#[cfg(test)]
mod tests {
    use balmer_core::{
        decomposition::pca,
        manipulation::{Continuum, RecipeSpec},
    };
    use ndarray::{Array2, array, s};

    use super::*;

    fn recipe(pixels: usize) -> Recipe {
        Recipe::try_from(&RecipeSpec { pixels, continuum: Continuum::None, ..RecipeSpec::default() }).unwrap()
    }

    #[test]
    fn pixels_share_the_mean_squared_distance() {
        let (row, neighbors) = (array![1.0_f32, 0.0, 5.0], array![[3.0_f32, 0.0, 4.0], [5.0, 0.0, 6.0]]);
        let view = FeatureView::of(&recipe(3), row.view(), neighbors.view(), None);
        assert_eq!((view.wavelengths.len(), view.values), (3, vec![1.0, 0.0, 5.0]));
        assert_eq!((view.neighbor_mean, view.neighbor_sd), (vec![4.0, 0.0, 5.0], vec![1.0, 0.0, 1.0]));
        // squared distances by pixel: (4 + 16) / 2, 0, (1 + 1) / 2
        let expected = [10.0 / 11.0, 0.0, 1.0 / 11.0];
        assert!(view.contribution.iter().zip(expected).all(|(s, e): (&f32, f32)| (s - e).abs() < 1e-6));
        assert!((view.mean_squared_distance - 11.0).abs() < 1e-12);
        let alone = FeatureView::of(&recipe(3), row.view(), neighbors.slice(s![..0, ..]), None);
        assert_eq!((alone.contribution, alone.mean_squared_distance), (vec![0.0; 3], 0.0));
    }

    #[test]
    fn where_projections_are_compared_pixels_share_the_distance_between_these() {
        let x = Array2::from_shape_fn((12, 6), |(i, j)| ((i * 7 + j * j * 3) % 11) as f32 + 0.1 * i as f32);
        let basis = pca(x.view(), 2).unwrap();
        let projected = basis.transform(x.view());
        let distance = |i: usize| {
            let apart = &projected.row(0) - &projected.row(i);
            apart.mapv(|d| f64::from(d) * f64::from(d)).sum()
        };
        let expected = (1..4).map(distance).sum::<f64>() / 3.0;
        let view = FeatureView::of(&recipe(6), x.row(0), x.slice(s![1..4, ..]), Some(&basis));
        let told = view.mean_squared_distance;
        assert!((told / expected - 1.0).abs() < 1e-5, "{told}, expected {expected}");
        assert!((view.contribution.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        let plain = FeatureView::of(&recipe(6), x.row(0), x.slice(s![1..4, ..]), None);
        assert!(plain.mean_squared_distance > 1.01 * told);
    }
}
