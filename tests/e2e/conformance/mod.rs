//! The browser's numbers: its processor, in each of the worker's builds, and WebGPU give what the processor gives here.
//! The same matrices as `it`'s conformance tests of native devices.

mod chief;
#[path = "../../it/conformance/matrices.rs"]
mod matrices;
mod real_data;

use balmer_compute::PROBABILITY_TOLERANCE;
use balmer_core::{
    CpuEngine, Engine,
    engine::Unobserved,
    ndarray::{Array2, ArrayView2},
    neighbors::NeighborTable,
    outlier::lof,
    pipeline::{LabelAlgorithm, LabelWeights, LabelsSpec},
    semi_supervised::{Algorithm, Diffusion, Graph, Seeds, Weights},
};
use chief::{Chief, Found};
use matrices::{awkward, noise, spectra_like, wrong};
use pollster::block_on;

use crate::{browser::Browser, server::Server};

/// What the worker must say that it computes with.
type Device = &'static str;

/// Neighbours and factors as the processor here has them, to the bit.
async fn check(chief: &Chief<'_>, device: Device, x: ArrayView2<'_, f32>, k: usize) {
    let expected = block_on(CpuEngine.kneighbors(x, k, &Unobserved)).unwrap();
    let found = chief.find(x, k, None).await.unwrap();
    check_neighbors(&found, device, &expected);
}

fn check_neighbors(found: &Found, device: Device, expected: &NeighborTable) {
    let (n, k) = expected.indices().dim();
    let is_unaided = !found.name.contains(';') && !found.name.contains("failed");
    assert!(found.name.contains(device) && is_unaided, "{} instead of {device}", found.name);
    let row_of = |i: usize| (&found.indices[i * k..][..k], &found.distances[i * k..][..k]);
    assert_eq!((found.indices.len(), found.distances.len()), (n * k, n * k));
    let differs = (0..n).find(|&row| row_of(row) != expected.row(row));
    assert_eq!(differs, None, "{n} rows, k = {k}, {device}");
    assert!(found.factors == lof::from_table(expected, k).unwrap().lof.to_vec(), "{n} rows, k = {k}, {device}");
}

/// Labels that flow along the graph of `k` neighbours: the same after the same steps, within the stated tolerance.
async fn check_labels(chief: &Chief<'_>, device: Device, x: ArrayView2<'_, f32>, k: usize, codes: &[i32]) -> f32 {
    let table = block_on(CpuEngine.kneighbors(x, k, &Unobserved)).unwrap();
    let seeds = Seeds::from_codes(&codes.iter().map(|&code| i64::from(code)).collect::<Vec<_>>()).unwrap();
    let classes = seeds.classes().len();
    let mut worst_of_all = 0.0_f32;
    for (algorithm, weights, alpha) in [
        (LabelAlgorithm::Spreading, LabelWeights::Connectivity, 0.9),
        (LabelAlgorithm::Spreading, LabelWeights::SelfTuning, 0.2),
        (LabelAlgorithm::Propagation, LabelWeights::Connectivity, 0.2),
    ] {
        let spec = LabelsSpec { algorithm, weights, alpha, n_neighbors: k.min(10), ..LabelsSpec::default() };
        let found = chief.find(x, k, Some((&spec, codes))).await.unwrap();
        check_neighbors(&found, device, &table);
        let graph = Graph::knn(&table, spec.n_neighbors, native_weights(weights)).unwrap();
        let expected = block_on(CpuEngine.diffuse(&graph, &seeds, &native(&spec), &Unobserved)).unwrap();
        let (iterations, probabilities) = found.labels.unwrap();
        assert_eq!(iterations, expected.iterations, "{device}, {spec:?}");
        let probabilities = Array2::from_shape_vec((x.nrows(), classes), probabilities).unwrap();
        for (row, (found, expected)) in probabilities.rows().into_iter().zip(expected.probabilities.rows()).enumerate()
        {
            let apart = || found.iter().zip(expected).map(|(p, q)| (p - q).abs());
            assert!(apart().all(|apart| apart <= PROBABILITY_TOLERANCE), "row {row}: {found}, {device}, {spec:?}");
            worst_of_all = apart().fold(worst_of_all, f32::max);
        }
    }
    worst_of_all
}

fn native_weights(weights: LabelWeights) -> Weights {
    match weights {
        LabelWeights::Connectivity => Weights::Connectivity,
        LabelWeights::SelfTuning => Weights::SelfTuning,
    }
}

fn native(spec: &LabelsSpec) -> Diffusion {
    let algorithm = match spec.algorithm {
        LabelAlgorithm::Spreading => Algorithm::Spreading,
        LabelAlgorithm::Propagation => Algorithm::Propagation,
    };
    Diffusion { algorithm, alpha: spec.alpha as f32, max_iter: spec.max_iter, tol: spec.tol as f32 }
}

/// Every shape that is hard in one way or another; none is large.
async fn check_shapes(chief: &Chief<'_>, device: Device) {
    for n in [2, 3, 63, 64, 65, 129, 1025] {
        check(chief, device, spectra_like(n, 7).view(), 5.min(n - 1)).await;
        check(chief, device, spectra_like(n, 7).view(), 128.min(n - 1)).await;
    }
    for (n, d) in [(700, 1), (700, 3), (500, 1000), (260, 3900)] {
        check(chief, device, spectra_like(n, d).view(), 20).await;
    }
    for (x, k) in awkward() {
        check(chief, device, x.view(), k).await;
    }
    for (x, k) in wrong() {
        let expected = block_on(CpuEngine.kneighbors(x.view(), k, &Unobserved)).unwrap_err();
        assert_eq!(chief.find(x.view(), k, None).await.err(), Some(expected.to_string()), "{:?}, k = {k}", x.dim());
    }
    let labels: Vec<i32> = (0..900).map(|row| if row % 45 == 0 { row / 45 % 3 } else { -1 }).collect();
    check_labels(chief, device, spectra_like(900, 20).view(), 10, &labels).await;
}

/// Either way of the pool: pieces where most pairs of rows need not be looked at, else all pairs meet.
async fn check_ways(chief: &Chief<'_>, device: Device) {
    let mut next = noise(3);
    let white = Array2::from_shape_simple_fn((3000, 140), &mut next);
    assert_eq!(chief.pieces(white.view(), 20).await, None, "{device}");
    check(chief, device, white.view(), 20).await;
    // mixtures of three smooth curves, and a little noise
    let weights = Array2::from_shape_simple_fn((3000, 3), &mut next);
    let curves = Array2::from_shape_fn((3, 140), |(i, j)| (j as f32 / 140.0 * (i + 1) as f32 * 3.0).sin());
    let spectra = weights.dot(&curves) + Array2::from_shape_simple_fn((3000, 140), || 0.02 * next());
    for k in [5, 20] {
        assert_eq!(chief.pieces(spectra.view(), k).await, Some(6), "k = {k}{device}");
        check(chief, device, spectra.view(), k).await;
    }
}

#[tokio::test]
async fn the_processor_in_a_browser_finds_what_the_server_finds() {
    let server = Server::empty();
    let browser = Browser::open().await;
    for (build, device) in [("?build=simd128", ", simd128"), ("?build=plain", ", no SIMD"), ("", ", relaxed SIMD")] {
        let chief = Chief::start(&browser, &server, build, "browser-cpu").await;
        check_shapes(&chief, device).await;
        check_ways(&chief, device).await;
        if build.is_empty() {
            check(&chief, "browser CPU, 2 workers, relaxed SIMD", spectra_like(20_000, 140).view(), 20).await;
        }
    }
    browser.close().await;
}

#[tokio::test]
async fn webgpu_finds_what_the_server_finds() {
    let server = Server::empty();
    let browser = Browser::with_webgpu().await;
    let chief = Chief::start(&browser, &server, "", "browser-gpu").await;
    check_shapes(&chief, "browser GPU").await;
    check(&chief, "browser GPU", spectra_like(20_000, 140).view(), 20).await;
    browser.close().await;
}
