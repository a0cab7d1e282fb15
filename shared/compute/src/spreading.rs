//! Label spreading and propagation along a sparse graph, on the device until they settle.
//!
//! The host prepares the graph once: normalised weights, each row's brought to order 1 by a power of two. Steps and
//! their check for convergence are then dispatched many at a time; those that come after the labels have settled do
//! nothing. Nothing is read back but a few numbers now and then, and the labels at the end.

use std::sync::Arc;

use balmer_core::{
    Observer,
    ndarray::Array2,
    semi_supervised::{Algorithm, Csr, Diffusion, LabelDistributions, Seeds},
};
use wgpu::{BindGroup, Buffer, BufferUsages};

use crate::{
    Fault,
    device::Gpu,
    kernels::{CONVERGE, ConvergeParams, Groups, Pipeline, SPREAD, SpreadParams, SpreadState},
    recorder::Recorder,
    wait::Mapping,
};

/// Rows of a workgroup of `shaders/spread.wgsl`.
const ROWS: u32 = 64;
/// Workgroups of a dispatch, at most.
const GRID: u32 = 65_535;
/// Multiply-adds that following one edge costs, about.
const EDGE_COST: f64 = 8.0;
/// Steps between two looks at how far it is.
const STEPS: usize = 16;
/// No seed, in `shaders/spread.wgsl`.
const NO_SEED: u32 = u32::MAX;

/// Labels have settled, in `shaders/converge.wgsl`.
const SETTLED: u32 = 1;

/// A number with an exponent of its own, `m 2^e`: see `shaders/common/scaled.wgsl`.
type Scaled = [i32; 2];

/// Lets the labels of `seeds` flow along `graph` until they settle.
///
/// # Errors
/// Those of [`Diffusion::run`]; what goes wrong on the device.
pub async fn diffuse(
    gpu: &Gpu,
    graph: &Csr,
    seeds: &Seeds,
    diffusion: &Diffusion,
    observer: &dyn Observer,
) -> Result<LabelDistributions, Fault> {
    let mut spreading = Spreading::new(gpu, graph, seeds, diffusion, observer).await?;
    let mut first_change = None;
    let state = loop {
        spreading.steps(STEPS).await?;
        let state = spreading.state().await?;
        if state.is_done != 0 {
            break state;
        }
        let first = *first_change.get_or_insert(f64::from(state.change));
        observer.progress(progress(diffusion, &state, first));
    };
    let probabilities = spreading.probabilities(state.iterations).await?;
    observer.progress(1.0);
    Ok(LabelDistributions {
        classes: seeds.classes().to_vec(),
        probabilities,
        iterations: state.iterations as usize,
        converged: state.is_done == SETTLED,
    })
}

/// How far an iteration is that ends by `max_iter` or by a change that shrinks geometrically.
fn progress(diffusion: &Diffusion, state: &SpreadState, first: f64) -> f64 {
    let by_count = f64::from(state.iterations) / diffusion.max_iter as f64;
    let by_change = (first / f64::from(state.change)).ln() / (first / f64::from(diffusion.tol)).ln();
    by_count.max(if by_change.is_finite() { by_change } else { 0.0 }).clamp(0.0, 1.0)
}

/// A diffusion on the device.
struct Spreading<'a> {
    gpu: &'a Gpu,
    recorder: Recorder<'a>,
    spread: Arc<Pipeline>,
    converge: Arc<Pipeline>,
    /// From the first buffer of labels to the second, and back.
    directions: [BindGroup; 2],
    decision: BindGroup,
    labels: [Buffer; 2],
    state: Buffer,
    staging: Buffer,
    spread_params: SpreadParams,
    converge_params: ConvergeParams,
    /// The row that each node of the graph is.
    order: &'a [u32],
    operations: f64,
    /// Steps dispatched so far.
    dispatched: usize,
}

impl<'a> Spreading<'a> {
    async fn new(
        gpu: &'a Gpu,
        graph: &'a Csr,
        seeds: &Seeds,
        diffusion: &Diffusion,
        observer: &'a dyn Observer,
    ) -> Result<Self, Fault> {
        let (rows, classes) = (graph.n_rows(), seeds.classes().len());
        let prepared = Prepared::new(graph, diffusion.algorithm);
        let code = |&row: &u32| seeds.labels()[row as usize].unwrap_or(NO_SEED);
        let codes: Vec<u32> = graph.order().iter().map(code).collect();
        let mut initial: Vec<Scaled> = vec![[0, 0]; rows * classes];
        for (node, &code) in codes.iter().enumerate().filter(|&(_, &code)| code != NO_SEED) {
            initial[node * classes + code as usize] = [1.0_f32.to_bits().cast_signed(), 0];
        }
        let n_seeds = codes.iter().filter(|&&code| code != NO_SEED).count();
        let parts = (rows as u32).div_ceil(ROWS);
        let begun = SpreadState { reached: n_seeds as u32, ..SpreadState::default() };
        let label_bytes = (rows * classes * size_of::<Scaled>()) as u64;

        let recorder = Recorder::new(gpu, observer);
        let (spread, converge) = (gpu.pipeline(&SPREAD, &[]), gpu.pipeline(&CONVERGE, &[]));
        let state = gpu.upload("state", &[begun]).await?;
        let edges = gpu.upload("rows of the graph", &prepared.rows).await?;
        let columns = gpu.upload("columns of the graph", graph.columns()).await?;
        let weights = gpu.upload("weights of the graph", &prepared.weights).await?;
        let seeds = gpu.upload("seeds", &codes).await?;
        let labels = [gpu.upload("labels", &initial).await?, gpu.storage("labels", label_bytes).await?];
        let partial = gpu.storage("sums", u64::from(parts) * 8).await?;
        let staging_bytes = label_bytes.max(size_of::<SpreadState>() as u64).next_multiple_of(8);
        let staging = gpu.buffer("results", staging_bytes, BufferUsages::MAP_READ | BufferUsages::COPY_DST).await?;
        let uniforms = recorder.uniforms();
        let direction = |from: usize, to: usize| {
            let buffers = [&state, &edges, &columns, &weights, &seeds, &labels[from], &labels[to], &partial];
            spread.bind::<SpreadParams>(&gpu.device, uniforms, &buffers)
        };
        let directions = [direction(0, 1), direction(1, 0)];
        let decision = converge.bind::<ConvergeParams>(&gpu.device, uniforms, &[&state, &partial]);
        Ok(Self {
            gpu,
            recorder,
            directions,
            decision,
            spread,
            converge,
            labels,
            state,
            staging,
            spread_params: SpreadParams {
                rows: rows as u32,
                classes: classes as u32,
                propagation: u32::from(diffusion.algorithm == Algorithm::Propagation),
                alpha: diffusion.alpha,
                first_part: 0,
            },
            converge_params: ConvergeParams {
                parts,
                max_iter: u32::try_from(diffusion.max_iter).unwrap_or(u32::MAX),
                tol: diffusion.tol,
                padding: 0,
            },
            order: graph.order(),
            operations: graph.columns().len() as f64 * classes as f64 * EDGE_COST,
            dispatched: 0,
        })
    }

    /// Dispatches steps, each with its check.
    async fn steps(&mut self, steps: usize) -> Result<(), Fault> {
        let parts = self.converge_params.parts;
        let each = self.operations / f64::from(parts);
        for _ in 0..steps {
            let direction = &self.directions[self.dispatched % 2];
            let mut first_part = 0;
            while first_part < parts {
                let fitting = (self.recorder.room() / each) as u32;
                let count = fitting.clamp(1, GRID).min(parts - first_part);
                let params = SpreadParams { first_part, ..self.spread_params };
                self.recorder.dispatch(
                    &self.spread,
                    direction,
                    &params,
                    Groups::Grid([count, 1]),
                    f64::from(count) * each,
                );
                self.recorder.submit_if_due().await?;
                first_part += count;
            }
            self.recorder.dispatch(
                &self.converge,
                &self.decision,
                &self.converge_params,
                Groups::Grid([1, 1]),
                f64::from(parts),
            );
            self.recorder.submit_if_due().await?;
            self.dispatched += 1;
        }
        Ok(())
    }

    async fn state(&mut self) -> Result<SpreadState, Fault> {
        let values: Vec<SpreadState> = self.fetch(None).await?;
        Ok(values[0])
    }

    /// The labels after so many steps, each row made to sum to 1 unless no label reached it.
    async fn probabilities(&mut self, iterations: u32) -> Result<Array2<f32>, Fault> {
        let values: Vec<Scaled> = self.fetch(Some(iterations as usize % 2)).await?;
        let shape = (self.spread_params.rows as usize, self.spread_params.classes as usize);
        let mut probabilities = Array2::zeros(shape);
        for (&row, values) in self.order.iter().zip(values.chunks_exact(shape.1)) {
            // exponents are at least -960: every share is a normal f64
            let share = |&[m, exponent]: &Scaled| {
                if m == 0 { 0.0 } else { f64::from(f32::from_bits(m.cast_unsigned())) * f64::from(exponent).exp2() }
            };
            let shares: Vec<f64> = values.iter().map(share).collect();
            let sum: f64 = shares.iter().sum();
            if sum > 0.0 {
                let target = probabilities.row_mut(row as usize);
                target.into_iter().zip(shares).for_each(|(target, share)| *target = (share / sum) as f32);
            }
        }
        Ok(probabilities)
    }

    /// Reads the labels of one buffer, or the state.
    async fn fetch<T: bytemuck::Pod>(&mut self, labels: Option<usize>) -> Result<Vec<T>, Fault> {
        let label_bytes = u64::from(self.spread_params.rows * self.spread_params.classes) * size_of::<Scaled>() as u64;
        let (from, bytes) = match labels {
            Some(side) => (&self.labels[side], label_bytes),
            None => (&self.state, size_of::<SpreadState>() as u64),
        };
        self.recorder.copy(from, &self.staging, 0, bytes);
        let submission = self.recorder.submit().await?;
        Mapping::begin(self.gpu, &self.staging, bytes, submission).read(self.gpu, |found| found.values(0..bytes)).await
    }
}

/// The graph as the kernel reads it.
struct Prepared {
    /// For each row its first edge, and the power of two taken out of its weights; one more at the end.
    rows: Vec<[i32; 2]>,
    weights: Vec<f32>,
}

impl Prepared {
    /// For spreading the weights become `D^-1/2 W D^-1/2`. For propagation a factor common to a row does not matter.
    fn new(graph: &Csr, algorithm: Algorithm) -> Self {
        let n = graph.n_rows();
        let scales: Vec<f64> = match algorithm {
            Algorithm::Propagation => vec![1.0; n],
            Algorithm::Spreading => {
                let scale = |degree: f64| if degree > 0.0 { 1.0 / degree.sqrt() } else { 0.0 };
                (0..n).map(|node| scale(graph.degree(node))).collect()
            }
        };
        let mut rows = Vec::with_capacity(n + 1);
        let mut weights = Vec::with_capacity(graph.columns().len());
        for node in 0..n {
            let edges = graph.edges(node);
            let scaled =
                |edge: usize| f64::from(graph.weight(edge)) * scales[node] * scales[graph.columns()[edge] as usize];
            let largest = edges.clone().map(scaled).fold(0.0, f64::max);
            let exponent = if largest > 0.0 { largest.log2().floor() } else { 0.0 };
            rows.push([edges.start as i32, exponent as i32]);
            weights.extend(edges.map(|edge| (scaled(edge) * (-exponent).exp2()) as f32));
        }
        rows.push([graph.columns().len() as i32, 0]);
        Self { rows, weights }
    }
}
