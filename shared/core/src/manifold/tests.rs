//! Maps of small surveys: what they keep, what they refuse, how they end.

use std::sync::atomic::{AtomicUsize, Ordering};

use ndarray::{Array2, ArrayView2, array, concatenate, s};

use super::*;
use crate::{
    Error, Observer,
    engine::Unobserved,
    neighbors::{self, NeighborTable},
    oracle::random,
};

fn params() -> UmapParams {
    UmapParams { n_neighbors: 10, n_epochs: Some(100), ..UmapParams::default() }
}

fn table(x: ArrayView2<'_, f32>) -> NeighborTable {
    neighbors::exact(x, 10, &Unobserved).unwrap()
}

fn map(x: ArrayView2<'_, f32>, params: &UmapParams) -> Array2<f32> {
    let start = pca_map(x).unwrap().coordinates;
    umap(&table(x), start.view(), params, &Unobserved, &mut |_, _| ()).unwrap().coordinates
}

fn apart(map: &Array2<f32>, i: usize, j: usize) -> f32 {
    (map[[i, 0]] - map[[j, 0]]).hypot(map[[i, 1]] - map[[j, 1]])
}

#[test]
fn a_map_by_components_has_the_signs_and_the_rows_of_its_parts() {
    let x = random(300, 5, 1);
    let found = pca_map(x.view()).unwrap().coordinates;
    assert_eq!(found, crate::decomposition::pca(x.view(), 2).unwrap().transform(x.view()));
    // one feature is a line
    let line = pca_map(x.slice(s![.., ..1])).unwrap();
    assert!((line.explained_variance_ratio[0] - 1.0).abs() < 1e-9 && line.explained_variance_ratio[1] == 0.0);
    let line = line.coordinates;
    assert_eq!(line.dim(), (300, 2));
    assert!(line.column(1).iter().all(|&y| y == 0.0) && line[[0, 0]] != 0.0);
    assert!(pca_map(Array2::zeros((5, 0)).view()).is_err());
    assert!(pca_map(x.slice(s![..1, ..])).is_err());
}

#[test]
fn shares_of_the_variance_are_those_of_all_features() {
    // four places at the corners of a rectangle, of which the third feature knows nothing
    let corners = array![[2.0, 1.0, 5.0], [-2.0, 1.0, 5.0], [2.0, -1.0, 5.0], [-2.0, -1.0, 5.0]];
    let shares = pca_map(corners.view()).unwrap().explained_variance_ratio;
    assert!((shares[0] - 0.8).abs() < 1e-9 && (shares[1] - 0.2).abs() < 1e-9, "{shares:?}");
    // what two of three directions leave is the third's
    let x = random(300, 3, 11);
    let all = crate::decomposition::pca(x.view(), 3).unwrap().explained_variance;
    let shares = pca_map(x.view()).unwrap().explained_variance_ratio;
    for axis in [0, 1] {
        assert!((shares[axis] - all[axis] / all.sum()).abs() < 1e-9, "{shares:?} of {all}");
    }
    assert_eq!(pca_map(Array2::ones((4, 3)).view()).unwrap().explained_variance_ratio, [0.0, 0.0]);
}

#[test]
fn memberships_of_every_row_sum_to_their_aim() {
    let x = random(200, 3, 2);
    let table = table(x.view());
    let scales = Scales::of(&table, 10).unwrap();
    for row in 0..200 {
        let sum: f64 = table.row(row).1.iter().map(|&d| scales.membership(row, d)).sum();
        assert!((sum - 11_f64.log2()).abs() < 1e-4, "row {row}: {sum}");
        assert_eq!(scales.membership(row, table.row(row).1[0]), 1.0);
    }
}

#[test]
fn the_union_of_memberships_is_symmetric() {
    let table = table(random(150, 4, 3).view());
    let graph = FuzzyGraph::of(&table, 10).unwrap();
    let weight = |i: usize, j: usize| graph.row(i).0.binary_search(&(j as u32)).ok().map(|place| graph.row(i).1[place]);
    let scales = Scales::of(&table, 10).unwrap();
    let given = |i: usize, j: usize| {
        let (others, distances) = table.row(i);
        let place = others.iter().position(|&other| other as usize == j);
        place.map_or(0.0, |place| scales.membership(i, distances[place]))
    };
    for i in 0..150 {
        assert_eq!(weight(i, i), None);
        for j in (0..150).filter(|&j| j != i) {
            assert_eq!(weight(i, j), weight(j, i));
            let (s, t) = (given(i, j), given(j, i));
            assert!((f64::from(weight(i, j).unwrap_or(0.0)) - (s + t - s * t)).abs() < 1e-6);
        }
    }
    assert_eq!(graph.strongest(), 1.0);
}

#[test]
fn bits_do_not_depend_on_threads_but_on_the_seed() {
    // several tasks in each part
    let x = random(8000, 4, 4);
    let (table, start) = (table(x.view()), pca_map(x.view()).unwrap().coordinates);
    let make = |random_state, threads| {
        let params = UmapParams { random_state, n_epochs: Some(20), ..params() };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| umap(&table, start.view(), &params, &Unobserved, &mut |_, _| ()).unwrap())
    };
    let reference = make(1, 1);
    assert!(reference.coordinates.iter().all(|x| x.is_finite()));
    assert_eq!(make(1, 2), reference);
    assert_eq!(make(1, 5), reference);
    assert_ne!(make(2, 1), reference);
}

#[test]
fn parts_without_a_link_stay_apart() {
    let crowd = random(120, 6, 5);
    let x = concatenate![ndarray::Axis(0), crowd, &crowd + 100.0];
    let map = map(x.view(), &params());
    let farthest =
        (0..120).flat_map(|i| (0..120).map(move |j| (i, j))).map(|(i, j)| apart(&map, i, j)).fold(0.0, f32::max);
    let nearest = (0..120).flat_map(|i| (120..240).map(move |j| (i, j))).map(|(i, j)| apart(&map, i, j));
    assert!(nearest.fold(f32::INFINITY, f32::min) > 0.25 * farthest);
}

#[test]
fn copies_stand_together_and_nothing_is_lost() {
    let mut x = random(200, 4, 6);
    let row = x.row(7).to_owned();
    x.slice_mut(s![50..90, ..]).assign(&row);
    let found = map(x.view(), &params());
    assert!(found.iter().all(|x| x.is_finite()));
    let extent = found.column(0).fold(0.0, |extent: f32, &x| extent.max((x - found[[0, 0]]).abs()));
    let mean = (51..90).map(|copy| apart(&found, 50, copy)).sum::<f32>() / 39.0;
    assert!(mean < 0.5 * extent, "copies {mean} apart, the map {extent} wide");
    // nothing but copies: no distance above 0
    let same = map(Array2::ones((40, 3)).view(), &params());
    assert!(same.iter().all(|x| x.is_finite()));
}

#[test]
fn a_row_without_a_neighbour_leaves_the_crowd() {
    // the last row is infinitely far from all others, but starts among them
    let x = random(100, 3, 7);
    let near = table(x.view());
    let mut indices = near.indices().to_owned();
    let mut distances = near.distances().to_owned();
    indices.push_row(ndarray::Array1::from_iter(0..10).view()).unwrap();
    distances.push_row(ndarray::Array1::from_elem(10, f32::INFINITY).view()).unwrap();
    let table = NeighborTable::new(indices, distances).unwrap();
    assert_eq!(FuzzyGraph::of(&table, 10).unwrap().row(100).0.len(), 0);
    let mut start = pca_map(x.view()).unwrap().coordinates;
    start.push_row(array![0.0, 0.0].view()).unwrap();
    let found = umap(&table, start.view(), &params(), &Unobserved, &mut |_, _| ()).unwrap().coordinates;
    assert!(found.iter().all(|x| x.is_finite()));
    let nearest = |row: usize| {
        (0..100).filter(|&other| other != row).map(|other| apart(&found, row, other)).fold(f32::INFINITY, f32::min)
    };
    let (lonely, usual) = (nearest(100), (0..100).map(nearest).fold(0.0, f32::max));
    assert!(lonely > usual, "the row without neighbours is {lonely} from the next one, others up to {usual}");
}

#[test]
fn every_epoch_is_shown_and_the_last_is_the_map() {
    let x = random(60, 3, 8);
    let (table, start) = (table(x.view()), pca_map(x.view()).unwrap().coordinates);
    let mut seen = Vec::new();
    let found = umap(&table, start.view(), &params(), &Unobserved, &mut |epoch, places| {
        seen.push((epoch, places.to_owned()));
    });
    assert_eq!(seen.iter().map(|(epoch, _)| *epoch).collect::<Vec<_>>(), (1..=100).collect::<Vec<_>>());
    assert_ne!(seen[0].1, seen[99].1);
    assert_eq!(found.unwrap().coordinates, seen[99].1);
    // epoch by epoch, as a host that waits in between does
    let mut layout = Layout::new(&table, start.view(), &params()).unwrap();
    for (epoch, places) in &seen {
        layout.advance(&Unobserved).unwrap();
        assert_eq!((layout.epoch(), layout.coordinates()), (*epoch, places.view()));
    }
    layout.advance(&Unobserved).unwrap();
    assert_eq!((layout.epoch(), layout.n_epochs()), (100, 100));
}

/// Stops after some epochs.
struct Impatient {
    told: AtomicUsize,
    patience: usize,
}

impl Observer for Impatient {
    fn progress(&self, fraction: f64) {
        let told = self.told.fetch_add(1, Ordering::Relaxed) + 1;
        assert!((fraction - told as f64 / 100.0).abs() < 1e-12);
    }
    fn is_cancelled(&self) -> bool {
        self.told.load(Ordering::Relaxed) >= self.patience
    }
}

#[test]
fn the_observer_hears_of_every_epoch_and_ends_the_map() {
    let x = random(60, 3, 9);
    let (table, start) = (table(x.view()), pca_map(x.view()).unwrap().coordinates);
    for (patience, epochs) in [(0, 0), (30, 30), (usize::MAX, 100)] {
        let observer = Impatient { told: AtomicUsize::new(0), patience };
        let mut shown = 0;
        let found = umap(&table, start.view(), &params(), &observer, &mut |_, _| shown += 1);
        assert_eq!(shown, epochs);
        assert_eq!(found.err(), (epochs < 100).then_some(Error::Cancelled));
    }
}

#[test]
fn wrong_parameters_are_refused() {
    let x = random(60, 3, 10);
    let (table, start) = (table(x.view()), pca_map(x.view()).unwrap().coordinates);
    let with = |change: &dyn Fn(&mut UmapParams)| {
        let mut params = params();
        change(&mut params);
        params
    };
    let wrong = [
        ("n_neighbors", with(&|params| params.n_neighbors = 1)),
        ("n_neighbors", with(&|params| params.n_neighbors = 11)),
        ("min_dist", with(&|params| params.min_dist = -0.1)),
        ("min_dist", with(&|params| params.min_dist = 1.1)),
        ("min_dist", with(&|params| params.min_dist = f64::NAN)),
        ("spread", with(&|params| params.spread = 0.0)),
        ("n_epochs", with(&|params| params.n_epochs = Some(0))),
        ("learning_rate", with(&|params| params.learning_rate = f32::INFINITY)),
        ("negative_sample_rate", with(&|params| params.negative_sample_rate = 0)),
    ];
    for (expected, params) in wrong {
        match Layout::new(&table, start.view(), &params) {
            Err(Error::InvalidParameter { name, .. }) => assert_eq!(name, expected),
            other => panic!("{expected}: {other:?}"),
        }
    }
    let short = start.slice(s![1.., ..]);
    let refused = Layout::new(&table, short, &params()).unwrap_err();
    assert_eq!(refused.to_string(), "start = (59, 2): give 60 rows of 2 coordinates");
    let mut start = start.clone();
    start[[3, 1]] = f32::NAN;
    assert!(matches!(Layout::new(&table, start.view(), &params()), Err(Error::NotFinite { row: 3, column: 1, .. })));
}

#[test]
fn epochs_follow_the_size() {
    let usual = UmapParams::default();
    assert_eq!((usual.epochs(10_000), usual.epochs(10_001)), (500, 200));
    assert_eq!(params().epochs(10_001), 100);
}
