//! Who of those who share a search has which pieces, and how many he gets next.

use std::{collections::VecDeque, ops::Range, sync::Arc};

use crate::{Error, neighbors::Best};

/// Pieces of a lot that are worth a device's while: fewer rows leave most of a large one idle. So many are taken to learn how
/// fast it is.
pub(super) const LOT: usize = 4;

/// The processor among those who take part.
pub(super) const PROCESSOR: usize = 0;

/// Who has what.
pub(super) struct Ledger {
    /// Pieces that nobody has.
    pub(super) open: VecDeque<usize>,
    /// Pieces for which a device proposed.
    pub(super) proposed: VecDeque<Task>,
    /// The processor and the devices.
    pub(super) members: Vec<Member>,
    /// What ended the search before its time.
    pub(super) error: Option<Error>,
}

/// One who takes part.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Member {
    /// Pieces in his hands.
    pub(super) held: usize,
    /// Rows that he found.
    pub(super) found: usize,
}

/// What a core does next.
pub(super) enum Task {
    /// Finds a piece.
    Find(usize),
    /// Settles a piece: what was proposed for the places from `first` on.
    Settle { piece: usize, first: usize, best: Arc<Best> },
}

impl Ledger {
    /// Takes a device in: its number, and what it begins with.
    pub(super) fn welcome(&mut self) -> (usize, Option<Range<usize>>) {
        // a device takes pieces that follow each other
        self.open.make_contiguous().sort_unstable();
        let member = self.members.len();
        self.members.push(Member::default());
        (member, self.take(member, LOT))
    }

    /// What a core does next, if there is something.
    pub(super) fn next(&mut self) -> Option<Task> {
        self.proposed.pop_front().or_else(|| {
            let piece = self.open.pop_front()?;
            self.members[PROCESSOR].held += 1;
            Some(Task::Find(piece))
        })
    }

    /// Whether devices hold something yet.
    pub(super) fn is_awaited(&self) -> bool {
        self.members[PROCESSOR + 1..].iter().any(|device| device.held > 0)
    }

    /// Pieces for a device, as many as are good for it, at most so many.
    pub(super) fn take(&mut self, member: usize, most: usize) -> Option<Range<usize>> {
        let wanted = self.share(member).min(most);
        if wanted == 0 || self.error.is_some() {
            return None;
        }
        let last = self.open.pop_back()?;
        let mut pieces = last..last + 1;
        while pieces.len() < wanted && self.open.back().is_some_and(|&piece| piece + 1 == pieces.start) {
            self.open.pop_back();
            pieces.start -= 1;
        }
        self.members[member].held += pieces.len();
        Some(pieces)
    }

    /// How many pieces are good for a device: none where the others would be done with all that is left before it is with a lot.
    pub(super) fn share(&self, member: usize) -> usize {
        let Member { held, found } = self.members[member];
        if found == 0 {
            return (self.open.len() / (2 * self.members.len())).clamp(1, LOT);
        }
        let left: usize = self.open.len() + self.members.iter().map(|member| member.held).sum::<usize>();
        let all: usize = self.members.iter().map(|member| member.found).sum();
        let fair = left as f64 * found as f64 / all as f64 - held as f64;
        if fair < LOT as f64 { 0 } else { (fair as usize / 2).max(LOT) }
    }
}
