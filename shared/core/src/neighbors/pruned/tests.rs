//! What is ruled out is never a neighbour. That the table is the right one is tested beside that of all pairs, in
//! `neighbors::tests`; here are the bounds themselves, and what they are worth.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use ndarray::{Array2, ArrayView2};
use proptest::prelude::*;

use super::{Pruned, sift::Sift};
use crate::{
    Error,
    engine::{Observer, Unobserved},
    neighbors::{Keeper, NeighborTable, Piece, Search, arranged::AXES, exact, lanes::Instructions, panels::PANEL},
    oracle::{self, random},
};

/// Rows along a few directions, and noise.
fn spectra_like(n: usize, d: usize, noise: f32, seed: u64) -> Array2<f32> {
    let directions = random(6, d, seed ^ 1);
    random(n, 6, seed).dot(&directions) + random(n, d, seed ^ 2) * noise
}

fn table(x: ArrayView2<'_, f32>, k: usize) -> NeighborTable {
    Pruned::new(x).unwrap().all(k, Instructions::fastest(), &Unobserved).unwrap().0
}

fn by_all_pairs(x: ArrayView2<'_, f32>, k: usize) -> NeighborTable {
    let settled = Search::packed(x).unwrap().all(Instructions::fastest(), k, 64, &Unobserved).unwrap();
    NeighborTable::from_settled([settled]).unwrap()
}

#[test]
fn many_rows_of_many_levels() {
    // more than 16^3 rows: three levels of boxes, and a last panel that is not full
    let x = spectra_like(5003, 40, 0.1, 3);
    assert_eq!(table(x.view(), 20), by_all_pairs(x.view(), 20));
    let x = spectra_like(1500, 300, 0.02, 4);
    assert_eq!(table(x.view(), 128), by_all_pairs(x.view(), 128));
}

#[test]
fn one_feature_and_rows_that_are_all_alike() {
    for d in [1, 2] {
        let x = random(1200, d, 5);
        assert_eq!(table(x.view(), 7), by_all_pairs(x.view(), 7));
    }
    let flat = Array2::from_elem((1100, 5), 0.3_f32);
    let found = table(flat.view(), 4);
    assert_eq!(found.row(2).0, [0, 1, 3, 4]);
}

#[test]
fn values_of_any_magnitude_and_no_values_at_all() {
    // below the smallest normal number there are whole registers, and registers filled up
    for (d, factor) in [(16, 1e-40), (20, 1e-40), (16, 1e-30), (20, 1e18)] {
        let x = random(120, d, 5) * factor;
        assert_eq!(table(x.view(), 6), by_all_pairs(x.view(), 6), "{d} values of {factor}");
    }
    let error = exact(Array2::zeros((1100, 0)).view(), 3, &Unobserved).unwrap_err();
    assert!(error.to_string().contains("one column or more"), "{error}");
}

#[test]
fn no_bound_is_above_a_distance() {
    for (x, name) in [
        (random(200, 3, 1), "narrow"),
        (spectra_like(200, 140, 0.05, 2), "spectra"),
        (spectra_like(150, 600, 0.3, 3), "wide"),
        (random(200, 20, 4).mapv(|value| 4096.0 + value / 64.0), "offset"),
        (Array2::from_shape_fn((200, 30), |(i, j)| (i as f32 + 1.0) * (j as f32 - 7.0)), "collinear"),
    ] {
        let pruned = Pruned::new(x.view()).unwrap();
        let distances = oracle::distances(x.view());
        for a in 0..x.nrows() {
            for b in 0..x.nrows() {
                let [i, j] = [a, b].map(|place| pruned.arranged.order[place] as usize);
                let distance = distances[[i, j]] * pruned.arranged.scale;
                // a threshold at the distance itself must let the pair through, every bound of it
                let norm = f64::from(pruned.arranged.heads.norms(a / PANEL)[a % PANEL]);
                let [limit, reach] = pruned.limits((distance * distance) as f32, norm);
                let [left, right] = [a, b].map(|place| (pruned.arranged.heads.panel(place / PANEL), place % PANEL));
                let mut product = 0.0_f32;
                for (start, rest) in pruned.arranged.heads.stages() {
                    for column in start..rest {
                        product += left.0[column][left.1] * right.0[column][right.1];
                    }
                    let bound = product + left.0[rest][left.1] * right.0[rest][right.1];
                    let score = pruned.arranged.heads.half_squares(b / PANEL)[b % PANEL] - bound;
                    assert!(score <= limit, "{name}: rows {i} and {j}, {rest} columns: {score} above {limit}");
                }
                let extent = pruned.arranged.heads.extent(a / PANEL, pruned.places(a / PANEL..a / PANEL + 1).len());
                let other = pruned.arranged.heads.extent(b / PANEL, pruned.places(b / PANEL..b / PANEL + 1).len());
                let apart: f32 = (0..AXES)
                    .map(|axis| (other.low[axis] - extent.high[axis]).max(extent.low[axis] - other.high[axis]).max(0.0))
                    .map(|gap| gap * gap)
                    .sum();
                assert!(apart <= reach, "{name}: panels of rows {i} and {j}: {apart} above {reach}");
            }
        }
    }
}

#[test]
fn most_pairs_of_spectra_are_never_looked_at() {
    let instructions = Instructions::fastest();
    let (n, d) = (4096, 140);
    let spectra = Pruned::new(spectra_like(n, d, 0.01, 7).view()).unwrap().pays(20, instructions);
    assert!(spectra);
    let x = random(n, d, 8);
    let noise = Pruned::new(x.view()).unwrap();
    assert!(!noise.pays(20, instructions));
    // looking at a panel of noise ends soon
    let all = instructions.run(Sift::new(&noise, 0..1, 24)).steps;
    assert!(instructions.run(Sift::new(&noise, 0..1, 24).at_most(all / 10)).steps < all / 5);
    assert_eq!(exact(x.view(), 5, &Unobserved).unwrap(), table(x.view(), 5));
}

/// Keeps everything, counts what it is asked to, and cancels after some pieces.
struct Shelf {
    names: Mutex<Vec<String>>,
    pieces: Mutex<BTreeMap<usize, Piece>>,
    kept: AtomicUsize,
    patience: usize,
}

impl Observer for Shelf {
    fn progress(&self, _fraction: f64) {}
    fn is_cancelled(&self) -> bool {
        self.kept.load(Ordering::Relaxed) >= self.patience
    }
    fn keeper(&self) -> &dyn Keeper {
        self
    }
}

impl Keeper for Shelf {
    fn begins(&self, name: &dyn Fn() -> String) {
        self.names.lock().unwrap().push(name());
    }
    fn kept(&self, piece: usize) -> Option<Piece> {
        self.pieces.lock().unwrap().get(&piece).cloned()
    }
    fn keep(&self, piece: usize, found: &Piece) {
        self.kept.fetch_add(1, Ordering::Relaxed);
        self.pieces.lock().unwrap().insert(piece, found.clone());
    }
}

#[test]
fn what_was_kept_is_not_searched_again_unless_it_is_spoilt() {
    let x = spectra_like(2000, 140, 0.01, 6);
    let pruned = Pruned::new(x.view()).unwrap();
    let mut shelf = Shelf { names: Mutex::default(), pieces: Mutex::default(), kept: AtomicUsize::new(0), patience: 1 };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let cancelled = pool.install(|| pruned.all(5, Instructions::fastest(), &shelf).unwrap_err());
    assert_eq!((cancelled, shelf.kept.load(Ordering::Relaxed)), (Error::Cancelled, 1));
    shelf.patience = usize::MAX;
    let search = || pruned.all(5, Instructions::fastest(), &shelf).unwrap().0;
    let whole = search();
    assert_eq!(whole, table(x.view(), 5));
    assert_eq!(shelf.kept.swap(0, Ordering::Relaxed), 4);
    assert_eq!(search(), whole);
    assert_eq!(shelf.kept.swap(0, Ordering::Relaxed), 0);
    assert_eq!(exact(x.view(), 5, &shelf).unwrap(), whole);
    // a piece that was lost, one of other rows, one cut short, one that names a row as its own neighbour
    let first = shelf.kept(0).unwrap();
    shelf.pieces.lock().unwrap().remove(&3);
    shelf.pieces.lock().unwrap().insert(2, first.clone());
    shelf.pieces.lock().unwrap().get_mut(&1).unwrap().distances.pop();
    shelf.pieces.lock().unwrap().get_mut(&0).unwrap().indices[0] = first.rows[0];
    assert_eq!(search(), whole);
    assert_eq!(shelf.kept.swap(0, Ordering::Relaxed), 4);
    // another number of neighbours is another search
    assert_eq!(exact(x.view(), 6, &shelf).unwrap(), table(x.view(), 6));
    let names = shelf.names.lock().unwrap();
    assert!(names.len() == 2 && names[0] != names[1]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn threads_change_no_bit(n in 600_usize..1500, d in 1_usize..60, seed: u64, k in 1_usize..40) {
        let x = spectra_like(n, d, 0.05, seed);
        let reference = table(x.view(), k);
        prop_assert_eq!(&reference, &by_all_pairs(x.view(), k));
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            prop_assert_eq!(&pool.install(|| table(x.view(), k)), &reference);
        }
    }
}
