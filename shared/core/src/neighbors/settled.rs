//! Exact neighbours of consecutive rows: a slice of a [`super::NeighborTable`].

use std::ops::Range;

/// The neighbours, among all rows of a matrix, of a range of its rows. Made by [`super::Search`] alone; slices that
/// follow each other make a table by [`super::NeighborTable::from_settled`].
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    pub(super) rows: Range<usize>,
    /// Rows of the matrix.
    pub(super) of: usize,
    pub(super) n_neighbors: usize,
    pub(super) indices: Vec<u32>,
    pub(super) distances: Vec<f32>,
    pub(super) searched_again: usize,
}

impl Settled {
    /// The rows whose neighbours these are.
    pub fn rows(&self) -> Range<usize> {
        self.rows.clone()
    }

    /// Zero-based rows of the neighbours, rows x `n_neighbors`, nearest first.
    pub fn indices(&self) -> &[u32] {
        &self.indices
    }

    /// Euclidean distances to them, rows x `n_neighbors`, in units of the features.
    pub fn distances(&self) -> &[f32] {
        &self.distances
    }

    /// Rows whose candidates were not certain, so that they were searched by exact distances alone.
    pub fn searched_again(&self) -> usize {
        self.searched_again
    }

    /// Indices and distances, rows x `n_neighbors` each.
    pub fn into_parts(self) -> (Vec<u32>, Vec<f32>) {
        (self.indices, self.distances)
    }
}
