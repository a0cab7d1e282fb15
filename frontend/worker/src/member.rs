//! A worker of the pool: the neighbours of some rows among all rows of a matrix that it was given once.

use std::{cell::RefCell, ops::Range};

use balmer_core::{Result, engine::Unobserved, ndarray::Array2, neighbors::Search};
use balmer_exchange::worker::Report;
use js_sys::ArrayBuffer;

use crate::port::{self, Part};

/// What the searches of this worker go through.
struct Matrix {
    search: Search<'static>,
    n_neighbors: usize,
}

thread_local! {
    static MATRIX: RefCell<Option<Matrix>> = const { RefCell::new(None) };
}

/// Takes the matrix of all searches to come.
pub fn join(columns: usize, n_neighbors: usize, buffers: &[ArrayBuffer]) {
    let values = buffers.first().map(port::numbers).unwrap_or_default();
    match prepared(values, columns) {
        Ok(search) => MATRIX.set(Some(Matrix { search, n_neighbors })),
        Err(reason) => broken(&reason),
    }
}

fn prepared(values: Vec<f32>, columns: usize) -> Result<Search<'static>, String> {
    let shape = (values.len() / columns.max(1), columns);
    let x = Array2::from_shape_vec(shape, values).map_err(|error| error.to_string())?;
    // one matrix in the life of a worker, which ends with its last search
    let x: &'static Array2<f32> = Box::leak(Box::new(x));
    Search::new(x.view()).map_err(|error| error.to_string())
}

/// Answers with the neighbours of some rows.
pub fn search(rows: Range<usize>) {
    let found: Option<Result<_>> = MATRIX.with_borrow(|matrix| {
        let Matrix { search, n_neighbors } = matrix.as_ref()?;
        Some(search.rows(rows.clone(), *n_neighbors, &Unobserved))
    });
    match found {
        None => broken("a block of rows was asked for before there was a matrix"),
        Some(Err(error)) => broken(&error.to_string()),
        Some(Ok(settled)) => {
            let report = Report::Found { first: rows.start, end: rows.end };
            port::report(&report, &[Part::Rows(settled.indices()), Part::Numbers(settled.distances())]);
        }
    }
}

fn broken(detail: &str) {
    port::report(&Report::Broken { detail: detail.to_owned() }, &[]);
}
