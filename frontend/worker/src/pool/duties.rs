//! Who does what: duties are handed out, done, or given to another where a member fails.

use std::collections::VecDeque;

/// Duties in the hands of a member at once: the next is there when one is done.
const AT_ONCE: usize = 2;

/// Duties that any member may do, in an order that is kept as far as it goes.
#[derive(Debug)]
pub struct Duties<T> {
    ahead: VecDeque<T>,
    /// With the member that has it in hand.
    under_way: Vec<(usize, T)>,
}

impl<T: Clone + PartialEq> Duties<T> {
    pub fn new(duties: impl IntoIterator<Item = T>) -> Self {
        Self { ahead: duties.into_iter().collect(), under_way: Vec::new() }
    }

    /// The next duty for a member; none where all are handed out, or it has enough in hand.
    pub fn hand_out(&mut self, member: usize) -> Option<T> {
        if self.under_way.iter().filter(|(other, _)| *other == member).count() == AT_ONCE {
            return None;
        }
        let duty = self.ahead.pop_front()?;
        self.under_way.push((member, duty.clone()));
        Some(duty)
    }

    /// Whether a member has this duty in hand.
    pub fn has(&self, member: usize, duty: &T) -> bool {
        self.under_way.iter().any(|(other, own)| *other == member && own == duty)
    }

    /// A member has done a duty.
    pub fn finish(&mut self, member: usize, duty: &T) {
        self.under_way.retain(|(other, own)| *other != member || own != duty);
    }

    /// Takes all from a member, for others to do next.
    pub fn take_from(&mut self, member: usize) {
        let (taken, kept) = std::mem::take(&mut self.under_way).into_iter().partition(|(other, _)| *other == member);
        self.under_way = kept;
        let taken: Vec<_> = taken;
        for (_, duty) in taken {
            self.ahead.push_front(duty);
        }
    }

    /// Whether all are done.
    pub fn are_over(&self) -> bool {
        self.ahead.is_empty() && self.under_way.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_duty_is_done_once_whoever_fails() {
        let mut duties = Duties::new(0..5);
        assert_eq!([0, 0, 0, 1].map(|member| duties.hand_out(member)), [Some(0), Some(1), None, Some(2)]);
        assert!(duties.has(0, &0) && !duties.has(1, &0));
        duties.finish(1, &0);
        assert!(duties.has(0, &0), "another's");
        duties.finish(0, &0);
        assert!(!duties.has(0, &0));
        duties.take_from(0);
        assert!(!duties.has(0, &1), "no more its own");
        assert_eq!([1, 2, 2, 3].map(|member| duties.hand_out(member)), [Some(1), Some(3), Some(4), None]);
        for (member, duty) in [(1, 2), (1, 1), (2, 4), (2, 3)] {
            assert!(!duties.are_over() && duties.has(member, &duty));
            duties.finish(member, &duty);
        }
        assert!(duties.are_over());
    }
}
