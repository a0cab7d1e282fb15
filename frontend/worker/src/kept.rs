//! Finished runs with their neighbour tables: other numbers of neighbours and other labels without a search.

use std::{cell::RefCell, collections::VecDeque, rc::Rc};

use balmer_core::{
    Error, Result,
    engine::Unobserved,
    outlier::lof::LofScores,
    pipeline::{Exploration, FeatureTable, Labelled, Plan, Ranking, Spread},
};

/// Runs kept: one of 50,000 spectra with 128 neighbours takes 50 MB, and its subset's 140 pixels 28 MB.
const KEPT: usize = 3;

/// A finished run.
#[derive(Debug)]
pub struct Kept {
    /// Its name.
    pub run: String,
    /// Its plan, with the number of neighbours last asked for.
    pub plan: Plan,
    /// Its rows, which other runs on the same subset share, and their neighbours.
    pub exploration: Exploration<Rc<FeatureTable>>,
    /// Its factors, and the densities that they come from.
    pub scores: LofScores,
}

thread_local! {
    /// The last finished come last.
    static RUNS: RefCell<VecDeque<Kept>> = const { RefCell::new(VecDeque::new()) };
}

/// Keeps a run; returns the name of the oldest, if it had to make room.
#[must_use]
pub fn keep(run: Kept) -> Option<String> {
    RUNS.with_borrow_mut(|runs| {
        runs.push_back(run);
        (runs.len() > KEPT).then(|| runs.pop_front().map(|oldest| oldest.run)).flatten()
    })
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

/// What `act` makes of the run last kept among those that are as wanted.
pub fn look<T>(is_wanted: impl Fn(&Kept) -> bool, act: impl FnOnce(&Kept) -> T) -> Option<T> {
    RUNS.with_borrow(|runs| runs.iter().rev().find(|kept| is_wanted(kept)).map(act))
}

impl Kept {
    /// A run to keep.
    ///
    /// # Errors
    /// None for a plan that the exploration was made by.
    pub fn new(run: &str, plan: Plan, exploration: Exploration<Rc<FeatureTable>>) -> Result<Self> {
        let scores = exploration.rank(plan.lof())?.scores;
        Ok(Self { run: run.to_owned(), plan, exploration, scores })
    }

    /// Scores with another number of neighbours, in the count of the definition.
    ///
    /// # Errors
    /// A number that the table does not hold.
    pub fn rescored(&mut self, n_neighbors: usize) -> Result<Ranking> {
        let mut spec = self.plan.spec().clone();
        spec.lof.n_neighbors = n_neighbors;
        self.plan = Plan::new(spec)?;
        let ranking = self.exploration.rank(self.plan.lof())?;
        self.scores.clone_from(&ranking.scores);
        Ok(ranking)
    }

    /// Lets other labels flow, on from those before where they may, and on the processor: starting a device takes longer.
    ///
    /// # Errors
    /// A run without labels; labels of which none is in the run, or of classes that are not declared.
    pub fn respread(&mut self, labels: &[Labelled]) -> Result<Spread> {
        let Some(stage) = self.plan.labels() else {
            return Err(Error::Labels("this run spreads none: choose another method, and run it again".to_owned()));
        };
        self.exploration.respread(stage, labels, &Unobserved)
    }
}
