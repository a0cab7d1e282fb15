//! Label spreading on a graph that needs no search: neighbours of points in a cube, found by cells.

use std::{hint::black_box, time::Instant};

use balmer::machine;
use balmer_core::{
    Engine, Observer,
    ndarray::Array2,
    neighbors::NeighborTable,
    semi_supervised::{Diffusion, Graph, Seeds, Weights},
};
use futures::executor::block_on;
use rand::{Rng, SeedableRng, seq::SliceRandom};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;
use serde_json::{Value, json};

use crate::cli::system;

/// Every hundredth row is labelled, with the classes in turn.
const CLASSES: usize = 3;
const EVERY: usize = 100;
/// Points of a cell for each neighbour wanted: the 27 cells around a point then hold ten times as many.
const POINTS: f64 = 0.4;
/// Values of each of the three arrays of the triad: together far more than a cache holds.
const TRIAD: usize = 1 << 24;
/// Values of one task of the triad.
const TASK: usize = 1 << 14;
/// Bytes of a share, of the root of a degree, and of an index.
const SHARE: usize = size_of::<f64>();
const ROOT: usize = size_of::<f64>();
const INDEX: usize = size_of::<u32>();

/// How long a graph took and how long its steps, and what memory could do at best.
#[derive(Debug)]
pub struct Measured {
    /// Seconds of the graph, then of all steps.
    pub seconds: [f64; 2],
    /// Seconds that all processors spent on both.
    pub cpu_seconds: f64,
    pub steps: usize,
    /// Directed edges of the symmetric graph.
    pub edges: usize,
    /// Bytes that a step reads or writes in order, each once; and those of the neighbours' shares that it looks up.
    pub step_bytes: [usize; 2],
    /// Bytes a second of `a = b + s c` over arrays in memory, with as many threads (the triad of STREAM).
    pub bandwidth: f64,
    /// Largest resident memory, before the triad.
    pub bytes: Option<u64>,
}

impl Measured {
    /// Seconds of the steps if nothing but memory's bandwidth held them up: with what is looked up coming from memory
    /// as well, and with all of it found in caches.
    pub fn floors(&self) -> [f64; 2] {
        let [in_order, looked_up] = self.step_bytes;
        [in_order + looked_up, in_order].map(|bytes| (bytes * self.steps) as f64 / self.bandwidth)
    }

    /// Of the steps, 1e9 operations a second.
    pub fn gflops(&self) -> f64 {
        (2 * self.edges * CLASSES * self.steps) as f64 / self.seconds[1] / 1e9
    }

    /// What was measured, for programs.
    pub fn report(&self) -> Value {
        let [floor, floor_in_cache] = self.floors();
        json!({
            "graph_seconds": self.seconds[0], "steps_seconds": self.seconds[1], "cpu_seconds": self.cpu_seconds, "steps": self.steps,
            "classes": CLASSES, "edges": self.edges, "bytes": self.bytes,
            "step_bytes_in_order": self.step_bytes[0], "step_bytes_looked_up": self.step_bytes[1],
            "stream_gigabytes_per_second": self.bandwidth / 1e9,
            "floor_seconds": floor, "floor_in_cache_seconds": floor_in_cache,
        })
    }
}

/// Times the graph of `n` rows with `k` neighbours, and so many steps of spreading along it.
pub fn measure(
    [n, k, steps]: [usize; 3],
    seed: u64,
    engine: &impl Engine,
    observer: &dyn Observer,
) -> anyhow::Result<Measured> {
    let table = neighbors_in_a_cube(n, k, seed)?;
    let labels = (0..n).map(|row| (row % EVERY == 0).then_some((row / EVERY % CLASSES) as u32)).collect();
    let seeds = Seeds::new((0..CLASSES).map(|class| class.to_string()).collect(), labels)?;
    let diffusion = Diffusion { max_iter: steps, tol: 0.0, ..Diffusion::default() };

    let (begun, spent) = (Instant::now(), system::cpu_seconds());
    let graph = Graph::knn(&table, k, Weights::Connectivity)?;
    let graph_seconds = begun.elapsed().as_secs_f64();
    let begun = Instant::now();
    let found = block_on(engine.diffuse(&graph, &seeds, &diffusion, observer))?;
    let (steps_seconds, cpu_seconds) = (begun.elapsed().as_secs_f64(), system::cpu_seconds() - spent);

    let bytes = machine::peak_memory();
    let edges = match &graph {
        Graph::Sparse(edges) => edges.columns().len(),
        _ => 0,
    };
    let in_order = edges * INDEX + n * (INDEX + ROOT + 2 * CLASSES * SHARE);
    Ok(Measured {
        seconds: [graph_seconds, steps_seconds],
        cpu_seconds,
        steps: found.iterations,
        edges,
        step_bytes: [in_order, edges * CLASSES * SHARE],
        bandwidth: triad(),
        bytes,
    })
}

/// Rows in random order: evenly drawn points of a cube, as many in each of its cells, and the `k` nearest of each among
/// those in its own and the adjacent cells.
fn neighbors_in_a_cube(n: usize, k: usize, seed: u64) -> anyhow::Result<NeighborTable> {
    anyhow::ensure!(k < n, "--k {k}: choose fewer neighbours than rows");
    let side = ((n as f64 / (POINTS * k as f64)).cbrt() as usize).max(1);
    let cells = side.pow(3);
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut cell_of: Vec<usize> = (0..n).map(|row| row % cells).collect();
    cell_of.shuffle(&mut rng);
    let corner = |cell: usize| [cell % side, cell / side % side, cell / side / side];
    let points: Vec<[f32; 3]> =
        cell_of.iter().map(|&cell| corner(cell).map(|at| at as f32 + rng.random::<f32>())).collect();
    let mut members = vec![Vec::new(); cells];
    cell_of.iter().enumerate().for_each(|(row, &cell)| members[cell].push(row as u32));

    let nearest = |row: usize| {
        let [xs, ys, zs] = corner(cell_of[row]).map(|at| at.saturating_sub(1)..(at + 2).min(side));
        let around = zs.flat_map(|z| ys.clone().map(move |y| side * (y + side * z)));
        let around = around.flat_map(|cells| xs.clone().map(move |x| cells + x)).flat_map(|cell| &members[cell]);
        let squared = |other: u32| -> f32 {
            points[other as usize].iter().zip(points[row]).map(|(a, b)| (a - b) * (a - b)).sum()
        };
        let mut found: Vec<(f32, u32)> =
            around.filter(|&&other| other as usize != row).map(|&other| (squared(other), other)).collect();
        let by_distance = |a: &(f32, u32), b: &(f32, u32)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
        found.select_nth_unstable_by(k - 1, by_distance);
        found.truncate(k);
        found.sort_unstable_by(by_distance);
        found
    };
    let (mut indices, mut distances) = (Array2::zeros((n, k)), Array2::zeros((n, k)));
    let rows: Vec<_> = indices.outer_iter_mut().zip(distances.outer_iter_mut()).collect();
    rows.into_par_iter().enumerate().for_each(|(row, (mut indices, mut distances))| {
        for ((index, distance), (square, other)) in indices.iter_mut().zip(&mut distances).zip(nearest(row)) {
            (*index, *distance) = (other, square.sqrt());
        }
    });
    Ok(NeighborTable::new(indices, distances)?)
}

/// Bytes a second of STREAM's triad, the best of five.
fn triad() -> f64 {
    let (mut a, b, c) = (vec![0.0_f64; TRIAD], vec![1.0; TRIAD], vec![2.0; TRIAD]);
    let mut best = f64::INFINITY;
    for _ in 0..5 {
        let begun = Instant::now();
        a.par_chunks_mut(TASK).zip(b.par_chunks(TASK)).zip(c.par_chunks(TASK)).for_each(|((a, b), c)| {
            a.iter_mut().zip(b).zip(c).for_each(|((a, b), c)| *a = b + 3.0 * c);
        });
        best = best.min(begun.elapsed().as_secs_f64());
        black_box(&mut a);
    }
    (3 * TRIAD * size_of::<f64>()) as f64 / best
}
