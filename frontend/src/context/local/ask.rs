//! Questions to a finished run, which the worker answers from the run's table.

use balmer_core::pipeline::Labelled;
use balmer_exchange::{
    api::{Explanation, Problem},
    worker::Command,
};
use futures_channel::oneshot;
use leptos::prelude::*;

use super::Local;

/// A number of neighbours that the worker scores with, and what is wanted since.
#[derive(Debug)]
pub(super) struct Scoring {
    pub run: String,
    pub wanted: Option<usize>,
}

/// Somebody who waits for an explanation.
#[derive(Debug)]
pub(super) struct Asking {
    run: String,
    row: u32,
    answer: oneshot::Sender<Result<Explanation, Problem>>,
}

impl Local {
    /// Scores a finished run with another number of neighbours. While an answer is awaited, only the last wish counts.
    pub fn rescore(self, run: &str, n_neighbors: usize) {
        let is_free = self.inside.try_update_value(|inside| match &mut inside.scoring {
            Some(scoring) if scoring.run == run => {
                scoring.wanted = Some(n_neighbors);
                false
            }
            _ => {
                inside.scoring = Some(Scoring { run: run.to_owned(), wanted: None });
                true
            }
        });
        if is_free == Some(true) {
            let asked = self.send(&Command::Rescore { run: run.to_owned(), n_neighbors });
            // the banner has said it
            let _: Result<(), Problem> = self.failures.noted(asked);
        }
    }

    /// Lets other labels flow in a finished run.
    pub fn respread(self, run: &str, labels: Vec<Labelled>) {
        let asked = self.send(&Command::Respread { run: run.to_owned(), labels });
        // the banner has said it
        let _: Result<(), Problem> = self.failures.noted(asked);
    }

    /// Why a spectrum stands where it does.
    ///
    /// # Errors
    /// Where the run did not rank it, or its table is kept no more.
    pub async fn explain(self, run: &str, id: &str) -> Result<Explanation, Problem> {
        let gone = || {
            let detail = "the neighbours of this run are kept no more: run it again, or on the server";
            Problem::new(410, "no table").with_detail(detail)
        };
        let known = self.run_untracked(run).ok_or_else(gone)?;
        let row = known.row_of(id).ok_or_else(|| {
            Problem::new(404, "not ranked").with_detail(format!("{id} is not among the spectra that this run ranked"))
        })?;
        let most = known.most_neighbors().ok_or_else(gone)?;
        let n_neighbors = known.spec.lof.n_neighbors.min(most);
        let (answer, question) = oneshot::channel();
        self.send(&Command::Explain { run: run.to_owned(), row, n_neighbors })?;
        self.inside.update_value(|inside| inside.asking.push(Asking { run: run.to_owned(), row, answer }));
        question.await.map_err(|_| gone())?
    }

    /// Answers those who asked why a row stands where it does; without a row all who asked of the run.
    pub(super) fn answer(self, run: &str, row: Option<u32>, answer: &Result<Explanation, Problem>) {
        let mine = self.inside.try_update_value(|inside| {
            let all = std::mem::take(&mut inside.asking);
            let (mine, others) =
                all.into_iter().partition(|asking| asking.run == run && row.is_none_or(|row| asking.row == row));
            inside.asking = others;
            mine
        });
        for asking in mine.unwrap_or_default() {
            // who asked may look at something else by now
            let _: Result<(), _> = asking.answer.send(answer.clone());
        }
    }

    /// Drops what is asked of a run, and asks the worker to keep its table no more.
    pub(super) fn let_go(self, run: &str) {
        self.inside.update_value(|inside| {
            inside.scoring.take_if(|scoring| scoring.run == run);
            inside.asking.retain(|asking| asking.run != run);
            if let Some(chief) = &inside.chief {
                chief.send(&Command::Forget { run: run.to_owned() });
            }
        });
    }
}
