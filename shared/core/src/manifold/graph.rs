//! Who belongs to whose neighbourhood, and how much.

use super::Scales;
use crate::{Result, neighbors::NeighborTable, parallel};

/// Rows of one task.
const ROWS: usize = 512;

/// A symmetric graph of memberships without self loops, in compressed sparse rows: O(n k) time and memory.
#[derive(Debug, Clone, PartialEq)]
pub struct FuzzyGraph {
    offsets: Vec<usize>,
    columns: Vec<u32>,
    weights: Vec<f32>,
}

/// A neighbour of a row, with the membership that both together give the pair.
#[derive(Clone, Copy, Default)]
struct Pair {
    to: u32,
    weight: f32,
    /// Whether the neighbour names the row too.
    mutual: bool,
}

impl FuzzyGraph {
    /// The fuzzy union of what the rows say of their first `n_neighbors` ([`Scales`]): where one gives the other the
    /// membership s, and the other gives t, the pair has `s + t - s t` (`McInnes`+ 2018, section 3.1). Pairs without any
    /// are left out.
    ///
    /// # Errors
    /// [`crate::Error::InvalidParameter`] when the table holds fewer neighbours, or `n_neighbors` is 0.
    pub fn of(table: &NeighborTable, n_neighbors: usize) -> Result<Self> {
        let scales = Scales::of(table, n_neighbors)?;
        let n = table.n_rows();
        let mut pairs = vec![Pair::default(); n * n_neighbors];
        parallel::for_each_chunk_mut(&mut pairs, ROWS * n_neighbors, |chunk, pairs| {
            for (place, pairs) in pairs.chunks_exact_mut(n_neighbors).enumerate() {
                pair_up(table, &scales, chunk * ROWS + place, pairs);
            }
        });
        let of_row = |row: usize| pairs[row * n_neighbors..][..n_neighbors].iter().filter(|pair| pair.weight > 0.0);
        let mut offsets = vec![0; n + 1];
        for row in 0..n {
            for pair in of_row(row) {
                offsets[row + 1] += 1;
                offsets[pair.to as usize + 1] += usize::from(!pair.mutual);
            }
        }
        for row in 0..n {
            offsets[row + 1] += offsets[row];
        }
        let mut ends = offsets.clone();
        let mut edges = vec![(0, 0.0); offsets[n]];
        let mut push = |from: usize, to: u32, weight: f32| {
            edges[ends[from]] = (to, weight);
            ends[from] += 1;
        };
        for row in 0..n {
            for pair in of_row(row) {
                push(row, pair.to, pair.weight);
                if !pair.mutual {
                    push(pair.to as usize, row as u32, pair.weight);
                }
            }
        }
        for row in 0..n {
            edges[offsets[row]..offsets[row + 1]].sort_unstable_by_key(|&(to, _)| to);
        }
        let (columns, weights) = edges.into_iter().unzip();
        Ok(Self { offsets, columns, weights })
    }

    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The rows that share an edge with one, ascending, and the memberships of the pairs, above 0 to 1.
    pub fn row(&self, row: usize) -> (&[u32], &[f32]) {
        let range = self.offsets[row]..self.offsets[row + 1];
        (&self.columns[range.clone()], &self.weights[range])
    }

    /// The largest membership, 0 where there is no edge.
    pub fn strongest(&self) -> f32 {
        self.weights.iter().copied().fold(0.0, f32::max)
    }
}

/// The memberships of a row and its neighbours.
fn pair_up(table: &NeighborTable, scales: &Scales, row: usize, pairs: &mut [Pair]) {
    let k = pairs.len();
    let (indices, distances) = table.row(row);
    for ((pair, &to), &d) in pairs.iter_mut().zip(indices).zip(distances) {
        let (back, ways_back) = table.row(to as usize);
        let place = back[..k].iter().position(|&other| other as usize == row);
        let given = scales.membership(row, d);
        let returned = place.map_or(0.0, |place| scales.membership(to as usize, ways_back[place]));
        let weight = (given + returned - given * returned) as f32;
        *pair = Pair { to, weight, mutual: place.is_some() };
    }
}
