//! A worker of the pool: it has the matrix, lets blocks of rows meet and settles rows, as the chief asks.

use std::{cell::RefCell, ops::Range};

use balmer_core::{
    Result,
    engine::Unobserved,
    ndarray::Array2,
    neighbors::{MARGIN, Met, Pair, Panels, Proposals, Search, Settled},
};
use balmer_exchange::worker::{Report, Share};
use js_sys::ArrayBuffer;

use crate::port::{self, Part};

/// What the searches of this worker go through. It holds the matrix twice: centred, for the products of every meeting,
/// and as it is, for the distances of every row that is settled.
struct Matrix {
    search: Search<'static, Panels>,
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

fn prepared(values: Vec<f32>, columns: usize) -> Result<Search<'static, Panels>, String> {
    let shape = (values.len() / columns.max(1), columns);
    let x = Array2::from_shape_vec(shape, values).map_err(|error| error.to_string())?;
    Search::packed(x).map_err(|error| error.to_string())
}

/// Answers with what comes of a share of the search.
pub fn search(share: Share, buffers: &[ArrayBuffer]) {
    match &share {
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

/// What two blocks of rows are to each other.
fn met(pair: &Pair, buffers: &[ArrayBuffer]) -> Option<Met> {
    let limits = buffers.first().map(port::numbers).unwrap_or_default();
    asked(|Matrix { search, n_neighbors }| search.meet(pair, &limits, *n_neighbors, &Unobserved))
}

/// The neighbours of some rows, made of their candidates.
fn settled(rows: &Range<usize>, buffers: &[ArrayBuffer]) -> Option<Settled> {
    let [lengths, indices, thresholds] = buffers else {
        broken("candidates are missing");
        return None;
    };
    let (lengths, indices, thresholds) = (port::rows(lengths), port::rows(indices), port::numbers(thresholds));
    asked(|Matrix { search, n_neighbors }| {
        let width = n_neighbors + MARGIN;
        let proposals = Proposals { width, lengths: &lengths, indices: &indices, thresholds: &thresholds };
        search.settle(rows.clone(), &proposals, *n_neighbors, &Unobserved)
    })
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
