//! The parts of a map against umap-learn, and whole maps against its.

use balmer_core::{
    engine::Unobserved,
    manifold::{Curve, FuzzyGraph, Scales, UmapParams, pca_map, umap},
    neighbors::{self, NeighborTable},
};
use ndarray::{Array2, ArrayView2};

use crate::matrices::{golden, golden_vector, matrix};

/// Rows whose places in the plane are looked at.
const NEAREST: usize = 15;

#[test]
fn curves() {
    for row in golden::<f64>("umap-curves").rows() {
        let (min_dist, spread, a, b) = (row[0], row[1], row[2], row[3]);
        let found = Curve::fit(min_dist, spread).expect("valid input");
        let error = ((found.a - a) / a).abs().max(((found.b - b) / b).abs());
        assert!(error < 1e-5, "min_dist {min_dist}, spread {spread}: {found:?}, umap-learn {a}, {b}");
    }
}

fn table(x: ArrayView2<'_, f32>, k: usize) -> NeighborTable {
    neighbors::exact(x, k, &Unobserved).expect("finite features")
}

/// Scales to 1e-4, relative; memberships to 1e-4, absolute, and of the same pairs.
fn check_graph(name: &str, k: usize) {
    let table = table(matrix(name).view(), k);
    let scales = Scales::of(&table, k).expect("valid input");
    for (row, expected) in golden::<f32>(&format!("umap-{name}-scales")).rows().into_iter().enumerate() {
        let (sigma, rho) = (scales.sigma[row], scales.rho[row]);
        assert!((sigma - expected[0]).abs() <= 1e-4 * expected[0], "{name} {row}: {sigma}, umap-learn {}", expected[0]);
        assert!((rho - expected[1]).abs() <= 1e-6 * expected[1], "{name} {row}: {rho}, umap-learn {}", expected[1]);
    }
    let graph = FuzzyGraph::of(&table, k).expect("valid input");
    let expected = golden::<f32>(&format!("umap-{name}-graph"));
    let edges = (0..graph.n_rows()).flat_map(|row| {
        let (columns, weights) = graph.row(row);
        columns.iter().zip(weights).map(move |(&column, &weight)| (row, column as usize, weight))
    });
    let edges: Vec<_> = edges.collect();
    assert_eq!(edges.len(), expected.nrows(), "{name}: edges");
    for ((row, column, weight), expected) in edges.into_iter().zip(expected.rows()) {
        assert_eq!((row, column), (expected[0] as usize, expected[1] as usize), "{name}");
        let error = (weight - expected[2]).abs();
        assert!(error <= 1e-4, "{name} {row}, {column}: {weight}, umap-learn {}", expected[2]);
    }
}

#[test]
fn memberships_random_50x2() {
    check_graph("random-50x2", 15);
}

#[test]
fn memberships_duplicates() {
    check_graph("duplicates-400x5", 10);
}

/// The trustworthiness of a map (J. Venna, S. Kaski 2001, ICANN 2001, 485), as `sklearn.manifold.trustworthiness`: 1 less
/// what rows that are near on the map, but not in the features, are off by in rank.
fn trustworthiness(x: ArrayView2<'_, f32>, places: ArrayView2<'_, f32>) -> f64 {
    let n = x.nrows();
    let on_map = table(places, NEAREST);
    let apart = balmer_core::oracle::distances(x);
    let off: usize = (0..n)
        .map(|row| {
            let mut order: Vec<usize> = (0..n).filter(|&other| other != row).collect();
            order.sort_by(|&a, &b| apart[[row, a]].total_cmp(&apart[[row, b]]));
            let mut ranks = vec![0; n];
            order.iter().enumerate().for_each(|(place, &other)| ranks[other] = place + 1);
            on_map.row(row).0.iter().map(|&other| ranks[other as usize].saturating_sub(NEAREST)).sum::<usize>()
        })
        .sum();
    1.0 - off as f64 * 2.0 / (n * NEAREST * (2 * n - 3 * NEAREST - 1)) as f64
}

/// The mean of three seeds is at least umap-learn's less 0.02.
fn check_map(name: &str) -> Array2<f32> {
    let x = matrix(name);
    let (table, start) = (table(x.view(), 15), pca_map(x.view()).expect("finite features").coordinates);
    let maps = [0, 1, 2].map(|random_state| {
        let params = UmapParams { random_state, ..UmapParams::default() };
        umap(&table, start.view(), &params, &Unobserved, &mut |_, _| ()).expect("valid input").coordinates
    });
    let found = maps.iter().map(|map| trustworthiness(x.view(), map.view())).sum::<f64>() / maps.len() as f64;
    let expected = golden_vector(&format!("umap-{name}-trustworthiness")).mean().expect("three seeds");
    assert!(found >= expected - 0.02, "{name}: trustworthiness {found}, umap-learn {expected}");
    let [map, ..] = maps;
    map
}

#[test]
fn map_of_real_spectra_is_in_one_piece() {
    let map = check_map("spectra");
    // these spectra are a continuous family: on umap-learn's map the longest link is 1.0
    let longest = longest_link(&balmer_core::oracle::distances(map.view()), (0..map.nrows()).collect());
    assert!(longest < 2.0, "the map is torn, its pieces {longest} apart");
}

#[test]
fn map_of_clusters_keeps_them_apart() {
    let map = check_map("clustered-600x8");
    let apart = balmer_core::oracle::distances(map.view());
    // row i is of cluster i % 3: the links that hold a cluster together are shorter than any way to another
    let own = (0..3).map(|cluster| longest_link(&apart, (cluster..600).step_by(3).collect())).fold(0.0, f64::max);
    let other =
        apart.indexed_iter().filter(|((i, j), _)| i % 3 != j % 3).map(|(_, d)| *d).fold(f64::INFINITY, f64::min);
    assert!(other > 2.0 * own, "clusters {other} apart, their own rows up to {own}");
}

/// The longest edge of the minimum spanning tree of some rows (R. C. Prim 1957).
fn longest_link(apart: &Array2<f64>, mut left: Vec<usize>) -> f64 {
    let mut last = left.swap_remove(0);
    let mut nearest = vec![f64::INFINITY; apart.nrows()];
    let mut longest = 0.0_f64;
    while !left.is_empty() {
        for &row in &left {
            nearest[row] = nearest[row].min(apart[[last, row]]);
        }
        let place = (0..left.len()).min_by(|&a, &b| nearest[left[a]].total_cmp(&nearest[left[b]])).expect("not empty");
        last = left.swap_remove(place);
        longest = longest.max(nearest[last]);
    }
    longest
}
