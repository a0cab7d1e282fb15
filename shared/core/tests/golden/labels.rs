//! Spreading and propagation with all pairs against `LabelSpreading` and `LabelPropagation`: 1e-4, absolute.

use balmer_core::{
    engine::Unobserved,
    semi_supervised::{Algorithm, Diffusion, Graph, Seeds},
};

use crate::matrices::{golden, matrix};

/// Every `every`-th row is labelled, with the classes in turn.
fn seeds(n: usize, every: usize) -> Seeds {
    let code = |i: usize| if i.is_multiple_of(every) { (i / every % 3) as i64 } else { -1 };
    Seeds::from_codes(&(0..n).map(code).collect::<Vec<_>>()).expect("valid input")
}

/// The first nine rows are labelled with their cluster.
fn by_cluster(n: usize) -> Seeds {
    let code = |i: usize| if i < 9 { (i % 3) as i64 } else { -1 };
    Seeds::from_codes(&(0..n).map(code).collect::<Vec<_>>()).expect("valid input")
}

fn check(file: &str, name: &str, seeds: impl Fn(usize) -> Seeds, gamma: f32, diffusion: Diffusion, iterations: usize) {
    let expected = golden::<f64>(file);
    let x = matrix(name);
    let graph = Graph::rbf(x.view(), gamma).expect("valid input");
    let found = diffusion.run(&graph, &seeds(x.nrows()), &Unobserved).expect("valid input");
    assert_eq!(found.iterations, iterations, "{file}");
    assert_eq!(found.probabilities.dim(), expected.dim());
    for ((place, &found), &expected) in found.probabilities.indexed_iter().zip(&expected) {
        assert!((f64::from(found) - expected).abs() <= 1e-4, "{file} {place:?}: {found}, scikit-learn {expected}");
    }
}

fn spreading(alpha: f32) -> Diffusion {
    Diffusion { alpha, ..Diffusion::default() }
}

fn propagation(max_iter: usize) -> Diffusion {
    Diffusion { algorithm: Algorithm::Propagation, max_iter, ..Diffusion::default() }
}

#[test]
fn spreading_random_50x2() {
    check("spreading-random-50x2", "random-50x2", |n| seeds(n, 10), 20.0, spreading(0.2), 4);
}

#[test]
fn spreading_clustered() {
    check("spreading-clustered-600x8", "clustered-600x8", by_cluster, 0.5, spreading(0.8), 4);
}

#[test]
fn spreading_real_spectra() {
    check("spreading-spectra", "spectra", |n| seeds(n, 30), 0.5, spreading(0.2), 5);
}

#[test]
fn spreading_random_5000x140() {
    check("spreading-random-5000x140", "random-5000x140", |n| seeds(n, 100), 0.2, spreading(0.2), 3);
}

#[test]
fn propagation_random_50x2() {
    check("propagation-random-50x2", "random-50x2", |n| seeds(n, 10), 20.0, propagation(1000), 97);
}

#[test]
fn propagation_clustered() {
    check("propagation-clustered-600x8", "clustered-600x8", by_cluster, 0.5, propagation(1000), 2);
}

#[test]
fn propagation_real_spectra() {
    check("propagation-spectra", "spectra", |n| seeds(n, 30), 0.5, propagation(150), 150);
}

#[test]
fn propagation_real_spectra_stopped_early() {
    check("propagation-spectra-5-iterations", "spectra", |n| seeds(n, 30), 20.0, propagation(5), 5);
}

#[test]
fn propagation_random_5000x140() {
    check("propagation-random-5000x140", "random-5000x140", |n| seeds(n, 100), 0.2, propagation(20), 20);
}
