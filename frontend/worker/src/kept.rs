//! Finished runs with their neighbour tables: other numbers of neighbours and other labels without a search.

use std::{
    cell::RefCell,
    collections::VecDeque,
    pin::pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use balmer_core::{
    CpuEngine, Engine, Error, Observer, Result,
    engine::Unobserved,
    ndarray::ArrayView2,
    neighbors::NeighborTable,
    pipeline::{FeatureTable, Labelled, Plan, RunOutput, analyse},
    semi_supervised::{Diffusion, Graph, LabelDistributions, Seeds},
};

use crate::columns::Columns;

/// Tables kept: one of 50,000 spectra with 128 neighbours takes 51 MB.
const KEPT: usize = 3;

/// A finished run.
#[derive(Debug)]
pub struct Kept {
    /// Its name.
    pub run: String,
    /// Its plan, with the number of neighbours last asked for.
    pub plan: Plan,
    /// Its rows.
    pub features: Rc<FeatureTable>,
    /// Their neighbours.
    pub table: NeighborTable,
    /// The labels last given.
    pub labels: Vec<Labelled>,
}

thread_local! {
    /// The last finished come last.
    static RUNS: RefCell<VecDeque<Kept>> = const { RefCell::new(VecDeque::new()) };
}

/// Keeps a run, and lets the oldest go.
pub fn keep(run: Kept) {
    RUNS.with_borrow_mut(|runs| {
        runs.push_back(run);
        let surplus = runs.len().saturating_sub(KEPT);
        runs.drain(..surplus);
    });
}

/// Lets a run go.
pub fn forget(run: &str) {
    RUNS.with_borrow_mut(|runs| runs.retain(|kept| kept.run != run));
}

/// Does something with a run that is kept.
///
/// # Errors
/// [`Error::InvalidParameter`] where it is kept no more; whatever is done with it.
pub fn with<T>(run: &str, act: impl FnOnce(&mut Kept) -> Result<T>) -> Result<T> {
    RUNS.with_borrow_mut(|runs| match runs.iter_mut().find(|kept| kept.run == run) {
        Some(kept) => act(kept),
        None => Err(Error::parameter("run", run, format!("only the last {KEPT} runs of a tab are kept: run it again"))),
    })
}

/// An engine that has the neighbours already.
struct Known<'a>(&'a NeighborTable);

impl Engine for Known<'_> {
    fn name(&self) -> String {
        CpuEngine.name()
    }

    async fn kneighbors(&self, _: ArrayView2<'_, f32>, _: usize, _: &dyn Observer) -> Result<NeighborTable> {
        Ok(self.0.clone())
    }

    async fn diffuse(
        &self,
        graph: &Graph,
        seeds: &Seeds,
        diffusion: &Diffusion,
        observer: &dyn Observer,
    ) -> Result<LabelDistributions> {
        CpuEngine.diffuse(graph, seeds, diffusion, observer).await
    }
}

impl Kept {
    fn again(&self) -> Result<RunOutput> {
        let engine = Known(&self.table);
        let mut work = pin!(analyse(&self.plan, &self.features, &self.labels, &engine, &Unobserved));
        match work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => output,
            Poll::Pending => Err(Error::Cancelled),
        }
    }
    /// Scores with another number of neighbours, in the count of the definition.
    ///
    /// # Errors
    /// A number that the table does not hold.
    pub fn rescored(&mut self, n_neighbors: usize) -> Result<Columns> {
        let mut spec = self.plan.spec().clone();
        spec.lof.n_neighbors = n_neighbors;
        self.plan = Plan::new(spec)?;
        let output = self.again()?;
        Ok(Columns::of(&output.candidates, &output.classes))
    }

    /// Classes and columns with other labels.
    ///
    /// # Errors
    /// Labels of which none is in the run, or of classes that are not declared.
    pub fn respread(&mut self, labels: &[Labelled]) -> Result<(Vec<String>, Columns)> {
        self.labels = labels.to_vec();
        let output = self.again()?;
        let columns = Columns::of(&output.candidates, &output.classes);
        Ok((output.classes, columns))
    }
}
