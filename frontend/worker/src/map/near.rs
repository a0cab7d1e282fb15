//! The nearest spectra of each: those of a run that is kept, or newly searched for.

use balmer_core::{
    Engine as _, Observer,
    ndarray::{ArrayView2, s},
    neighbors::NeighborTable,
    outlier::lof::Duplicates,
    pipeline::{NeighborMethod, Plan, RunObserver as _, Stage},
};
use balmer_exchange::worker::Device;
use web_sys::AbortSignal;

use crate::{
    engine::choose,
    features::Subset,
    kept::{self, Kept},
    run::{Ended, refused},
    watch::{Fetching, Watch},
};

/// Neighbours of all rows, nearest first, and the distances to them: row after row, as many of each.
pub struct Near {
    pub indices: Vec<u32>,
    pub distances: Vec<f32>,
}

impl Near {
    /// The nearest ones of a table.
    fn first(table: &NeighborTable, n_neighbors: usize) -> Self {
        let (indices, distances) = (table.indices(), table.distances());
        Self {
            indices: indices.slice(s![.., ..n_neighbors]).iter().copied().collect(),
            distances: distances.slice(s![.., ..n_neighbors]).iter().copied().collect(),
        }
    }

    /// What a run that is kept knows of these very rows, in the same space.
    pub fn of_run(plan: &Plan, subset: &Subset, n_neighbors: usize) -> Option<Self> {
        let is_same = |kept: &Kept| {
            let (spec, table) = (kept.plan.spec(), kept.exploration.table());
            std::ptr::eq(kept.exploration.features(), &raw const *subset.table)
                && spec.recipe.components == plan.spec().recipe.components
                && spec.neighbors.method == NeighborMethod::Exact
                && kept.plan.lof().duplicates() == Duplicates::Keep
                && table.n_neighbors() >= n_neighbors
        };
        kept::look(is_same, |kept| Self::first(kept.exploration.table(), n_neighbors))
    }

    /// Searches, on that device.
    ///
    /// # Errors
    /// Nothing where it was stopped; failure of the device.
    pub async fn search(
        x: ArrayView2<'_, f32>,
        n_neighbors: usize,
        device: Device,
        stop: &AbortSignal,
        watch: &Watch,
    ) -> Result<Self, Ended> {
        watch.stage(Stage::Neighbors, "neighbours");
        let chosen = choose(device, x.dim(), stop).await;
        let found = chosen.engine.kneighbors(x, n_neighbors, &Telling(watch)).await;
        chosen.put_back();
        found.map(|table| Self::first(&table, n_neighbors)).map_err(|error| refused(&error))
    }
}

/// Says in words how far the search is.
struct Telling<'a>(&'a Watch);

impl Observer for Telling<'_> {
    fn progress(&self, fraction: f64) {
        self.0.say(&format!("neighbours {:.0} %", 100.0 * fraction), fraction);
    }

    fn known_before(&self, share: f64) {
        self.0.known_before(share);
    }

    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}
