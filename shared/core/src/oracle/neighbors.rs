//! Distances of all pairs, and each row sorted.

use ndarray::{Array2, ArrayView2};

/// Euclidean distances of all pairs of rows, n x n.
pub fn distances(x: ArrayView2<'_, f32>) -> Array2<f64> {
    let n = x.nrows();
    Array2::from_shape_fn((n, n), |(i, j)| {
        x.row(i).iter().zip(x.row(j)).map(|(&p, &q)| (f64::from(p) - f64::from(q)).powi(2)).sum::<f64>().sqrt()
    })
}

/// The `k` nearest other rows of each row: (index, distance), ascending by (distance, index).
///
/// # Panics
/// Unless `k < n`.
pub fn kneighbors(x: ArrayView2<'_, f32>, k: usize) -> Vec<Vec<(usize, f64)>> {
    let all = distances(x);
    assert!(k < x.nrows(), "k = {k} of {} rows", x.nrows());
    all.rows()
        .into_iter()
        .enumerate()
        .map(|(i, row)| {
            let mut others: Vec<(usize, f64)> = row.iter().copied().enumerate().filter(|&(j, _)| j != i).collect();
            others.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
            others.truncate(k);
            others
        })
        .collect()
}
