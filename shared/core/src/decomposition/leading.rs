//! The first few components of wide matrices, without the covariance.

use ndarray::{Array1, Array2, ArrayView2, Axis, s};
use rand::{Rng as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::pca::{Pca, eigen, pca, sign, sum_over_chunks};
use crate::{Error, Result, neighbors::check_features};

/// Up to this many features, or rows, the covariance is the quicker way.
const NARROW: usize = 256;
/// Directions beside those asked for: the more, the fewer rounds.
const BESIDE: usize = 10;
/// Rounds at most; surveys need about five.
const ROUNDS: usize = 50;
/// Settled when the covariance moves no direction off itself by more than this part of the largest variance.
const SETTLED: f64 = 1e-6;

/// The first `components` principal components of `x` (n x d), as [`pca`] finds them; in matrices with more than 256 rows
/// and features by subspace iteration (N. Halko, P. G. Martinsson, J. A. Tropp 2011, *Finding Structure with Randomness*,
/// SIAM Review 53, 217, algorithm 4.4) with a fixed start, until each direction v and its variance l have
/// `|S v - l v| <= 1e-6` times the largest variance, or after 50 rounds of O(n d) time each, where variances hardly differ.
///
/// # Errors
/// As [`pca`].
pub fn leading(x: ArrayView2<'_, f32>, components: usize) -> Result<Pca> {
    let (n, d) = x.dim();
    if n.min(d) <= NARROW || components > NARROW - BESIDE {
        return pca(x, components);
    }
    check_features(x)?;
    if components == 0 {
        return Err(Error::parameter(
            "components",
            components,
            format!("choose 1 to min(rows, features) = {}", n.min(d)),
        ));
    }
    let mean = sum_over_chunks(n, Array1::zeros(d), |rows| x.slice(s![rows, ..]).mapv(f64::from).sum_axis(Axis(0)));
    let mean = mean / n as f64;
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(0);
    let mut basis = Array2::from_shape_simple_fn((components + BESIDE, d), || rng.random::<f64>() - 0.5);
    orthonormalise(&mut basis);
    let mut rounds = 0;
    loop {
        rounds += 1;
        // every direction times the scatter of the rows
        let turned = sum_over_chunks(n, Array2::zeros(basis.dim()), |rows| {
            let centred = x.slice(s![rows, ..]).mapv(f64::from) - &mean;
            centred.dot(&basis.t()).t().dot(&centred)
        });
        let (values, vectors) = eigen(turned.dot(&basis.t()))?;
        let first = vectors.slice(s![.., ..components]);
        let (mut found, found_turned) = (first.t().dot(&basis), first.t().dot(&turned));
        let is_settled = found.rows().into_iter().zip(found_turned.rows()).zip(&values).all(|((v, turned), &value)| {
            let rest = &turned - &(&v * value);
            rest.dot(&rest).sqrt() <= SETTLED * values[0].max(0.0)
        });
        if is_settled || rounds == ROUNDS {
            found.rows_mut().into_iter().for_each(|mut component| component *= sign(component.view()));
            let explained_variance = values.iter().take(components).map(|value| value.max(0.0) / (n - 1) as f64);
            return Ok(Pca { mean, explained_variance: explained_variance.collect(), components: found });
        }
        basis = turned;
        orthonormalise(&mut basis);
    }
}

/// Gram and Schmidt, each twice; nothing where almost nothing is left.
fn orthonormalise(directions: &mut Array2<f64>) {
    for place in 0..directions.nrows() {
        let (done, mut rest) = directions.view_mut().split_at(Axis(0), place);
        let mut own = rest.row_mut(0);
        let before = own.dot(&own).sqrt();
        for _ in 0..2 {
            for other in done.rows() {
                let along = own.dot(&other);
                own.scaled_add(-along, &other);
            }
        }
        let left = own.dot(&own).sqrt();
        own *= if left > 1e-12 * before { 1.0 / left } else { 0.0 };
    }
}
