//! Local Outlier Factor, Breunig+ 2000, definitions 5 to 7, and the simplified one of 2016.

use ndarray::ArrayView2;

use super::kneighbors;

/// The factor of each row, itself excluded from its `k` neighbours.
pub fn lof(x: ArrayView2<'_, f32>, k: usize) -> Vec<f64> {
    let neighbors = kneighbors(x, k);
    let k_distance: Vec<f64> = neighbors.iter().map(|row| row[k - 1].1).collect();
    let density: Vec<f64> = neighbors
        .iter()
        .map(|row| 1.0 / (mean(row.iter().map(|&(o, distance)| distance.max(k_distance[o]))) + 1e-10))
        .collect();
    neighbors.iter().zip(&density).map(|(row, own)| mean(row.iter().map(|&(o, _)| density[o] / own))).collect()
}

/// The factor as the code of 2016 had it: the row itself is its own first neighbour of `k`, and the neighbour's
/// k-distance stands for the reachability.
pub fn simplified_2016(x: ArrayView2<'_, f32>, k: usize) -> Vec<f64> {
    let neighbors: Vec<Vec<usize>> = kneighbors(x, k - 1)
        .iter()
        .enumerate()
        .map(|(p, row)| std::iter::once(p).chain(row.iter().map(|&(o, _)| o)).collect())
        .collect();
    let k_distance: Vec<f64> = kneighbors(x, k - 1).iter().map(|row| row[k - 2].1).collect();
    let density: Vec<f64> =
        neighbors.iter().map(|row| 1.0 / (mean(row.iter().map(|&o| k_distance[o])) + 1e-10)).collect();
    neighbors.iter().zip(&density).map(|(row, own)| mean(row.iter().map(|&o| density[o] / own))).collect()
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}
