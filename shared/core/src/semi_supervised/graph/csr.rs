//! Edges of nearest neighbours, in compressed sparse rows.

use std::ops::Range;

use super::{
    edges::{self, Rows},
    order,
};
use crate::{Error, Result, neighbors::NeighborTable, parallel};

/// The neighbour that sets the scale of a row in self-tuning weights (Zelnik-Manor & Perona use the 7th).
const SCALE_NEIGHBOR: usize = 7;
/// Rows of one task: those of a few classes stay in the nearest cache.
pub(super) const ROWS: usize = 512;
/// Classes summed at once: more would not stay in registers.
const STRIP: usize = 8;

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

/// A symmetric sparse matrix without diagonal. Its nodes are the rows of the neighbour table in another order, in which
/// neighbours stand near each other: see [`Self::order`].
#[derive(Debug, Clone, PartialEq)]
pub struct Csr {
    offsets: Vec<u32>,
    columns: Vec<u32>,
    /// None where all are 1.
    weights: Option<Vec<f32>>,
    order: Vec<u32>,
}

impl Csr {
    /// The symmetric union of the edges to the first `n_neighbors` of each row. O(n k) time; while it is made, memory of
    /// two more such graphs.
    pub(super) fn knn(table: &NeighborTable, n_neighbors: usize, weights: Weights) -> Result<Self> {
        table.check_n_neighbors(n_neighbors)?;
        if let Weights::Rbf { gamma } = weights
            && !(gamma > 0.0 && gamma.is_finite())
        {
            return Err(Error::parameter("gamma", gamma, "choose a positive number"));
        }
        let n = table.n_rows();
        let order = order::by_neighborhood(table, n_neighbors);
        let places = order::places(&order);
        let scales = match weights {
            Weights::SelfTuning => parallel::map_indices(n, |row| scale(table.row(row).1, n_neighbors)),
            Weights::Connectivity | Weights::Rbf { .. } => Vec::new(),
        };
        let weight = |i: usize, j: usize, distance: f32| match weights {
            Weights::Connectivity => 1.0,
            Weights::SelfTuning => {
                let square = f64::from(distance) * f64::from(distance);
                (-square / (f64::from(scales[i]) * f64::from(scales[j]))).exp() as f32
            }
            Weights::Rbf { gamma } => (-f64::from(gamma) * f64::from(distance) * f64::from(distance)).exp() as f32,
        };
        let rows =
            edges::union(n, |node, edges| {
                let row = order[node] as usize;
                let (indices, distances) = table.row(row);
                edges.extend(indices[..n_neighbors].iter().zip(distances).map(|(&neighbor, &distance)| {
                    (places[neighbor as usize], weight(row, neighbor as usize, distance))
                }));
            });
        Self::joined(rows, weights != Weights::Connectivity, order)
    }

    /// One matrix of slices of rows.
    fn joined(slices: Vec<Rows>, weighted: bool, order: Vec<u32>) -> Result<Self> {
        let total = slices.iter().map(|rows| rows.columns.len()).sum();
        if u32::try_from(total).is_err() {
            let remedy = format!("{total} edges are more than a graph can have: choose fewer neighbours");
            return Err(Error::parameter("n_neighbors", total / order.len(), remedy));
        }
        let mut offsets = Vec::with_capacity(order.len() + 1);
        offsets.push(0);
        let mut columns = Vec::with_capacity(total);
        let mut weights = weighted.then(|| Vec::with_capacity(total));
        let mut end = 0;
        for rows in slices {
            offsets.extend(rows.degrees.iter().map(|degree| {
                end += degree;
                end
            }));
            columns.extend_from_slice(&rows.columns);
            if let Some(weights) = &mut weights {
                weights.extend_from_slice(&rows.weights);
            }
        }
        Ok(Self { offsets, columns, weights, order })
    }

    /// Number of nodes.
    pub fn n_rows(&self) -> usize {
        self.order.len()
    }
    /// Where each node's edges begin in [`Self::columns`]; n + 1 values.
    pub fn offsets(&self) -> &[u32] {
        &self.offsets
    }
    /// The other ends of the edges, node after node, ascending for each.
    pub fn columns(&self) -> &[u32] {
        &self.columns
    }
    /// The weight of an edge, a position in [`Self::columns`].
    pub fn weight(&self, edge: usize) -> f32 {
        self.weights.as_ref().map_or(1.0, |weights| weights[edge])
    }
    /// The row of the neighbour table that each node is.
    pub fn order(&self) -> &[u32] {
        &self.order
    }
    /// Positions of a node's edges in [`Self::columns`].
    pub fn edges(&self, node: usize) -> Range<usize> {
        self.offsets[node] as usize..self.offsets[node + 1] as usize
    }
    /// The sum of the weights of a node's edges.
    pub fn degree(&self, node: usize) -> f64 {
        self.edges(node).map(|edge| f64::from(self.weight(edge))).sum()
    }

    /// Some nodes' rows of `W F`, for `F` of n x `classes`, row after row: every sum in the order of the edges.
    pub(super) fn sums(&self, nodes: Range<usize>, classes: usize, values: &[f64], target: &mut [f64]) {
        for first in (0..classes).step_by(STRIP) {
            let strip = Strip { nodes: nodes.clone(), classes, first, values };
            match classes - first {
                1 => self.strip::<1>(strip, target),
                2 => self.strip::<2>(strip, target),
                3 => self.strip::<3>(strip, target),
                4 => self.strip::<4>(strip, target),
                5 => self.strip::<5>(strip, target),
                6 => self.strip::<6>(strip, target),
                7 => self.strip::<7>(strip, target),
                _ => self.strip::<STRIP>(strip, target),
            }
        }
    }

    /// The sums of `C` classes. Compiled for all there are as well, whose places are then known.
    fn strip<const C: usize>(&self, strip: Strip<'_>, target: &mut [f64]) {
        let whole = Strip { classes: C, first: 0, ..strip.clone() };
        let ones = |edges: Range<usize>| edges.map(|_| 1.0);
        match &self.weights {
            None if strip.classes == C => self.weighted::<C, _>(whole, ones, target),
            None => self.weighted::<C, _>(strip, ones, target),
            Some(weights) => {
                let stored = |edges: Range<usize>| weights[edges].iter().map(|&weight| f64::from(weight));
                if strip.classes == C {
                    self.weighted::<C, _>(whole, stored, target);
                } else {
                    self.weighted::<C, _>(strip, stored, target);
                }
            }
        }
    }

    #[inline]
    fn weighted<const C: usize, W: Iterator<Item = f64>>(
        &self,
        strip: Strip<'_>,
        weights: impl Fn(Range<usize>) -> W,
        target: &mut [f64],
    ) {
        let Strip { nodes, classes, first, values } = strip;
        for (node, target) in nodes.zip(target.chunks_exact_mut(classes)) {
            let edges = self.edges(node);
            let mut sums = [0.0; C];
            for (&column, weight) in self.columns[edges.clone()].iter().zip(weights(edges)) {
                let values = &values[column as usize * classes + first..][..C];
                sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += weight * value);
            }
            target[first..first + C].copy_from_slice(&sums);
        }
    }
}

/// Some classes of some nodes.
#[derive(Debug, Clone)]
struct Strip<'a> {
    nodes: Range<usize>,
    /// Classes there are.
    classes: usize,
    /// The first that is meant.
    first: usize,
    /// n x `classes`.
    values: &'a [f64],
}

/// The scale of a row with these neighbours: never 0.
fn scale(distances: &[f32], n_neighbors: usize) -> f32 {
    let position = SCALE_NEIGHBOR.min(n_neighbors) - 1;
    distances[position..].iter().copied().find(|&distance| distance > 0.0).unwrap_or(f32::MIN_POSITIVE)
}
