//! Labels that flow: the same classes after the same number of steps, probabilities within the stated tolerance.

use balmer_compute::{GpuEngine, PROBABILITY_TOLERANCE};
use balmer_core::{
    CpuEngine, Engine, Error,
    engine::Unobserved,
    ndarray::Array2,
    neighbors::{self, NeighborTable},
    semi_supervised::{Algorithm, Diffusion, Graph, Seeds, Weights},
};
use pollster::block_on;

use super::{assert_unaided, gpu, matrices::spectra_like};

fn seeds(n: usize, classes: usize, every: usize) -> Seeds {
    let names = (0..classes).map(|class| format!("class {class}")).collect();
    let label = |row: usize| row.is_multiple_of(every).then_some((row / every % classes) as u32);
    Seeds::new(names, (0..n).map(label).collect()).unwrap()
}

fn check(engine: &GpuEngine, graph: &Graph, seeds: &Seeds, diffusion: &Diffusion) {
    let expected = block_on(CpuEngine.diffuse(graph, seeds, diffusion, &Unobserved)).unwrap();
    let found = block_on(engine.diffuse(graph, seeds, diffusion, &Unobserved)).unwrap();
    assert_unaided(engine);
    let state =
        |of: &balmer_core::semi_supervised::LabelDistributions| (of.iterations, of.converged, of.classes.clone());
    assert_eq!(state(&found), state(&expected), "{diffusion:?}");
    for row in 0..seeds.n_rows() {
        let (found_row, expected_row) = (found.probabilities.row(row), expected.probabilities.row(row));
        let mut pairs = found_row.iter().zip(expected_row);
        assert!(pairs.all(|(p, q)| (p - q).abs() <= PROBABILITY_TOLERANCE), "row {row}: {found_row}, {diffusion:?}");
        // where two classes are as probable as each other either may come first
        let by_a_margin = {
            let mut sorted = expected_row.to_vec();
            sorted.sort_by(|a, b| b.total_cmp(a));
            sorted.len() < 2 || sorted[0] - sorted[1] > 2.0 * PROBABILITY_TOLERANCE || sorted[0] == 0.0
        };
        assert!(!by_a_margin || found.label(row) == expected.label(row), "row {row}, {diffusion:?}");
    }
}

fn both(alpha: f32) -> [Diffusion; 2] {
    [Algorithm::Spreading, Algorithm::Propagation].map(|algorithm| Diffusion {
        algorithm,
        alpha,
        max_iter: 300,
        tol: 1e-3,
    })
}

#[test]
fn along_the_neighbours_of_spectra() {
    let engine = gpu();
    for n in [2, 63, 64, 65, 300, 2500] {
        let table = neighbors::exact(spectra_like(n, 20).view(), 10.min(n - 1), &Unobserved).unwrap();
        for weights in [Weights::Connectivity, Weights::SelfTuning, Weights::Rbf { gamma: 2.0 }] {
            let graph = Graph::knn(&table, table.n_neighbors(), weights).unwrap();
            for diffusion in both(0.2).into_iter().chain(both(0.95)) {
                check(&engine, &graph, &seeds(n, 4.min(n), n.div_ceil(20)), &diffusion);
            }
        }
    }
}

/// Each row's neighbours by index and distance.
fn table(rows: &[&[(u32, f32)]]) -> NeighborTable {
    let shape = (rows.len(), rows[0].len());
    NeighborTable::new(
        Array2::from_shape_fn(shape, |(i, j)| rows[i][j].0),
        Array2::from_shape_fn(shape, |(i, j)| rows[i][j].1),
    )
    .unwrap()
}

#[test]
fn far_from_every_seed_shares_still_count_and_end_at_one_distance() {
    let engine = gpu();
    // chains with a seed at either end, or at one: far off a label weighs less than any f32, then nothing
    for (n, both_ends) in [(201_u32, true), (1500, true), (1500, false)] {
        let links: Vec<[(u32, f32); 1]> = (0..n).map(|i| [(if i == 0 { 1 } else { i - 1 }, 1.0)]).collect();
        let links: Vec<&[(u32, f32)]> = links.iter().map(|row| &row[..]).collect();
        let graph = Graph::knn(&table(&links), 1, Weights::Connectivity).unwrap();
        let labels = (0..n).map(|i| (i == 0).then_some(0).or((both_ends && i == n - 1).then_some(1))).collect();
        let seeds = Seeds::new(vec!["near".into(), "far".into()], labels).unwrap();
        for diffusion in both(0.2) {
            check(&engine, &graph, &seeds, &Diffusion { max_iter: 1000, ..diffusion });
        }
    }
}

#[test]
fn weights_below_every_float_and_parts_without_a_seed() {
    let engine = gpu();
    // two pairs and an outlier that hangs on one of them by a thread; the second pair has no seed
    let graph = table(&[&[(1, 1.0)], &[(0, 1.0)], &[(3, 1.0)], &[(2, 1.0)], &[(0, 13.0)]]);
    let graph = Graph::knn(&graph, 1, Weights::Rbf { gamma: 0.5 }).unwrap();
    let seeds = Seeds::new(vec!["a".into(), "b".into()], vec![Some(0), Some(1), None, None, None]).unwrap();
    for diffusion in both(0.2).into_iter().chain(both(0.99)) {
        check(&engine, &graph, &seeds, &diffusion);
    }
}

#[test]
fn steps_end_where_they_are_told_to() {
    let engine = gpu();
    let found = neighbors::exact(spectra_like(500, 20).view(), 10, &Unobserved).unwrap();
    let graph = Graph::knn(&found, 10, Weights::Connectivity).unwrap();
    for max_iter in [1, 2, 15, 16, 17, 40] {
        for diffusion in both(0.9) {
            check(&engine, &graph, &seeds(500, 3, 50), &Diffusion { max_iter, tol: 0.0, ..diffusion });
        }
    }
}

#[test]
fn a_step_that_is_too_long_for_one_submission_is_cut() {
    let engine = gpu();
    // a ring of 60,000 rows, each beside the five before and the five behind it: 115 million operations a step
    let (n, steps) = (60_000, [1, 2, 3, 4, 5]);
    let indices = Array2::from_shape_fn((n, 10), |(i, j)| {
        ((i + if j % 2 == 0 { steps[j / 2] } else { n - steps[j / 2] }) % n) as u32
    });
    let distances = Array2::from_shape_fn((n, 10), |(_, j)| steps[j / 2] as f32);
    let graph = Graph::knn(&NeighborTable::new(indices, distances).unwrap(), 10, Weights::SelfTuning).unwrap();
    for diffusion in both(0.9) {
        check(&engine, &graph, &seeds(n, 12, 31), &Diffusion { max_iter: 5, ..diffusion });
    }
}

#[test]
fn wrong_input_gets_the_processors_error_and_dense_graphs_its_answer() {
    let engine = gpu();
    let x = spectra_like(60, 5);
    let graph = Graph::knn(&neighbors::exact(x.view(), 5, &Unobserved).unwrap(), 5, Weights::Connectivity).unwrap();
    let mismatched = block_on(engine.diffuse(&graph, &seeds(59, 2, 7), &Diffusion::default(), &Unobserved));
    assert!(matches!(mismatched, Err(Error::Labels(_))), "{mismatched:?}");
    let dense = Graph::rbf(x.view(), 20.0).unwrap();
    let expected = block_on(CpuEngine.diffuse(&dense, &seeds(60, 2, 7), &Diffusion::default(), &Unobserved));
    let found = block_on(engine.diffuse(&dense, &seeds(60, 2, 7), &Diffusion::default(), &Unobserved));
    assert_eq!(found, expected);
    assert!(engine.name().contains("labels by cpu"), "{}", engine.name());
}
