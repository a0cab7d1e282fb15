//! One search by a crew: who has joined, who does what, and who failed.

use std::collections::BTreeSet;

use balmer_core::{Error, Observer, Result, ndarray::ArrayView2, neighbors::NeighborTable};
use balmer_exchange::worker::{Command, Report, Share};
use js_sys::ArrayBuffer;
use web_sys::AbortSignal;

use super::{
    course::Course,
    crew::{Crew, News},
    duties::Duties,
};
use crate::port::Part;

/// A search under way.
pub struct Searching<'a> {
    x: ArrayView2<'a, f32>,
    n_neighbors: usize,
    crew: Crew,
    /// Members that have the matrix, ready to be searched.
    joined: Vec<bool>,
    /// As the first member that has joined says it goes.
    course: Option<Course>,
    duties: Duties<Share>,
    /// Members that did something.
    helpers: BTreeSet<usize>,
    /// Why the first of them that failed did.
    reason: String,
}

impl<'a> Searching<'a> {
    /// Starts the workers; `x` is in standard layout and has more rows than `n_neighbors`.
    pub fn begin(x: ArrayView2<'a, f32>, n_neighbors: usize, workers: usize, stop: &AbortSignal) -> Self {
        Self {
            x,
            n_neighbors,
            crew: Crew::start(workers, stop),
            joined: vec![false; workers],
            course: None,
            duties: Duties::new([]),
            helpers: BTreeSet::new(),
            reason: String::new(),
        }
    }

    /// The table; nothing where no member is left to make it.
    ///
    /// # Errors
    /// [`Error::Cancelled`].
    pub async fn table(&mut self, observer: &dyn Observer) -> Result<Option<NeighborTable>> {
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
            if let Some(course) = &mut self.course {
                observer.progress(course.progress());
                if self.duties.are_over() {
                    match course.go_on() {
                        Some(shares) => self.duties = Duties::new(shares),
                        None => break,
                    }
                }
            }
            if self.crew.is_empty() {
                return Ok(None);
            }
            self.hand_out()?;
        }
        self.course.take().map(Course::table).transpose()
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
                Ok(())
            }
            Report::Joined { pieces } => self.welcome(member, pieces),
            Report::Found { share } => self.take(member, &share, buffers),
            Report::Broken { detail } => Err(detail),
            _ => Err(nonsense()),
        }
    }

    /// A member is ready. The first says how the search goes; the others, which prepared the same, have to agree.
    fn welcome(&mut self, member: usize, pieces: Option<usize>) -> Result<(), String> {
        if let Some(course) = &self.course {
            if course.pieces() != pieces {
                return Err(nonsense());
            }
        } else {
            let (course, shares) = Course::begin(self.x.nrows(), self.n_neighbors, self.joined.len(), pieces)
                .map_err(|e| e.to_string())?;
            (self.course, self.duties) = (Some(course), Duties::new(shares));
        }
        self.joined[member] = true;
        Ok(())
    }

    /// Takes what a share came to; it is taken whole, or still to be done.
    fn take(&mut self, member: usize, share: &Share, buffers: &[ArrayBuffer]) -> Result<(), String> {
        let course = self.course.as_mut().filter(|_| self.duties.has(member, share)).ok_or_else(nonsense)?;
        course.take(share, buffers).map_err(|error| error.to_string())?;
        self.duties.finish(member, share);
        self.helpers.insert(member);
        Ok(())
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
        let Some(course) = &mut self.course else { return Ok(()) };
        for member in (0..self.joined.len()).filter(|&member| self.joined[member]) {
            while let Some(share) = self.duties.hand_out(member) {
                let command = Command::Search { share: share.clone() };
                course.with_parts(&share, |parts| self.crew.send(member, &command, parts))?;
            }
        }
        Ok(())
    }
}

fn nonsense() -> String {
    "a worker answered something else than it was asked".to_owned()
}
