//! Exact duplicates among the rows of a matrix: re-observations, flat spectra, twice the same file.

use std::cmp::Ordering;

use ndarray::{Array1, Array2, ArrayView2, Axis};

/// Which rows of a matrix are equal, value by value (0 equals -0).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuplicateGroups {
    representatives: Vec<usize>,
    group_of: Vec<usize>,
}

impl DuplicateGroups {
    /// Groups the rows of `x` (n x d, no NaN), by sorting: O(n log n) comparisons, O(n) memory.
    pub fn find(x: ArrayView2<'_, f32>) -> Self {
        let mut order: Vec<usize> = (0..x.nrows()).collect();
        order.sort_unstable_by(|&a, &b| compare(x, a, b).then(a.cmp(&b)));
        // the smallest index of each run of equal rows stands for the run
        let mut first_of = vec![0; x.nrows()];
        let mut first = 0;
        for (position, &row) in order.iter().enumerate() {
            if position == 0 || compare(x, order[position - 1], row) != Ordering::Equal {
                first = row;
            }
            first_of[row] = first;
        }
        let mut group_of = vec![0; x.nrows()];
        let mut representatives = Vec::new();
        for row in 0..x.nrows() {
            group_of[row] = if first_of[row] == row {
                representatives.push(row);
                representatives.len() - 1
            } else {
                group_of[first_of[row]]
            };
        }
        Self { representatives, group_of }
    }

    /// Rows that repeat an earlier row.
    pub fn n_duplicates(&self) -> usize {
        self.group_of.len() - self.representatives.len()
    }

    /// The first row of each group, ascending.
    pub fn representatives(&self) -> &[usize] {
        &self.representatives
    }

    /// For each row, the position of its group in [`Self::representatives`].
    pub fn group_of(&self) -> &[usize] {
        &self.group_of
    }

    /// One row of each group.
    pub fn distinct(&self, x: ArrayView2<'_, f32>) -> Array2<f32> {
        x.select(Axis(0), &self.representatives)
    }

    /// Gives every row the value of its group.
    pub fn expand<T: Clone>(&self, of_groups: &Array1<T>) -> Array1<T> {
        self.group_of.iter().map(|&group| of_groups[group].clone()).collect()
    }
}

fn compare(x: ArrayView2<'_, f32>, a: usize, b: usize) -> Ordering {
    // no NaN, by contract: `Equal` for what cannot be compared never occurs
    x.row(a)
        .iter()
        .zip(x.row(b))
        .map(|(p, q)| p.partial_cmp(q).unwrap_or(Ordering::Equal))
        .find(|o| o.is_ne())
        .unwrap_or(Ordering::Equal)
}
