//! Local Outlier Factor against the f64 oracle.

use linfa::{DatasetBase, ParamGuard, traits::Fit};
use ndarray::{Array2, ArrayView2, array, concatenate, s};
use proptest::prelude::*;

use super::{Definition, Duplicates, Lof, LofParams, algorithm::unrounded, from_table, from_table_with};
use crate::{
    Error,
    engine::Unobserved,
    neighbors,
    oracle::{self, random},
};

fn fit(params: &LofParams, x: ArrayView2<'_, f32>) -> Result<Lof, Error> {
    params.fit(&DatasetBase::from(x))
}

fn assert_close<'a>(found: impl IntoIterator<Item = &'a f32>, expected: &[f64]) {
    for (i, (&found, &expected)) in found.into_iter().zip(expected).enumerate() {
        let found = f64::from(found);
        assert!((found - expected).abs() <= 1e-5 * expected, "row {i}: {found}, expected {expected}");
    }
}

#[test]
fn four_points_by_hand() {
    // on a line: 0, 1, 2, 10; k = 2
    let x = array![[0.0_f32], [1.0], [2.0], [10.0]];
    let lof = fit(&LofParams::new(2), x.view()).unwrap();
    assert_eq!(lof.scores.k_distance.to_vec(), [2.0, 1.0, 2.0, 9.0]);
    // reach: 0 -> {1: 1, 2: 2}; 1 -> {0: 2, 2: 2}; 2 -> {1: 1, 0: 2}; 10 -> {2: 8, 1: 9}
    assert_close(&lof.scores.lrd, &[1.0 / 1.5, 0.5, 1.0 / 1.5, 1.0 / 8.5]);
    assert_close(&lof.scores.lof, &[0.875, 4.0 / 3.0, 0.875, 8.5 * (0.5 + 1.0 / 1.5) / 2.0]);
    assert_eq!(lof.outliers(1.3).to_vec(), [false, true, false, true]);
    assert_eq!(lof.n_duplicates, 0);
}

#[test]
fn the_simplified_factor_by_hand() {
    // k = 2 counts the row itself: one other neighbour, the nearest
    let x = array![[0.0_f32], [1.0], [3.0]];
    let table = neighbors::exact(x.view(), 1, &Unobserved).unwrap();
    let scores = from_table_with(&table, 2, Definition::Simplified2016).unwrap();
    assert_eq!(scores.k_distance.to_vec(), [1.0, 1.0, 2.0]);
    assert_close(&scores.lrd, &[1.0, 1.0, 1.0 / 1.5]);
    assert_close(&scores.lof, &[1.0, 1.0, 1.25]);
}

#[test]
fn one_table_serves_every_k() {
    let x = random(150, 4, 1);
    let table = neighbors::exact(x.view(), 60, &Unobserved).unwrap();
    for k in [1, 5, 20, 60] {
        assert_eq!(from_table(&table, k).unwrap(), fit(&LofParams::new(k), x.view()).unwrap().scores);
    }
    assert!(matches!(from_table(&table, 61), Err(Error::InvalidParameter { .. })));
    assert!(matches!(from_table(&table, 0), Err(Error::InvalidParameter { .. })));
}

#[test]
fn duplicates_are_counted_and_can_count_once() {
    let distinct = random(80, 3, 2);
    let copies = concatenate![ndarray::Axis(0), distinct, distinct.slice(s![..8, ..]), distinct.slice(s![..8, ..])];
    let kept = fit(&LofParams::new(2), copies.view()).unwrap();
    assert_eq!(kept.n_duplicates, 16);
    // three equal rows and k = 2: the density of each is without bound but for the floor
    assert_eq!(kept.scores.k_distance[0], 0.0);
    assert!(kept.scores.lrd[0] > 9e9 && kept.scores.lof.iter().all(|lof| lof.is_finite()));
    let once = fit(&LofParams::new(2).duplicates(Duplicates::Distinct), copies.view()).unwrap();
    let plain = fit(&LofParams::new(2), distinct.view()).unwrap();
    assert_eq!(once.n_duplicates, 16);
    assert_eq!(once.scores.lof.slice(s![..80]), plain.scores.lof);
    assert_eq!(once.scores.lof.slice(s![80..88]), plain.scores.lof.slice(s![..8]));
}

#[test]
fn wrong_parameters_are_refused() {
    assert!(LofParams::new(0).check().is_err());
    assert!(LofParams::new(1).definition(Definition::Simplified2016).check().is_err());
    let x = random(10, 2, 3);
    assert_eq!(fit(&LofParams::new(10), x.view()), Err(Error::TooFewRows { n_neighbors: 10, rows: 10 }));
    let flat = Array2::from_elem((10, 2), 1.0_f32);
    let error = fit(&LofParams::new(2).duplicates(Duplicates::Distinct), flat.view()).unwrap_err();
    assert_eq!(error, Error::TooFewRows { n_neighbors: 2, rows: 1 });
}

#[test]
fn before_rounding_the_factor_is_the_formula_in_f64() {
    let x = random(600, 9, 6);
    let k = 25;
    let table = neighbors::exact(x.view(), k, &Unobserved).unwrap();
    // sums the other way round
    let k_distance = |row: usize| f64::from(table.row(row).1[k - 1]);
    let density: Vec<f64> = (0..600)
        .map(|row| {
            let (indices, distances) = table.row(row);
            let reach = indices.iter().zip(distances).rev().map(|(&o, &d)| f64::from(d).max(k_distance(o as usize)));
            1.0 / (reach.sum::<f64>() / k as f64 + 1e-10)
        })
        .collect();
    let found = unrounded(&table, k, Definition::Breunig).unwrap();
    for row in 0..600 {
        let sum: f64 = table.row(row).0.iter().rev().map(|&o| density[o as usize]).sum();
        let expected = sum / k as f64 / density[row];
        assert!((found.lof[row] - expected).abs() <= 1e-10 * expected, "row {row}");
        assert!((found.lrd[row] - density[row]).abs() <= 1e-10 * density[row], "row {row}");
    }
}

#[test]
fn bits_do_not_depend_on_threads() {
    let x = random(3000, 3, 4);
    let reference = fit(&LofParams::new(7), x.view()).unwrap();
    for threads in [1, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| fit(&LofParams::new(7), x.view()).unwrap()), reference);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn equals_the_oracle(n in 3_usize..90, d in 1_usize..8, seed: u64, k in any::<prop::sample::Index>()) {
        let (x, k) = (random(n, d, seed), 2 + k.index(n - 2));
        let table = neighbors::exact(x.view(), k, &Unobserved).unwrap();
        assert_close(&from_table(&table, k).unwrap().lof, &oracle::lof(x.view(), k));
        let simplified = from_table_with(&table, k, Definition::Simplified2016).unwrap();
        assert_close(&simplified.lof, &oracle::simplified_2016(x.view(), k));
    }
}
