//! Neighbours found so far, of some rows: what a long search can keep and go on from, and what several processes can share.

use ndarray::ArrayView2;
use sha2::{Digest as _, Sha256};

use super::{
    NeighborTable, Together, arranged,
    lanes::Instructions,
    pruned::{self, Pruned},
    search,
    table::check_row,
};
use crate::{Error, Result, engine::Observer};

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

/// A search of all rows by pieces that need nothing of each other, which never looks at most pairs of rows.
///
/// Pieces are the same wherever they are found, as long as it is by the same build of this code on the same kind of processor: a
/// host that has more than one process prepares the matrix in each, lets each find some pieces, and makes a table of them by
/// [`Gathered`](super::Gathered). [`exact`](super::exact) does the same within one process.
pub struct Pieces<'a> {
    x: ArrayView2<'a, f32>,
    pruned: Pruned<'a>,
    n_neighbors: usize,
    instructions: Instructions,
}

impl<'a> Pieces<'a> {
    /// Checks and prepares `x` (n x d, in standard layout). Nothing where the rows are few, or where a sample of them shows
    /// that letting all pairs meet takes less time, as it does in white noise. O(n d + n log n) time.
    ///
    /// # Errors
    /// As [`exact`](super::exact); [`Error::InvalidParameter`] for rows that do not follow each other.
    pub fn new(x: ArrayView2<'a, f32>, n_neighbors: usize) -> Result<Option<Self>> {
        search::check_matrix(x)?;
        search::check_n_neighbors(n_neighbors, x.nrows())?;
        if x.to_slice().is_none() {
            return Err(Error::parameter(
                "features",
                "rows that do not follow each other",
                "give all values row after row",
            ));
        }
        if x.nrows() < pruned::LEAST_ROWS {
            return Ok(None);
        }
        let (pruned, instructions) = (Pruned::new(x)?, Instructions::fastest());
        let pays = pruned.pays(n_neighbors, instructions);
        Ok(pays.then_some(Self { x, pruned, n_neighbors, instructions }))
    }

    /// Bytes that preparing and searching `rows` of `columns` values take beside these, about.
    pub fn bytes(rows: usize, columns: usize) -> usize {
        arranged::bytes(rows, columns)
    }

    /// How many there are.
    pub fn n_pieces(&self) -> usize {
        self.pruned.n_pieces()
    }

    /// How many rows each piece of a matrix of `n` rows has, piece by piece.
    pub fn sizes(n: usize) -> impl ExactSizeIterator<Item = usize> {
        pruned::sizes(n)
    }

    /// So many pieces in an order in which the first ones take as long as the others, so that their pace tells that of all.
    pub fn in_turn(pieces: usize) -> impl Iterator<Item = usize> {
        (0..pieces).map(pruned::turns(pieces))
    }

    /// Finds one.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] where there are not so many, [`Error::Cancelled`].
    pub fn find(&self, piece: usize, observer: &dyn Observer) -> Result<Piece> {
        if piece >= self.n_pieces() {
            return Err(Error::parameter("piece", piece, format!("choose one of 0 to {}", self.n_pieces() - 1)));
        }
        self.pruned.piece(piece, self.n_neighbors, self.instructions, observer).map(|(found, _)| found)
    }

    /// A search of all rows in which devices can take part. What the observer's keeper kept is not searched again.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] where what was kept has a row twice.
    pub fn together<'p>(&'p self, observer: &'p dyn Observer) -> Result<Together<'p>> {
        observer.keeper().begins(&|| name(self.x, self.n_neighbors));
        Together::new(&self.pruned, self.n_neighbors, self.instructions, observer)
    }

    /// The neighbours of all rows, over all cores. What the observer's keeper kept is not searched again.
    ///
    /// # Errors
    /// [`Error::Cancelled`].
    pub(super) fn all(&self, observer: &dyn Observer) -> Result<NeighborTable> {
        observer.keeper().begins(&|| name(self.x, self.n_neighbors));
        self.pruned.all(self.n_neighbors, self.instructions, observer).map(|(table, _)| table)
    }
}

impl Piece {
    /// Appends a row with its neighbours, by their squared distances.
    pub(super) fn push(&mut self, row: u32, nearest: &[(f64, u32)]) {
        self.rows.push(row);
        self.indices.extend(nearest.iter().map(|&(_, index)| index));
        self.distances.extend(nearest.iter().map(|&(square, _)| square.sqrt() as f32));
    }

    /// Whether this may be what was found for `rows` of a matrix of `n`.
    pub(super) fn is_of(&self, rows: &[u32], n: usize, n_neighbors: usize) -> bool {
        self.rows == rows && self.check(n, n_neighbors).is_ok()
    }

    /// Whether these may be neighbours of rows of a matrix of `n`.
    pub(super) fn check(&self, n: usize, n_neighbors: usize) -> Result<()> {
        let places = self.rows.len().checked_mul(n_neighbors);
        if n_neighbors == 0 || Some(self.indices.len()) != places || Some(self.distances.len()) != places {
            let value = format!("{} indices, {} distances", self.indices.len(), self.distances.len());
            let remedy = format!("{} rows of {n_neighbors} neighbours need as many of both", self.rows.len());
            return Err(Error::parameter("neighbour table", value, remedy));
        }
        self.each(n_neighbors).try_for_each(|(row, indices, distances)| check_row(row, n, indices, distances))
    }

    /// Each row with its neighbours and their distances.
    pub(super) fn each(&self, n_neighbors: usize) -> impl Iterator<Item = (usize, &[u32], &[f32])> {
        let rows = self.rows.iter().map(|&row| row as usize);
        let lists = self.indices.chunks_exact(n_neighbors).zip(self.distances.chunks_exact(n_neighbors));
        rows.zip(lists).map(|(row, (indices, distances))| (row, indices, distances))
    }
}
