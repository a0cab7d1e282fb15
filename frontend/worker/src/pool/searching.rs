//! One search by a crew: first all pairs of blocks of rows meet, then all rows are settled.

use std::{collections::BTreeSet, ops::Range};

use balmer_core::{
    Error, Observer, Result,
    ndarray::ArrayView2,
    neighbors::{MARGIN, Merged, Met, NeighborTable, Settled, tournament},
};
use balmer_exchange::worker::{Command, Report, Share};
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

/// A search under way.
pub struct Searching<'a> {
    x: ArrayView2<'a, f32>,
    n_neighbors: usize,
    crew: Crew,
    /// Members that have the matrix, or are about to.
    joined: Vec<bool>,
    duties: Duties<Share>,
    merged: Merged,
    settled: Vec<Settled>,
    /// Products that are done, as far as progress goes.
    done: f64,
    /// Members that did something.
    helpers: BTreeSet<usize>,
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
            duties: Duties::new(pairs.into_iter().map(Share::Meet)),
            merged: Merged::new(x.nrows(), n_neighbors),
            settled: Vec::new(),
            done: 0.0,
            helpers: BTreeSet::new(),
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
                let ranges = (0..n).step_by(range).map(|first| Share::Settle(first..n.min(first + range)));
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
        (self.helpers.len(), self.crew.lost(), self.reason)
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
            Report::Found { share } => self.take(member, &share, buffers),
            Report::Broken { detail } => Err(detail),
            _ => Err(nonsense()),
        }
    }

    /// Takes what a share came to; it is merged whole, or still to be done.
    fn take(&mut self, member: usize, share: &Share, buffers: &[ArrayBuffer]) -> Result<(), String> {
        if !self.duties.has(member, share) {
            return Err(nonsense());
        }
        self.done += match (share, buffers) {
            (Share::Meet(pair), [lengths, thresholds, indices, scores]) => {
                let met = Met {
                    lengths: port::rows(lengths),
                    thresholds: port::numbers(thresholds),
                    indices: port::rows(indices),
                    scores: port::numbers(scores),
                };
                self.merged.merge(pair, &met).map_err(|_| nonsense())?;
                pair.n_meetings() as f64
            }
            (Share::Settle(rows), [indices, distances]) => {
                let parts = (port::rows(indices), port::numbers(distances));
                let settled = Settled::from_parts(rows.clone(), self.x.nrows(), self.n_neighbors, parts);
                self.settled.push(settled.map_err(|_| nonsense())?);
                self.exact(rows.len())
            }
            _ => return Err(nonsense()),
        };
        self.duties.finish(member, share);
        self.helpers.insert(member);
        Ok(())
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
        if self.reason.is_empty() {
            self.reason = reason;
        }
    }

    /// Gives everybody something to do.
    fn hand_out(&mut self) -> Result<()> {
        for member in (0..self.joined.len()).filter(|&member| self.joined[member]) {
            while let Some(share) = self.duties.hand_out(member) {
                let command = Command::Search { share: share.clone() };
                match share {
                    Share::Meet(pair) => {
                        let limits = self.merged.limits(&pair)?;
                        self.crew.send(member, &command, &[Part::Numbers(&limits)]);
                    }
                    Share::Settle(rows) => {
                        let best = self.merged.best(rows)?;
                        let best = best.as_proposals();
                        let parts =
                            [Part::Rows(best.lengths), Part::Rows(best.indices), Part::Numbers(best.thresholds)];
                        self.crew.send(member, &command, &parts);
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
