//! `balmer knn`: the nearest neighbours of every row of a matrix.

use std::{path::PathBuf, time::Instant};

use balmer_core::{CpuEngine, Engine, neighbors, pipeline::NeighborSearch};
use futures::executor::block_on;
use serde_json::json;

use super::{
    matrix_io::{Columns, Data, Output, deliver, read_matrix},
    session::Session,
};

/// Nearest neighbours of every row of a matrix
///
/// Columns: row, neighbor (list), distance (list): Euclidean, the row itself excluded, ascending, ties
/// by index. By nn-descent they are nearly all of them, found by the processor, and the summary says which share, estimated
/// from rows drawn at random. Missing or infinite values are refused by row.
#[derive(Debug, clap::Args)]
pub struct Knn {
    /// Matrix of n rows and d columns: .npy (f32 or f64), .parquet or .csv
    #[arg(long, short, value_name = "FILE")]
    input: PathBuf,
    /// Neighbours of each row
    #[arg(long, short = 'k', value_name = "K", value_parser = super::positive)]
    n_neighbors: usize,
    /// How neighbours are found
    #[arg(long, value_enum, default_value = "exact")]
    method: Method,
    /// Seed of the rows drawn to estimate the recall
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    output: Output,
}

/// How neighbours are found.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Method {
    /// All of them
    Exact,
    /// Nearly all of them, in less time: for many rows
    NnDescent,
}

impl Knn {
    pub fn run(self, session: &Session) -> anyhow::Result<()> {
        let target = self.output.target()?;
        let x = read_matrix(&self.input)?;
        let started = Instant::now();
        let progress = session.progress("neighbours");
        let (table, found, device) = match self.method {
            Method::Exact => {
                let engine = session.engine()?;
                let table = block_on(engine.kneighbors(x.view(), self.n_neighbors, &progress))?;
                (table, NeighborSearch::default(), engine.name())
            }
            Method::NnDescent => {
                let (table, recall) = neighbors::approximate(x.view(), self.n_neighbors, self.seed, &progress)?;
                (table, NeighborSearch::of(recall), CpuEngine.name())
            }
        };
        if found.recall.is_some() && !session.json() {
            tracing::warn!("neighbours found: {found}");
        }
        let columns = Columns::new(x.nrows())
            .with("neighbor", Data::U32List(table.indices().to_owned()))
            .with("distance", Data::F32List(table.distances().to_owned()));
        let summary = json!({
            "command": "knn", "dimensions": x.ncols(), "n_neighbors": self.n_neighbors, "device": device,
            "method": found.method, "recall": found.recall,
        });
        deliver(session, &target, &columns, summary, started)
    }
}
