//! What a run should take: its size, times what such work took before.

use serde::{Deserialize, Serialize};

use super::super::{Plan, Stage, StageTiming};

/// What the features of a spectrum take, in units of the search.
const PREPARED: f64 = 2.5e7;

/// The size of a run: what the time of its stages depends on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Work {
    /// Spectra selected.
    pub spectra: u64,
    /// Features of each by the recipe.
    pub pixels: u64,
    /// Principal components of these; 0 where the features are searched as they are.
    pub components: u64,
    /// Neighbours of each.
    pub n_neighbors: u64,
    /// Edges a spectrum of the graph that labels flow along; 0 without labels.
    pub label_neighbors: u64,
    /// Variants of the recipe under which spectra are ranked, too.
    #[serde(default)]
    pub variants: u64,
}

/// A run that was: what its stages took, from which later ones are foretold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Past {
    /// What computed it, in the engine's words.
    pub device: String,
    /// Its size.
    pub work: Work,
    /// Share of the spectra whose features were there before.
    #[serde(default)]
    pub prepared: f64,
    /// What each stage took.
    pub timings: Vec<StageTiming>,
}

/// Seconds a unit of work of each stage, in the order of [`Stage::ALL`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rates([f64; Stage::ALL.len()]);

/// Expected seconds of each stage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    seconds: [f64; Stage::ALL.len()],
    spectra: u64,
}

impl Work {
    /// What `plan` does on so many spectra.
    pub fn of(plan: &Plan, spectra: usize) -> Self {
        let (spec, recipe) = (plan.spec(), plan.recipe());
        let label_neighbors = spec.labels.as_ref().map_or(0, |labels| labels.n_neighbors);
        Self {
            spectra: spectra as u64,
            pixels: recipe.grid().len() as u64,
            components: spec.recipe.components as u64,
            n_neighbors: plan.n_neighbors() as u64,
            label_neighbors: label_neighbors as u64,
            variants: plan.variants().len() as u64,
        }
    }

    /// Units of work of a stage: what its time is proportional to, about.
    fn units(&self, stage: Stage) -> f64 {
        let [n, d, m, k, edges] =
            [self.spectra, self.pixels, self.components, self.n_neighbors, self.label_neighbors].map(|of| of as f64);
        let width = if self.components == 0 { d } else { m };
        // by bounds, which rule the more pairs out the more spectra there are
        let search = n.powf(1.5) * (width + 30.0) * (k + 60.0);
        match stage {
            Stage::Read | Stage::Recipe => n,
            // each is prepared and searched
            Stage::Variants => self.variants as f64 * (search + PREPARED * n),
            Stage::Components => m.min(1.0) * (n + d) * d * d,
            Stage::Neighbors => search,
            Stage::Lof => n * (k + 20.0),
            Stage::Labels => edges.min(1.0) * n * (edges + 20.0),
            Stage::Rank => n * (k + 50.0),
        }
    }
}

impl Rates {
    /// Those of a machine of which nothing is known: measured on two cores, between a build for tests, in which files take long
    /// to read and to write, and one for use. What matters is their balance: the first stage tells the speed.
    pub const ASSUMED: Self = Self([2e-6, 2e-4, 8e-12, 5e-10, 8e-12, 3e-9, 1e-7, 1.1e-7]);

    /// What the runs of the past on a device say, the median of each stage; [`Self::ASSUMED`] where they say nothing.
    pub fn of<'a>(past: impl IntoIterator<Item = &'a Past>, device: &str) -> Self {
        let past: Vec<&Past> = past.into_iter().filter(|past| past.device == device).collect();
        let mut rates = Self::ASSUMED;
        for stage in Stage::ALL {
            let mut seen: Vec<f64> = past.iter().filter_map(|past| past.rate(stage)).collect();
            seen.sort_unstable_by(f64::total_cmp);
            if let Some(&median) = seen.get(seen.len() / 2) {
                rates.0[place(stage)] = median;
            }
        }
        rates
    }
}

impl Past {
    /// Seconds a unit of work of a stage, where it did any.
    fn rate(&self, stage: Stage) -> Option<f64> {
        // where most was there before, what the rest took says little
        let fresh = if stage == Stage::Recipe { 1.0 - self.prepared } else { 1.0 };
        let units = self.work.units(stage) * fresh;
        let timing = self.timings.iter().find(|timing| timing.stage == stage)?;
        (fresh > 0.1 && units > 0.0 && timing.seconds > 0.0).then(|| timing.seconds / units)
    }
}

impl Forecast {
    /// Of so much work at these rates.
    pub fn new(work: &Work, rates: &Rates) -> Self {
        Self::from_seconds(|stage| rates.0[place(stage)] * work.units(stage), work.spectra)
    }

    /// So many seconds of each stage, of a run that goes through so many spectra; what is no time counts as none.
    pub fn from_seconds(expected: impl Fn(Stage) -> f64, spectra: u64) -> Self {
        let seconds = Stage::ALL.map(expected).map(|of| if of.is_finite() { of.max(0.0) } else { 0.0 });
        Self { seconds, spectra }
    }

    /// Seconds of a stage.
    pub fn of(&self, stage: Stage) -> f64 {
        self.seconds[place(stage)]
    }

    /// Seconds of all stages.
    pub(super) fn whole(&self) -> f64 {
        self.seconds.iter().sum()
    }

    /// Spectra that the run goes through.
    pub(super) fn spectra(&self) -> f64 {
        self.spectra as f64
    }
}

/// Its place among the stages.
fn place(stage: Stage) -> usize {
    stage as usize
}
