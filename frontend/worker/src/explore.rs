//! Questions to a finished run: another number of neighbours, other labels, why a spectrum stands where it does.

use balmer_core::{
    Error, Result,
    ndarray::Axis,
    pipeline::{Labelled, Member},
};
use balmer_exchange::{
    api::{Density, FeatureView, PlaceRow, Problem},
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

/// Says which neighbours a row has, how dense it is around all of them, and how the row's place moves with the settings.
pub fn explain(run: &str, row: u32, n_neighbors: usize) {
    let explained = kept::with(run, |kept| Explained::of(kept, row as usize, n_neighbors));
    answer(run, explained, |told| {
        let Explained { density, places, features, .. } = told;
        let report = Report::Explained { run: run.to_owned(), row, density, places, features: Box::new(features) };
        let buffers = [
            Part::Rows(&told.indices),
            Part::Numbers(&told.distances),
            Part::Numbers(&told.lrd),
            Part::Numbers(&told.k_distance),
        ];
        port::report(&report, &buffers);
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

/// Why a row stands where it does; the columns are of its neighbours, nearest first.
struct Explained {
    density: Density,
    places: Vec<PlaceRow>,
    features: FeatureView,
    indices: Vec<u32>,
    distances: Vec<f32>,
    lrd: Vec<f32>,
    k_distance: Vec<f32>,
}

impl Explained {
    fn of(kept: &Kept, row: usize, n_neighbors: usize) -> Result<Self> {
        let (features, table, scores) = (kept.exploration.features(), kept.exploration.table(), &kept.scores);
        if row >= features.len() {
            return Err(Error::parameter("row", row, format!("the run has {} rows", features.len())));
        }
        let (indices, distances) = table.row(row);
        let number = n_neighbors.min(indices.len());
        let (indices, distances) = (&indices[..number], &distances[..number]);
        let rows: Vec<usize> = indices.iter().map(|&index| index as usize).collect();
        let (matrix, basis) = (&features.matrix, kept.exploration.basis().map(AsRef::as_ref));
        let others = matrix.select(Axis(0), &rows);
        let stability = kept.exploration.stability();
        let place = |(member, rank): (&Member, u32)| PlaceRow {
            setting: member.to_string(),
            rank: Some(rank).filter(|&rank| rank > 0),
        };
        Ok(Self {
            density: Density { lrd: scores.lrd[row], k_distance: scores.k_distance[row] },
            places: stability.members().zip(stability.of_row(row)).map(place).collect(),
            features: FeatureView::of(kept.plan.recipe(), matrix.row(row), others.view(), basis),
            indices: indices.to_vec(),
            distances: distances.to_vec(),
            lrd: rows.iter().map(|&row| scores.lrd[row]).collect(),
            k_distance: rows.iter().map(|&row| scores.k_distance[row]).collect(),
        })
    }
}
