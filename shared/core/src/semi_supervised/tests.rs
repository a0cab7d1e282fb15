//! Diffusion of labels against the dense f64 oracle.

use std::collections::BTreeMap;

use linfa::{DatasetBase, traits::Fit};
use ndarray::{Array2, array};
use proptest::prelude::*;

use super::{
    Algorithm, Diffusion, Graph, Kernel, LabelDistributions, LabelPropagationParams, LabelSpreadingParams, Seeds,
    Weights,
};
use crate::{
    Error,
    engine::{Observer, Unobserved},
    neighbors::{self, NeighborTable},
    oracle::{self, random},
};

fn knn(x: &Array2<f32>, k: usize, weights: Weights) -> Graph {
    Graph::knn(&neighbors::exact(x.view(), k, &Unobserved).unwrap(), k, weights).unwrap()
}

fn dense(graph: &Graph) -> Array2<f64> {
    let Graph::Sparse(csr) = graph else { panic!("a sparse graph") };
    let mut w = Array2::zeros((csr.n_rows(), csr.n_rows()));
    let row = |node: usize| csr.order()[node] as usize;
    for node in 0..csr.n_rows() {
        for edge in csr.edges(node) {
            w[[row(node), row(csr.columns()[edge] as usize)]] = f64::from(csr.weight(edge));
        }
    }
    w
}

fn one_hot(seeds: &Seeds) -> Array2<f64> {
    Array2::from_shape_fn((seeds.n_rows(), seeds.classes().len()), |(i, c)| {
        f64::from(u8::from(seeds.labels()[i] == Some(c as u32)))
    })
}

/// Three classes, every `every`-th row labelled.
fn seeds(n: usize, every: usize) -> Seeds {
    let labels = (0..n).map(|i| (i % every == 0).then_some((i / every % 3) as u32)).collect();
    Seeds::new(vec!["a".into(), "b".into(), "c".into()], labels).unwrap()
}

fn assert_close(found: &Array2<f32>, expected: &Array2<f64>) {
    for ((place, &found), &expected) in found.indexed_iter().zip(expected) {
        assert!((f64::from(found) - expected).abs() <= 1e-6, "{place:?}: {found}, expected {expected}");
    }
}

#[test]
fn the_graph_is_the_symmetric_union() {
    // on a line: 1 is the nearest of 0, and 2 of 3, but 1 and 2 are nearest to each other
    let x = array![[0.0_f32], [2.0], [3.0], [5.0]];
    let w = dense(&knn(&x, 1, Weights::Connectivity));
    assert_eq!(w, array![[0.0, 1.0, 0.0, 0.0], [1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 1.0], [0.0, 0.0, 1.0, 0.0]]);
    let tuned = dense(&knn(&x, 1, Weights::SelfTuning));
    let expected = (-4.0_f64 / (2.0 * 1.0)).exp() as f32;
    assert_eq!(tuned[[0, 1]], f64::from(expected));
    let rbf = dense(&knn(&x, 1, Weights::Rbf { gamma: 0.5 }));
    assert_eq!(rbf[[2, 3]], f64::from((-2.0_f64).exp() as f32));
}

#[test]
fn self_tuning_survives_duplicates() {
    let mut x = random(60, 3, 1);
    for row in 10..30 {
        let copy = x.row(0).to_owned();
        x.row_mut(row).assign(&copy);
    }
    for k in [3, 12, 40] {
        let w = dense(&knn(&x, k, Weights::SelfTuning));
        assert!(w.iter().all(|weight| (0.0..=1.0).contains(weight)));
        assert_eq!(w[[10, 0]], 1.0);
    }
}

#[test]
fn rows_that_no_label_reaches_have_none() {
    // two islands, one with a seed; and the distribution of the other is zeros, not NaN
    let x = array![[0.0_f32], [1.0], [2.0], [100.0], [101.0], [102.0]];
    let seeds = Seeds::new(vec!["a".into(), "b".into()], vec![Some(0), None, Some(1), None, None, None]).unwrap();
    for algorithm in [Algorithm::Spreading, Algorithm::Propagation] {
        let graph = knn(&x, 2, Weights::Connectivity);
        let found = Diffusion { algorithm, ..Diffusion::default() }.run(&graph, &seeds, &Unobserved).unwrap();
        assert!(found.converged);
        for i in 0..3 {
            assert!((found.probabilities.row(i).sum() - 1.0).abs() < 1e-6);
        }
        assert_eq!(found.label(0), Some(0));
        assert_eq!(found.label(1), Some(0), "of equals the first");
        assert_eq!(found.label(2), Some(1));
        for i in 3..6 {
            assert_eq!((found.label(i), found.probability(i)), (None, 0.0));
            assert_eq!(found.entropy(i), 2_f32.ln());
        }
    }
}

#[test]
fn entropy_is_in_nats() {
    let found = LabelDistributions {
        classes: vec!["a".into(), "b".into()],
        probabilities: array![[1.0, 0.0], [0.5, 0.5], [0.25, 0.75]],
        iterations: 1,
        converged: true,
    };
    assert_eq!(found.entropy(0), 0.0);
    assert!((found.entropy(1) - 2_f32.ln()).abs() < 1e-6);
    assert!((found.entropy(2) - 0.562_335).abs() < 1e-6);
    assert_eq!((found.label(2), found.probability(2)), (Some(1), 0.75));
}

#[test]
fn max_iter_is_kept_and_told() {
    let x = random(100, 2, 2);
    let diffusion = Diffusion { algorithm: Algorithm::Propagation, max_iter: 3, tol: 0.0, ..Diffusion::default() };
    let found = diffusion.run(&knn(&x, 4, Weights::Connectivity), &seeds(100, 20), &Unobserved).unwrap();
    assert_eq!((found.iterations, found.converged), (3, false));
}

#[test]
fn labels_travel_to_the_end_of_a_chain_however_weak() {
    let x = Array2::from_shape_fn((40, 1), |(row, _)| row as f32);
    let mut labels = vec![None; 40];
    labels[0] = Some(0);
    let seeds = Seeds::new(vec!["a".to_owned()], labels).unwrap();
    let found = Diffusion::default().run(&knn(&x, 1, Weights::Connectivity), &seeds, &Unobserved).unwrap();
    assert!(found.converged && (0..40).all(|row| found.label(row) == Some(0)));
}

#[test]
fn labels_that_do_not_fit_are_refused() {
    let class = || vec!["a".to_owned()];
    assert!(matches!(Seeds::new(class(), vec![Some(1)]), Err(Error::Labels(_))));
    assert!(matches!(Seeds::new(class(), vec![None, None]), Err(Error::Labels(_))));
    assert!(matches!(Seeds::new(vec!["a".into(), "a".into()], vec![Some(0)]), Err(Error::Labels(_))));
    assert!(matches!(Seeds::from_codes(&[0, -2]), Err(Error::Labels(_))));
    let seeds = Seeds::from_codes(&[7, -1, 3, 7]).unwrap();
    assert_eq!(seeds.classes(), ["3", "7"]);
    assert_eq!(seeds.labels(), [Some(1), None, Some(0), Some(1)]);
    let graph = knn(&random(9, 2, 1), 2, Weights::Connectivity);
    assert!(matches!(Diffusion::default().run(&graph, &seeds, &Unobserved), Err(Error::Labels(_))));
}

#[test]
fn parameters_out_of_range_are_refused() {
    let x = random(20, 2, 1);
    for alpha in [0.0, 1.0, f32::NAN] {
        let dataset = DatasetBase::new(x.view(), seeds(20, 5));
        assert!(matches!(LabelSpreadingParams::new().alpha(alpha).fit(&dataset), Err(Error::InvalidParameter { .. })));
    }
    for gamma in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        assert!(Graph::rbf(x.view(), gamma).is_err());
    }
}

#[test]
fn linfa_style_fits_do_the_same() {
    let (x, seeds) = (random(80, 3, 3), seeds(80, 10));
    let dataset = DatasetBase::new(x.view(), seeds.clone());
    let kernel = Kernel::Knn { n_neighbors: 6, weights: Weights::SelfTuning };
    let graph = knn(&x, 6, Weights::SelfTuning);
    let fitted = LabelSpreadingParams::new().kernel(kernel).alpha(0.4).tol(1e-6).fit(&dataset).unwrap();
    let diffusion = Diffusion { alpha: 0.4, tol: 1e-6, ..Diffusion::default() };
    assert_eq!(fitted, diffusion.run(&graph, &seeds, &Unobserved).unwrap());
    let fitted = LabelPropagationParams::new().kernel(kernel).max_iter(50).fit(&dataset).unwrap();
    let diffusion = Diffusion { algorithm: Algorithm::Propagation, max_iter: 50, ..Diffusion::default() };
    assert_eq!(fitted, diffusion.run(&graph, &seeds, &Unobserved).unwrap());
}

#[test]
fn bits_do_not_depend_on_threads() {
    let (x, seeds) = (random(1500, 4, 4), seeds(1500, 50));
    for graph in [knn(&x, 10, Weights::SelfTuning), Graph::rbf(x.view(), 20.0).unwrap()] {
        for algorithm in [Algorithm::Spreading, Algorithm::Propagation] {
            let diffusion = Diffusion { algorithm, max_iter: 20, ..Diffusion::default() };
            let reference = diffusion.run(&graph, &seeds, &Unobserved).unwrap();
            for threads in [1, 2, 5] {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                assert_eq!(pool.install(|| diffusion.run(&graph, &seeds, &Unobserved).unwrap()), reference);
            }
        }
    }
}

/// Neighbours far and near in a table of more rows than a task of any kind takes: the first two are mutual.
fn scattered(n: usize) -> NeighborTable {
    let steps = [1, n - 1, n / 2 + 977, 7_001, n - 40_009];
    let indices = Array2::from_shape_fn((n, 5), |(row, j)| ((row + steps[j]) % n) as u32);
    NeighborTable::new(indices, Array2::from_shape_fn((n, 5), |(_, j)| 0.5 + j as f32)).unwrap()
}

#[test]
fn edges_are_joined_across_tasks() {
    let n = 80_000;
    let table = scattered(n);
    for weights in [Weights::Connectivity, Weights::Rbf { gamma: 0.1 }] {
        let graph = Graph::knn(&table, 4, weights).unwrap();
        let mut expected: Vec<BTreeMap<u32, f32>> = vec![BTreeMap::new(); n];
        for row in 0..n {
            let (indices, distances) = table.row(row);
            for (&other, &distance) in indices[..4].iter().zip(distances) {
                for (from, to) in [(row as u32, other), (other, row as u32)] {
                    let nearest = expected[from as usize].entry(to).or_insert(distance);
                    *nearest = nearest.min(distance);
                }
            }
        }
        let Graph::Sparse(csr) = &graph else { panic!("a sparse graph") };
        for node in 0..n {
            assert!(csr.columns()[csr.edges(node)].is_sorted());
            let other = |edge: usize| csr.order()[csr.columns()[edge] as usize];
            let found: BTreeMap<u32, f32> = csr.edges(node).map(|edge| (other(edge), csr.weight(edge))).collect();
            let weight = |distance: f32| match weights {
                Weights::Rbf { gamma } => (-f64::from(gamma) * f64::from(distance).powi(2)).exp() as f32,
                _ => 1.0,
            };
            let expected = expected[csr.order()[node] as usize].iter().map(|(&to, &distance)| (to, weight(distance)));
            assert_eq!(found, expected.collect(), "node {node}");
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        assert_eq!(pool.install(|| Graph::knn(&table, 4, weights)).unwrap(), graph);
    }
}

#[test]
fn any_number_of_classes_flows() {
    let x = random(300, 3, 8);
    for classes in [1, 2, 7, 8, 9, 15, 16, 21] {
        let labels = (0..300).map(|row| (row % 10 == 0).then_some((row / 10 % classes) as u32)).collect();
        let seeds = Seeds::new((0..classes).map(|class| class.to_string()).collect(), labels).unwrap();
        for weights in [Weights::Connectivity, Weights::SelfTuning] {
            let graph = knn(&x, 5, weights);
            let (w, y) = (dense(&graph), one_hot(&seeds));
            let spreading = Diffusion { max_iter: 60, tol: 1e-9, alpha: 0.7, ..Diffusion::default() };
            let found = spreading.run(&graph, &seeds, &Unobserved).unwrap();
            assert_close(&found.probabilities, &oracle::spread(&w, &y, spreading.alpha.into(), 60, 1e-9_f32.into()));
            let propagation = Diffusion { algorithm: Algorithm::Propagation, ..spreading };
            let found = propagation.run(&graph, &seeds, &Unobserved).unwrap();
            assert_close(&found.probabilities, &oracle::propagate(&w, &y, 60, 1e-9_f32.into()));
        }
    }
}

#[test]
fn a_flow_goes_on_from_fewer_labels_alone() {
    let graph = knn(&random(200, 3, 6), 6, Weights::Connectivity);
    let diffusion = Diffusion { alpha: 0.9, ..Diffusion::default() };
    let (first, shares) = diffusion.resume(&graph, &seeds(200, 20), None, &Unobserved).unwrap();
    assert_eq!(first, diffusion.run(&graph, &seeds(200, 20), &Unobserved).unwrap());
    // the same labels: nothing is left to do
    let (same, kept) = diffusion.resume(&graph, &seeds(200, 20), Some(shares.clone()), &Unobserved).unwrap();
    assert_eq!((same.probabilities, same.iterations, same.converged), (first.probabilities, 0, true));
    assert_eq!(kept, shares);
    // a label less, another rule, another alpha
    assert!(!shares.suit(&diffusion, &seeds(200, 40)));
    assert!(!shares.suit(&Diffusion { algorithm: Algorithm::Propagation, ..diffusion }, &seeds(200, 20)));
    let other = Diffusion { alpha: 0.8, ..diffusion };
    assert!(!shares.suit(&other, &seeds(200, 20)));
    assert!(matches!(other.resume(&graph, &seeds(200, 20), Some(shares), &Unobserved), Err(Error::Labels(_))));
}

#[test]
fn a_new_label_reaches_the_end_of_a_chain_too() {
    // two chains; the second is reached by the label that comes later
    let x = Array2::from_shape_fn((60, 1), |(row, _)| row as f32 + if row < 30 { 0.0 } else { 1e6 });
    let graph = knn(&x, 1, Weights::Connectivity);
    let labels = |rows: &[usize]| {
        let label = |row| rows.iter().position(|&labelled| labelled == row).map(|class| class as u32);
        Seeds::new(vec!["a".to_owned(), "b".to_owned()], (0..60).map(label).collect()).unwrap()
    };
    let (found, shares) = Diffusion::default().resume(&graph, &labels(&[0]), None, &Unobserved).unwrap();
    assert_eq!((found.label(29), found.label(30)), (Some(0), None));
    let (found, _) = Diffusion::default().resume(&graph, &labels(&[0, 59]), Some(shares), &Unobserved).unwrap();
    assert!(found.converged && (0..60).all(|row| found.label(row) == Some(row / 30)));
}

#[test]
fn a_new_label_is_heard_of_where_another_had_been_before() {
    // every node has the first label's share; the second is nearer to those behind it, and changes them by less than `tol`
    let x = Array2::from_shape_fn((24, 1), |(row, _)| row as f32 + 0.001 * (row as f32).powi(2));
    let graph = knn(&x, 1, Weights::Connectivity);
    let classes = || vec!["a".to_owned(), "b".to_owned()];
    let labels = |b: Option<usize>| {
        let label = |row| if row == 0 { Some(0) } else { (Some(row) == b).then_some(1) };
        Seeds::new(classes(), (0..24).map(label).collect()).unwrap()
    };
    let diffusion = Diffusion { tol: 0.1, max_iter: 100, ..Diffusion::default() };
    let (first, shares) = diffusion.resume(&graph, &labels(None), None, &Unobserved).unwrap();
    assert!((0..24).all(|row| first.label(row) == Some(0)), "the label reaches the end of the chain");
    let (found, _) = diffusion.resume(&graph, &labels(Some(10)), Some(shares), &Unobserved).unwrap();
    let anew = diffusion.run(&graph, &labels(Some(10)), &Unobserved).unwrap();
    assert!((10..24).all(|row| found.label(row) == Some(1) && anew.label(row) == Some(1)), "{:?}", found.probabilities);
}

struct Impatient;

impl Observer for Impatient {
    fn progress(&self, _fraction: f64) {}
    fn is_cancelled(&self) -> bool {
        true
    }
}

#[test]
fn cancelling_ends_it() {
    let x = random(40, 2, 5);
    for graph in [knn(&x, 3, Weights::Connectivity), Graph::rbf(x.view(), 1.0).unwrap()] {
        assert_eq!(Diffusion::default().run(&graph, &seeds(40, 4), &Impatient), Err(Error::Cancelled));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn sparse_graphs_equal_the_oracle(
        n in 12_usize..80, k in 1_usize..11, seed: u64, alpha in 0.05_f32..0.95, self_tuning: bool,
    ) {
        let weights = if self_tuning { Weights::SelfTuning } else { Weights::Connectivity };
        let graph = knn(&random(n, 3, seed), k, weights);
        let w = dense(&graph);
        prop_assert_eq!(&w, &w.t());
        prop_assert!(w.diag().iter().all(|&weight| weight == 0.0));
        let (seeds, tol) = (seeds(n, 5), 1e-9_f32);
        let spreading = Diffusion { alpha, tol, max_iter: 60, ..Diffusion::default() };
        let found = spreading.run(&graph, &seeds, &Unobserved).unwrap();
        assert_close(&found.probabilities, &oracle::spread(&w, &one_hot(&seeds), alpha.into(), 60, tol.into()));
        let propagation = Diffusion { algorithm: Algorithm::Propagation, ..spreading };
        let found = propagation.run(&graph, &seeds, &Unobserved).unwrap();
        assert_close(&found.probabilities, &oracle::propagate(&w, &one_hot(&seeds), 60, tol.into()));
    }

    #[test]
    fn going_on_ends_where_beginning_anew_does(
        n in 12_usize..80, k in 2_usize..11, seed: u64, alpha in 0.05_f32..0.9, propagation: bool,
    ) {
        let graph = knn(&random(n, 3, seed), k, Weights::Connectivity);
        let algorithm = if propagation { Algorithm::Propagation } else { Algorithm::Spreading };
        // to the fixed point, whatever tolerance would have left open
        let diffusion = Diffusion { algorithm, alpha, tol: 0.0, max_iter: 3000 };
        let fewer = seeds(n, 5);
        let label = |(row, label): (usize, &Option<u32>)| label.or((row % 7 == 3).then_some((row % 3) as u32));
        let more = fewer.labels().iter().enumerate().map(label).collect();
        let more = Seeds::new(fewer.classes().to_vec(), more).unwrap();
        let (_, shares) = diffusion.resume(&graph, &fewer, None, &Unobserved).unwrap();
        let (found, _) = diffusion.resume(&graph, &more, Some(shares), &Unobserved).unwrap();
        assert_close(&found.probabilities, &diffusion.run(&graph, &more, &Unobserved).unwrap().probabilities.mapv(f64::from));
    }

    #[test]
    fn all_pairs_equal_the_oracle(n in 6_usize..60, d in 1_usize..6, seed: u64, gamma in 0.1_f32..30.0) {
        let (x, seeds) = (random(n, d, seed), seeds(n, 5));
        let graph = Graph::rbf(x.view(), gamma).unwrap();
        let kernel = oracle::distances(x.view()).mapv(|distance| (-f64::from(gamma) * distance * distance).exp());
        let mut w = kernel.clone();
        w.diag_mut().fill(0.0);
        let spreading = Diffusion { max_iter: 40, tol: 1e-9, ..Diffusion::default() };
        let found = spreading.run(&graph, &seeds, &Unobserved).unwrap();
        let alpha = f64::from(spreading.alpha);
        assert_close(&found.probabilities, &oracle::spread(&w, &one_hot(&seeds), alpha, 40, 1e-9));
        // propagation keeps the diagonal of this kernel, as scikit-learn does
        let propagation = Diffusion { algorithm: Algorithm::Propagation, ..spreading };
        let found = propagation.run(&graph, &seeds, &Unobserved).unwrap();
        assert_close(&found.probabilities, &oracle::propagate(&kernel, &one_hot(&seeds), 40, 1e-9));
    }
}
