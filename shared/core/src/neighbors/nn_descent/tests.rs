//! Approximate neighbours against exact ones.

use std::sync::Mutex;

use ndarray::{Array2, s};

use super::*;
use crate::{engine::Unobserved, neighbors::metric, oracle::random};

const ROWS: usize = 20_000;

/// Rows like spectra: a few directions hold most of the spread, the rest is noise.
fn survey(n: usize, d: usize, seed: u64) -> Array2<f32> {
    let mut along = random(n, 8, seed);
    for (axis, mut column) in along.columns_mut().into_iter().enumerate() {
        column.mapv_inplace(|value| (value - 0.5) * 4.0 / (1.0 + axis as f32));
    }
    along.dot(&random(8, d, seed + 1)) + 0.1 * random(n, d, seed + 2)
}

/// The share of the entries of a table that are as near as the last ones of the exact table, row by row.
fn shares(table: &NeighborTable, right: &NeighborTable) -> Vec<f64> {
    let k = right.n_neighbors();
    let rows = (0..right.n_rows()).map(|row| {
        let last = right.row(row).1[k - 1];
        table.row(row).1.iter().filter(|&&distance| distance <= last).count() as f64 / k as f64
    });
    rows.collect()
}

#[test]
fn nearly_all_neighbors_are_found_and_the_recall_says_so() {
    for (d, k) in [(40, 10), (140, 60)] {
        let x = survey(ROWS, d, 3);
        let (table, recall) = approximate(x.view(), k, 7, &Unobserved).unwrap();
        let table = NeighborTable::new(table.indices().to_owned(), table.distances().to_owned()).unwrap();
        let right = exact(x.view(), k, &Unobserved).unwrap();
        let shares = shares(&table, &right);
        let found = shares.iter().sum::<f64>() / ROWS as f64;
        assert!(found > 0.99, "{d} features: {found}");
        let recall = recall.unwrap();
        assert!((recall.recall - found).abs() < 5.0 * recall.standard_error + 1e-3, "{recall:?}, in truth {found}");
        assert_eq!(recall.sample, 1024);
        for row in (0..ROWS).filter(|&row| shares[row] == 1.0) {
            assert_eq!(table.row(row).1, right.row(row).1, "row {row}");
        }
    }
}

#[test]
fn neither_threads_nor_the_seed_change_the_neighbors() {
    let x = random(ROWS, 30, 5);
    let with = |threads: usize, seed| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| approximate(x.view(), 8, seed, &Unobserved).unwrap())
    };
    let (table, recall) = with(1, 0);
    assert_eq!(with(3, 0), (table.clone(), recall));
    let (again, other) = with(2, 1);
    assert_eq!(again, table);
    assert_ne!(other, recall);
}

#[test]
fn all_instructions_find_as_much() {
    let x = survey(ROWS, 24, 8);
    for instructions in Instructions::available() {
        let (_, recall) = search(x.view(), 10, 0, instructions, &Unobserved).unwrap();
        assert!(recall.recall > 0.99, "{instructions:?}: {recall:?}");
    }
}

#[test]
fn white_noise_is_found_badly_and_says_so() {
    let x = random(ROWS, 100, 4);
    let (table, recall) = approximate(x.view(), 10, 0, &Unobserved).unwrap();
    let right = exact(x.view(), 10, &Unobserved).unwrap();
    let found = shares(&table, &right).iter().sum::<f64>() / ROWS as f64;
    let recall = recall.unwrap();
    assert!(found < 0.98, "{found}");
    assert!((recall.recall - found).abs() < 5.0 * recall.standard_error, "{recall:?}, in truth {found}");
}

#[test]
fn copies_and_rows_without_spread() {
    let mut x = survey(ROWS, 12, 6);
    let copied = x.row(0).to_owned();
    x.slice_mut(s![5000..9000, ..]).assign(&copied);
    let (table, recall) = approximate(x.view(), 9, 0, &Unobserved).unwrap();
    NeighborTable::new(table.indices().to_owned(), table.distances().to_owned()).unwrap();
    assert!((5000..9000).chain([0]).all(|row| table.row(row).1 == [0.0; 9]));
    assert!(recall.unwrap().recall > 0.98, "{recall:?}");

    for value in [0.0, -3.5e7] {
        let x = Array2::from_elem((ROWS, 5), value);
        let (table, recall) = approximate(x.view(), 4, 0, &Unobserved).unwrap();
        NeighborTable::new(table.indices().to_owned(), table.distances().to_owned()).unwrap();
        assert_eq!(recall.unwrap().recall, 1.0);
    }
}

#[test]
fn values_of_any_magnitude_make_a_table() {
    // one absurd row leaves the others hardly apart in f32; and all of them so small that their squares vanish
    for (far, factor) in [(1e20, 1.0), (3e21, 1.0), (1e30, 1.0), (1.0, 1e-40)] {
        let mut x = survey(ROWS, 20, 9) * factor;
        x.row_mut(17).fill(far * factor);
        let (table, recall) = approximate(x.view(), 9, 0, &Unobserved).unwrap();
        NeighborTable::new(table.indices().to_owned(), table.distances().to_owned()).unwrap();
        assert!(recall.is_some());
    }
}

#[test]
fn the_layout_and_a_far_row_do_not_matter() {
    let mut x = survey(ROWS, 20, 9);
    x.row_mut(17).fill(1e6);
    let columns = x.t().as_standard_layout().into_owned();
    let (table, recall) = approximate(x.view(), 6, 0, &Unobserved).unwrap();
    assert_eq!(approximate(columns.t(), 6, 0, &Unobserved).unwrap(), (table.clone(), recall));
    assert!(recall.unwrap().recall > 0.98, "{recall:?}");
    let (indices, distances) = table.row(17);
    let row = |row: usize| x.row(row).to_vec();
    for (&other, &distance) in indices.iter().zip(distances) {
        assert_eq!(distance, metric::squared(&row(17), &row(other as usize)).sqrt() as f32);
    }
}

#[test]
fn few_rows_are_searched_exactly() {
    let x = survey(300, 9, 1);
    for k in [1, 299] {
        let (table, recall) = approximate(x.view(), k, 0, &Unobserved).unwrap();
        assert_eq!((table, recall), (exact(x.view(), k, &Unobserved).unwrap(), None));
    }
    for k in [0, 300] {
        let refused = approximate(x.view(), k, 0, &Unobserved).unwrap_err();
        assert_eq!(refused.to_string(), exact(x.view(), k, &Unobserved).unwrap_err().to_string());
    }
    let mut x = survey(FEW_ROWS, 3, 1);
    x[[7, 2]] = f32::NAN;
    assert!(matches!(approximate(x.view(), 2, 0, &Unobserved), Err(Error::NotFinite { row: 7, column: 2, .. })));
}

/// Stops at some progress.
struct Until(f64, Mutex<Vec<f64>>);

impl Observer for Until {
    fn progress(&self, fraction: f64) {
        self.1.lock().unwrap().push(fraction);
    }
    fn is_cancelled(&self) -> bool {
        self.1.lock().unwrap().last().is_some_and(|&last| last >= self.0)
    }
}

#[test]
fn progress_rises_to_the_end_unless_it_is_stopped() {
    let x = survey(ROWS, 10, 2);
    let whole = Until(2.0, Mutex::default());
    approximate(x.view(), 5, 0, &whole).unwrap();
    let told = whole.1.into_inner().unwrap();
    assert!(told.is_sorted() && told.first() < Some(&0.1) && told.last() == Some(&1.0), "{told:?}");
    for stop in [0.0, 0.3, 0.55] {
        let found = approximate(x.view(), 5, 0, &Until(stop, Mutex::default()));
        assert!(matches!(found, Err(Error::Cancelled)), "{stop}");
    }
}
