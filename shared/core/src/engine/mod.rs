//! The seam between the science and the device that computes it.
//!
//! An [`Engine`] does the two operations that cost more than linear time or many passes over memory:
//! the exact neighbour table and the diffusion of labels. Everything else (LOF ratios, ranking, recipes)
//! is linear in the survey and stays in plain code. Methods are `async` because a GPU in a browser can
//! only be waited for; [`CpuEngine`] never suspends, so `pollster`-style blocking is free.

mod cpu;

pub use cpu::CpuEngine;

use ndarray::ArrayView2;

use crate::{
    Result,
    neighbors::{Forgetful, Keeper, NeighborTable},
    semi_supervised::{Diffusion, Graph, LabelDistributions, Seeds},
};

/// The heavy operations, on some device.
#[allow(async_fn_in_trait, reason = "engines are used through generics, in one task; no Send bound is wanted on wasm")]
pub trait Engine {
    /// What really runs, for people and for the provenance: `cpu, 8 threads, avx2+fma`.
    fn name(&self) -> String;

    /// The `n_neighbors` nearest other rows of every row of `x` (n x d), Euclidean, self excluded,
    /// ascending, ties by index. See [`crate::neighbors`].
    ///
    /// # Errors
    /// Non-finite features, `n_neighbors` not in `1..n`, cancellation, failure of the device.
    async fn kneighbors(
        &self,
        x: ArrayView2<'_, f32>,
        n_neighbors: usize,
        observer: &dyn Observer,
    ) -> Result<NeighborTable>;

    /// Lets the labels of `seeds` flow along `graph` until they settle. See [`crate::semi_supervised`].
    ///
    /// # Errors
    /// Cancellation, failure of the device.
    async fn diffuse(
        &self,
        graph: &Graph,
        seeds: &Seeds,
        diffusion: &Diffusion,
        observer: &dyn Observer,
    ) -> Result<LabelDistributions>;
}

/// Watches a long computation and may end it. Called from any thread, often: it must be cheap.
pub trait Observer: Sync {
    /// `fraction` (0 to 1) of the current stage is done. Monotonic within a stage.
    fn progress(&self, fraction: f64);
    /// That share of the current stage is there from before: it is part of what [`Self::progress`] counts, but took no time.
    fn known_before(&self, _share: f64) {}
    /// Whether the computation should stop with [`crate::Error::Cancelled`] at the next occasion.
    fn is_cancelled(&self) -> bool;
    /// Where pieces of a long search are kept, so that it can go on where it ended: nowhere, unless the host has a place
    /// for them.
    fn keeper(&self) -> &dyn Keeper {
        &Forgetful
    }
}

/// An observer that neither looks nor stops anything.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn progress(&self, _fraction: f64) {}
    fn is_cancelled(&self) -> bool {
        false
    }
}
