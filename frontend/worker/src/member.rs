//! A worker of the pool: the neighbours of some rows among all rows of a matrix that it was given once.

use std::{cell::RefCell, ops::Range};

use balmer_core::{
    Result,
    engine::Unobserved,
    ndarray::Array2,
    neighbors::{self, NeighborTable},
};
use balmer_exchange::worker::Report;
use js_sys::ArrayBuffer;

use crate::port::{self, Part};

/// What the searches of this worker go through.
struct Matrix {
    x: Array2<f32>,
    n_neighbors: usize,
}

thread_local! {
    static MATRIX: RefCell<Option<Matrix>> = const { RefCell::new(None) };
}

/// Takes the matrix of all searches to come.
pub fn join(columns: usize, n_neighbors: usize, buffers: &[ArrayBuffer]) {
    let values = buffers.first().map(port::numbers).unwrap_or_default();
    let shape = (values.len() / columns.max(1), columns);
    match Array2::from_shape_vec(shape, values) {
        Ok(x) => MATRIX.set(Some(Matrix { x, n_neighbors })),
        Err(error) => broken(&error.to_string()),
    }
}

/// Answers with the neighbours of some rows.
pub fn search(rows: Range<usize>) {
    let found = MATRIX.with_borrow(|matrix| {
        let Matrix { x, n_neighbors } = matrix.as_ref()?;
        Some(found(x, *n_neighbors, rows.clone()))
    });
    match found {
        None => broken("a block of rows was asked for before there was a matrix"),
        Some(Err(error)) => broken(&error.to_string()),
        Some(Ok((indices, distances))) => {
            let report = Report::Found { first: rows.start, end: rows.end };
            port::report(&report, &[Part::Rows(&indices), Part::Numbers(&distances)]);
        }
    }
}

fn found(x: &Array2<f32>, n_neighbors: usize, rows: Range<usize>) -> Result<(Vec<u32>, Vec<f32>)> {
    let table: NeighborTable = neighbors::exact(x.view(), n_neighbors, &Unobserved)?;
    let part = |rows: Range<usize>| rows.flat_map(|row| table.row(row).0.to_vec());
    Ok((part(rows.clone()).collect(), rows.flat_map(|row| table.row(row).1.to_vec()).collect()))
}

fn broken(detail: &str) {
    port::report(&Report::Broken { detail: detail.to_owned() }, &[]);
}
