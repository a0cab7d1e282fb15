//! Exact neighbours of consecutive rows: a slice of a [`super::NeighborTable`].

use std::ops::Range;

use super::{search::check_rows, table::check_row};
use crate::{Error, Result};

/// The neighbours, among all rows of a matrix, of a range of its rows. Made by [`super::Search`], here or elsewhere;
/// slices that follow each other make a table by [`super::NeighborTable::from_settled`].
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
    /// None yet, with room for `rows`.
    pub(super) fn none(rows: Range<usize>, of: usize, n_neighbors: usize) -> Self {
        Self {
            rows: rows.start..rows.start,
            of,
            n_neighbors,
            indices: Vec::with_capacity(rows.len() * n_neighbors),
            distances: Vec::with_capacity(rows.len() * n_neighbors),
            searched_again: 0,
        }
    }

    /// What a [`super::Search`] elsewhere settled for `rows` of `of`: its [`Self::into_parts`], checked as
    /// [`super::NeighborTable::new`] checks a table.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for lists of another length, and for rows that are no neighbours.
    pub fn from_parts(
        rows: Range<usize>,
        of: usize,
        n_neighbors: usize,
        (indices, distances): (Vec<u32>, Vec<f32>),
    ) -> Result<Self> {
        check_rows(&rows, of)?;
        let places = rows.len().checked_mul(n_neighbors);
        if n_neighbors == 0 || Some(indices.len()) != places || Some(distances.len()) != places {
            let value = format!("{} indices, {} distances", indices.len(), distances.len());
            let remedy = format!("{} rows of {n_neighbors} neighbours need as many of both", rows.len());
            return Err(Error::parameter("neighbour table", value, remedy));
        }
        let each = indices.chunks_exact(n_neighbors).zip(distances.chunks_exact(n_neighbors));
        rows.clone().zip(each).try_for_each(|(row, (indices, distances))| check_row(row, of, indices, distances))?;
        Ok(Self { rows, of, n_neighbors, indices, distances, searched_again: 0 })
    }

    /// Appends the rows that follow.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] when they do not follow, or are not of the same search.
    pub(super) fn append(&mut self, next: Self) -> Result<()> {
        if (next.of, next.n_neighbors, next.rows.start) != (self.of, self.n_neighbors, self.rows.end) {
            let value = format!(
                "{} neighbours of rows {:?} of {} after {} of {:?} of {}",
                next.n_neighbors, next.rows, next.of, self.n_neighbors, self.rows, self.of
            );
            return Err(Error::parameter("neighbour table", value, "join slices of one search, in order"));
        }
        self.rows.end = next.rows.end;
        self.indices.extend(next.indices);
        self.distances.extend(next.distances);
        self.searched_again += next.searched_again;
        Ok(())
    }

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
