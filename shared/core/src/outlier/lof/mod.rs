//! Local Outlier Factor: how much thinner the data are around a row than around its neighbours.
//!
//! M. M. Breunig, H.-P. Kriegel, R. T. Ng, J. Sander 2000, *LOF: Identifying Density-Based Local Outliers*,
//! SIGMOD 2000, 93-104. With the k nearest other rows `N(p)` and `kdist(p)`, the distance of the last of them:
//!
//! ```text
//! reach(p, o) = max(kdist(o), d(p, o))
//! lrd(p)      = 1 / (mean over o in N(p) of reach(p, o) + 1e-10)
//! LOF(p)      = mean over o in N(p) of lrd(o) / lrd(p)
//! ```
//!
//! This equals `-negative_outlier_factor_` of scikit-learn, the `1e-10` included. About 1 is ordinary; rare
//! objects stand above. `k` must exceed the size of a cluster of rare objects, or they hide behind each other.
//!
//! One neighbour table serves every `k` up to its own: [`from_table`] is linear in the survey. Exact duplicates
//! make the density blow up: their number is reported, and [`Duplicates::Distinct`] scores each distinct
//! vector once. Sums are taken in f64, in the order of the neighbours; results are f32.

mod algorithm;
mod params;
#[cfg(test)]
mod tests;

pub use algorithm::{LofScores, from_table, from_table_with};
pub use params::{Definition, Duplicates, LofParams, LofValidParams};

use ndarray::Array1;

/// The scores of one fit, and how many rows repeat an earlier one exactly.
#[derive(Debug, Clone, PartialEq)]
pub struct Lof {
    /// Scores of all rows.
    pub scores: LofScores,
    /// Rows that are exact duplicates of an earlier row.
    pub n_duplicates: usize,
}

impl Lof {
    /// Rows with a factor above `threshold`.
    pub fn outliers(&self, threshold: f32) -> Array1<bool> {
        self.scores.lof.mapv(|lof| lof > threshold)
    }
}
