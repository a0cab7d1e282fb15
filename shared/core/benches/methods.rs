//! Neighbours, outliers, labels and maps at sizes that a bench run can repeat: `cargo bench -p balmer-core`.

use balmer_core::{
    engine::Unobserved,
    manifold::{self, UmapParams},
    neighbors::{self, Pair, Search},
    outlier::lof,
    semi_supervised::{Diffusion, Graph, Seeds, Weights},
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

criterion_group!(benches, knn, meet, factor, spread, map);
criterion_main!(benches);
