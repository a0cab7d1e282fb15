//! The engine that is always there: every core of the processor, through rayon.

use ndarray::ArrayView2;

use super::{Engine, Observer};
use crate::{
    Result,
    neighbors::{self, Instructions, NeighborTable},
    parallel,
    semi_supervised::{Diffusion, Graph, LabelDistributions, Seeds},
};

/// Computes on the processor, in the rayon pool of the caller. Never suspends.
#[derive(Debug, Clone, Copy, Default)]
pub struct CpuEngine;

impl Engine for CpuEngine {
    fn name(&self) -> String {
        let threads = parallel::n_threads();
        format!("cpu, {threads} thread{}, {}", if threads == 1 { "" } else { "s" }, Instructions::fastest().name())
    }

    async fn kneighbors(
        &self,
        x: ArrayView2<'_, f32>,
        n_neighbors: usize,
        observer: &dyn Observer,
    ) -> Result<NeighborTable> {
        neighbors::exact(x, n_neighbors, observer)
    }

    async fn diffuse(
        &self,
        graph: &Graph,
        seeds: &Seeds,
        diffusion: &Diffusion,
        observer: &dyn Observer,
    ) -> Result<LabelDistributions> {
        diffusion.run(graph, seeds, observer)
    }
}
