//! How far a row sees: its nearest distance and the scale beyond it.

use crate::{Result, neighbors::NeighborTable, parallel};

/// Steps of the bisection at most.
const STEPS: usize = 64;
/// How near a row's memberships must sum to their aim.
const TOLERANCE: f64 = 1e-5;
/// A scale is at least this part of the mean distance.
const LEAST: f64 = 1e-3;

/// The scales of all rows (`McInnes`+ 2018, algorithm 3). With k neighbours at distances d, the membership of each is
/// `exp(-max(0, d - rho) / sigma)`: rho is the smallest distance above 0, so that each row belongs wholly to its nearest,
/// and sigma makes the memberships sum to log2(k + 1). (umap-learn counts the row itself among the k.)
#[derive(Debug, Clone, PartialEq)]
pub struct Scales {
    /// The distance to the nearest row that is no copy, n; 0 where there is none.
    pub rho: Vec<f32>,
    /// The scale, n; at least a thousandth of the row's mean distance, of the table's where all its neighbours are copies.
    pub sigma: Vec<f32>,
}

impl Scales {
    /// The scales from the first `n_neighbors` of each row. A distance that is infinite is no neighbour.
    ///
    /// # Errors
    /// [`crate::Error::InvalidParameter`] when the table holds fewer neighbours, or `n_neighbors` is 0.
    pub fn of(table: &NeighborTable, n_neighbors: usize) -> Result<Self> {
        table.check_n_neighbors(n_neighbors)?;
        let n = table.n_rows();
        let mean = mean((0..n).flat_map(|row| &table.row(row).1[..n_neighbors]), n);
        let found = parallel::map_indices(n, |row| scale(&table.row(row).1[..n_neighbors], mean));
        let (rho, sigma) = found.into_iter().unzip();
        Ok(Self { rho, sigma })
    }

    /// How much a row at distance `d` from `row` belongs to it, 0 to 1.
    pub fn membership(&self, row: usize, d: f32) -> f64 {
        let beyond = f64::from(d) - f64::from(self.rho[row]);
        if beyond.is_nan() || d.is_infinite() {
            0.0
        } else if beyond <= 0.0 || self.sigma[row] == 0.0 {
            1.0
        } else {
            libm::exp(-beyond / f64::from(self.sigma[row]))
        }
    }
}

/// rho and sigma of one row.
fn scale(distances: &[f32], table_mean: f64) -> (f32, f32) {
    let rho = distances.iter().copied().find(|&d| d > 0.0 && d.is_finite()).unwrap_or(0.0);
    let aim = libm::log2((distances.len() + 1) as f64);
    let (mut low, mut high, mut sigma) = (0.0, f64::INFINITY, 1.0);
    for _ in 0..STEPS {
        let sum: f64 = distances
            .iter()
            .map(|&d| {
                let beyond = f64::from(d) - f64::from(rho);
                if beyond > 0.0 { libm::exp(-beyond / sigma) } else { 1.0 }
            })
            .sum();
        if (sum - aim).abs() < TOLERANCE {
            break;
        }
        if sum > aim {
            high = sigma;
            sigma = f64::midpoint(low, high);
        } else {
            low = sigma;
            sigma = if high.is_infinite() { sigma * 2.0 } else { f64::midpoint(low, high) };
        }
    }
    let mean = if rho > 0.0 { mean(distances, 1) } else { table_mean };
    (rho, sigma.max(LEAST * mean) as f32)
}

/// The mean of the finite distances of `rows` rows and of their distances to themselves.
fn mean<'a>(distances: impl IntoIterator<Item = &'a f32>, rows: usize) -> f64 {
    let finite = distances.into_iter().filter(|d| d.is_finite());
    let (count, sum) = finite.fold((rows, 0.0), |(count, sum), &d| (count + 1, sum + f64::from(d)));
    sum / count.max(1) as f64
}
