//! What a worker answers.

use balmer_core::pipeline::{Estimate, LabelCounts, Stage};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Share;
use crate::api::{Density, FeatureView, PlaceRow, Problem, RunCounts};

/// One message from a worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "report", rename_all = "kebab-case")]
pub enum Report {
    /// It listens: nothing that was sent before is heard.
    Ready,
    /// A run has its device.
    Device {
        /// Name of the run.
        run: String,
        /// What computes, in the engine's words.
        name: String,
        /// Why it is not the device that was asked for.
        note: Option<String>,
    },
    /// A run goes on.
    Progress {
        /// Name of the run.
        run: String,
        /// The stage.
        stage: Stage,
        /// How far it is, and when it will end.
        estimate: Estimate,
        /// What is going on.
        message: String,
    },
    /// A run is finished. Buffers: where the name of each row ends, u32, with a 0 in front; the names, UTF-8;
    /// the rows by rank, u32; the factors by row, f32; by row the factor of the ensemble, f32, the best and the worst place
    /// under any setting, u32, and the share of settings that have it in the head of the list, f32; with labels the three of
    /// [`Report::Respread`].
    Done {
        /// Name of the run.
        run: String,
        /// What there is to say of it.
        outcome: Box<Outcome>,
    },
    /// Where the spectra are on a map, along their first two principal components. Buffers: where the name of each row
    /// ends, u32, with a 0 in front; the names, UTF-8; the coordinates, f32, rows x 2.
    Map {
        /// Name of the map.
        map: String,
        /// Shares of the variance along the axes.
        explained: [f64; 2],
        /// Whether it stays so; otherwise the spectra move.
        is_last: bool,
    },
    /// Where the spectra of a map have moved to. Buffer: the coordinates, f32, in the order of the names.
    Moved {
        /// Name of the map.
        map: String,
        /// Whether they stay there.
        is_last: bool,
    },
    /// A run or a map ended without a result.
    Failed {
        /// Name of the run or map.
        run: String,
        /// Why; `None` where it was cancelled.
        problem: Option<Problem>,
    },
    /// A finished run whose table had to make room for another's: it can be asked nothing more.
    LetGo {
        /// Name of the run.
        run: String,
    },
    /// New factors. Buffers: the rows by rank, u32; the factors by row, f32.
    Rescored {
        /// Name of the run.
        run: String,
        /// Neighbours they were computed with.
        n_neighbors: usize,
        /// Milliseconds in the worker.
        milliseconds: f64,
    },
    /// New labels. Buffers: the class of each row, i32, -1 where no label reaches; its probability, f32; the
    /// entropy of the probabilities, nats, f32.
    Respread {
        /// Name of the run.
        run: String,
        /// The classes.
        classes: Vec<String>,
        /// What became of the labels given.
        counts: LabelCounts,
        /// Milliseconds in the worker.
        milliseconds: f64,
    },
    /// The answer to [`Command::Explain`](super::Command::Explain). Buffers: rows of the neighbours, u32, nearest
    /// first; their distances, f32; their densities, f32; their distances to the last neighbour of the factor, f32.
    Explained {
        /// Name of the run.
        run: String,
        /// The row.
        row: u32,
        /// Its density.
        density: Density,
        /// Its places under all settings.
        places: Vec<PlaceRow>,
        /// The spectrum as the algorithm saw it.
        features: Box<FeatureView>,
    },
    /// What was asked of a finished run cannot be done.
    Refused {
        /// Name of the run.
        run: String,
        /// Why.
        problem: Problem,
    },
    /// From a worker of the pool: it has the matrix, and knows how it is searched.
    Joined {
        /// Pieces of the search; nothing where all pairs of rows have to meet.
        pieces: Option<usize>,
    },
    /// From a worker of the pool: its share is done. Buffers: those of the [`Share`]'s answer.
    Found {
        /// What it was asked to do.
        share: Share,
    },
    /// The answer to [`Command::Components`](super::Command::Components). Buffers: the coordinates, f32, rows x 2; where it
    /// was wanted the projected rows, f32.
    Components {
        /// Shares of the variance along the axes.
        explained: [f64; 2],
    },
    /// From [`Command::Embed`](super::Command::Embed): so many epochs are done. Buffer: the coordinates, f32, rows x 2;
    /// none where too little has happened since the last ones. After the last epoch they are there.
    Epoch {
        /// Epochs done.
        epoch: usize,
        /// Epochs there will be.
        n_epochs: usize,
    },
    /// From a worker of the pool, or of a map: it cannot.
    Broken {
        /// Why.
        detail: String,
    },
    /// The answer to [`Command::Matrix`](super::Command::Matrix). Buffers: indices of the neighbours, u32, and their
    /// distances, f32, rows x neighbours each; the factors, f32; with labels the probabilities of each row's classes,
    /// f32, rows x classes.
    Matrix {
        /// What computed.
        name: String,
        /// Seconds of the search for neighbours.
        seconds: f64,
        /// Steps that the labels took.
        iterations: Option<usize>,
    },
}

/// What there is to say of a finished run, beside its scores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Spectra in and out.
    pub counts: RunCounts,
    /// Names of the classes; empty without a label stage.
    pub classes: Vec<String>,
    /// Neighbours that the table holds of each spectrum.
    pub table_neighbors: usize,
    /// The record of the run, as the server's `provenance.json`.
    pub provenance: Value,
}
