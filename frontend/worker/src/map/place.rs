//! A worker that finds places in the plane.

use balmer_core::{
    Error, Result,
    decomposition::pca,
    engine::Unobserved,
    manifold::{Layout, UmapParams, pca_map},
    ndarray::{Array2, ArrayView2},
    neighbors::NeighborTable,
};
use balmer_exchange::worker::Report;
use js_sys::ArrayBuffer;

use crate::port::{self, Part};

/// Milliseconds between two reports of progress.
const TOLD: f64 = 50.0;
/// Milliseconds between two maps: often enough to see where spectra go, seldom enough for a page that draws 200,000.
const SHOWN: f64 = 300.0;

/// Answers with the first two components of the rows, and with the rows on `project` components where it is not 0.
pub fn components(columns: usize, project: usize, buffers: &[ArrayBuffer]) {
    let values = buffers.first().map(port::numbers).unwrap_or_default();
    match found(&values, columns, project) {
        Ok((explained, coordinates, projected)) => {
            let parts: Vec<_> = [Some(&coordinates), projected.as_ref()].into_iter().flatten().map(numbers).collect();
            port::report(&Report::Components { explained }, &parts);
        }
        Err(error) => broken(&error),
    }
}

type Found = ([f64; 2], Array2<f32>, Option<Array2<f32>>);

fn found(values: &[f32], columns: usize, project: usize) -> Result<Found> {
    let x = ArrayView2::from_shape((values.len() / columns.max(1), columns), values)
        .map_err(|error| Error::parameter("columns", columns, error.to_string()))?;
    let map = pca_map(x)?;
    let projected = if project == 0 { None } else { Some(pca(x, project)?.transform(x)) };
    Ok((map.explained_variance_ratio, map.coordinates, projected))
}

/// Lays rows out from their neighbours and where they begin, and tells how it goes.
pub fn embed(params: &UmapParams, buffers: &[ArrayBuffer]) {
    if let Err(error) = laid_out(params, buffers) {
        broken(&error);
    }
}

fn laid_out(params: &UmapParams, buffers: &[ArrayBuffer]) -> Result<()> {
    let [indices, distances, start] = buffers else {
        return Err(Error::parameter("buffers", buffers.len(), "give indices, distances and places"));
    };
    let start = port::numbers(start);
    let rows = start.len() / 2;
    let shape = (rows, params.n_neighbors);
    let unfit = |error: balmer_core::ndarray::ShapeError| Error::parameter("rows", rows, error.to_string());
    let indices = Array2::from_shape_vec(shape, port::rows(indices)).map_err(unfit)?;
    let distances = Array2::from_shape_vec(shape, port::numbers(distances)).map_err(unfit)?;
    let start = Array2::from_shape_vec((rows, 2), start).map_err(unfit)?;
    let mut layout = Layout::new(&NeighborTable::new(indices, distances)?, start.view(), params)?;
    let (mut told, mut shown) = (port::now(), port::now());
    while layout.epoch() < layout.n_epochs() {
        layout.advance(&Unobserved)?;
        let (epoch, n_epochs, now) = (layout.epoch(), layout.n_epochs(), port::now());
        let report = Report::Epoch { epoch, n_epochs };
        if epoch == n_epochs || now - shown >= SHOWN {
            let places: Vec<f32> = layout.coordinates().iter().copied().collect();
            port::report(&report, &[Part::Numbers(&places)]);
            (told, shown) = (now, now);
        } else if now - told >= TOLD {
            port::report(&report, &[]);
            told = now;
        }
    }
    Ok(())
}

fn numbers(values: &Array2<f32>) -> Part<'_> {
    Part::Numbers(values.as_slice().expect("standard layout"))
}

fn broken(error: &Error) {
    port::report(&Report::Broken { detail: error.to_string() }, &[]);
}
