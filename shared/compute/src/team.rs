//! Every GPU and the cores of the processor, in one neighbour search.
//!
//! Each device has a thread and takes lots of the pieces that the cores take one by one
//! ([`balmer_core::neighbors::Together`]); whoever finds one, its neighbours are the same to the bit, and it is kept. A device
//! that fails leaves its lots to the others.
//!
//! What is absent: labels that several devices spread, and searches by all pairs that they share: where the bounds of the
//! pieces do not pay the first device searches alone. Not in a browser, which offers one device and lends no thread.

use std::{
    iter::once,
    panic::resume_unwind,
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
};

use balmer_core::{
    CpuEngine, Engine, Observer, Result,
    ndarray::ArrayView2,
    neighbors::{NeighborTable, Pieces},
    semi_supervised::{Diffusion, Graph, LabelDistributions, Seeds},
};
use pollster::block_on;

use crate::{Choice, Fault, GpuEngine, adapters::gpus};

/// Rows from which a search is shared. With fewer a GPU alone lets all pairs meet in about the time that it takes to prepare
/// what is shared: 10^10 pairs of 140 values are half a second for 3 x 10^12 multiply-adds a second; bounds and a centred
/// copy of as many rows took two cores 0.35 s.
const LEAST_ROWS: usize = 100_000;

/// All GPUs and the processor.
#[derive(Debug)]
pub struct Team {
    /// The fastest kind of them: does what only one can do.
    first: GpuEngine,
    others: Vec<GpuEngine>,
    /// GPUs that could not be opened.
    aside: Vec<String>,
    least_rows: usize,
    /// Who searched last.
    course: Mutex<Course>,
}

/// Who searched.
#[derive(Debug)]
enum Course {
    Nobody,
    /// The first device, or who stood by for it.
    First,
    /// All, and the rows that each found: the processor first.
    All(Vec<usize>),
}

impl Team {
    /// Opens every GPU; software that only plays one does not count, and one that cannot be opened is left aside.
    ///
    /// # Errors
    /// [`Fault::Missing`] where there is none, [`Fault::Refused`] where none can be opened.
    pub async fn open() -> Result<Self, Fault> {
        let (mut opened, mut aside) = (Vec::new(), Vec::new());
        for place in gpus().await {
            match GpuEngine::open(Choice::Index(place)).await {
                Ok(engine) => opened.push(engine),
                Err(fault) => aside.push((place, fault)),
            }
        }
        let mut opened = opened.into_iter();
        let Some(first) = opened.next() else {
            let missing = || Fault::Missing("no GPU was found".to_owned());
            return Err(aside.into_iter().next().map_or_else(missing, |(_, fault)| fault));
        };
        let aside = aside.into_iter().map(|(place, fault)| format!("without gpu:{place}, because {fault}")).collect();
        Ok(Self { aside, ..Self::new(first, opened.collect()) })
    }

    /// Devices that are open already: the first does what only one can do.
    pub fn new(first: GpuEngine, others: Vec<GpuEngine>) -> Self {
        let course = Mutex::new(Course::Nobody);
        Self { first, others, aside: Vec::new(), least_rows: LEAST_ROWS, course }
    }

    /// The same, with searches shared from so many rows on: for tests and measurements.
    #[must_use]
    pub fn sharing_from(self, least_rows: usize) -> Self {
        Self { least_rows, ..self }
    }

    /// The devices.
    pub fn devices(&self) -> impl Iterator<Item = &GpuEngine> {
        once(&self.first).chain(&self.others)
    }

    fn course(&self) -> MutexGuard<'_, Course> {
        self.course.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A search by all.
    fn share(&self, pieces: &Pieces<'_>, observer: &dyn Observer) -> Result<NeighborTable> {
        let together = pieces.together(observer)?;
        let hands: Vec<_> = self.devices().map(|device| (device, together.hand())).collect();
        let outcomes: Vec<_> = thread::scope(|scope| {
            let mut threads = Vec::new();
            for (device, hand) in hands {
                threads.push(scope.spawn(move || block_on(device.take_part(hand, observer))));
            }
            together.work();
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
        });
        *self.course() = Course::All(together.found());
        outcomes.into_iter().collect::<Result<()>>()?;
        together.table()
    }
}

impl Engine for Team {
    /// All of them, what each found, and what went otherwise than planned.
    fn name(&self) -> String {
        let gpus: Vec<String> = self.devices().map(|device| format!("gpu: {}", device.adapter())).collect();
        let course = match &*self.course() {
            Course::Nobody => None,
            Course::First => Some(format!("neighbours by {} alone", gpus[0])),
            Course::All(found) => {
                let rows: Vec<String> = found[1..].iter().chain(&found[..1]).map(ToString::to_string).collect();
                Some(format!("rows found: {}", rows.join(", ")))
            }
        };
        let notes_of = |(gpu, device): (&String, &GpuEngine)| {
            device.notes().into_iter().map(|note| format!("{gpu}: {note}")).collect::<Vec<_>>()
        };
        let notes = gpus.iter().zip(self.devices()).flat_map(notes_of);
        let all = format!("team: {}, {}", gpus.join(", "), CpuEngine.name());
        once(all).chain(self.aside.iter().cloned()).chain(course).chain(notes).collect::<Vec<_>>().join("; ")
    }

    async fn kneighbors(
        &self,
        x: ArrayView2<'_, f32>,
        n_neighbors: usize,
        observer: &dyn Observer,
    ) -> Result<NeighborTable> {
        *self.course() = Course::Nobody;
        self.devices().for_each(GpuEngine::begin);
        if x.nrows() >= self.least_rows {
            let x = x.as_standard_layout();
            if let Some(pieces) = Pieces::new(x.view(), n_neighbors)? {
                return self.share(&pieces, observer);
            }
        }
        *self.course() = Course::First;
        self.first.kneighbors(x, n_neighbors, observer).await
    }

    async fn diffuse(
        &self,
        graph: &Graph,
        seeds: &Seeds,
        diffusion: &Diffusion,
        observer: &dyn Observer,
    ) -> Result<LabelDistributions> {
        self.first.diffuse(graph, seeds, diffusion, observer).await
    }
}

#[cfg(test)]
mod tests;
