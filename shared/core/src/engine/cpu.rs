//! The engine that is always there: every core of the processor, through rayon.

use ndarray::ArrayView2;

use super::{Engine, Observer};
use crate::{
    Result,
    neighbors::{self, NeighborTable},
    parallel,
    semi_supervised::{Diffusion, Graph, LabelDistributions, Seeds},
};

/// Computes on the processor, in the rayon pool of the caller. Never suspends.
#[derive(Debug, Clone, Copy, Default)]
pub struct CpuEngine;

impl Engine for CpuEngine {
    fn name(&self) -> String {
        let threads = parallel::n_threads();
        format!("cpu, {threads} thread{}, {}", if threads == 1 { "" } else { "s" }, instructions())
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

/// The widest vector instructions that the matrix product uses here.
fn instructions() -> &'static str {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    {
        if std::arch::is_x86_feature_detected!("avx512f") {
            "avx512f"
        } else if std::arch::is_x86_feature_detected!("fma") && std::arch::is_x86_feature_detected!("avx2") {
            "avx2+fma"
        } else if std::arch::is_x86_feature_detected!("avx") {
            "avx"
        } else {
            "sse2"
        }
    }
    #[cfg(target_arch = "aarch64")]
    {
        "neon"
    }
    #[cfg(target_family = "wasm")]
    {
        if cfg!(target_feature = "simd128") { "wasm simd128" } else { "wasm" }
    }
    #[cfg(not(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64", target_family = "wasm")))]
    {
        "scalar"
    }
}
