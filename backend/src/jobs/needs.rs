//! What a run will take: how much memory at its peak, how much of the disk.
//!
//! Estimates from the plan and the number of spectra, for a server that must not promise more than its machine has. They are
//! upper ends of what was measured (docs/OPERATIONS.md), so that runs which fit by them fit.

use balmer_core::{neighbors::MARGIN, pipeline::Plan};

use super::JobError;
use crate::{
    engine,
    storage::{Store, VALUES_AT_ONCE},
};

/// A process that has read nothing yet.
const MEMORY_OF_ANY: u64 = 160 << 20;
/// Of a spectrum, whatever the plan: its names, its place in the lists.
const MEMORY_OF_SPECTRUM: u64 = 400;
/// Copies of the features that live at the same time: the rows themselves, and as the search has them.
const COPIES_OF_FEATURES: u64 = 2;
/// Copies of the rows that were just extracted: the rows themselves, and as they are written.
const COPIES_OF_FRESH: u64 = 2;
/// Rows of one task of the principal components.
const ROWS_OF_COMPONENTS: u64 = 1024;
/// Bytes of a neighbour: an index and a distance.
const NEIGHBOR: u64 = 8;
/// Bytes of what one setting says of a spectrum: a place and a factor.
const PLACE: u64 = 8;
/// Of a row of the label stage: its edges in both directions, its classes.
const MEMORY_OF_LABELS: u64 = 400;
/// Of a row of the tables that are saved, without its neighbours.
const DISK_OF_SPECTRUM: u64 = 160;

/// What a run takes, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    /// Memory at its peak.
    pub memory: u64,
    /// Disk, with what is kept while it is under way.
    pub disk: u64,
}

impl Needs {
    /// Of a plan over so many spectra, computed by as many threads as this process has: a worker has no more.
    pub fn of(plan: &Plan, spectra: u64) -> Self {
        let width = plan.recipe().grid().len() as u64;
        let features = width * size_of::<f32>() as u64;
        let neighbors = plan.n_neighbors() as u64 * NEIGHBOR;
        let labels = if plan.labels().is_some() { MEMORY_OF_LABELS } else { 0 };
        let recipes = 1 + plan.variants().len() as u64;
        let places = plan.members().count() as u64 * recipes * PLACE;
        // a variant has features of its own, while those of the run wait
        let waiting = if recipes > 1 { features } else { 0 };
        let row = features * COPIES_OF_FEATURES + waiting + neighbors + labels + places + MEMORY_OF_SPECTRUM;
        let fresh = features.saturating_mul(spectra).min(VALUES_AT_ONCE as u64 * size_of::<f32>() as u64);
        // they are gone before the components are sought
        let passing = (fresh * COPIES_OF_FRESH).max(components(plan, width, spectra));
        Self {
            memory: MEMORY_OF_ANY.saturating_add(row.saturating_mul(spectra)).saturating_add(passing),
            // what was found so far, and the table of it
            disk: (2 * neighbors + features * recipes + places + DISK_OF_SPECTRUM).saturating_mul(spectra),
        }
    }

    /// Of a run that was taken in.
    ///
    /// # Errors
    /// [`JobError::Store`] where its spec or its survey cannot be read.
    pub fn of_run(store: &Store, id: &str) -> Result<Self, JobError> {
        let run = store.run(id)?;
        let plan = Plan::new(run.spec()?)?;
        let survey = store.survey_of(&run)?;
        let spectra = match plan.spec().r#where.as_deref() {
            None => survey.count(),
            condition => survey.select(condition)?.len() as u64,
        };
        let needs = Self::of(&plan, spectra);
        Ok(if engine::may_have_a_gpu() { needs.with_a_team(&plan, spectra) } else { needs })
    }

    /// The same where GPUs take part in the search: the rows once more in its order, and what was proposed of each.
    fn with_a_team(self, plan: &Plan, spectra: u64) -> Self {
        let width = plan.recipe().grid().len() as u64;
        let row = (width + (plan.n_neighbors() + MARGIN) as u64) * size_of::<f32>() as u64;
        Self { memory: self.memory.saturating_add(row.saturating_mul(spectra)), ..self }
    }
}

/// Of the principal components: square matrices of the smaller side, one a thread and three of the eigenvectors; and the rows
/// in double precision that are looked at together.
fn components(plan: &Plan, width: u64, spectra: u64) -> u64 {
    if plan.spec().recipe.components == 0 {
        return 0;
    }
    let (double, threads) = (size_of::<f64>() as u64, rayon::current_num_threads() as u64);
    let side = width.min(spectra);
    let rows = spectra.min((ROWS_OF_COMPONENTS * threads).max(width));
    (threads + 3) * side * side * double + rows * width * double
}

#[cfg(test)]
mod tests {
    use balmer_core::pipeline::PipelineSpec;

    use super::*;

    #[test]
    fn more_spectra_neighbors_and_labels_take_more() {
        let plan =
            |text: &str| Plan::new(PipelineSpec::from_toml(&format!("survey = \"x\"\n{text}")).unwrap()).unwrap();
        let (plain, labelled) = (plan(""), plan("[labels]\nsource = \"x\""));
        let few = plan("[neighbors]\nn_neighbors = 20\n[lof]\nn_neighbors = 20");
        let [base, more, fewer, labels] = [(&plain, 1000), (&plain, 2000), (&few, 1000), (&labelled, 1000)]
            .map(|(plan, spectra)| Needs::of(plan, spectra));
        assert!(base.memory < more.memory && base.disk < more.disk);
        assert!(fewer.memory < base.memory && base.memory < labels.memory);
        assert_eq!(Needs::of(&plain, u64::MAX).memory, u64::MAX);
        // wide rows: 282,312 KiB were measured
        let wide = Needs::of(&plan("[recipe]\npixels = 3000"), 2_500).memory;
        assert!(wide > 282_312 << 10, "{wide}");
        let projected = Needs::of(&plan("[recipe]\npixels = 3000\ncomponents = 10"), 2_500).memory;
        assert!(projected > wide + (100 << 20), "{projected}");
        // 0.56 GB of rows and 0.57 GB of proposals at a million of 140 pixels
        let team = Needs::of(&plain, 1_000_000).with_a_team(&plain, 1_000_000);
        let more = team.memory - Needs::of(&plain, 1_000_000).memory;
        assert!((1_120_000_000..1_140_000_000).contains(&more), "{more}");
        assert_eq!(team.disk, Needs::of(&plain, 1_000_000).disk);
        let several = Needs::of(&plan("[ensemble]\nvary = [\"scale\", \"mask\"]"), 1000);
        // four more recipes keep their features, 560 bytes a spectrum, and all five their places
        assert!(several.disk > base.disk + 4 * 560 * 1000 && several.memory > base.memory + 560 * 1000, "{several:?}");
        // a million rows of the defaults are a matter of gigabytes
        let million = Needs::of(&labelled, 1_000_000).memory;
        assert!((2 << 30..4 << 30).contains(&million), "{million}");
    }
}
