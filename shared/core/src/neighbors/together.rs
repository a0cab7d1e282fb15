//! One search of all rows, by the processor's cores and by devices together.
//!
//! Pieces are handed out from two ends. The cores take one after the other from the front. A device takes a [`Lot`] of
//! consecutive ones from the back and proposes candidates for all of their rows; the cores settle these before they go on with
//! pieces of their own, so that a device never waits for them. Whoever finds a piece, its neighbours are the same to the bit, and it is
//! kept.
//!
//! A lot is half of what the device would find of all that is left, if everybody went on at his pace (guided
//! self-scheduling: C. D. Polychronopoulos and D. J. Kuck 1987, IEEE Transactions on Computers C-36, 1425; weighted by speed:
//! S. F. Hummel et al. 1996, SPAA, 318): large first, small in the end, so that all end together. All begin at the
//! same time, so that what each has found is his pace: no clock is needed.
//!
//! Memory beside the pieces' own: 4 d bytes a row for devices, and 4 (k + 14) a row that waits to be settled.
//!
//! What is absent: threads. A host gives each device one, and its [`Hand`].

mod hand;
mod ledger;
#[cfg(test)]
mod tests;

use std::{
    collections::VecDeque,
    sync::{
        Condvar, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

pub use self::hand::{Hand, Lot};
use self::ledger::{Ledger, Member, PROCESSOR, Task};
use super::{
    Centred, Gathered, NeighborTable,
    lanes::Instructions,
    pruned::{Pruned, turns},
    watch::Watch,
};
use crate::{Error, Result, engine::Observer, parallel};

/// A search under way, shared by all who take part. Made by [`super::Pieces::together`].
///
/// Give each device a [`Hand`] and a thread, then let the cores [`work`](Self::work), and make the table.
pub struct Together<'p> {
    pruned: &'p Pruned<'p>,
    n_neighbors: usize,
    instructions: Instructions,
    observer: &'p dyn Observer,
    watch: Watch<'p>,
    centred: OnceLock<Centred>,
    gathered: Mutex<Gathered>,
    searched_again: AtomicUsize,
    ledger: Mutex<Ledger>,
    changed: Condvar,
}

impl<'p> Together<'p> {
    /// A search of which nothing is found but what the observer's keeper kept.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] where that has a row twice.
    pub(super) fn new(
        pruned: &'p Pruned<'p>,
        n_neighbors: usize,
        instructions: Instructions,
        observer: &'p dyn Observer,
    ) -> Result<Self> {
        let pieces = pruned.n_pieces();
        let watch = Watch::new(observer, 0.0..1.0, pieces);
        let gathered = Mutex::new(Gathered::new(pruned.places_of(0..pieces).len(), n_neighbors)?);
        let is_open = parallel::map_indices(pieces, |piece| {
            let kept = observer.keeper().kept(piece).filter(|kept| pruned.may_be(piece, kept, n_neighbors))?;
            watch.task(|| {
                watch.kept();
                unpoisoned(&gathered).put(&kept)
            })
        });
        let mut open = VecDeque::new();
        for piece in (0..pieces).map(turns(pieces)) {
            match &is_open[piece] {
                None => open.push_back(piece),
                Some(put) => put.clone()?,
            }
        }
        let ledger = Ledger { open, proposed: VecDeque::new(), members: vec![Member::default()], error: None };
        Ok(Self {
            pruned,
            n_neighbors,
            instructions,
            observer,
            watch,
            centred: OnceLock::new(),
            gathered,
            searched_again: AtomicUsize::new(0),
            ledger: Mutex::new(ledger),
            changed: Condvar::new(),
        })
    }

    /// Takes a device in. Its first lot is laid aside, so that its speed becomes known. A hand is used in a thread of its own
    /// or dropped: the search does not end while it holds a lot.
    pub fn hand(&self) -> Hand<'_> {
        let (member, first) = self.ledger().welcome();
        Hand::new(self, member, first)
    }

    /// Neighbours each row is to have.
    pub fn n_neighbors(&self) -> usize {
        self.n_neighbors
    }

    /// The rows at their places, as devices multiply them. Made for the first who asks, O(n d) time and memory.
    pub fn centred(&self) -> &Centred {
        self.centred.get_or_init(|| self.pruned.centred())
    }

    /// Finds and settles pieces over all cores until all are found, by whomever.
    pub fn work(&self) {
        parallel::map_indices(parallel::n_threads(), |_| {
            while let Some(task) = self.next() {
                let is_own = matches!(task, Task::Find(_));
                let outcome = self.watch.task(|| self.carry_out(&task)).unwrap_or(Err(Error::Cancelled));
                let mut ledger = self.ledger();
                match outcome {
                    Ok(rows) if is_own => {
                        ledger.members[PROCESSOR].held -= 1;
                        ledger.members[PROCESSOR].found += rows;
                    }
                    Ok(_) => {}
                    Err(error) => {
                        ledger.error.get_or_insert(error);
                        self.changed.notify_all();
                    }
                }
            }
        });
    }

    /// What a core does next, once there is something; nothing when all is done, or nothing more is to be done.
    fn next(&self) -> Option<Task> {
        let mut ledger = self.ledger();
        loop {
            if ledger.error.is_some() {
                return None;
            }
            if let Some(task) = ledger.next() {
                return Some(task);
            }
            if !ledger.is_awaited() {
                return None;
            }
            // a device proposes, or gives back what it has
            ledger = self.changed.wait(ledger).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Finds the neighbours of a piece; how many rows it has.
    fn carry_out(&self, task: &Task) -> Result<usize> {
        let (piece, (found, again)) = match *task {
            Task::Find(piece) => (piece, self.pruned.piece(piece, self.n_neighbors, self.instructions, self.observer)?),
            Task::Settle { piece, first, ref best } => {
                let places = self.pruned.places_of(piece..piece + 1);
                let proposals = best.as_proposals().part(places.start - first..places.end - first);
                let centred = self.centred();
                let is_certain = |place, threshold, last| centred.certifies(place, threshold, last);
                (piece, self.pruned.settle(places, &proposals, self.n_neighbors, is_certain, self.observer)?)
            }
        };
        self.observer.keeper().keep(piece, &found);
        self.searched_again.fetch_add(again, Ordering::Relaxed);
        unpoisoned(&self.gathered).put(&found)?;
        Ok(found.rows.len())
    }

    /// Rows that each found so far: the processor, then the devices in the order of their hands. What was kept is nobody's.
    pub fn found(&self) -> Vec<usize> {
        self.ledger().members.iter().map(|member| member.found).collect()
    }

    /// Rows that were searched by exact distances alone.
    pub(super) fn searched_again(&self) -> usize {
        self.searched_again.load(Ordering::Relaxed)
    }

    /// The table.
    ///
    /// # Errors
    /// [`Error::Cancelled`].
    pub fn table(self) -> Result<NeighborTable> {
        let ledger = self.ledger.into_inner().unwrap_or_else(PoisonError::into_inner);
        ledger.error.map_or(Ok(()), Err)?;
        self.watch.finish()?;
        self.observer.progress(1.0);
        self.gathered.into_inner().unwrap_or_else(PoisonError::into_inner).table()
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        unpoisoned(&self.ledger)
    }
}

/// Numbers stay whole whatever became of the thread that held them.
fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
