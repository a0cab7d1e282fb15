//! What a worker is asked to do.

use std::ops::Range;

use balmer_core::{
    manifold::UmapParams,
    neighbors::Pair,
    pipeline::{Labelled, LabelsSpec, PipelineSpec},
};
use serde::{Deserialize, Serialize};

/// Where in the browser a run is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Device {
    /// The graphics processor, through WebGPU.
    #[serde(rename = "browser-gpu")]
    Gpu,
    /// The processor's cores, one worker each.
    #[serde(rename = "browser-cpu")]
    Cpu,
}

/// How feature space is laid out in a plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MapKind {
    /// The first two principal components.
    Pca,
    /// These at first, then UMAP from there.
    Umap,
}

/// A share of a search for neighbours, for one worker of the pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Share {
    /// Find a piece of a search that has pieces, by its number. Buffers of the answer: the rows, u32; indices, u32;
    /// distances, f32.
    Piece(usize),
    /// Let two blocks of rows meet, or one with itself. Buffer: the scores above which the rows of both sides take
    /// nothing, f32. Buffers of the answer, for the rows of both sides: candidates of each, u32; the scores that all
    /// others have at least, f32; the candidates, u32, without gaps; their scores, f32.
    Meet(Pair),
    /// Make neighbours of the candidates of some rows. Buffers: candidates of each row, u32; the candidates, u32, as
    /// many places for each row; the scores that all others have at least, f32. Buffers of the answer: indices, u32;
    /// distances, f32.
    Settle(Range<usize>),
}

/// One message to a worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case")]
pub enum Command {
    /// To the chief: carry a run out. Features and labels are fetched from the server.
    Run {
        /// Name of the run.
        run: String,
        /// What to do.
        spec: Box<PipelineSpec>,
        /// Where.
        device: Device,
    },
    /// To the chief: lay the feature space of a spec's subset out in a plane. Features are fetched from the server, or
    /// are those of an earlier run; progress is told as a run's.
    Map {
        /// Name of the map: [`map_name`](super::map_name).
        map: String,
        /// What to lay out: survey, condition, recipe.
        spec: Box<PipelineSpec>,
        /// How.
        kind: MapKind,
        /// Where neighbours are searched for, where the map needs them.
        device: Device,
    },
    /// To the chief: stop a run or a map that is under way.
    Cancel {
        /// Name of the run or map.
        run: String,
    },
    /// To the chief: outlier factors of a finished run with another number of neighbours, from its table.
    Rescore {
        /// Name of the run.
        run: String,
        /// Neighbours, in the count of the run's definition.
        n_neighbors: usize,
    },
    /// To the chief: let other labels flow along the graph of a finished run.
    Respread {
        /// Name of the run.
        run: String,
        /// All labels of the run's source.
        labels: Vec<Labelled>,
    },
    /// To the chief: the neighbours of one spectrum, and its features beside theirs.
    Explain {
        /// Name of the run.
        run: String,
        /// Row of the feature table, from 0.
        row: u32,
        /// Neighbours wanted.
        n_neighbors: usize,
    },
    /// To the chief: let a finished run's table go.
    Forget {
        /// Name of the run.
        run: String,
    },
    /// To a worker of the pool: the matrix that will be searched. Buffer: the rows, f32.
    Join {
        /// Values a row.
        columns: usize,
        /// Neighbours of each row.
        n_neighbors: usize,
    },
    /// To a worker of the pool: do a share of the search. Buffers: those of the [`Share`].
    Search {
        /// What to do.
        share: Share,
    },
    /// To a worker of its own: the first two principal components of rows. Buffer: the rows, f32.
    Components {
        /// Values a row.
        columns: usize,
        /// How many components to project the rows on as well; 0 where that is not wanted.
        project: usize,
    },
    /// To a worker of its own: lay rows out by UMAP. Buffers: indices of their neighbours, u32, and their distances, f32,
    /// rows x `params.n_neighbors` each; where they begin, f32, rows x 2.
    Embed {
        /// What may be chosen of it.
        params: UmapParams,
    },
    /// To the chief: neighbours and outlier factors of the rows of any matrix, as `balmer knn`, `balmer lof` and `balmer
    /// spread` have them. Buffers: the rows, f32; with labels the class of each row, i32, -1 for none.
    Matrix {
        /// Rows.
        rows: usize,
        /// Values a row.
        columns: usize,
        /// Neighbours of each row.
        n_neighbors: usize,
        /// Where.
        device: Device,
        /// Workers of the pool; as many as are worth it where nothing is said.
        workers: Option<usize>,
        /// How labels flow; its source and its classes play no part.
        labels: Option<Box<LabelsSpec>>,
    },
}
