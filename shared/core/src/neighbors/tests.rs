//! Neighbours against the f64 oracle, whatever the blocks and threads.

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use ndarray::{Array2, ArrayView2, array};
use proptest::prelude::*;

use super::{
    DuplicateGroups, NeighborTable, Search, check_features, distance, exact, lanes::Instructions, pruned::Pruned,
};
use crate::{
    Error, Result,
    engine::{Observer, Unobserved},
    oracle::{self, random},
};

/// The table by a given number of rows per block, by either way and by all instructions, with the number of rows that had
/// to be searched again.
fn exact_in_blocks(
    x: ArrayView2<'_, f32>,
    k: usize,
    block: usize,
    observer: &dyn Observer,
) -> Result<(NeighborTable, usize)> {
    let search = Search::packed(x)?;
    let found = search.all(Instructions::fastest(), k, block, observer)?;
    let mut again = found.searched_again();
    let pruned = Pruned::new(x)?;
    let found_again = |table: &NeighborTable, instructions| {
        assert_eq!(table.indices().as_slice().unwrap(), found.indices(), "{instructions:?}");
        assert_eq!(table.distances().as_slice().unwrap(), found.distances(), "{instructions:?}");
    };
    for instructions in Instructions::available() {
        let other = search.all(instructions, k, block, &Unobserved)?;
        again = again.max(other.searched_again());
        found_again(&NeighborTable::from_settled([other])?, instructions);
        let (other, scanned) = pruned.all(k, instructions, &Unobserved)?;
        again = again.max(scanned);
        found_again(&other, instructions);
    }
    Ok((NeighborTable::from_settled([found])?, again))
}

/// Compares with the oracle: distances to two units in the last place, indices except where distances tie so.
fn check(x: ArrayView2<'_, f32>, k: usize, block: usize) -> NeighborTable {
    let (table, _) = exact_in_blocks(x, k, block, &Unobserved).unwrap();
    let (expected, all) = (oracle::kneighbors(x, k), oracle::distances(x));
    for (i, expected) in expected.iter().enumerate() {
        let (indices, distances) = table.row(i);
        for position in 0..k {
            let (found, right) = (f64::from(distances[position]), expected[position].1);
            assert!((found - right).abs() <= 2.4e-7 * right, "row {i}, position {position}: {found}, oracle {right}");
            let own = all[[i, indices[position] as usize]];
            assert!((own - right).abs() <= 2.4e-7 * right, "row {i}, position {position}: not a neighbour");
        }
    }
    // order and uniqueness
    NeighborTable::new(table.indices().to_owned(), table.distances().to_owned()).unwrap()
}

#[test]
fn sizes_around_a_block() {
    for n in [2, 3, 15, 16, 17, 31, 32, 33, 64, 65, 100] {
        for d in [1, 7, 8, 9, 20] {
            for k in [1, n / 2, n - 1] {
                if k > 0 {
                    check(random(n, d, (n * d) as u64).view(), k, 16);
                }
            }
        }
    }
}

#[test]
fn a_hand_made_row() {
    let x = array![[0.0_f32, 0.0], [3.0, 4.0], [0.0, 0.0], [0.0, 1.0], [1.0, 0.0]];
    let table = exact(x.view(), 4, &Unobserved).unwrap();
    assert_eq!(table.row(0), (&[2_u32, 3, 4, 1][..], &[0.0_f32, 1.0, 1.0, 5.0][..]));
    assert_eq!(distance(&[0.0, 0.0], &[3.0, 4.0]), 5.0);
}

#[test]
fn many_neighbours_of_many_rows() {
    let x = random(700, 24, 9);
    check(x.view(), 128, 96);
}

#[test]
fn ordinary_data_are_certified_without_a_second_search() {
    let x = random(3000, 40, 1);
    let (_, again) = exact_in_blocks(x.view(), 20, 512, &Unobserved).unwrap();
    assert_eq!(again, 0);
    // one absurd row, as an uncalibrated spectrum would be, does not spoil it for the others
    let mut spoilt = x;
    spoilt.row_mut(7).fill(2.2e9);
    let (_, again) = exact_in_blocks(spoilt.view(), 20, 512, &Unobserved).unwrap();
    assert!(again <= 1, "{again}");
}

#[test]
fn rounding_that_hides_the_order_is_noticed() {
    // two clusters far apart, with differences inside that f32 products of their positions cannot resolve
    let mut x = random(200, 6, 2) * 1e-2;
    x.slice_mut(ndarray::s![..100, ..]).mapv_inplace(|value| value + 1000.0);
    let (_, again) = exact_in_blocks(x.view(), 5, 48, &Unobserved).unwrap();
    assert!(again > 0);
    check(x.view(), 5, 48);
}

#[test]
fn more_equal_rows_than_candidates() {
    let mut x = random(300, 5, 3);
    for row in 50..200 {
        let copy = x.row(3).to_owned();
        x.row_mut(row).assign(&copy);
    }
    let table = check(x.view(), 10, 64);
    assert_eq!(table.row(3).0, (50..60).collect::<Vec<u32>>());
    assert_eq!(table.row(60).0, [3].into_iter().chain(50..59).collect::<Vec<u32>>());
    assert!(table.row(60).1.iter().all(|&distance| distance == 0.0));
    // nothing but copies
    let flat = Array2::from_elem((400, 3), 0.3_f32);
    let table = exact(flat.view(), 4, &Unobserved).unwrap();
    assert_eq!(table.row(2).0, [0, 1, 3, 4]);
    assert!(table.distances().iter().all(|&distance| distance == 0.0));
}

#[test]
fn extreme_magnitudes_neither_overflow_nor_vanish() {
    for factor in [1e-30_f32, 1e-12, 1e12, 1e18] {
        let x = random(120, 4, 5) * factor;
        let (table, again) = exact_in_blocks(x.view(), 6, 48, &Unobserved).unwrap();
        assert_eq!(again, 0, "{factor}");
        assert!(table.distances().iter().all(|&distance| distance > 0.0 && distance.is_finite()));
    }
    let error = exact(array![[3e38_f32], [-3e38], [0.0]].view(), 1, &Unobserved).unwrap_err();
    assert!(error.to_string().contains("overflow"), "{error}");
}

#[test]
fn bits_do_not_depend_on_blocks_or_threads() {
    let mut x = random(333, 17, 6);
    for row in 0..40 {
        let copy = x.row(row).to_owned();
        x.row_mut(290 + row).assign(&copy);
    }
    let reference = exact_in_blocks(x.view(), 12, 48, &Unobserved).unwrap().0;
    for block in [1, 16, 50, 333, 512] {
        assert_eq!(exact_in_blocks(x.view(), 12, block, &Unobserved).unwrap().0, reference, "block {block}");
    }
    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| exact(x.view(), 12, &Unobserved).unwrap()), reference, "{threads} threads");
    }
}

#[test]
fn views_of_any_layout_are_read_alike() {
    let x = random(60, 9, 7);
    let transposed = x.t().as_standard_layout().into_owned();
    assert_eq!(exact(transposed.t(), 5, &Unobserved).unwrap(), exact(x.view(), 5, &Unobserved).unwrap());
}

#[test]
fn wrong_input_is_refused_with_its_place() {
    for n in [0, 1, 5] {
        let error = exact(random(n, 3, 1).view(), n.max(1), &Unobserved).unwrap_err();
        assert_eq!(error, Error::TooFewRows { n_neighbors: n.max(1), rows: n });
    }
    assert!(matches!(exact(random(5, 3, 1).view(), 0, &Unobserved), Err(Error::InvalidParameter { .. })));
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut x = random(2000, 3, 1);
        x[[1500, 2]] = value;
        let error = Error::NotFinite { row: 1500, column: 2, value: value.to_string() };
        assert_eq!(exact(x.view(), 2, &Unobserved), Err(error.clone()));
        assert_eq!(check_features(x.view()), Err(error));
    }
}

#[test]
fn a_table_is_checked() {
    let distances = array![[0.5_f32, 1.0], [0.5, 1.0], [1.0, 1.0]];
    assert!(NeighborTable::new(array![[1, 2], [0, 2], [0, 1]], distances.clone()).is_ok());
    for (indices, distances) in [
        (array![[1_u32, 2], [0, 2], [1, 1]], distances.clone()), // twice the same
        (array![[1, 2], [1, 2], [0, 1]], distances.clone()),     // its own neighbour
        (array![[1, 2], [0, 3], [0, 1]], distances.clone()),     // no such row
        (array![[1, 2], [0, 2], [0, 1]], array![[1.0_f32, 0.5], [0.5, 1.0], [1.0, 1.0]]),
        (array![[1, 2], [0, 2], [0, 1]], array![[f32::NAN, 0.5], [0.5, 1.0], [1.0, 1.0]]),
        (array![[1, 2], [0, 2], [0, 1]], array![[0.5_f32], [0.5], [1.0]]),
    ] {
        assert!(NeighborTable::new(indices.clone(), distances).is_err(), "{indices}");
    }
}

/// Notes what it is told, and cancels after some calls.
struct Watcher {
    told: Mutex<Vec<f64>>,
    asked: AtomicUsize,
    patience: usize,
}

impl Observer for Watcher {
    fn progress(&self, fraction: f64) {
        self.told.lock().unwrap().push(fraction);
    }
    fn is_cancelled(&self) -> bool {
        self.asked.fetch_add(1, Ordering::Relaxed) >= self.patience
    }
}

#[test]
fn progress_rises_to_one_and_cancelling_ends_it() {
    let x = random(400, 5, 8);
    let watcher = Watcher { told: Mutex::default(), asked: AtomicUsize::new(0), patience: usize::MAX };
    exact_in_blocks(x.view(), 5, 48, &watcher).unwrap();
    let told = watcher.told.into_inner().unwrap();
    assert!(told.len() > 3 && told.is_sorted() && *told.last().unwrap() == 1.0, "{told:?}");
    let watcher = Watcher { told: Mutex::default(), asked: AtomicUsize::new(0), patience: 3 };
    assert_eq!(exact_in_blocks(x.view(), 5, 48, &watcher), Err(Error::Cancelled));
}

#[test]
fn duplicates_are_grouped() {
    let x = array![[1.0_f32, 2.0], [0.0, 0.0], [1.0, 2.0], [-0.0, 0.0], [1.0, 2.0], [3.0, 3.0]];
    let groups = DuplicateGroups::find(x.view());
    assert_eq!(groups.representatives(), [0, 1, 5]);
    assert_eq!(groups.group_of(), [0, 1, 0, 1, 0, 2]);
    assert_eq!(groups.n_duplicates(), 3);
    assert_eq!(groups.distinct(x.view()), array![[1.0, 2.0], [0.0, 0.0], [3.0, 3.0]]);
    assert_eq!(groups.expand(&array!['a', 'b', 'c']).to_vec(), ['a', 'b', 'a', 'b', 'a', 'c']);
}

/// Matrices that break careless code, with a number of neighbours up to n - 1.
fn adversarial() -> impl Strategy<Value = (Array2<f32>, usize)> {
    let shape = (2_usize..60, 1_usize..12, any::<u64>(), 0_usize..5);
    (shape, any::<prop::sample::Index>()).prop_map(|((n, d, seed, kind), k)| {
        let x = random(n, d, seed);
        let x = match kind {
            0 => x,
            // a coarse grid: duplicates and equal distances everywhere, sums exact
            1 => x.mapv(|value| (value * 3.0).floor()),
            // collinear
            2 => Array2::from_shape_fn((n, d), |(i, j)| x[[i, 0]] * (j as f32 + 1.0)),
            // a large offset with tiny differences
            3 => x.mapv(|value| 4096.0 + value / 64.0),
            // magnitudes of twenty decades
            _ => x.mapv(|value| (value - 0.5) * 10_f32.powf(20.0 * value - 10.0)),
        };
        (x, 1 + k.index(n - 1))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn equals_the_oracle((x, k) in adversarial(), block in 1_usize..40) {
        check(x.view(), k, block);
    }

    #[test]
    fn ties_break_by_index(n in 2_usize..80, d in 1_usize..6, seed: u64, block in 1_usize..40) {
        // small integers: every distance is exact, so indices must be the oracle's one by one
        let x = random(n, d, seed).mapv(|value| (value * 3.0).floor());
        let k = (n - 1).min(9);
        let (table, _) = exact_in_blocks(x.view(), k, block, &Unobserved).unwrap();
        for (i, expected) in oracle::kneighbors(x.view(), k).iter().enumerate() {
            let indices: Vec<usize> = table.row(i).0.iter().map(|&j| j as usize).collect();
            prop_assert_eq!(indices, expected.iter().map(|&(j, _)| j).collect::<Vec<_>>());
        }
    }
}
