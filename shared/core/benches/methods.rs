//! Neighbours, outliers, labels and maps at sizes that a bench run can repeat: `cargo bench -p balmer-core`.

use balmer_core::{
    engine::Unobserved,
    manifold::{self, UmapParams},
    neighbors::{self, Pair, Search},
    outlier::lof,
    semi_supervised::{Diffusion, Graph, Seeds, Weights},
    sky::{CrossmatchParams, Find, Observed, Position, ProperMotion, Source, crossmatch},
};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ndarray::Array2;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

fn random(n: usize, d: usize) -> Array2<f32> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(0);
    Array2::from_shape_simple_fn((n, d), || rng.random::<f32>())
}

fn knn(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("knn");
    group.sample_size(10);
    for (n, d, k) in [(2_000, 140, 20), (10_000, 140, 20), (10_000, 140, 128), (10_000, 10, 20)] {
        let x = random(n, d);
        group.throughput(Throughput::Elements((n * n) as u64));
        group.bench_function(BenchmarkId::from_parameter(format!("n{n}-d{d}-k{k}")), |bencher| {
            bencher.iter(|| neighbors::exact(x.view(), k, &Unobserved));
        });
    }
}

/// Two blocks of rows that meet: rows of one asking those of the other alone, rows of both asking, and once all thresholds
/// are known. All are one product, of which `balmer bench fma` tells the least time that it can take.
fn meet(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("meet");
    group.sample_size(10);
    for (half, d) in [(25_600, 140), (6_400, 2_000)] {
        let x = random(2 * half, d);
        let search = Search::packed(x.view()).expect("finite features");
        let pair = Pair { rows: 0..half, columns: half..2 * half };
        let both = vec![f32::INFINITY; 2 * half];
        let mut queries = both.clone();
        queries[half..].fill(f32::NEG_INFINITY);
        let known = search.meet(&pair, &queries, 20, &Unobserved).expect("two blocks").thresholds;
        // a multiply and an add for each feature of each pair
        group.throughput(Throughput::Elements(2 * (half * half * d) as u64));
        for (name, limits) in [("queries", &queries), ("both", &both), ("known-thresholds", &known)] {
            group.bench_function(BenchmarkId::new(name, format!("n{half}-n{half}-d{d}-k20")), |bencher| {
                bencher.iter(|| search.meet(&pair, limits, 20, &Unobserved));
            });
        }
    }
}

fn factor(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("lof");
    let table = neighbors::exact(random(10_000, 10).view(), 128, &Unobserved).expect("finite features");
    for k in [20, 100] {
        group.bench_function(BenchmarkId::from_parameter(format!("n10000-k{k}")), |bencher| {
            bencher.iter(|| lof::from_table(&table, k));
        });
    }
}

fn spread(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("spread");
    group.sample_size(10);
    let (n, diffusion) = (10_000, Diffusion { max_iter: 10, tol: 0.0, ..Diffusion::default() });
    let labelled = |classes: i64| {
        let code = |i: i64| if i % 100 == 0 { i / 100 % classes } else { -1 };
        Seeds::from_codes(&(0..n as i64).map(code).collect::<Vec<_>>()).expect("codes")
    };
    let seeds = labelled(3);
    let x = random(n, 10);
    let table = neighbors::exact(x.view(), 10, &Unobserved).expect("finite features");
    for weights in [Weights::Connectivity, Weights::SelfTuning] {
        group.bench_function(format!("graph-n10000-k10-{weights:?}").to_lowercase(), |bencher| {
            bencher.iter(|| Graph::knn(&table, 10, weights));
        });
    }
    let sparse = Graph::knn(&table, 10, Weights::SelfTuning).expect("ten neighbours");
    let twelve = labelled(12);
    group.bench_function("knn-n10000-k10-12-classes-10-iterations", |bencher| {
        bencher.iter(|| diffusion.run(&sparse, &twelve, &Unobserved));
    });
    group.bench_function("knn-n10000-k10-10-iterations", |bencher| {
        bencher.iter(|| diffusion.run(&sparse, &seeds, &Unobserved));
    });
    let all_pairs = Graph::rbf(x.view(), 20.0).expect("finite features");
    group.bench_function("rbf-n10000-d10-10-iterations", |bencher| {
        bencher.iter(|| diffusion.run(&all_pairs, &seeds, &Unobserved));
    });
}

/// Maps from a table that is there: 500 epochs of the smaller, 200 of the larger.
fn map(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("map");
    group.sample_size(10);
    for n in [5_000, 20_000] {
        let x = random(n, 10);
        let table = neighbors::exact(x.view(), 15, &Unobserved).expect("finite features");
        group.bench_function(BenchmarkId::new("pca", format!("n{n}-d10")), |bencher| {
            bencher.iter(|| manifold::pca_map(x.view()));
        });
        let start = manifold::pca_map(x.view()).expect("finite features").coordinates;
        group.bench_function(BenchmarkId::new("umap", format!("n{n}-k15")), |bencher| {
            bencher.iter(|| manifold::umap(&table, start.view(), &UmapParams::default(), &Unobserved, &mut |_, _| ()));
        });
    }
}

/// A million spectra all over the sky against a million rows, each within 6 arcsec of one: half of them match.
fn sky(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("crossmatch");
    group.sample_size(10);
    let n = 1_000_000;
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(0);
    let mut uniform = |from: f64, to: f64| rng.random_range(from..to);
    let places: Vec<(f64, f64)> =
        (0..n).map(|_| (uniform(0.0, 360.0), uniform(-1.0, 1.0).asin().to_degrees())).collect();
    let spectra: Vec<Observed> = places
        .iter()
        .map(|&(ra, dec)| Observed { position: Position::new(ra, dec), epoch: Some(uniform(2011.0, 2024.0)) })
        .collect();
    let arcsec = 1.0 / 3600.0;
    let still: Vec<Source> = (0..n)
        .map(|i| {
            // rows come in an order of their own
            let (ra, dec) = places[(i * 314_159) % n];
            let (angle, apart) = (uniform(0.0, 6.3), uniform(0.0, 6.0) * arcsec);
            let dec_there = (dec + apart * angle.sin()).clamp(-90.0, 90.0);
            let ra_there = ra + apart * angle.cos() / dec.to_radians().cos();
            Source { position: Position::new(ra_there, dec_there), motion: None }
        })
        .collect();
    let moving: Vec<Source> = still
        .iter()
        .map(|row| Source { motion: ProperMotion::new(uniform(-20.0, 20.0), uniform(-20.0, 20.0), 2016.0), ..*row })
        .collect();
    for (name, rows, radius, find) in [
        ("still", &still, "3arcsec", Find::Best),
        ("moving", &moving, "3arcsec", Find::Best),
        ("still", &still, "3arcsec", Find::All),
        ("still", &still, "2arcmin", Find::EachSpectrum),
    ] {
        let params = CrossmatchParams { radius: radius.parse().expect("a radius"), find, most_pairs: 1 << 25 };
        group.throughput(Throughput::Elements(n as u64));
        group.bench_function(BenchmarkId::new(name, format!("n{n}-n{n}-{radius}-{find}")), |bencher| {
            bencher.iter(|| crossmatch(&spectra, rows, params, &Unobserved));
        });
    }
}

criterion_group!(benches, knn, meet, factor, spread, map, sky);
criterion_main!(benches);
