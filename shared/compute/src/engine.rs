//! The engine: the device where it can, another engine where it cannot.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use balmer_core::{
    CpuEngine, Engine, Observer, Result,
    ndarray::ArrayView2,
    neighbors::NeighborTable,
    semi_supervised::{Diffusion, Graph, LabelDistributions, Seeds},
};

use crate::{
    AdapterSummary, Choice, Fault, adapters::choose, device::Gpu, neighbors::kneighbors, proposing::Tile,
    spreading::diffuse,
};

/// Bytes of a device's memory to begin with: what cards have, and little of what a program has that plays one.
const MEMORY: u64 = 4 << 30;
const SOFTWARE_MEMORY: u64 = 96 << 20;
/// With less a search is not tried.
const LEAST_MEMORY: u64 = 8 << 20;

/// What a search is called in the name, and what a diffusion is.
const NEIGHBORS: &str = "neighbours";
const LABELS: &str = "labels";

/// Computes on a GPU, and on `fallback` what the GPU cannot or can no longer do.
#[derive(Debug)]
pub struct GpuEngine<F = CpuEngine> {
    choice: Choice,
    fallback: F,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    gpu: Arc<Gpu>,
    memory: u64,
    /// What went otherwise than planned, for people.
    notes: Vec<String>,
}

impl GpuEngine {
    /// Opens the adapter of a choice; the processor stands by.
    ///
    /// # Errors
    /// [`Fault::Missing`] where there is no such adapter, [`Fault::Refused`] where it cannot be opened.
    pub async fn open(choice: Choice) -> Result<Self, Fault> {
        Self::with_fallback(choice, CpuEngine).await
    }
}

impl<F: Engine> GpuEngine<F> {
    /// Opens the adapter of a choice; `fallback` stands by.
    ///
    /// # Errors
    /// As [`GpuEngine::open`].
    pub async fn with_fallback(choice: Choice, fallback: F) -> Result<Self, Fault> {
        let gpu = open(choice).await?;
        let memory = if gpu.summary.is_software { SOFTWARE_MEMORY } else { MEMORY };
        Ok(Self { choice, fallback, state: Mutex::new(State { gpu, memory, notes: Vec::new() }) })
    }

    /// The same open device, with another engine to stand by.
    #[must_use]
    pub fn beside(self, fallback: F) -> Self {
        // what happened to one run is not said of the next
        self.state().notes.clear();
        Self { fallback, ..self }
    }

    /// Whether something went wrong since the last call, so that the next one would begin by opening the device anew.
    pub fn is_lost(&self) -> bool {
        self.state().gpu.check().is_err()
    }

    /// The adapter that is open.
    pub fn adapter(&self) -> AdapterSummary {
        self.state().gpu.summary.clone()
    }

    /// Lets searches on this device propose by one kernel, whichever is faster: for tests and measurements. The first
    /// call counts, before any search that was long enough to find out.
    pub fn use_tile(&self, tile: Tile) {
        // the device has its tile already: it stays
        let _: Result<(), Tile> = self.state().gpu.tile.set(tile);
    }

    /// Destroys the device, as a driver does when it resets: the next call finds it lost.
    pub fn lose_device(&self) {
        self.state().gpu.device.destroy();
    }

    /// What went otherwise than planned in this run.
    #[cfg(not(target_family = "wasm"))]
    pub(crate) fn notes(&self) -> Vec<String> {
        self.state().notes.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn current(&self) -> (Arc<Gpu>, u64) {
        let state = self.state();
        (state.gpu.clone(), state.memory)
    }

    fn note(&self, note: String) {
        let mut state = self.state();
        if !state.notes.contains(&note) {
            state.notes.push(note);
        }
    }

    /// Each run begins so: what is said of it is not what happened to the last.
    pub(crate) fn begin(&self) {
        let mut state = self.state();
        state.notes.clear();
        state.memory = if state.gpu.summary.is_software { SOFTWARE_MEMORY } else { MEMORY };
    }

    /// Takes part in a search, until nothing is left for this device, or until it is given up: what it had is for the
    /// others then.
    ///
    /// # Errors
    /// Cancellation.
    #[cfg(not(target_family = "wasm"))]
    pub(crate) async fn take_part(
        &self,
        mut hand: balmer_core::neighbors::Hand<'_>,
        observer: &dyn Observer,
    ) -> Result<()> {
        let together = hand.together();
        for attempt in 0.. {
            let (gpu, memory) = self.current();
            let (centred, n_neighbors) = (together.centred(), together.n_neighbors());
            match crate::neighbors::propose(&gpu, memory, centred, n_neighbors, &mut hand, observer).await {
                Ok(()) => break,
                Err(fault) => {
                    if !self.recover(NEIGHBORS, "the others", fault, attempt).await? {
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether to try again after a fault: once on a fresh device, with less memory down to [`LEAST_MEMORY`]. If not, it is
    /// for `others`.
    ///
    /// # Errors
    /// The core's own errors, which no other device would change.
    async fn recover(&self, what: &str, others: &str, fault: Fault, attempt: usize) -> Result<bool> {
        let has_next = match &fault {
            Fault::Core(error) => return Err(error.clone()),
            Fault::Lost(_) if attempt == 0 => true,
            Fault::OutOfMemory(_) if what == NEIGHBORS => {
                let mut state = self.state();
                state.memory /= 2;
                state.memory >= LEAST_MEMORY
            }
            _ => false,
        };
        // whatever happened, the next call finds a device without a past
        let fresh = open(self.choice).await;
        let is_open = fresh.is_ok();
        if let Ok(gpu) = fresh {
            self.state().gpu = gpu;
        }
        if has_next && is_open {
            self.note(format!("{what} begun again, because {fault}"));
            return Ok(true);
        }
        self.note(format!("{what} by {others}, because {fault}"));
        Ok(false)
    }
}

#[allow(
    clippy::arc_with_non_send_sync,
    reason = "on the web nothing is shared between threads; natively all of it may be"
)]
async fn open(choice: Choice) -> Result<Arc<Gpu>, Fault> {
    Ok(Arc::new(Gpu::open(&choose(choice).await?).await?))
}

impl<F: Engine> Engine for GpuEngine<F> {
    fn name(&self) -> String {
        let state = self.state();
        let mut name = format!("gpu: {}", state.gpu.summary);
        for note in &state.notes {
            name.push_str("; ");
            name.push_str(note);
        }
        name
    }

    async fn kneighbors(
        &self,
        x: ArrayView2<'_, f32>,
        n_neighbors: usize,
        observer: &dyn Observer,
    ) -> Result<NeighborTable> {
        self.begin();
        for attempt in 0.. {
            let (gpu, memory) = self.current();
            match kneighbors(&gpu, memory, x, n_neighbors, observer).await {
                Ok(table) => return Ok(table),
                Err(fault) => {
                    if !self.recover(NEIGHBORS, &self.fallback.name(), fault, attempt).await? {
                        break;
                    }
                }
            }
        }
        self.fallback.kneighbors(x, n_neighbors, observer).await
    }

    /// All pairs weighted by a Gaussian are left to the fallback: f32 products would be off by a part in a thousand.
    async fn diffuse(
        &self,
        graph: &Graph,
        seeds: &Seeds,
        diffusion: &Diffusion,
        observer: &dyn Observer,
    ) -> Result<LabelDistributions> {
        diffusion.check_for(graph, seeds)?;
        if let Graph::Sparse(csr) = graph {
            for attempt in 0.. {
                let (gpu, _) = self.current();
                match diffuse(&gpu, csr, seeds, diffusion, observer).await {
                    Ok(found) => return Ok(found),
                    Err(fault) => {
                        if !self.recover(LABELS, &self.fallback.name(), fault, attempt).await? {
                            break;
                        }
                    }
                }
            }
        } else {
            self.note(format!("{LABELS} by {}: all pairs need f64", self.fallback.name()));
        }
        self.fallback.diffuse(graph, seeds, diffusion, observer).await
    }
}
