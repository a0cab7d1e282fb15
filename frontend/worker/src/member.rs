//! A worker of the pool: it has the matrix, lets blocks of rows meet and settles rows, as the chief asks.

use std::{cell::RefCell, ops::Range};

use balmer_core::{
    Result,
    engine::Unobserved,
    ndarray::Array2,
    neighbors::{MARGIN, Packed, Pair, Proposals, Search},
};
use balmer_exchange::worker::Report;
use js_sys::ArrayBuffer;

use crate::port::{self, Part};

/// What the searches of this worker go through. It holds the matrix twice: centred, for the products of every meeting,
/// and as it is, for the distances of every row that is settled.
struct Matrix {
    search: Search<'static, Packed>,
    n_neighbors: usize,
}

thread_local! {
    /// One in the life of a worker, which ends with its search.
    static MATRIX: RefCell<Option<Matrix>> = const { RefCell::new(None) };
}

/// Takes the matrix of all that will be asked.
pub fn join(columns: usize, n_neighbors: usize, buffers: &[ArrayBuffer]) {
    let values = buffers.first().map(port::numbers).unwrap_or_default();
    match prepared(values, columns) {
        Ok(search) => MATRIX.set(Some(Matrix { search, n_neighbors })),
        Err(reason) => broken(&reason),
    }
}

fn prepared(values: Vec<f32>, columns: usize) -> Result<Search<'static, Packed>, String> {
    let shape = (values.len() / columns.max(1), columns);
    let x = Array2::from_shape_vec(shape, values).map_err(|error| error.to_string())?;
    Search::packed(x).map_err(|error| error.to_string())
}

/// Answers with what two blocks of rows are to each other.
pub fn meet(pair: Pair, buffers: &[ArrayBuffer]) {
    let limits = buffers.first().map(port::numbers).unwrap_or_default();
    let met = asked(|matrix| matrix.search.meet(&pair, &limits, matrix.n_neighbors, &Unobserved));
    if let Some(met) = met {
        let Pair { rows, columns } = pair;
        let parts = [
            Part::Rows(&met.lengths),
            Part::Numbers(&met.thresholds),
            Part::Rows(&met.indices),
            Part::Numbers(&met.scores),
        ];
        port::report(&Report::Met { rows, columns }, &parts);
    }
}

/// Answers with the neighbours of some rows, made of their candidates.
pub fn settle(rows: Range<usize>, buffers: &[ArrayBuffer]) {
    let [lengths, indices, thresholds] = buffers else { return broken("candidates are missing") };
    let (lengths, indices, thresholds) = (port::rows(lengths), port::rows(indices), port::numbers(thresholds));
    let settled = asked(|Matrix { search, n_neighbors }| {
        let width = n_neighbors + MARGIN;
        let proposals = Proposals { width, lengths: &lengths, indices: &indices, thresholds: &thresholds };
        search.settle(rows.clone(), &proposals, *n_neighbors, &Unobserved)
    });
    if let Some(settled) = settled {
        port::report(&Report::Settled { rows }, &[Part::Rows(settled.indices()), Part::Numbers(settled.distances())]);
    }
}

/// What comes of the matrix; nothing, and a word to the chief, where that fails.
fn asked<T>(act: impl FnOnce(&Matrix) -> Result<T>) -> Option<T> {
    match MATRIX.with_borrow(|matrix| matrix.as_ref().map(act)) {
        Some(Ok(found)) => return Some(found),
        Some(Err(error)) => broken(&error.to_string()),
        None => broken("rows were asked for before there was a matrix"),
    }
    None
}

fn broken(detail: &str) {
    port::report(&Report::Broken { detail: detail.to_owned() }, &[]);
}
