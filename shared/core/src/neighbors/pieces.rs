//! Neighbours found so far, of some rows: what a long search can keep, and go on from.

use ndarray::ArrayView2;
use sha2::{Digest as _, Sha256};

use super::{NeighborTable, table::check_row};

/// The neighbours of some rows of a matrix, in any order of rows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Piece {
    /// Zero-based rows.
    pub rows: Vec<u32>,
    /// Their neighbours, rows x `n_neighbors`, nearest first.
    pub indices: Vec<u32>,
    /// The distances to them, rows x `n_neighbors`, in units of the features.
    pub distances: Vec<f32>,
}

/// Keeps pieces of a search while it goes on, so that it need not begin anew when it ends before its time. Called from any
/// thread.
pub trait Keeper: Sync {
    /// A search begins that has pieces; `name` is the same for the same matrix and number of neighbours alone (a hash: it
    /// takes a look at the whole matrix). What was kept under another name is of no use to it.
    fn begins(&self, name: &dyn Fn() -> String);

    /// What was kept of a piece. It is looked at, and not used where it cannot be the piece.
    fn kept(&self, piece: usize) -> Option<Piece>;

    /// Takes a piece that was found. One that cannot be kept is searched for again.
    fn keep(&self, piece: usize, found: &Piece);
}

/// Keeps nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Forgetful;

impl Keeper for Forgetful {
    fn begins(&self, _name: &dyn Fn() -> String) {}
    fn kept(&self, _piece: usize) -> Option<Piece> {
        None
    }
    fn keep(&self, _piece: usize, _found: &Piece) {}
}

/// The name of a search of `x` for so many neighbours.
pub(super) fn name(x: ArrayView2<'_, f32>, n_neighbors: usize) -> String {
    let mut hash = Sha256::new();
    for number in [x.nrows(), x.ncols(), n_neighbors] {
        hash.update((number as u64).to_le_bytes());
    }
    let mut bytes = Vec::with_capacity(x.ncols() * size_of::<f32>());
    for row in x.rows() {
        bytes.clear();
        bytes.extend(row.iter().flat_map(|value| value.to_le_bytes()));
        hash.update(&bytes);
    }
    format!("{:x}", hash.finalize())
}

impl Piece {
    /// Whether this may be what was found for `rows` of a matrix of `n`.
    pub(super) fn is_of(&self, rows: &[u32], n: usize, n_neighbors: usize) -> bool {
        let places = rows.len() * n_neighbors;
        self.rows == rows
            && self.indices.len() == places
            && self.distances.len() == places
            && self.each(n_neighbors).all(|(row, indices, distances)| check_row(row, n, indices, distances).is_ok())
    }

    /// Each row with its neighbours and their distances.
    fn each(&self, n_neighbors: usize) -> impl Iterator<Item = (usize, &[u32], &[f32])> {
        let rows = self.rows.iter().map(|&row| row as usize);
        let lists = self.indices.chunks_exact(n_neighbors).zip(self.distances.chunks_exact(n_neighbors));
        rows.zip(lists).map(|(row, (indices, distances))| (row, indices, distances))
    }

    /// The table of all rows, which the pieces have once each.
    pub(super) fn table(pieces: impl IntoIterator<Item = Self>, n: usize, n_neighbors: usize) -> NeighborTable {
        let (mut indices, mut distances) = (vec![0; n * n_neighbors], vec![0.0; n * n_neighbors]);
        for piece in pieces {
            for (row, from_indices, from_distances) in piece.each(n_neighbors) {
                let places = row * n_neighbors..(row + 1) * n_neighbors;
                indices[places.clone()].copy_from_slice(from_indices);
                distances[places].copy_from_slice(from_distances);
            }
        }
        NeighborTable::vouched(n, n_neighbors, indices, distances)
    }
}
