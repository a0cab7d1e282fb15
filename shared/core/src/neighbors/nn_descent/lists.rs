//! The nearest rows known so far of every row.

use std::cmp::Ordering;

/// A row that is near another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Near {
    /// Squared distance, scaled.
    pub(super) square: f32,
    /// Where it stands.
    pub(super) place: u32,
    /// Whether its own neighbours have not been asked for yet.
    pub(super) is_fresh: bool,
}

/// As many of them for each row, ascending by (distance, place).
pub(super) struct Lists {
    pub(super) keep: usize,
    pub(super) neighbors: Vec<Near>,
    /// Panels that the rows of each panel have looked through.
    pub(super) looked_through: Vec<Vec<u32>>,
}

impl Near {
    /// A row not known before.
    pub(super) fn new(square: f32, place: u32) -> Self {
        Self { square, place, is_fresh: true }
    }

    /// By distance, then by place.
    pub(super) fn compare(&self, other: &Self) -> Ordering {
        self.square.total_cmp(&other.square).then(self.place.cmp(&other.place))
    }
}

impl Lists {
    /// The neighbours of the row at a place.
    pub(super) fn row(&self, place: usize) -> &[Near] {
        &self.neighbors[place * self.keep..][..self.keep]
    }
}

/// Merges what was `found`, and empties it; the number of those that got in.
pub(super) fn merge(list: &mut [Near], found: &mut Vec<Near>) -> usize {
    if found.is_empty() {
        return 0;
    }
    let last = list[list.len() - 1];
    let fresh = found.iter().filter(|near| near.compare(&last).is_lt()).count();
    found.extend_from_slice(list);
    found.sort_unstable_by(Near::compare);
    list.copy_from_slice(&found[..list.len()]);
    found.clear();
    fresh.min(list.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_of_both_stay_in_order() {
        let near = |square: f32, place| Near::new(square, place);
        let mut list = [near(1.0, 4), near(3.0, 2), near(5.0, 9)];
        let mut found = vec![near(6.0, 1), near(2.0, 7), near(3.0, 1)];
        assert_eq!(merge(&mut list, &mut found), 2);
        assert_eq!(list.map(|near| near.place), [4, 7, 1]);
        assert!(found.is_empty());
        assert_eq!(merge(&mut list, &mut found), 0);
    }
}
