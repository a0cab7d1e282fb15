//! `balmer bench`: how fast the heavy steps are on this machine, on data like a survey's.

use std::{path::PathBuf, time::Instant};

use balmer::machine;
use balmer_core::{
    Engine,
    ndarray::{Array2, ArrayViewMut1},
    outlier::lof,
};
use futures::executor::block_on;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;
use serde_json::{Value, json};

use super::{
    Usage,
    matrix_io::read_matrix,
    multiply_adds,
    output::{self, thousands},
    session::Session,
    system,
};

mod spreading;

/// Time the neighbours, LOF or label spreading
///
/// The data are those of --input, read before the clock starts, or drawn by the seed: a few smooth
/// components with the weights of clusters of objects, and noise. With --json: seconds, those of its
/// processors together, gflops (2 n^2 d operations for the neighbours, 2 edges classes for each step of
/// spreading), bytes (largest resident memory), threads, device.
///
/// Labels of three classes spread along the neighbours of points in a cube, listed in random order, that no
/// search has to find: seconds of the graph and of the steps apart, beside the seconds that memory alone
/// would need for them by a triad as STREAM's, and once more if all neighbours were found in caches.
#[derive(Debug, clap::Args)]
pub struct Bench {
    /// What is timed
    #[arg(value_enum)]
    what: What,
    /// Matrix to time knn or lof on instead: .npy (f32 or f64), .parquet or .csv
    #[arg(long, short, value_name = "FILE", conflicts_with_all = ["n", "d", "seed"])]
    input: Option<PathBuf>,
    /// Rows
    #[arg(long, default_value_t = 10_000, value_parser = super::positive)]
    n: usize,
    /// Columns (knn, lof)
    #[arg(long, default_value_t = 140, value_parser = super::positive)]
    d: usize,
    /// Neighbours of each row
    #[arg(long, default_value_t = 20, value_parser = super::positive)]
    k: usize,
    /// Steps (spread)
    #[arg(long, default_value_t = 30, value_parser = super::positive)]
    steps: usize,
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
    /// The graph of neighbours, and label spreading of three classes
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

impl Bench {
    pub fn run(self, session: &Session) -> anyhow::Result<()> {
        if self.input.is_some() && !matches!(self.what, What::Knn | What::Lof) {
            return Err(Usage("--input: a matrix is timed by knn and lof".to_owned()).into());
        }
        match self.what {
            What::Spread => return self.spread(session),
            What::Fma => return multiply_adds::report(session),
            What::Knn | What::Lof => {}
        }
        let engine = session.engine()?;
        let x = match &self.input {
            Some(path) => read_matrix(path)?,
            None => survey_like(self.n, self.d, self.seed),
        };
        let (n, d) = x.dim();
        let progress = session.progress("bench");
        let (started, spent) = (Instant::now(), system::cpu_seconds());
        let table = block_on(engine.kneighbors(x.view(), self.k, &progress))?;
        if self.what == What::Lof {
            drop(lof::from_table(&table, self.k)?);
        }
        let (seconds, cpu_seconds) = (started.elapsed().as_secs_f64(), system::cpu_seconds() - spent);
        drop(progress);
        let (gflops, bytes) = (2.0 * (n as f64).powi(2) * d as f64 / seconds / 1e9, machine::peak_memory());
        if session.json() {
            return output::print_json(&json!({
                "benchmark": format!("{:?}", self.what).to_lowercase(), "n": n, "d": d, "k": self.k,
                "seed": self.seed, "input": self.input, "seconds": seconds, "cpu_seconds": cpu_seconds,
                "gflops": gflops, "bytes": bytes, "threads": system::threads(), "device": engine.name(),
            }));
        }
        output::print(|out| {
            writeln!(out, "{} x {d}, k = {}: {seconds:.3} s, {cpu_seconds:.3} s of processors", thousands(n), self.k)?;
            writeln!(out, "{gflops:.1} Gflop/s, {} at most, on {}", memory(bytes), engine.name())
        })
    }

    fn spread(&self, session: &Session) -> anyhow::Result<()> {
        let engine = session.engine()?;
        let progress = session.progress("bench");
        let found = spreading::measure([self.n, self.k, self.steps], self.seed, &engine, &progress)?;
        drop(progress);
        if session.json() {
            let mut report = json!({
                "benchmark": "spread", "n": self.n, "k": self.k, "seed": self.seed,
                "seconds": found.seconds.iter().sum::<f64>(), "gflops": found.gflops(),
                "threads": system::threads(), "device": engine.name(),
            });
            if let (Some(report), Value::Object(more)) = (report.as_object_mut(), found.report()) {
                report.extend(more);
            }
            return output::print_json(&report);
        }
        let ([graph, steps], [floor, in_cache]) = (found.seconds, found.floors());
        output::print(|out| {
            let rows = thousands(self.n);
            writeln!(out, "{rows} rows, k = {}: graph {graph:.3} s, {} steps {steps:.3} s", self.k, found.steps)?;
            let bandwidth = found.bandwidth / 1e9;
            writeln!(
                out,
                "memory at {bandwidth:.1} GB/s would need {floor:.3} s, {in_cache:.3} s beside a perfect cache"
            )?;
            writeln!(out, "{:.1} Gflop/s, {} at most, on {}", found.gflops(), memory(found.bytes), engine.name())
        })
    }
}

fn memory(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| output::UNKNOWN.to_owned(), output::bytes)
}

/// Rows like a survey's spectra. Every row has its own generator, so the data do not depend on the threads.
fn survey_like(n: usize, d: usize, seed: u64) -> Array2<f32> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let components = Array2::from_shape_fn((RANK, d), |(r, j)| {
        let phase = (r * 7 % RANK) as f32 / RANK as f32;
        (std::f32::consts::TAU * ((r + 1) as f32 * 0.5 * j as f32 / d as f32 + phase)).sin()
    });
    let centres = Array2::from_shape_simple_fn((CLUSTERS, RANK), || normal(&mut rng));
    let mut x = Array2::zeros((n, d));
    let rows: Vec<ArrayViewMut1<f32>> = x.outer_iter_mut().collect();
    rows.into_par_iter().enumerate().for_each(|(i, mut row)| {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed ^ (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let cluster = rng.random_range(0..CLUSTERS);
        for (component, &centre) in components.outer_iter().zip(centres.row(cluster)) {
            row.scaled_add(centre + 0.3 * normal(&mut rng), &component);
        }
        row.mapv_inplace(|value| value + NOISE * normal(&mut rng));
    });
    x
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
        let x = survey_like(200, 30, 1);
        assert_eq!(x, survey_like(200, 30, 1));
        assert_ne!(x, survey_like(200, 30, 2));
        assert_eq!(x.slice(balmer_core::ndarray::s![..50, ..]), survey_like(50, 30, 1));
        assert!(x.iter().all(|v| v.is_finite()));
    }
}
