//! A worker of the pool: it has the matrix, and does the shares of the search that the chief asks for.

use std::{cell::RefCell, ops::Range};

use balmer_core::{
    Result,
    engine::Unobserved,
    ndarray::ArrayView2,
    neighbors::{MARGIN, Met, Pair, Panels, Piece, Pieces, Proposals, Search, Settled},
};
use balmer_exchange::worker::{Report, Share};
use js_sys::ArrayBuffer;

use crate::port::{self, Part};

/// What the shares of this worker go through.
enum Matrix {
    /// The matrix as it is, and what rules most pairs of rows out.
    Pieces(Pieces<'static>),
    /// The matrix twice: centred, for the products of every meeting, and as it is, for the distances of every row that is
    /// settled.
    Pairs(Search<'static, Panels>, usize),
}

thread_local! {
    /// One in the life of a worker, which ends with its search.
    static MATRIX: RefCell<Option<Matrix>> = const { RefCell::new(None) };
}

/// Takes the matrix of all that will be asked, and says how it is searched.
pub fn join(columns: usize, n_neighbors: usize, buffers: &[ArrayBuffer]) {
    let values = buffers.first().map(port::numbers).unwrap_or_default();
    match prepared(values, columns, n_neighbors) {
        Ok(matrix) => {
            let pieces = if let Matrix::Pieces(pieces) = &matrix { Some(pieces.n_pieces()) } else { None };
            MATRIX.set(Some(matrix));
            port::report(&Report::Joined { pieces }, &[]);
        }
        Err(reason) => broken(&reason),
    }
}

fn prepared(values: Vec<f32>, columns: usize, n_neighbors: usize) -> Result<Matrix, String> {
    let shape = (values.len() / columns.max(1), columns);
    // as long as the worker lives: what is prepared refers to it
    let x = ArrayView2::from_shape(shape, values.leak()).map_err(|error| error.to_string())?;
    let pieces = Pieces::new(x, n_neighbors).map_err(|error| error.to_string())?;
    match pieces {
        Some(pieces) => Ok(Matrix::Pieces(pieces)),
        None => Ok(Matrix::Pairs(Search::packed(x).map_err(|error| error.to_string())?, n_neighbors)),
    }
}

/// Answers with what comes of a share of the search.
pub fn search(share: Share, buffers: &[ArrayBuffer]) {
    match &share {
        Share::Piece(piece) => {
            if let Some(found) = found(*piece) {
                let parts = [Part::Rows(&found.rows), Part::Rows(&found.indices), Part::Numbers(&found.distances)];
                port::report(&Report::Found { share }, &parts);
            }
        }
        Share::Meet(pair) => {
            if let Some(met) = met(pair, buffers) {
                let parts = [
                    Part::Rows(&met.lengths),
                    Part::Numbers(&met.thresholds),
                    Part::Rows(&met.indices),
                    Part::Numbers(&met.scores),
                ];
                port::report(&Report::Found { share }, &parts);
            }
        }
        Share::Settle(rows) => {
            if let Some(settled) = settled(rows, buffers) {
                let parts = [Part::Rows(settled.indices()), Part::Numbers(settled.distances())];
                port::report(&Report::Found { share }, &parts);
            }
        }
    }
}

/// A piece of the search.
fn found(piece: usize) -> Option<Piece> {
    asked(|matrix| match matrix {
        Matrix::Pieces(pieces) => Some(pieces.find(piece, &Unobserved)),
        Matrix::Pairs(..) => None,
    })
}

/// What two blocks of rows are to each other.
fn met(pair: &Pair, buffers: &[ArrayBuffer]) -> Option<Met> {
    let limits = buffers.first().map(port::numbers).unwrap_or_default();
    of_pairs(|search, n_neighbors| search.meet(pair, &limits, n_neighbors, &Unobserved))
}

/// The neighbours of some rows, made of their candidates.
fn settled(rows: &Range<usize>, buffers: &[ArrayBuffer]) -> Option<Settled> {
    let [lengths, indices, thresholds] = buffers else {
        broken("candidates are missing");
        return None;
    };
    let (lengths, indices, thresholds) = (port::rows(lengths), port::rows(indices), port::numbers(thresholds));
    of_pairs(|search, n_neighbors| {
        let width = n_neighbors + MARGIN;
        let proposals = Proposals { width, lengths: &lengths, indices: &indices, thresholds: &thresholds };
        search.settle(rows.clone(), &proposals, n_neighbors, &Unobserved)
    })
}

/// What comes of a matrix whose pairs of rows all meet.
fn of_pairs<T>(act: impl FnOnce(&Search<'static, Panels>, usize) -> Result<T>) -> Option<T> {
    asked(|matrix| match matrix {
        Matrix::Pairs(search, n_neighbors) => Some(act(search, *n_neighbors)),
        Matrix::Pieces(_) => None,
    })
}

/// What comes of the matrix; nothing, and a word to the chief, where that fails or was prepared for other shares.
fn asked<T>(act: impl FnOnce(&Matrix) -> Option<Result<T>>) -> Option<T> {
    match MATRIX.with_borrow(|matrix| matrix.as_ref().and_then(act)) {
        Some(Ok(found)) => return Some(found),
        Some(Err(error)) => broken(&error.to_string()),
        None => broken("a share was asked for that the matrix was not prepared for"),
    }
    None
}

fn broken(detail: &str) {
    port::report(&Report::Broken { detail: detail.to_owned() }, &[]);
}
