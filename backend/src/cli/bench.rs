//! `balmer bench`: how fast the heavy steps are on this machine, on data like a survey's.

use std::{path::PathBuf, time::Instant};

use balmer_core::{
    Engine,
    ndarray::{Array2, ArrayViewMut1},
    outlier::lof,
    semi_supervised::{Algorithm, Diffusion, Graph, Seeds, Weights},
};
use futures::executor::block_on;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;
use serde_json::json;

use super::{
    matrix_io::read_matrix,
    multiply_adds,
    output::{self, thousands},
    session::Session,
    system,
};

/// Time the neighbours, LOF or label spreading
///
/// The data are those of --input, read before the clock starts, or drawn by the seed: a few smooth
/// components with the weights of clusters of objects, and noise. With --json: seconds, those of its
/// processors together, gflops (2 n^2 d operations for the neighbours, 2 edges classes for each step of
/// spreading), bytes (largest resident memory), threads, device.
#[derive(Debug, clap::Args)]
pub struct Bench {
    /// What is timed
    #[arg(value_enum)]
    what: What,
    /// Matrix to time it on instead: .npy (f32 or f64), .parquet or .csv
    #[arg(long, short, value_name = "FILE", conflicts_with_all = ["n", "d", "seed"])]
    input: Option<PathBuf>,
    /// Rows
    #[arg(long, default_value_t = 10_000, value_parser = super::positive)]
    n: usize,
    /// Columns
    #[arg(long, default_value_t = 140, value_parser = super::positive)]
    d: usize,
    /// Neighbours of each row
    #[arg(long, default_value_t = 20, value_parser = super::positive)]
    k: usize,
    /// Draws the data
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum What {
    /// Nearest neighbours
    Knn,
    /// Nearest neighbours and Local Outlier Factors
    Lof,
    /// Nearest neighbours, their graph, and label spreading of three classes
    Spread,
    /// Multiply-adds in registers alone: what no kernel can exceed (n, d and k play no part)
    Fma,
}

/// Number of smooth components the data are made of.
const RANK: usize = 12;
/// Number of clusters of objects.
const CLUSTERS: usize = 16;
/// Standard deviation of the noise; the components have unit amplitude.
const NOISE: f32 = 0.1;
/// Classes of the spreading benchmark; every hundredth row is labelled.
const CLASSES: usize = 3;

impl Bench {
    pub fn run(self, session: &Session) -> anyhow::Result<()> {
        if self.what == What::Fma {
            return multiply_adds::report(session);
        }
        let engine = session.engine()?;
        let (x, clusters) = match &self.input {
            Some(path) => {
                let x = read_matrix(path)?;
                let hundreds = (0..x.nrows()).map(|i| i / 100).collect();
                (x, hundreds)
            }
            None => survey_like(self.n, self.d, self.seed),
        };
        let (n, d) = x.dim();
        let progress = session.progress("bench");
        let (started, spent) = (Instant::now(), system::cpu_seconds());
        let table = block_on(engine.kneighbors(x.view(), self.k, &progress))?;
        let mut operations = 2.0 * (n as f64).powi(2) * d as f64;
        match self.what {
            What::Knn | What::Fma => {}
            What::Lof => drop(lof::from_table(&table, self.k)?),
            What::Spread => {
                let graph = Graph::knn(&table, self.k, Weights::Connectivity)?;
                let labels = clusters.iter().enumerate().map(|(i, c)| (i % 100 == 0).then_some((c % CLASSES) as u32));
                let seeds = Seeds::new((0..CLASSES).map(|c| c.to_string()).collect(), labels.collect())?;
                let diffusion = Diffusion { algorithm: Algorithm::Spreading, alpha: 0.2, max_iter: 1000, tol: 1e-3 };
                let found = block_on(engine.diffuse(&graph, &seeds, &diffusion, &progress))?;
                if let Graph::Sparse(edges) = &graph {
                    operations += 2.0 * (edges.columns().len() * CLASSES * found.iterations) as f64;
                }
            }
        }
        let (seconds, cpu_seconds) = (started.elapsed().as_secs_f64(), system::cpu_seconds() - spent);
        drop(progress);
        let (gflops, bytes) = (operations / seconds / 1e9, system::peak_memory());
        if session.json() {
            return output::print_json(&json!({
                "benchmark": format!("{:?}", self.what).to_lowercase(), "n": n, "d": d, "k": self.k,
                "seed": self.seed, "input": self.input, "seconds": seconds, "cpu_seconds": cpu_seconds,
                "gflops": gflops, "bytes": bytes, "threads": system::threads(), "device": engine.name(),
            }));
        }
        let memory = bytes.map_or_else(|| output::UNKNOWN.to_owned(), output::bytes);
        output::print(|out| {
            writeln!(out, "{} x {d}, k = {}: {seconds:.3} s, {cpu_seconds:.3} s of processors", thousands(n), self.k)?;
            writeln!(out, "{gflops:.1} Gflop/s, {memory} at most, on {}", engine.name())
        })
    }
}

/// Rows like a survey's spectra, and the cluster each belongs to. Every row has its own generator, so
/// the data do not depend on the threads.
fn survey_like(n: usize, d: usize, seed: u64) -> (Array2<f32>, Vec<usize>) {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let components = Array2::from_shape_fn((RANK, d), |(r, j)| {
        let phase = (r * 7 % RANK) as f32 / RANK as f32;
        (std::f32::consts::TAU * ((r + 1) as f32 * 0.5 * j as f32 / d as f32 + phase)).sin()
    });
    let centres = Array2::from_shape_simple_fn((CLUSTERS, RANK), || normal(&mut rng));
    let mut x = Array2::zeros((n, d));
    let mut clusters = vec![0; n];
    let rows: Vec<ArrayViewMut1<f32>> = x.outer_iter_mut().collect();
    rows.into_par_iter().zip(&mut clusters).enumerate().for_each(|(i, (mut row, cluster))| {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed ^ (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        *cluster = rng.random_range(0..CLUSTERS);
        for (component, &centre) in components.outer_iter().zip(centres.row(*cluster)) {
            row.scaled_add(centre + 0.3 * normal(&mut rng), &component);
        }
        row.mapv_inplace(|value| value + NOISE * normal(&mut rng));
    });
    (x, clusters)
}

/// A standard normal deviate (Box and Muller 1958).
fn normal(rng: &mut impl Rng) -> f32 {
    let (u, v): (f32, f32) = (1.0 - rng.random::<f32>(), rng.random());
    (-2.0 * u.ln()).sqrt() * (std::f32::consts::TAU * v).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_depend_on_the_seed_only() {
        let (x, clusters) = survey_like(200, 30, 1);
        assert_eq!(x, survey_like(200, 30, 1).0);
        assert_ne!(x, survey_like(200, 30, 2).0);
        assert_eq!(x.slice(balmer_core::ndarray::s![..50, ..]), survey_like(50, 30, 1).0);
        assert!(x.iter().all(|v| v.is_finite()) && clusters.iter().any(|&c| c > 0));
    }
}
