//! A device's part in a search that it shares.

use std::{ops::Range, sync::Arc};

use super::{Together, ledger::Task};
use crate::{
    Result,
    neighbors::{Best, pruned::ROWS},
};

/// A device's part in a search.
pub struct Hand<'t> {
    together: &'t Together<'t>,
    member: usize,
    /// What was laid aside for it.
    first: Option<Lot<'t>>,
}

impl<'t> Hand<'t> {
    pub(super) fn new(together: &'t Together<'t>, member: usize, first: Option<Range<usize>>) -> Self {
        Self { together, member, first: first.map(|pieces| Lot { together, member, pieces }) }
    }

    /// The search.
    pub fn together(&self) -> &'t Together<'t> {
        self.together
    }

    /// The next pieces to propose candidates for, of `most` places at most. Nothing where none are left for this
    /// device, which may change while it still holds another lot.
    pub fn lot(&mut self, most: usize) -> Option<Lot<'t>> {
        let (together, member) = (self.together, self.member);
        if let Some(first) = self.first.take()
            && first.places().len() <= most
        {
            return Some(first);
        }
        let pieces = together.ledger().take(member, most / ROWS)?;
        Some(Lot { together, member, pieces })
    }
}

/// Consecutive pieces in the hands of a device. Dropped, they go back to the others.
pub struct Lot<'t> {
    together: &'t Together<'t>,
    member: usize,
    pieces: Range<usize>,
}

impl Lot<'_> {
    /// The places of their rows.
    pub fn places(&self) -> Range<usize> {
        self.together.pruned.places_of(self.pieces.clone())
    }

    /// Hands in what a device proposes for each of [`Self::places`]: other places, by the scores of [`Together::centred`].
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] unless there is something for each of them.
    pub fn hand_in(mut self, best: Best) -> Result<()> {
        let places = self.places();
        best.as_proposals().check(&places)?;
        let best = Arc::new(best);
        let pieces = std::mem::take(&mut self.pieces);
        let mut ledger = self.together.ledger();
        ledger.members[self.member].held -= pieces.len();
        ledger.members[self.member].found += places.len();
        let task = |piece| Task::Settle { piece, first: places.start, best: best.clone() };
        ledger.proposed.extend(pieces.map(task));
        self.together.changed.notify_all();
        Ok(())
    }
}

impl Drop for Lot<'_> {
    fn drop(&mut self) {
        if self.pieces.is_empty() {
            return;
        }
        let mut ledger = self.together.ledger();
        ledger.members[self.member].held -= self.pieces.len();
        ledger.open.extend(self.pieces.clone());
        self.together.changed.notify_all();
    }
}
