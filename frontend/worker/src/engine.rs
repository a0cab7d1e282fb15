//! Which engine computes a run, and why it is not the one that was asked for.

use balmer_compute::{Choice, GpuEngine};
use balmer_core::{
    Engine, Observer, Result,
    ndarray::ArrayView2,
    neighbors::NeighborTable,
    semi_supervised::{Diffusion, Graph, LabelDistributions, Seeds},
};
use balmer_exchange::worker::Device;
use js_sys::Reflect;
use web_sys::AbortSignal;

use crate::{pool::PoolEngine, port};

/// What computes in a browser.
#[derive(Debug)]
pub enum BrowserEngine {
    /// The processor's cores.
    Cpu(PoolEngine),
    /// The graphics processor; the processor's cores stand by.
    Gpu(Box<GpuEngine<PoolEngine>>),
}

/// An engine, and a word on why it is not the one that was asked for.
#[derive(Debug)]
pub struct Chosen {
    /// What computes.
    pub engine: BrowserEngine,
    /// Why it is another device than the one chosen.
    pub note: Option<String>,
}

/// The engine for a matrix of that shape on that device, as far as this browser has it.
pub async fn choose(device: Device, (rows, columns): (usize, usize), stop: &AbortSignal) -> Chosen {
    let pool = || PoolEngine::new(rows, columns, stop.clone());
    let instead = |why: &str| {
        let note = format!("{why}, so the processor computes instead");
        Chosen { engine: BrowserEngine::Cpu(pool()), note: Some(note) }
    };
    if device == Device::Cpu {
        return Chosen { engine: BrowserEngine::Cpu(pool()), note: None };
    }
    if !has_webgpu() {
        return instead("this browser has no WebGPU");
    }
    // who asks for the graphics processor gets what the browser offers as one, software included; its name says so
    match GpuEngine::with_fallback(Choice::Any, pool()).await {
        Ok(engine) => Chosen { engine: BrowserEngine::Gpu(Box::new(engine)), note: None },
        Err(balmer_compute::Fault::Missing(_)) => instead("WebGPU finds no graphics processor here"),
        Err(fault) => instead(&format!("the graphics processor cannot be used ({fault})")),
    }
}

fn has_webgpu() -> bool {
    Reflect::get(&port::scope().navigator(), &"gpu".into()).is_ok_and(|gpu| gpu.is_object())
}

impl Engine for BrowserEngine {
    fn name(&self) -> String {
        match self {
            Self::Cpu(pool) => pool.name(),
            Self::Gpu(gpu) => format!("browser GPU, {}", gpu.name().trim_start_matches("gpu: ")),
        }
    }

    async fn kneighbors(
        &self,
        x: ArrayView2<'_, f32>,
        n_neighbors: usize,
        observer: &dyn Observer,
    ) -> Result<NeighborTable> {
        match self {
            Self::Cpu(pool) => pool.kneighbors(x, n_neighbors, observer).await,
            Self::Gpu(gpu) => gpu.kneighbors(x, n_neighbors, observer).await,
        }
    }

    async fn diffuse(
        &self,
        graph: &Graph,
        seeds: &Seeds,
        diffusion: &Diffusion,
        observer: &dyn Observer,
    ) -> Result<LabelDistributions> {
        match self {
            Self::Cpu(pool) => pool.diffuse(graph, seeds, diffusion, observer).await,
            Self::Gpu(gpu) => gpu.diffuse(graph, seeds, diffusion, observer).await,
        }
    }
}
