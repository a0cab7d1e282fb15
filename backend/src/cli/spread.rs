//! `balmer spread`: a few labels flow to all rows of a matrix.

use std::{path::PathBuf, time::Instant};

use balmer_core::{
    Engine,
    ndarray::ArrayView2,
    semi_supervised::{Algorithm, Diffusion, Graph, Weights},
};
use futures::executor::block_on;
use serde_json::json;

use super::{
    matrix_io::{Columns, Data, Output, deliver, read_labels, read_matrix},
    session::Session,
};

/// Label spreading or propagation over the rows of a matrix
#[derive(Debug, clap::Args)]
#[command(long_about = "Label spreading or propagation over the rows of a matrix\n\n\
    Columns: row, label (-1 where no label arrives), probability, entropy (nats), and p_<class> of each class. \
    With --kernel rbf it equals scikit-learn's LabelSpreading and LabelPropagation; its knn kernel is directed, \
    the one here is symmetric.")]
pub struct Spread {
    /// Matrix of n rows and d columns: .npy (f32 or f64), .parquet or .csv
    #[arg(long, short, value_name = "FILE")]
    input: PathBuf,
    /// Labels of the rows: integers, -1 for none: .npy, .parquet or .csv
    #[arg(long, value_name = "FILE")]
    labels: PathBuf,
    /// How labels flow
    #[arg(long, value_enum, default_value = "spreading")]
    algorithm: AlgorithmName,
    #[command(flatten)]
    graph: GraphOptions,
    /// Share of a label that comes from the neighbours (spreading)
    #[arg(long, value_name = "A", default_value_t = 0.2)]
    alpha: f32,
    /// Most steps taken
    #[arg(long, value_name = "M", default_value_t = 1000)]
    max_iter: usize,
    /// Stop when a step changes less than this in all
    #[arg(long, value_name = "T", default_value_t = 1e-3)]
    tol: f32,
    #[command(flatten)]
    output: Output,
}

/// The graph that labels flow along.
#[derive(Debug, Clone, Copy, clap::Args)]
struct GraphOptions {
    /// Which rows are joined, and how strongly
    #[arg(long, value_enum, default_value = "knn")]
    kernel: Kernel,
    /// Neighbours of each row (knn)
    #[arg(long, short = 'k', value_name = "K", default_value_t = 10, value_parser = super::positive)]
    n_neighbors: usize,
    /// Weights of the edges (knn)
    #[arg(long, value_enum, default_value = "connectivity")]
    weights: WeightsName,
    /// exp(-G d^2) is the weight of an edge of length d (rbf)
    #[arg(long, value_name = "G", default_value_t = 20.0)]
    gamma: f32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum AlgorithmName {
    /// Zhou et al. 2004: labels may be corrected
    Spreading,
    /// Zhu and Ghahramani 2002: labels are kept
    Propagation,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Kernel {
    /// Nearest neighbours, in either direction
    Knn,
    /// Every pair, by a Gaussian of the distance
    Rbf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum WeightsName {
    /// 1 for every edge
    Connectivity,
    /// A Gaussian of the distance in units of both rows' own scales
    SelfTuning,
}

impl Spread {
    pub fn run(self, session: &Session) -> anyhow::Result<()> {
        let target = self.output.target()?;
        let engine = session.engine()?;
        let x = read_matrix(&self.input)?;
        let (classes, seeds) = read_labels(&self.labels, x.nrows())?;
        let started = Instant::now();
        let graph = self.graph.build(session, &engine, x.view())?;
        let algorithm = match self.algorithm {
            AlgorithmName::Spreading => Algorithm::Spreading,
            AlgorithmName::Propagation => Algorithm::Propagation,
        };
        let diffusion = Diffusion { algorithm, alpha: self.alpha, max_iter: self.max_iter, tol: self.tol };
        let found = block_on(engine.diffuse(&graph, &seeds, &diffusion, &session.progress("labels")))?;
        if !found.converged {
            tracing::warn!("labels still change after {} steps: raise --max-iter or --tol", found.iterations);
        }
        let rows = 0..x.nrows();
        let mut columns = Columns::new(x.nrows())
            .with("label", Data::I32(rows.clone().map(|i| found.label(i).map_or(-1, |class| classes[class])).collect()))
            .with("probability", Data::F32(rows.clone().map(|i| found.probability(i)).collect()))
            .with("entropy", Data::F32(rows.map(|i| found.entropy(i)).collect()));
        for (class, probabilities) in classes.iter().zip(found.probabilities.columns()) {
            columns = columns.with(format!("p_{class}"), Data::F32(probabilities.to_vec()));
        }
        let summary = json!({
            "command": "spread", "dimensions": x.ncols(), "classes": classes, "iterations": found.iterations,
            "converged": found.converged, "device": engine.name(),
        });
        deliver(session, &target, &columns, summary, started)
    }
}

impl GraphOptions {
    fn build(self, session: &Session, engine: &impl Engine, x: ArrayView2<f32>) -> anyhow::Result<Graph> {
        if self.kernel == Kernel::Rbf {
            return Ok(Graph::rbf(x, self.gamma)?);
        }
        let table = block_on(engine.kneighbors(x, self.n_neighbors, &session.progress("neighbours")))?;
        let weights = match self.weights {
            WeightsName::Connectivity => Weights::Connectivity,
            WeightsName::SelfTuning => Weights::SelfTuning,
        };
        Ok(Graph::knn(&table, self.n_neighbors, weights)?)
    }
}
