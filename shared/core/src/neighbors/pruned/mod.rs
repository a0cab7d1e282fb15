//! Neighbours without looking at most pairs, and exact all the same.
//!
//! Spectra are alike: most of what tells them apart lies along a few directions. Rows are put in an order in which near
//! ones stand together ([`order`]), each with its coordinates along those directions and the length of what is left
//! ([`heads`]). Some panels of rows then look for their neighbours through a tree of boxes ([`tree`]), panel by panel, the
//! nearest first; a product of a few columns says which pairs can be near enough; what it cannot rule out is measured
//! ([`sift`]). Every bound is one, rounding included, so that nothing that is ruled out can be a neighbour.
//!
//! Where a row's candidates are not certain (ties, differences that f32 does not resolve) it is searched by exact distances
//! alone, as everywhere ([`pieces`]). White noise has no such directions: [`Pruned::pays`] tells from a sample of panels
//! whether a search would take less time than letting all pairs meet.
//!
//! Memory beside the matrix: 4 (m + 8) bytes a row, with the m <= 128 coordinates of [`heads`].

mod basis;
mod heads;
mod order;
mod pieces;
mod rows;
mod sift;
mod tree;

use std::ops::Range;

use ndarray::{ArrayView2, Axis};

pub(super) use self::{
    basis::Basis,
    heads::{Frame, Heads, Projection, coordinates, leading},
    order::{AXES, Leading, order},
    rows::Rows,
};
use self::{sift::Sift, tree::Tree};
use super::{centred, lanes::Instructions, panels::PANEL};
use crate::{Result, parallel};

/// Candidates kept beyond the neighbours asked for: room for rounding before a row must be searched again.
const MARGIN: usize = 4;
/// Rows from which the directions are found.
const SAMPLE: usize = 1024;
/// Panels by which the whole is judged: one of so many, but neither too few nor too many.
const PROBED: usize = 256;
const PROBES: Range<usize> = 4..16;
/// Steps that looking at products takes as long as, for each of sixteen.
const PRODUCTS: usize = 8;
/// A step of a search, which fetches here and there, takes so many times as long as one of a plain product.
const STEP: f64 = 1.7;
/// Rows from which a search may pay.
pub(super) const LEAST_ROWS: usize = 1024;

/// A matrix ready to be searched so.
pub(super) struct Pruned<'a> {
    x: &'a [f32],
    d: usize,
    /// The row at each place.
    order: Vec<u32>,
    rows: Rows<'a>,
    heads: Heads,
    tree: Tree,
    scale: f64,
    /// See [`Projection::error`].
    error: f64,
}

impl<'a> Pruned<'a> {
    /// Prepares the rows of `x` (n x d, in standard layout, finite). O(n d m + n log n) time.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`](crate::Error::InvalidParameter) for distances beyond f32.
    pub(super) fn new(x: ArrayView2<'a, f32>) -> Result<Self> {
        let (n, d) = x.dim();
        let centre = centred::centre(x);
        let scale = centred::scale(x, &centre)?;
        let frame = Frame { centre, scale };
        let mut sample = x.select(Axis(0), &(0..n).step_by(n.div_ceil(SAMPLE)).collect::<Vec<_>>());
        for mut row in sample.rows_mut() {
            row.iter_mut().enumerate().for_each(|(feature, value)| *value = frame.put(feature, *value));
        }
        let basis = Basis::of(sample.view(), coordinates(d));
        drop(sample);
        let order = order(&leading(x, &frame, &basis));
        let projection = Projection::new(&basis);
        let heads = Heads::new(x, &order, &frame, &projection);
        let tree = Tree::new(&heads, n);
        let x = x.to_slice().expect("standard layout");
        Ok(Self { x, d, order, rows: Rows::new(x, d, scale), heads, tree, scale, error: projection.error() })
    }

    fn n_rows(&self) -> usize {
        self.order.len()
    }

    fn n_panels(&self) -> usize {
        self.n_rows().div_ceil(PANEL)
    }

    /// The places of some panels.
    fn places(&self, panels: Range<usize>) -> Range<usize> {
        panels.start * PANEL..self.n_rows().min(panels.end * PANEL)
    }

    /// Whether a search of all rows would take less time than letting all pairs meet, judged by a few panels.
    ///
    /// Work is counted, not timed: what is chosen does not depend on what else the machine does.
    pub(super) fn pays(&self, n_neighbors: usize, instructions: Instructions) -> bool {
        let panels = self.n_panels();
        // a panel's share of the products of each pair of panels
        let share = (panels as f64 / 2.0) * (PANEL * (self.d + PRODUCTS)) as f64;
        let every = panels.div_ceil((panels / PROBED).clamp(PROBES.start, PROBES.end));
        let steps = parallel::map_indices(panels.div_ceil(every), |probe| {
            let one = probe * every..probe * every + 1;
            let sift = Sift::new(self, one, n_neighbors + MARGIN).at_most((4.0 * share) as u64);
            instructions.run(sift).steps
        });
        let mean = steps.iter().sum::<u64>() as f64 / steps.len() as f64;
        mean * STEP < share
    }
}

#[cfg(test)]
mod tests;
