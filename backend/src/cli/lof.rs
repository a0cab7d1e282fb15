//! `balmer lof`: how lonely every row of a matrix is among its neighbours.

use std::{path::PathBuf, time::Instant};

use balmer_core::{
    Engine,
    outlier::lof::{self, LofScores},
};
use futures::executor::block_on;
use serde_json::json;

use super::{
    matrix_io::{Columns, Data, Output, deliver, read_matrix},
    session::Session,
};

/// Local Outlier Factor of every row of a matrix
#[derive(Debug, clap::Args)]
#[command(long_about = "Local Outlier Factor of every row of a matrix\n\n\
    Columns: row, lof, lrd, k_distance; with several K: lof_k<K>, lrd_k<K>, k_distance_k<K> of each. \
    Equals -negative_outlier_factor_ of scikit-learn's LocalOutlierFactor.")]
pub struct Lof {
    /// Matrix of n rows and d columns: .npy (f32 or f64), .parquet or .csv
    #[arg(long, short, value_name = "FILE")]
    input: PathBuf,
    /// Neighbours of each row; several, separated by commas, share one table
    #[arg(long, short = 'k', value_name = "K", value_delimiter = ',', required = true, value_parser = super::positive)]
    n_neighbors: Vec<usize>,
    #[command(flatten)]
    output: Output,
}

impl Lof {
    pub fn run(self, session: &Session) -> anyhow::Result<()> {
        let target = self.output.target()?;
        let engine = session.engine()?;
        let x = read_matrix(&self.input)?;
        let started = Instant::now();
        let largest = self.n_neighbors.iter().copied().max().unwrap_or(1);
        let table = block_on(engine.kneighbors(x.view(), largest, &session.progress("neighbours")))?;
        let mut columns = Columns::new(x.nrows());
        for (i, &k) in self.n_neighbors.iter().enumerate() {
            if self.n_neighbors[..i].contains(&k) {
                continue; // asked for twice
            }
            let suffix = if self.n_neighbors.len() > 1 { format!("_k{k}") } else { String::new() };
            let LofScores { lof, lrd, k_distance, .. } = lof::from_table(&table, k)?;
            columns = columns
                .with(format!("lof{suffix}"), Data::F32(lof.to_vec()))
                .with(format!("lrd{suffix}"), Data::F32(lrd.to_vec()))
                .with(format!("k_distance{suffix}"), Data::F32(k_distance.to_vec()));
        }
        let summary = json!({
            "command": "lof", "dimensions": x.ncols(), "n_neighbors": self.n_neighbors, "device": engine.name(),
        });
        deliver(session, &target, &columns, summary, started)
    }
}
