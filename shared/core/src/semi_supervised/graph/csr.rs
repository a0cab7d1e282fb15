//! Edges of nearest neighbours, in compressed sparse rows.

use std::ops::RangeFrom;

use ndarray::Array2;

use crate::{Error, Result, neighbors::NeighborTable, parallel};

/// The neighbour that sets the scale of a row in self-tuning weights (Zelnik-Manor & Perona use the 7th).
const SCALE_NEIGHBOR: usize = 7;
/// Rows computed by one task.
const ROWS: usize = 512;

/// How an edge of length d is weighted.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Weights {
    /// 1.
    #[default]
    Connectivity,
    /// `exp(-d^2 / (s_i s_j))` with `s` the distance to the 7th neighbour (the k-th when k < 7): L. Zelnik-Manor,
    /// P. Perona 2004, *Self-Tuning Spectral Clustering*, NIPS 17. Among exact duplicates `s` is the distance to
    /// the first row that differs.
    SelfTuning,
    /// `exp(-gamma d^2)`.
    Rbf {
        /// In inverse squared units of the features.
        gamma: f32,
    },
}

/// A symmetric sparse matrix without diagonal, rows sorted by column.
#[derive(Debug, Clone, PartialEq)]
pub struct Csr {
    offsets: Vec<usize>,
    columns: Vec<u32>,
    weights: Vec<f32>,
}

impl Csr {
    /// The symmetric union of the edges to the first `n_neighbors` of each row.
    pub(super) fn knn(table: &NeighborTable, n_neighbors: usize, weights: Weights) -> Result<Self> {
        table.check_n_neighbors(n_neighbors)?;
        if let Weights::Rbf { gamma } = weights
            && !(gamma > 0.0 && gamma.is_finite())
        {
            return Err(Error::parameter("gamma", gamma, "choose a positive number"));
        }
        let n = table.n_rows();
        let scales: Vec<f32> = (0..n).map(|row| scale(table.row(row).1, n_neighbors)).collect();
        let weight = |i: usize, j: usize, distance: f32| match weights {
            Weights::Connectivity => 1.0,
            Weights::SelfTuning => {
                let square = f64::from(distance) * f64::from(distance);
                (-square / (f64::from(scales[i]) * f64::from(scales[j]))).exp() as f32
            }
            Weights::Rbf { gamma } => (-f64::from(gamma) * f64::from(distance) * f64::from(distance)).exp() as f32,
        };
        // room for each edge in both directions, then each row sorted and freed of repetitions
        let mut starts = vec![0_usize; n + 1];
        for i in 0..n {
            starts[i + 1] += n_neighbors;
            for &j in &table.row(i).0[..n_neighbors] {
                starts[j as usize + 1] += 1;
            }
        }
        for i in 0..n {
            starts[i + 1] += starts[i];
        }
        let mut ends = starts.clone();
        let mut edges = vec![(0_u32, 0.0_f32); starts[n]];
        for i in 0..n {
            let (indices, distances) = table.row(i);
            for (&j, &distance) in indices[..n_neighbors].iter().zip(distances) {
                for (from, to) in [(i, j as usize), (j as usize, i)] {
                    edges[ends[from]] = (to as u32, distance);
                    ends[from] += 1;
                }
            }
        }
        let mut offsets = vec![0_usize];
        let (mut columns, mut edge_weights) = (Vec::new(), Vec::new());
        for i in 0..n {
            let row = &mut edges[starts[i]..starts[i + 1]];
            row.sort_unstable_by_key(|&(j, _)| j);
            let mut previous = None;
            for &(j, distance) in row.iter() {
                if previous != Some(j) {
                    columns.push(j);
                    edge_weights.push(weight(i, j as usize, distance));
                    previous = Some(j);
                }
            }
            offsets.push(columns.len());
        }
        Ok(Self { offsets, columns, weights: edge_weights })
    }

    /// Number of nodes.
    pub fn n_rows(&self) -> usize {
        self.offsets.len() - 1
    }
    /// Where each row begins in [`Self::columns`]; n + 1 values.
    pub fn offsets(&self) -> &[usize] {
        &self.offsets
    }
    /// The other ends of the edges, row after row, ascending within a row.
    pub fn columns(&self) -> &[u32] {
        &self.columns
    }
    /// The weights of the edges, in the same order.
    pub fn weights(&self) -> &[f32] {
        &self.weights
    }

    /// `W F`.
    pub(super) fn product(&self, f: &Array2<f64>) -> Array2<f64> {
        let mut result = Array2::zeros(f.raw_dim());
        let values = f.as_slice().expect("standard layout");
        let target = result.as_slice_mut().expect("standard layout");
        let classes = f.ncols();
        parallel::for_each_chunk_mut(target, ROWS * classes, |chunk, target| {
            let rows = chunk * ROWS..;
            // sums of a known number of classes stay in registers; their order, and so their bits, are the same
            match classes {
                1 => self.sums::<1>(rows, values, target),
                2 => self.sums::<2>(rows, values, target),
                3 => self.sums::<3>(rows, values, target),
                4 => self.sums::<4>(rows, values, target),
                5 => self.sums::<5>(rows, values, target),
                6 => self.sums::<6>(rows, values, target),
                _ => self.sums_of_many(classes, rows, values, target),
            }
        });
        result
    }

    /// Rows of `W F` for `C` classes.
    fn sums<const C: usize>(&self, rows: RangeFrom<usize>, values: &[f64], target: &mut [f64]) {
        let (values, _) = values.as_chunks::<C>();
        for (row, target) in rows.zip(target.as_chunks_mut::<C>().0) {
            let mut sums = [0.0; C];
            for (column, weight) in self.edges(row) {
                sums.iter_mut().zip(&values[column]).for_each(|(sum, value)| *sum += weight * value);
            }
            *target = sums;
        }
    }

    /// Rows of `W F` for any number of classes.
    fn sums_of_many(&self, classes: usize, rows: RangeFrom<usize>, values: &[f64], target: &mut [f64]) {
        for (row, sums) in rows.zip(target.chunks_exact_mut(classes)) {
            for (column, weight) in self.edges(row) {
                let from = &values[column * classes..][..classes];
                sums.iter_mut().zip(from).for_each(|(sum, value)| *sum += weight * value);
            }
        }
    }

    /// The edges of a row: where to, and how heavy.
    fn edges(&self, row: usize) -> impl Iterator<Item = (usize, f64)> {
        let edges = self.offsets[row]..self.offsets[row + 1];
        let columns = self.columns[edges.clone()].iter().map(|&column| column as usize);
        columns.zip(self.weights[edges].iter().map(|&weight| f64::from(weight)))
    }
}

/// The scale of a row with these neighbours: never 0.
fn scale(distances: &[f32], n_neighbors: usize) -> f32 {
    let position = SCALE_NEIGHBOR.min(n_neighbors) - 1;
    distances[position..].iter().copied().find(|&distance| distance > 0.0).unwrap_or(f32::MIN_POSITIVE)
}
