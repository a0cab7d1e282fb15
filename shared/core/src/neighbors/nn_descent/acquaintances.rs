//! Whom each row asks, and whom it has met.

use super::lists::Lists;

/// Neighbours of a row that are asked in one pass, at most: so many new ones, so many known ones, and as many of those
/// whose neighbour it is.
const ASKED: usize = 10;
/// Rows met in one pass, at most.
pub(super) const MET: usize = 1024;

/// Some other rows of each row: its own neighbours first, then those whose neighbour it is.
pub(super) struct Acquaintances {
    places: Vec<[u32; 2 * ASKED]>,
    lengths: Vec<u8>,
}

impl Acquaintances {
    fn none(n: usize) -> Self {
        Self { places: vec![[0; 2 * ASKED]; n], lengths: vec![0; n] }
    }

    /// Those of all rows that were not asked for yet, which they are from now on, and of the others: the nearest of both.
    pub(super) fn of(lists: &mut Lists) -> [Self; 2] {
        let n = lists.neighbors.len() / lists.keep;
        let [mut fresh, mut known] = [Self::none(n), Self::none(n)];
        for (row, list) in lists.neighbors.chunks_exact_mut(lists.keep).enumerate() {
            for near in list {
                if !near.is_fresh {
                    known.push(row, near.place, ASKED);
                } else if fresh.push(row, near.place, ASKED) {
                    near.is_fresh = false;
                }
            }
        }
        fresh.reverse();
        known.reverse();
        [fresh, known]
    }

    /// Adds, to each row, those whose acquaintance it is: the nearest of each row come first, where there is no place for
    /// all.
    fn reverse(&mut self) {
        let own = self.lengths.clone();
        for rank in 0..ASKED {
            for (row, &own) in own.iter().enumerate() {
                if rank < usize::from(own) {
                    let other = self.places[row][rank] as usize;
                    self.push(other, row as u32, 2 * ASKED);
                }
            }
        }
    }

    /// Whether there was place for it, `most` being taken.
    fn push(&mut self, row: usize, place: u32, most: usize) -> bool {
        let length = usize::from(self.lengths[row]);
        if length == most {
            return false;
        }
        self.places[row][length] = place;
        self.lengths[row] += 1;
        true
    }

    #[inline(always)]
    pub(super) fn row(&self, row: usize) -> &[u32] {
        &self.places[row][..usize::from(self.lengths[row])]
    }
}

/// The rows that a row has met: a table of their places, by their hashes.
pub(super) struct Met {
    slots: Vec<u32>,
    shift: u32,
}

/// The place of no row.
const NOBODY: u32 = u32::MAX;

impl Met {
    /// Room for so many, and as many again to tell them apart fast.
    pub(super) fn with_room(for_so_many: usize) -> Self {
        let slots = (2 * for_so_many).next_power_of_two().max(2);
        Self { slots: vec![NOBODY; slots], shift: u32::BITS - slots.ilog2() }
    }

    pub(super) fn forget(&mut self) {
        self.slots.fill(NOBODY);
    }

    /// Whether it was not met before.
    #[inline(always)]
    pub(super) fn insert(&mut self, place: u32) -> bool {
        // multiplied by 2^32 over the golden ratio (Knuth, The Art of Computer Programming 3, section 6.4)
        let mut slot = (place.wrapping_mul(0x9E37_79B1) >> self.shift) as usize;
        loop {
            let there = &mut self.slots[slot];
            if *there == place {
                return false;
            }
            if *there == NOBODY {
                *there = place;
                return true;
            }
            slot = (slot + 1) % self.slots.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neighbors::nn_descent::lists::Near;

    #[test]
    fn everybody_is_met_once() {
        let mut met = Met::with_room(3);
        assert!([0, 8, u32::MAX - 1].map(|place| met.insert(place)).into_iter().all(|new| new));
        assert!(![0, 8, u32::MAX - 1].map(|place| met.insert(place)).into_iter().any(|new| new));
        met.forget();
        assert!(met.insert(8));
    }

    #[test]
    fn a_row_is_asked_for_once_and_asks_those_whose_neighbor_it_is() {
        let neighbors = [1, 2, 0, 2, 1, 0].map(|place| Near::new(0.0, place)).to_vec();
        let mut lists = Lists { keep: 2, neighbors, looked_through: Vec::new() };
        let [fresh, known] = Acquaintances::of(&mut lists);
        assert_eq!([0, 1, 2].map(|row| fresh.row(row)), [&[1, 2, 1, 2][..], &[0, 2, 0, 2], &[1, 0, 0, 1]]);
        assert!((0..3).all(|row| known.row(row).is_empty()));
        let [fresh, known] = Acquaintances::of(&mut lists);
        assert!((0..3).all(|row| fresh.row(row).is_empty()));
        assert_eq!(known.row(2), [1, 0, 0, 1]);
    }
}
