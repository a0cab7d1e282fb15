//! Questions to a finished run: another number of neighbours, other labels, why a spectrum stands where it does.

use balmer_core::{Error, Result, ndarray::Axis, pipeline::Labelled};
use balmer_exchange::{
    api::{FeatureView, Problem},
    worker::Report,
};

use crate::{
    columns::Columns,
    kept::{self, Kept},
    port::{self, Part},
    run::refused,
};

/// Scores a run with another number of neighbours.
pub fn rescore(run: &str, n_neighbors: usize) {
    let begun = port::now();
    let scored = kept::with(run, |kept| kept.rescored(n_neighbors));
    answer(run, scored, |ranking| {
        let report = Report::Rescored { run: run.to_owned(), n_neighbors, milliseconds: port::now() - begun };
        let lof = ranking.scores.lof.to_vec();
        port::report(&report, &[Part::Rows(&ranking.order), Part::Numbers(&lof)]);
    });
}

/// Lets other labels flow in a run.
pub fn respread(run: &str, labels: &[Labelled]) {
    let begun = port::now();
    let spread = kept::with(run, |kept| kept.respread(labels));
    answer(run, spread, |spread| {
        let columns = Columns::of_labels(&spread.distributions);
        let (classes, counts) = (spread.distributions.classes, spread.counts);
        let report = Report::Respread { run: run.to_owned(), classes, counts, milliseconds: port::now() - begun };
        port::report(&report, &columns.labels());
    });
}

/// Says which neighbours a row has.
pub fn explain(run: &str, row: u32, n_neighbors: usize) {
    let explained = kept::with(run, |kept| neighbors(kept, row as usize, n_neighbors));
    answer(run, explained, |(indices, distances, features)| {
        let report = Report::Explained { run: run.to_owned(), row, features: Box::new(features) };
        port::report(&report, &[Part::Rows(&indices), Part::Numbers(&distances)]);
    });
}

fn answer<T>(run: &str, found: Result<T>, say: impl FnOnce(T)) {
    match found {
        Ok(found) => say(found),
        Err(error) => {
            let problem = refused(&error).unwrap_or_else(|| Problem::new(0, "cancelled"));
            port::report(&Report::Refused { run: run.to_owned(), problem }, &[]);
        }
    }
}

fn neighbors(kept: &Kept, row: usize, n_neighbors: usize) -> Result<(Vec<u32>, Vec<f32>, FeatureView)> {
    let (features, table) = (kept.exploration.features(), kept.exploration.table());
    if row >= features.len() {
        return Err(Error::parameter("row", row, format!("the run has {} rows", features.len())));
    }
    let (indices, distances) = table.row(row);
    let number = n_neighbors.min(indices.len());
    let (indices, distances) = (&indices[..number], &distances[..number]);
    let rows: Vec<usize> = indices.iter().map(|&index| index as usize).collect();
    let matrix = &features.matrix;
    let view = FeatureView::of(kept.plan.recipe(), matrix.row(row), matrix.select(Axis(0), &rows).view());
    Ok((indices.to_vec(), distances.to_vec(), view))
}
