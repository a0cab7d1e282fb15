//! A few orthonormal directions that hold most of the spread of a matrix.
//!
//! Any would do: the bounds of [`super::heads`] hold for all of them, and are close where little is left outside. They
//! are the leading principal directions of a sample of rows, by subspace iteration (N. Halko, P. G. Martinsson,
//! J. A. Tropp 2011, *Finding Structure with Randomness*, SIAM Review 53, 217, algorithm 4.4).

use ndarray::{Array2, ArrayView1, ArrayView2, Axis};
use rand::{Rng as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Products with the sample; spectra of eigenvalues that fall as those of surveys do need no more.
const ROUNDS: usize = 2;
/// Partial sums kept side by side.
const SUMS: usize = 8;

/// Directions, and how far from orthonormal rounding left them.
pub(in crate::neighbors) struct Basis {
    /// m x d, about by decreasing spread. Rows of zeros where the sample spans less.
    pub(super) directions: Array2<f32>,
    /// An upper bound of the spectral norm of `Q^T Q - 1`.
    pub(super) skew: f64,
    /// An upper bound of the spectral norm of the matrix of absolute values `|Q|`.
    pub(super) magnitude: f64,
}

impl Basis {
    /// `m` directions from a sample of rows about their centre (s x d).
    pub(in crate::neighbors) fn of(sample: ArrayView2<'_, f32>, m: usize) -> Self {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(0);
        let mut directions = Array2::from_shape_simple_fn((m, sample.ncols()), || rng.random::<f32>() - 0.5);
        orthonormalise(&mut directions);
        for _ in 0..ROUNDS {
            let along = sample.dot(&directions.t());
            directions = along.t().dot(&sample);
            orthonormalise(&mut directions);
        }
        Self { skew: skew(&directions), magnitude: magnitude(&directions), directions }
    }
}

/// Gram and Schmidt, each twice, in f64; by decreasing length of what is left, nothing where almost nothing is.
fn orthonormalise(directions: &mut Array2<f32>) {
    let mut lengths: Vec<(f64, usize)> = Vec::new();
    let mut done: Vec<Vec<f64>> = Vec::new();
    for (place, direction) in directions.rows().into_iter().enumerate() {
        lengths.push((dot(direction, direction), place));
    }
    lengths.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    for &(square, place) in &lengths {
        let mut own: Vec<f64> = directions.row(place).iter().copied().map(f64::from).collect();
        for _ in 0..2 {
            for other in &done {
                let along = sum_of_products(&own, other);
                own.iter_mut().zip(other).for_each(|(a, b)| *a -= along * b);
            }
        }
        let left = sum_of_products(&own, &own);
        let is_some = left > 1e-12 * square && left.is_normal();
        for value in &mut own {
            *value = if is_some { *value / left.sqrt() } else { 0.0 };
        }
        done.push(own);
    }
    for (mut direction, own) in directions.rows_mut().into_iter().zip(done) {
        direction.iter_mut().zip(own).for_each(|(place, value)| *place = value as f32);
    }
}

/// The largest sum of absolute values of a row of `Q^T Q - 1`, directions of zeros apart.
fn skew(directions: &Array2<f32>) -> f64 {
    let exact: Vec<Vec<f64>> =
        directions.rows().into_iter().map(|row| row.iter().copied().map(f64::from).collect()).collect();
    let sums = exact.iter().enumerate().map(|(i, one)| {
        let products = exact.iter().map(|other| sum_of_products(one, other)).enumerate();
        products
            .map(|(j, product)| if i == j && product > 0.0 { (product - 1.0).abs() } else { product.abs() })
            .sum::<f64>()
    });
    sums.fold(0.0, f64::max)
}

/// The root of the largest sums of absolute values of a row and of a column.
fn magnitude(directions: &Array2<f32>) -> f64 {
    let largest = |axis| {
        let sums = directions.axis_iter(axis).map(|line| line.iter().map(|&q| f64::from(q).abs()).sum::<f64>());
        sums.fold(0.0, f64::max)
    };
    (largest(Axis(0)) * largest(Axis(1))).sqrt()
}

fn dot(a: ArrayView1<'_, f32>, b: ArrayView1<'_, f32>) -> f64 {
    a.iter().zip(b).map(|(&p, &q)| f64::from(p) * f64::from(q)).sum()
}

fn sum_of_products(a: &[f64], b: &[f64]) -> f64 {
    let (a, b) = (a.as_chunks::<SUMS>(), b.as_chunks::<SUMS>());
    let mut sums = [0.0; SUMS];
    for (p, q) in a.0.iter().zip(b.0) {
        for lane in 0..SUMS {
            sums[lane] += p[lane] * q[lane];
        }
    }
    sums.iter().sum::<f64>() + a.1.iter().zip(b.1).map(|(p, q)| p * q).sum::<f64>()
}
