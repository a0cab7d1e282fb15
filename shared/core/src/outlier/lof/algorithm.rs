//! The factor from a neighbour table, and from a matrix.

use linfa::{DatasetBase, traits::Fit};
use ndarray::{Array1, ArrayBase, Data, Ix2};

use super::{Definition, Duplicates, Lof, LofValidParams};
use crate::{
    Error, Result,
    engine::Unobserved,
    neighbors::{self, DuplicateGroups, NeighborTable},
    parallel,
};

/// Keeps the density of a row among its duplicates finite, as scikit-learn does.
const DENSITY_FLOOR: f64 = 1e-10;
/// Rows computed by one task.
const ROWS: usize = 1024;

/// Local outlier factors of n rows, with the quantities they come from.
#[derive(Debug, Clone, PartialEq)]
pub struct LofScores {
    /// Local outlier factor: about 1 among equals, larger for outliers.
    pub lof: Array1<f32>,
    /// Local reachability density, in inverse units of the features.
    pub lrd: Array1<f32>,
    /// Distance to the k-th neighbour, in units of the features.
    pub k_distance: Array1<f32>,
}

/// Breunig's LOF for any `n_neighbors` up to that of the table. O(n k).
///
/// # Errors
/// [`Error::InvalidParameter`] when the table holds fewer neighbours, or `n_neighbors` is 0.
pub fn from_table(table: &NeighborTable, n_neighbors: usize) -> Result<LofScores> {
    from_table_with(table, n_neighbors, Definition::Breunig)
}

/// LOF by the given definition; `n_neighbors` counts the row itself where the definition does.
///
/// # Errors
/// [`Error::InvalidParameter`] when the table holds too few neighbours, or `n_neighbors` too few to count.
pub fn from_table_with(table: &NeighborTable, n_neighbors: usize, definition: Definition) -> Result<LofScores> {
    let Unrounded { lof, lrd, k_distance } = unrounded(table, n_neighbors, definition)?;
    let rounded = |values: Vec<f64>| values.into_iter().map(|value| value as f32).collect();
    Ok(LofScores { lof: rounded(lof), lrd: rounded(lrd), k_distance: k_distance.into() })
}

/// The scores before they are rounded to f32.
pub(super) struct Unrounded {
    pub(super) lof: Vec<f64>,
    pub(super) lrd: Vec<f64>,
    k_distance: Vec<f32>,
}

pub(super) fn unrounded(table: &NeighborTable, n_neighbors: usize, definition: Definition) -> Result<Unrounded> {
    let n = table.n_rows();
    let others = match definition {
        Definition::Breunig => n_neighbors,
        Definition::Simplified2016 => n_neighbors.saturating_sub(1),
    };
    table.check_n_neighbors(others)?;
    let k_distance: Vec<f32> = per_row(n, |i| table.row(i).1[others - 1]);
    let k = n_neighbors as f64;
    let lrd: Vec<f64> = per_row(n, |i| {
        let (indices, distances) = table.row(i);
        let neighbors = indices[..others].iter().zip(distances);
        let reach: f64 = match definition {
            Definition::Breunig => {
                neighbors.map(|(&o, &distance)| f64::from(distance.max(k_distance[o as usize]))).sum()
            }
            Definition::Simplified2016 => {
                f64::from(k_distance[i]) + neighbors.map(|(&o, _)| f64::from(k_distance[o as usize])).sum::<f64>()
            }
        };
        1.0 / (reach / k + DENSITY_FLOOR)
    });
    let lof = per_row(n, |i| {
        let own = match definition {
            Definition::Breunig => 0.0,
            Definition::Simplified2016 => lrd[i],
        };
        let sum = table.row(i).0[..others].iter().fold(own, |sum, &o| sum + lrd[o as usize]);
        sum / k / lrd[i]
    });
    Ok(Unrounded { lof, lrd, k_distance })
}

/// `f` of every row, in parallel, in order.
fn per_row<T: Send + Clone + Default>(n: usize, f: impl Fn(usize) -> T + Sync + Send) -> Vec<T> {
    let mut values = vec![T::default(); n];
    parallel::for_each_chunk_mut(&mut values, ROWS, |chunk, values| {
        values.iter_mut().enumerate().for_each(|(i, value)| *value = f(chunk * ROWS + i));
    });
    values
}

impl<D: Data<Elem = f32>, T> Fit<ArrayBase<D, Ix2>, T, Error> for LofValidParams {
    type Object = Lof;

    /// Scores every row of the records: an exact neighbour table, then the factor.
    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<Lof> {
        let x = dataset.records().view();
        neighbors::check_features(x)?;
        let groups = DuplicateGroups::find(x);
        let scores = match self.duplicates() {
            Duplicates::Keep => self.score(&neighbors::exact(x, self.table_neighbors(), &Unobserved)?)?,
            Duplicates::Distinct => {
                let distinct = groups.distinct(x);
                let scores = self.score(&neighbors::exact(distinct.view(), self.table_neighbors(), &Unobserved)?)?;
                LofScores {
                    lof: groups.expand(&scores.lof),
                    lrd: groups.expand(&scores.lrd),
                    k_distance: groups.expand(&scores.k_distance),
                }
            }
        };
        Ok(Lof { scores, n_duplicates: groups.n_duplicates() })
    }
}

impl LofValidParams {
    /// The factor from a table of neighbours, each row of it counted.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] when the table holds too few neighbours.
    pub fn score(&self, table: &NeighborTable) -> Result<LofScores> {
        from_table_with(table, self.n_neighbors(), self.definition())
    }
}
