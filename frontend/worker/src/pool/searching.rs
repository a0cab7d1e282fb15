//! One search by a crew: first all pairs of blocks of rows meet, then all rows are settled.

use std::{collections::BTreeSet, ops::Range};

use balmer_core::{
    Error, Observer, Result,
    ndarray::ArrayView2,
    neighbors::{MARGIN, Merged, Met, NeighborTable, Pair, Settled, tournament},
};
use balmer_exchange::worker::{Command, Report};
use js_sys::ArrayBuffer;
use web_sys::AbortSignal;

use super::{
    crew::{Crew, News},
    duties::Duties,
};
use crate::port::{self, Part};

/// Rows of a block that meets others.
const BLOCK: Range<usize> = 256..1024;
/// Meetings of each worker at least, so that all end at about the same time.
const MEETINGS: usize = 16;
/// Rows settled at once.
const SETTLED: Range<usize> = 64..512;
/// Products that take as long as a distance in f64, for the progress.
const EXACT: f64 = 12.0;

/// What a member is asked to do.
#[derive(Debug, Clone, PartialEq)]
enum Duty {
    Meet(Pair),
    Settle(Range<usize>),
}

/// A search under way.
pub struct Searching<'a> {
    x: ArrayView2<'a, f32>,
    n_neighbors: usize,
    crew: Crew,
    /// Members that have the matrix, or are about to.
    joined: Vec<bool>,
    duties: Duties<Duty>,
    merged: Merged,
    settled: Vec<Settled>,
    /// Products that are done, as far as progress goes.
    done: f64,
    /// Members that did something.
    helpers: BTreeSet<usize>,
    failed: BTreeSet<usize>,
    /// Why the first of them did.
    reason: String,
}

/// Rows of a block that meets others, where so many workers share a search.
pub fn block_size(rows: usize, workers: usize) -> usize {
    // of b blocks there are b^2 / 2 pairs
    let blocks = ((2 * MEETINGS * workers) as f64).sqrt();
    ((rows as f64 / blocks) as usize).clamp(BLOCK.start, BLOCK.end)
}

impl<'a> Searching<'a> {
    /// Starts the workers; `x` is in standard layout and has more rows than `n_neighbors`.
    pub fn begin(x: ArrayView2<'a, f32>, n_neighbors: usize, workers: usize, stop: &AbortSignal) -> Self {
        let pairs = tournament(x.nrows(), block_size(x.nrows(), workers));
        Self {
            x,
            n_neighbors,
            crew: Crew::start(workers, stop),
            joined: vec![false; workers],
            duties: Duties::new(pairs.into_iter().map(Duty::Meet)),
            merged: Merged::new(x.nrows(), n_neighbors),
            settled: Vec::new(),
            done: 0.0,
            helpers: BTreeSet::new(),
            failed: BTreeSet::new(),
            reason: String::new(),
        }
    }

    /// The table; nothing where no member is left to make it.
    ///
    /// # Errors
    /// [`Error::Cancelled`].
    pub async fn table(&mut self, observer: &dyn Observer) -> Result<Option<NeighborTable>> {
        let n = self.x.nrows();
        let all = 0.5 * n as f64 * n as f64 + self.exact(n);
        loop {
            let (member, outcome) = match self.crew.news().await {
                News::Stop => return Err(Error::Cancelled),
                News::Said { member, report, buffers } => (member, self.hear(member, report, &buffers)),
                News::Lost { member, reason } => (member, Err(reason)),
            };
            if let Err(reason) = outcome {
                self.lose(member, reason);
            }
            if observer.is_cancelled() {
                return Err(Error::Cancelled);
            }
            observer.progress((self.done / all).min(1.0));
            if self.duties.are_over() {
                if !self.settled.is_empty() {
                    break;
                }
                let range = (n / (8 * self.joined.len())).clamp(SETTLED.start, SETTLED.end);
                let ranges = (0..n).step_by(range).map(|first| Duty::Settle(first..n.min(first + range)));
                self.duties = Duties::new(ranges);
            }
            if self.crew.is_empty() {
                return Ok(None);
            }
            self.hand_out()?;
        }
        self.settled.sort_unstable_by_key(|part| part.rows().start);
        NeighborTable::from_settled(self.settled.drain(..)).map(Some)
    }

    /// Ends the workers. How many did something, how many failed, and why the first of them did.
    pub fn end(self) -> (usize, usize, String) {
        (self.helpers.len(), self.failed.len(), self.reason)
    }

    /// Takes what a member says.
    ///
    /// # Errors
    /// Why it is of no more use.
    fn hear(&mut self, member: usize, report: Report, buffers: &[ArrayBuffer]) -> Result<(), String> {
        match report {
            // what was said before it was lost
            _ if !self.crew.has(member) => Ok(()),
            Report::Ready => {
                let join = Command::Join { columns: self.x.ncols(), n_neighbors: self.n_neighbors };
                let values = self.x.as_slice().expect("standard layout");
                self.crew.send(member, &join, &[Part::Numbers(values)]);
                self.joined[member] = true;
                Ok(())
            }
            Report::Met { rows, columns } => self.take_met(member, &Pair { rows, columns }, buffers),
            Report::Settled { rows } => self.take_settled(member, rows, buffers),
            Report::Broken { detail } => Err(detail),
            _ => Err(nonsense()),
        }
    }

    fn take_met(&mut self, member: usize, pair: &Pair, buffers: &[ArrayBuffer]) -> Result<(), String> {
        let [lengths, thresholds, indices, scores] = buffers else { return Err(nonsense()) };
        let met = Met {
            lengths: port::rows(lengths),
            thresholds: port::numbers(thresholds),
            indices: port::rows(indices),
            scores: port::numbers(scores),
        };
        let duty = Duty::Meet(pair.clone());
        // merged, or still to be done
        if !self.duties.has(member, &duty) || self.merged.merge(pair, &met).is_err() {
            return Err(nonsense());
        }
        self.finish(member, &duty, pair.n_meetings() as f64);
        Ok(())
    }

    fn take_settled(&mut self, member: usize, rows: Range<usize>, buffers: &[ArrayBuffer]) -> Result<(), String> {
        let [indices, distances] = buffers else { return Err(nonsense()) };
        let parts = (port::rows(indices), port::numbers(distances));
        let duty = Duty::Settle(rows.clone());
        let settled = Settled::from_parts(rows.clone(), self.x.nrows(), self.n_neighbors, parts);
        let (true, Ok(settled)) = (self.duties.has(member, &duty), settled) else { return Err(nonsense()) };
        self.settled.push(settled);
        self.finish(member, &duty, self.exact(rows.len()));
        Ok(())
    }

    fn finish(&mut self, member: usize, duty: &Duty, products: f64) {
        self.duties.finish(member, duty);
        self.helpers.insert(member);
        self.done += products;
    }

    /// What settling rows takes, in products.
    fn exact(&self, rows: usize) -> f64 {
        EXACT * rows as f64 * (self.n_neighbors + MARGIN) as f64
    }

    /// Goes on without a member.
    fn lose(&mut self, member: usize, reason: String) {
        self.crew.dismiss(member);
        self.joined[member] = false;
        self.duties.take_from(member);
        if self.failed.is_empty() {
            self.reason = reason;
        }
        // it may be heard of more than once
        self.failed.insert(member);
    }

    /// Gives everybody something to do.
    fn hand_out(&mut self) -> Result<()> {
        for member in (0..self.joined.len()).filter(|&member| self.joined[member]) {
            while let Some(duty) = self.duties.hand_out(member) {
                match duty {
                    Duty::Meet(pair) => {
                        let limits = self.merged.limits(&pair)?;
                        let Pair { rows, columns } = pair;
                        self.crew.send(member, &Command::Meet { rows, columns }, &[Part::Numbers(&limits)]);
                    }
                    Duty::Settle(rows) => {
                        let best = self.merged.best(rows.clone())?;
                        let best = best.as_proposals();
                        let parts =
                            [Part::Rows(best.lengths), Part::Rows(best.indices), Part::Numbers(best.thresholds)];
                        self.crew.send(member, &Command::Settle { rows }, &parts);
                    }
                }
            }
        }
        Ok(())
    }
}

fn nonsense() -> String {
    "a worker answered something else than it was asked".to_owned()
}
