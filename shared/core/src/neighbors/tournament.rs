//! Who meets whom: blocks of rows in pairs, each pair once.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::panels::PANEL;
use crate::{Error, Result};

/// Two blocks of rows that meet, or one that meets itself.
///
/// Blocks begin at multiples of sixteen and end there or with the matrix, so that a kernel may read sixteen rows at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    /// One block.
    pub rows: Range<usize>,
    /// The other, or the same.
    pub columns: Range<usize>,
}

impl Pair {
    /// All rows of a matrix, each with each.
    pub(super) fn everybody(n: usize) -> Self {
        Self { rows: 0..n, columns: 0..n }
    }

    /// The blocks that meet: two, or one.
    pub fn sides(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        let other = Some(self.columns.clone()).filter(|_| !self.is_one());
        [Some(self.rows.clone()), other].into_iter().flatten()
    }

    /// Rows on both sides.
    pub fn n_rows(&self) -> usize {
        self.sides().map(|side| side.len()).sum()
    }

    /// Pairs of rows that meet.
    pub fn n_meetings(&self) -> u64 {
        let (rows, columns) = (self.rows.len() as u64, self.columns.len() as u64);
        if self.is_one() { rows * rows.saturating_sub(1) / 2 } else { rows * columns }
    }

    /// Whether one block meets itself.
    pub(super) fn is_one(&self) -> bool {
        self.rows == self.columns
    }

    /// Whether these are two different blocks of `n` rows, or one of them.
    pub(super) fn check(&self, n: usize) -> Result<()> {
        let is_block = |block: &Range<usize>| {
            block.start <= block.end
                && block.end <= n
                && block.start.is_multiple_of(PANEL)
                && (block.end.is_multiple_of(PANEL) || block.end == n)
        };
        let are_apart = self.rows.end <= self.columns.start || self.columns.end <= self.rows.start;
        if is_block(&self.rows) && is_block(&self.columns) && (self.is_one() || are_apart) {
            return Ok(());
        }
        let value = format!("rows {:?} with {:?} of {n}", self.rows, self.columns);
        Err(Error::parameter("pair", value, "let blocks begin at multiples of 16 and share no row, or all"))
    }
}

/// All pairs of blocks of about `block` of `n` rows, so ordered that pairs near each other in the list rarely share a
/// block: what one finds is of use to those that come later.
pub fn tournament(n: usize, block: usize) -> Vec<Pair> {
    let blocks: Vec<_> = pieces(0..n, whole(block)).collect();
    let pair = |(a, b): (usize, usize)| Pair { rows: blocks[a].clone(), columns: blocks[b].clone() };
    each_with_each(blocks.len()).into_iter().map(pair).collect()
}

/// The next number of rows that a block may have.
pub(super) fn whole(block: usize) -> usize {
    block.max(1).next_multiple_of(PANEL)
}

/// Consecutive pieces of `rows`, of `block` rows each but the last.
pub(super) fn pieces(rows: Range<usize>, block: usize) -> impl Iterator<Item = Range<usize>> {
    let end = rows.end;
    rows.step_by(block).map(move |first| first..end.min(first + block))
}

/// All pairs of `players`, themselves included, so ordered that neighbours in the list share nobody: a round-robin
/// tournament (circle method), after those with themselves.
pub(super) fn each_with_each(players: usize) -> Vec<(usize, usize)> {
    let mut list: Vec<_> = (0..players).map(|player| (player, player)).collect();
    let seats = players.next_multiple_of(2);
    let circle = seats.saturating_sub(1);
    for round in 0..circle {
        for table in 0..seats / 2 {
            let (a, b) = if table == 0 {
                (circle, round)
            } else {
                ((round + table) % circle, (round + circle - table) % circle)
            };
            if a < players && b < players {
                list.push((a.min(b), a.max(b)));
            }
        }
    }
    list
}

/// All pairs of one of the first `home` players and one of the `away` behind them, ordered likewise.
pub(super) fn across(home: usize, away: usize) -> Vec<(usize, usize)> {
    let (fewer, more) = (home.min(away), home.max(away));
    let pair = |few: usize, many: usize| if home <= away { (few, home + many) } else { (many, home + few) };
    (0..more).flat_map(|round| (0..fewer).map(move |few| pair(few, (few + round) % more))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_two_rows_meet_once() {
        for (n, block) in [(0, 8), (1, 8), (7, 3), (8, 8), (9, 8), (40, 8), (45, 16), (100, 24), (100, 1000), (64, 0)] {
            let mut met = vec![0; n * n];
            for pair in tournament(n, block) {
                pair.check(n).unwrap();
                let before: usize = met.iter().sum();
                for i in pair.rows.clone() {
                    for j in pair.columns.clone() {
                        if i < j && pair.rows == pair.columns || pair.rows != pair.columns {
                            met[i.min(j) * n + i.max(j)] += 1;
                        }
                    }
                }
                assert_eq!((met.iter().sum::<usize>() - before) as u64, pair.n_meetings());
            }
            for i in 0..n {
                for j in 0..n {
                    assert_eq!(met[i * n + j], usize::from(i < j), "{i} and {j} of {n}");
                }
            }
        }
    }

    #[test]
    fn players_of_two_sides_meet_once_and_not_twice_in_a_round() {
        for (home, away) in [(0, 3), (1, 1), (1, 4), (3, 3), (2, 5), (5, 2)] {
            let pairs = across(home, away);
            let mut sorted = pairs.clone();
            sorted.sort_unstable();
            let all: Vec<_> = (0..home).flat_map(|a| (home..home + away).map(move |b| (a, b))).collect();
            assert_eq!(sorted, all);
            for round in pairs.chunks(home.min(away).max(1)) {
                for (place, one) in round.iter().enumerate() {
                    assert!(round[..place].iter().all(|other| other.0 != one.0 && other.1 != one.1), "{pairs:?}");
                }
            }
        }
    }

    #[test]
    fn blocks_that_are_none_are_refused() {
        for (rows, columns) in
            [(0..16, 8..32), (0..16, 0..32), (16..32, 16..48), (0..9, 32..40), (3..16, 16..32), (0..16, 32..41)]
        {
            let pair = Pair { rows, columns };
            assert!(pair.check(40).unwrap_err().to_string().contains("multiples of 16"), "{pair:?}");
        }
        for (rows, columns) in [(0..16, 16..40), (32..40, 0..16), (32..40, 32..40), (16..16, 16..40)] {
            assert!(Pair { rows, columns }.check(40).is_ok());
        }
    }
}
