//! DBSCAN (Ester+ 1996, KDD-96, 226): what lies densely together is a cluster, the rest is noise.
//!
//! Our own, since linfa-clustering cannot be had without what this workspace does without (docs/adr/0018). Equals
//! scikit-learn's, numbers of clusters included.

use ndarray::{Array2, ArrayView1};

use crate::parallel;

/// The cluster of each row of `points`; `None` for noise. A row with `fewest` rows within `radius`, itself among them, is
/// in the middle of a cluster; others within `radius` of such a row are its border, and belong to the first cluster that
/// reaches them. Clusters are numbered in the order of their first middle. O(n^2 d), memory for the pairs within `radius`.
pub(super) fn dbscan(points: &Array2<f64>, radius: f64, fewest: usize) -> Vec<Option<usize>> {
    let n = points.nrows();
    let near = |a: ArrayView1<'_, f64>, b: ArrayView1<'_, f64>| {
        a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>() <= radius * radius
    };
    let within: Vec<Vec<usize>> =
        parallel::map_indices(n, |i| (0..n).filter(|&j| near(points.row(i), points.row(j))).collect());
    let mut cluster_of = vec![None; n];
    let (mut clusters, mut reached) = (0, Vec::new());
    for start in 0..n {
        if cluster_of[start].is_some() || within[start].len() < fewest {
            continue;
        }
        cluster_of[start] = Some(clusters);
        reached.push(start);
        while let Some(i) = reached.pop() {
            if within[i].len() < fewest {
                continue;
            }
            for &j in &within[i] {
                if cluster_of[j].is_none() {
                    cluster_of[j] = Some(clusters);
                    reached.push(j);
                }
            }
        }
        clusters += 1;
    }
    cluster_of
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn clusters_are_those_of_scikit_learn() {
        let golden: Value = serde_json::from_str(include_str!("../../../../tests/golden/counts.json")).unwrap();
        for case in golden["dbscan"].as_array().unwrap() {
            let points: Vec<[f64; 2]> = serde_json::from_value(case["points"].clone()).unwrap();
            let points = Array2::from_shape_fn((points.len(), 2), |(i, j)| points[i][j]);
            let (radius, fewest) = (case["eps"].as_f64().unwrap(), case["min_samples"].as_u64().unwrap() as usize);
            let found: Vec<i64> =
                dbscan(&points, radius, fewest).into_iter().map(|c| c.map_or(-1, |c| c as i64)).collect();
            let expected: Vec<i64> = serde_json::from_value(case["labels"].clone()).unwrap();
            assert!(expected.contains(&-1) && expected.contains(&1), "a case that tells something");
            assert_eq!(found, expected, "eps {radius}, min_samples {fewest}");
        }
    }
}
