//! Shares against a dense solution, and what must hold of them whatever the graph.

use ndarray::{Array2, array};
use proptest::prelude::*;

use super::*;
use crate::{
    engine::Unobserved,
    neighbors,
    oracle::random,
    semi_supervised::{LabelDistributions, Weights},
};

fn dense(graph: &Graph) -> Array2<f64> {
    let n = graph.n_rows();
    let mut w = Array2::zeros((n, n));
    for node in 0..n {
        for (other, weight) in product(graph, &unit(n, node), &Unobserved).into_iter().enumerate() {
            w[[graph.row(other), graph.row(node)]] = weight;
        }
    }
    w
}

/// `A x = b` by elimination with row exchange.
fn eliminate(mut a: Array2<f64>, mut b: Array1<f64>) -> Array1<f64> {
    let n = b.len();
    for k in 0..n {
        let pivot = (k..n).max_by(|&i, &j| a[[i, k]].abs().total_cmp(&a[[j, k]].abs())).unwrap();
        for j in 0..n {
            a.swap([k, j], [pivot, j]);
        }
        b.swap(k, pivot);
        for i in (0..n).filter(|&i| i != k) {
            let factor = a[[i, k]] / a[[k, k]];
            for j in k..n {
                a[[i, j]] -= factor * a[[k, j]];
            }
            b[i] -= factor * b[k];
        }
    }
    Array1::from_shape_fn(n, |i| b[i] / a[[i, i]])
}

/// The parts of all seeds in the scores of `row`, by the formulas of the papers as they stand.
fn expected(diffusion: &Diffusion, graph: &Graph, seeds: &Seeds, row: usize) -> Array1<f64> {
    let (w, n) = (dense(graph), graph.n_rows());
    let degrees: Vec<f64> = w.rows().into_iter().map(|row| row.sum()).collect();
    match diffusion.algorithm {
        Algorithm::Spreading => {
            let alpha = f64::from(diffusion.alpha);
            let system = Array2::from_shape_fn((n, n), |(i, j)| {
                f64::from(u8::from(i == j)) - alpha * w[[i, j]] / (degrees[i] * degrees[j]).sqrt()
            });
            eliminate(system, unit(n, row))
        }
        Algorithm::Propagation => {
            let labelled = |i: usize| seeds.labels()[i].is_some();
            let reached = run(diffusion, graph, seeds);
            // the transposed walk over the unlabelled rows; without those that no seed reaches, among which it never ends
            let system = Array2::from_shape_fn((n, n), |(i, j)| {
                let stays = labelled(i) || labelled(j) || reached.label(i).is_none();
                let moves = if stays { 0.0 } else { w[[j, i]] / degrees[j] };
                f64::from(u8::from(i == j)) - moves
            });
            let visits = eliminate(system, unit(n, row));
            Array1::from_shape_fn(n, |j| {
                let from = (0..n).filter(|&u| !labelled(u));
                if labelled(j) { from.map(|u| visits[u] * w[[u, j]] / degrees[u]).sum() } else { 0.0 }
            })
        }
    }
}

/// Two classes; every seventh row labelled, the first ones whatever their number.
fn two_classes(n: usize) -> Seeds {
    let labels = (0..n).map(|i| (i % 7 == 0 || i < 2).then_some((i % 2) as u32)).collect();
    Seeds::new(vec!["a".into(), "b".into()], labels).unwrap()
}

fn diffusion(algorithm: Algorithm, alpha: f32) -> Diffusion {
    Diffusion { algorithm, alpha, max_iter: 100_000, tol: 1e-12 }
}

fn run(diffusion: &Diffusion, graph: &Graph, seeds: &Seeds) -> LabelDistributions {
    diffusion.run(graph, seeds, &Unobserved).unwrap()
}

fn check(diffusion: &Diffusion, graph: &Graph, seeds: &Seeds, row: usize) {
    let parts = expected(diffusion, graph, seeds, row);
    let of_class = |class: u32| {
        let of_class = |(j, label): (usize, &Option<u32>)| (*label == Some(class)).then_some(parts[j]);
        seeds.labels().iter().enumerate().filter_map(of_class).sum::<f64>()
    };
    let total = of_class(0) + of_class(1);
    let scores = run(diffusion, graph, seeds);
    for class in 0..2 {
        let found = diffusion.influence(graph, seeds, (row, class), 2, &Unobserved).unwrap();
        let sum = of_class(class as u32);
        if sum < 1e-5 {
            continue;
        }
        assert!((found.seeds.iter().map(|seed| seed.share).sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(found.seeds.windows(2).all(|pair| pair[0].share >= pair[1].share));
        for seed in &found.seeds {
            assert_eq!(seeds.labels()[seed.row], Some(class as u32));
            assert!((seed.share - parts[seed.row] / sum).abs() < 1e-8, "{seed:?}, expected {}", parts[seed.row] / sum);
        }
        // the parts are parts of what the diffusion itself computes
        let probability = f64::from(scores.probabilities[[row, class]]);
        assert!((sum / total - probability).abs() < 1e-5, "{} against {probability}", sum / total);
        assert!((found.probability - sum / total).abs() < 1e-8, "{} against {}", found.probability, sum / total);
        // what is said of a label taken back is what happens when it is
        for seed in found.seeds.iter().take(2) {
            let mut labels = seeds.labels().to_vec();
            labels[seed.row] = None;
            let fewer = Seeds::new(vec!["a".into(), "b".into()], labels).unwrap();
            let then = f64::from(run(diffusion, graph, &fewer).probabilities[[row, class]]);
            let stated = seed.without.expect("asked for");
            assert!((then - stated).abs() < 1e-5, "without {}: {then}, stated {stated}", seed.row);
        }
        assert!(found.seeds.iter().skip(2).all(|seed| seed.without.is_none()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn shares_equal_the_dense_solution(seed in 0_u64..1000, n in 12_usize..60, k in 3_usize..6, alpha in 0.05_f32..0.98) {
        let x = random(n, 3, seed);
        let table = neighbors::exact(x.view(), k, &Unobserved).unwrap();
        let seeds = two_classes(n);
        for weights in [Weights::Connectivity, Weights::SelfTuning] {
            let graph = Graph::knn(&table, k, weights).unwrap();
            for algorithm in [Algorithm::Spreading, Algorithm::Propagation] {
                let diffusion = diffusion(algorithm, alpha);
                let reached = run(&diffusion, &graph, &seeds);
                for row in [0, n / 2, n - 1].into_iter().filter(|&row| reached.label(row).is_some()) {
                    check(&diffusion, &graph, &seeds, row);
                }
            }
        }
    }
}

#[test]
fn all_pairs_are_explained_too() {
    let graph = Graph::rbf(random(40, 3, 5).view(), 0.7).unwrap();
    for algorithm in [Algorithm::Spreading, Algorithm::Propagation] {
        check(&diffusion(algorithm, 0.6), &graph, &two_classes(40), 17);
    }
}

#[test]
fn a_row_that_no_seed_reaches_has_no_sources() {
    let x = array![[0.0_f32], [0.1], [0.2], [9.0], [9.1], [9.2]];
    let table = neighbors::exact(x.view(), 2, &Unobserved).unwrap();
    let graph = Graph::knn(&table, 2, Weights::Connectivity).unwrap();
    let labels = vec![Some(0), None, None, None, None, None];
    let seeds = Seeds::new(vec!["a".into(), "b".into()], labels).unwrap();
    for algorithm in [Algorithm::Spreading, Algorithm::Propagation] {
        let diffusion = diffusion(algorithm, 0.9);
        let sources = |row, class| diffusion.influence(&graph, &seeds, (row, class), 1, &Unobserved).unwrap();
        // its only label taken back, nothing reaches it
        let only = Influence { row: 0, share: 1.0, without: Some(0.0) };
        assert_eq!(sources(1, 0), Sources { probability: 1.0, seeds: vec![only] });
        assert_eq!(sources(4, 0), Sources::default());
        assert_eq!(sources(1, 1), Sources::default(), "no seed of that class");
        assert!(diffusion.influence(&graph, &seeds, (6, 0), 0, &Unobserved).is_err());
    }
}

#[test]
fn a_clamped_row_is_its_own_source() {
    let graph =
        Graph::knn(&neighbors::exact(random(20, 2, 1).view(), 4, &Unobserved).unwrap(), 4, Weights::Connectivity);
    let found =
        diffusion(Algorithm::Propagation, 0.5).influence(&graph.unwrap(), &two_classes(20), (7, 1), 0, &Unobserved);
    let own = Influence { row: 7, share: 1.0, without: None };
    assert_eq!(found.unwrap(), Sources { probability: 1.0, seeds: vec![own] });
}
