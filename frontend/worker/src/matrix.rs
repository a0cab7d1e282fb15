//! Neighbours, factors and labels of any matrix: what `balmer knn`, `balmer lof` and `balmer spread` are to files. With
//! it this browser's numbers are checked against another's, and its speed is measured.

use balmer_core::{
    Engine as _, Error, Result,
    engine::Unobserved,
    ndarray::{Array2, ArrayView2},
    neighbors::NeighborTable,
    outlier::lof,
    pipeline::{GraphPlan, LabelsSpec, PipelineSpec, Plan},
    semi_supervised::{Graph, LabelDistributions, Seeds},
};
use balmer_exchange::worker::{Device, Report};
use js_sys::{ArrayBuffer, Int32Array};
use web_sys::AbortController;

use crate::{
    engine::{BrowserEngine, Chosen, choose},
    pool::PoolEngine,
    port::{self, Part},
};

/// What is searched, and by whom.
#[derive(Debug)]
pub struct Search {
    /// Rows and columns of the matrix.
    pub shape: (usize, usize),
    /// Neighbours of each row.
    pub n_neighbors: usize,
    /// What computes.
    pub device: Device,
    /// Workers of the pool, where the processor computes and the number is not its own to choose.
    pub workers: Option<usize>,
}

struct Answer {
    name: String,
    seconds: f64,
    table: NeighborTable,
    factors: Vec<f32>,
    labels: Option<LabelDistributions>,
}

/// Searches the matrix in the first buffer, and lets the labels in the second flow.
pub async fn answer(search: Search, labels: Option<LabelsSpec>, buffers: Vec<ArrayBuffer>) {
    match found(search, labels, &buffers).await {
        Err(error) => port::report(&Report::Broken { detail: error.to_string() }, &[]),
        Ok(found) => {
            let Answer { name, seconds, table, factors, labels } = found;
            let iterations = labels.as_ref().map(|labels| labels.iterations);
            let distances = table.distances().iter().copied().collect::<Vec<_>>();
            let indices = table.indices().iter().copied().collect::<Vec<_>>();
            let probabilities: Vec<f32> = labels.iter().flat_map(|labels| &labels.probabilities).copied().collect();
            let mut parts = vec![Part::Rows(&indices), Part::Numbers(&distances), Part::Numbers(&factors)];
            parts.extend(labels.is_some().then_some(Part::Numbers(&probabilities)));
            port::report(&Report::Matrix { name, seconds, iterations }, &parts);
        }
    }
}

async fn found(search: Search, labels: Option<LabelsSpec>, buffers: &[ArrayBuffer]) -> Result<Answer> {
    let n_neighbors = search.n_neighbors;
    let values = buffers.first().map(port::numbers).unwrap_or_default();
    let x = Array2::from_shape_vec(search.shape, values)
        .map_err(|error| Error::parameter("rows", search.shape.0, error.to_string()))?;
    let chosen = chosen(&search).await?;
    let found = compute(&x, n_neighbors, labels, buffers, &chosen).await;
    chosen.put_back();
    found
}

async fn compute(
    x: &Array2<f32>,
    n_neighbors: usize,
    labels: Option<LabelsSpec>,
    buffers: &[ArrayBuffer],
    chosen: &Chosen,
) -> Result<Answer> {
    let engine = &chosen.engine;
    let begun = port::now();
    let table = engine.kneighbors(x.view(), n_neighbors, &Unobserved).await?;
    let seconds = (port::now() - begun) / 1000.0;
    let factors = lof::from_table(&table, n_neighbors)?.lof.to_vec();
    let labels = match labels {
        None => None,
        Some(spec) => {
            let codes = buffers.get(1).map(|buffer| Int32Array::new(buffer).to_vec()).unwrap_or_default();
            Some(spread(x.view(), &table, spec, &codes, engine).await?)
        }
    };
    Ok(Answer { name: chosen.device(), seconds, table, factors, labels })
}

async fn chosen(search: &Search) -> Result<Chosen> {
    let abort = AbortController::new().map_err(|_| Error::parameter("browser", "this one", "it is too old"))?;
    Ok(match (search.device, search.workers) {
        (Device::Cpu, Some(workers)) => {
            Chosen { engine: BrowserEngine::Cpu(PoolEngine::with_workers(workers, abort.signal())), note: None }
        }
        _ => choose(search.device, search.shape, &abort.signal()).await,
    })
}

async fn spread(
    x: ArrayView2<'_, f32>,
    table: &NeighborTable,
    labels: LabelsSpec,
    codes: &[i32],
    engine: &BrowserEngine,
) -> Result<LabelDistributions> {
    let mut spec = PipelineSpec { labels: Some(labels), ..PipelineSpec::new("matrix") };
    (spec.neighbors.n_neighbors, spec.lof.n_neighbors) = (table.n_neighbors(), table.n_neighbors());
    let plan = Plan::new(spec)?;
    let stage = plan.labels().expect("the plan of a spec with labels has them");
    let graph = match stage.graph {
        GraphPlan::Knn { n_neighbors, weights } => Graph::knn(table, n_neighbors, weights)?,
        GraphPlan::Rbf { gamma } => Graph::rbf(x, gamma as f32)?,
    };
    let seeds = Seeds::from_codes(&codes.iter().map(|&code| i64::from(code)).collect::<Vec<_>>())?;
    engine.diffuse(&graph, &seeds, &stage.diffusion, &Unobserved).await
}
