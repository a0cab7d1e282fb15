//! The engine of a host that may or may not have a GPU.

use balmer_core::{
    CpuEngine, Engine, Observer, Result,
    ndarray::ArrayView2,
    neighbors::NeighborTable,
    semi_supervised::{Diffusion, Graph, LabelDistributions, Seeds},
};

#[cfg(not(target_family = "wasm"))]
use crate::Team;
use crate::{Choice, Fault, GpuEngine};

/// What computes: the processor by the engine `F`, a GPU with that engine at its side, or all GPUs together with the processor.
#[derive(Debug)]
pub enum Processor<F = CpuEngine> {
    /// The processor.
    Cpu(F),
    /// A GPU; the processor stands by.
    Gpu(Box<GpuEngine<F>>),
    /// Every GPU, and the cores of the processor.
    #[cfg(not(target_family = "wasm"))]
    Team(Box<Team>),
}

impl<F: Engine> Processor<F> {
    /// Opens the adapter of a choice.
    ///
    /// # Errors
    /// As [`GpuEngine::open`].
    pub async fn gpu(choice: Choice, fallback: F) -> Result<Self, Fault> {
        GpuEngine::with_fallback(choice, fallback).await.map(|engine| Self::Gpu(Box::new(engine)))
    }

    /// Opens every GPU.
    ///
    /// # Errors
    /// As [`Team::open`].
    #[cfg(not(target_family = "wasm"))]
    pub async fn team() -> Result<Self, Fault> {
        Team::open().await.map(|team| Self::Team(Box::new(team)))
    }
}

impl<F: Engine> Engine for Processor<F> {
    fn name(&self) -> String {
        match self {
            Self::Cpu(engine) => engine.name(),
            Self::Gpu(engine) => engine.name(),
            #[cfg(not(target_family = "wasm"))]
            Self::Team(team) => team.name(),
        }
    }

    async fn kneighbors(
        &self,
        x: ArrayView2<'_, f32>,
        n_neighbors: usize,
        observer: &dyn Observer,
    ) -> Result<NeighborTable> {
        match self {
            Self::Cpu(engine) => engine.kneighbors(x, n_neighbors, observer).await,
            Self::Gpu(engine) => engine.kneighbors(x, n_neighbors, observer).await,
            #[cfg(not(target_family = "wasm"))]
            Self::Team(team) => team.kneighbors(x, n_neighbors, observer).await,
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
            Self::Cpu(engine) => engine.diffuse(graph, seeds, diffusion, observer).await,
            Self::Gpu(engine) => engine.diffuse(graph, seeds, diffusion, observer).await,
            #[cfg(not(target_family = "wasm"))]
            Self::Team(team) => team.diffuse(graph, seeds, diffusion, observer).await,
        }
    }
}
