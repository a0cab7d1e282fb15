//! Neighbours without looking at most pairs, and exact all the same.
//!
//! Spectra are alike: most of what tells them apart lies along a few directions. Rows are arranged so that near ones
//! stand together, with their heads ([`super::arranged`]). Some panels of rows then look for their neighbours through a
//! tree of boxes ([`tree`]), panel by panel, the nearest first; a product of a few columns says which pairs can be near
//! enough; what it cannot rule out is measured ([`sift`]). Every bound is one, rounding included, so that nothing that is
//! ruled out can be a neighbour.
//!
//! Where a row's candidates are not certain (ties, differences that f32 does not resolve) it is searched by exact distances
//! alone, as everywhere ([`pieces`]). White noise has no such directions: [`Pruned::pays`] tells from a sample of panels
//! whether a search would take less time than letting all pairs meet.
//!
//! Memory beside the matrix: 4 (m + 25) bytes a row, with the m <= 128 coordinates of heads.

mod pieces;
mod sift;
mod tree;

use std::ops::Range;

use ndarray::ArrayView2;

pub(super) use self::pieces::{ROWS, sizes, turns};
use self::{sift::Sift, tree::Tree};
use super::{
    arranged::{Arranged, Rows},
    lanes::Instructions,
    panels::PANEL,
};
use crate::{Result, parallel};

/// Candidates kept beyond the neighbours asked for: room for rounding before a row must be searched again.
const MARGIN: usize = 4;
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
    arranged: Arranged<'a>,
    rows: Rows<'a>,
    tree: Tree,
}

impl<'a> Pruned<'a> {
    /// Prepares the rows of `x` (n x d, in standard layout, finite). O(n d m + n log n) time.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`](crate::Error::InvalidParameter) for distances beyond f32.
    pub(super) fn new(x: ArrayView2<'a, f32>) -> Result<Self> {
        let (arranged, _) = Arranged::new(x)?;
        let tree = Tree::new(&arranged.heads, arranged.n_rows());
        Ok(Self { rows: Rows::new(arranged.x, arranged.d, arranged.scale), arranged, tree })
    }

    /// The places of some panels.
    fn places(&self, panels: Range<usize>) -> Range<usize> {
        panels.start * PANEL..self.arranged.n_rows().min(panels.end * PANEL)
    }

    /// Whether a search of all rows would take less time than letting all pairs meet, judged by a few panels.
    ///
    /// Work is counted, not timed: what is chosen does not depend on what else the machine does.
    pub(super) fn pays(&self, n_neighbors: usize, instructions: Instructions) -> bool {
        let panels = self.arranged.n_panels();
        // a panel's share of the products of each pair of panels
        let share = (panels as f64 / 2.0) * (PANEL * (self.arranged.d + PRODUCTS)) as f64;
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
