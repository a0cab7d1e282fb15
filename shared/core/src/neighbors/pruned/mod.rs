//! Neighbours without looking at most pairs, and exact all the same.
//!
//! Spectra are alike: most of what tells them apart lies along a few directions. Rows are put in an order in which near
//! ones stand together ([`order`]), each with its coordinates along those directions and the length of what is left
//! ([`heads`]). A panel of rows then looks for its neighbours through a tree of boxes ([`tree`]), panel by panel, the
//! nearest first; a product of a few columns says which pairs can be near enough; what it cannot rule out is measured
//! ([`sift`]). Every bound is one, rounding included, so that nothing that is ruled out can be a neighbour.
//!
//! Where a row's candidates are not certain (ties, differences that f32 does not resolve) it is searched by exact distances
//! alone, as everywhere. White noise has no such directions: [`Pruned::steps`] tells from a sample of panels what a search
//! would take, so that the caller can let all pairs meet instead.
//!
//! Memory beside the matrix: a copy of it and 4 (m + 4) bytes a row, with the m <= 128 coordinates of [`heads`].

mod basis;
mod heads;
mod order;
mod rows;
mod sift;
mod tree;

use std::ops::Range;

use ndarray::{ArrayView2, Axis};

use self::{
    sift::Sift,
    tree::Tree,
};
pub(super) use self::{
    basis::Basis,
    heads::{Frame, Heads, Projection, coordinates, leading},
    order::{AXES, Leading, order},
    rows::Rows,
};
use super::{
    Settled,
    certify::{self, F64_ERROR, UNDERFLOW, gamma},
    lanes::Instructions,
    panels::PANEL,
};
use crate::{Error, Result, engine::Observer, parallel};

/// Candidates kept beyond the neighbours asked for: room for rounding before a row must be searched again.
const MARGIN: usize = 4;
/// Rows from which the directions are found.
const SAMPLE: usize = 2048;
/// Panels whose rows one task searches.
const PANELS: usize = 16;
/// Panels by which the whole is judged.
const PROBES: usize = 16;

/// A matrix ready to be searched so.
pub(super) struct Pruned<'a> {
    x: &'a [f32],
    d: usize,
    /// The row at each place.
    order: Vec<u32>,
    rows: Rows,
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
    /// [`Error::InvalidParameter`] for distances beyond f32.
    pub(super) fn new(x: ArrayView2<'a, f32>) -> Result<Self> {
        let (n, d) = x.dim();
        let centre = super::centred::centre(x);
        let scale = super::centred::scale(x, &centre)?;
        let frame = Frame { centre, scale };
        let step = n.div_ceil(SAMPLE);
        let mut sample = x.select(Axis(0), &(0..n).step_by(step).collect::<Vec<_>>());
        for mut row in sample.rows_mut() {
            row.iter_mut().enumerate().for_each(|(feature, value)| *value = frame.put(feature, *value));
        }
        let basis = Basis::of(sample.view(), heads::coordinates(d));
        drop(sample);
        let order = order::order(&heads::leading(x, &frame, &basis));
        let projection = Projection::new(&basis);
        let heads = Heads::new(x, &order, &frame, &projection);
        let tree = Tree::new(&heads, n);
        let rows = Rows::new(x, &order, scale);
        let x = x.to_slice().expect("standard layout");
        Ok(Self { x, d, order, rows, heads, tree, scale, error: projection.error() })
    }

    fn n_rows(&self) -> usize {
        self.order.len()
    }

    fn n_panels(&self) -> usize {
        self.n_rows().div_ceil(PANEL)
    }

    /// The places of some panels.
    fn rows_of(&self, panels: Range<usize>) -> Range<usize> {
        panels.start * PANEL..self.n_rows().min(panels.end * PANEL)
    }

    /// About how many steps of a product (sixteen products of f32) the search of all rows would take.
    pub(super) fn steps(&self, n_neighbors: usize, instructions: Instructions) -> f64 {
        let panels = self.n_panels();
        let every = panels.div_ceil(PROBES);
        let probes: Vec<u64> = parallel::map_indices(panels.div_ceil(every), |probe| {
            instructions.run(Sift::new(self, probe * every..probe * every + 1, n_neighbors + MARGIN)).steps
        });
        probes.iter().sum::<u64>() as f64 / probes.len() as f64 * panels as f64
    }

    /// The neighbours of all rows.
    ///
    /// # Errors
    /// [`Error::Cancelled`].
    pub(super) fn all(
        &self,
        n_neighbors: usize,
        instructions: Instructions,
        observer: &dyn Observer,
    ) -> Result<Settled> {
        let (n, panels) = (self.n_rows(), self.n_panels());
        let done = std::sync::atomic::AtomicUsize::new(0);
        let reported = std::sync::Mutex::new(0);
        let found = parallel::map_indices(panels.div_ceil(PANELS), |task| {
            let mut settled = (Vec::with_capacity(PANELS * PANEL * n_neighbors), 0);
            if !observer.is_cancelled() {
                let some = task * PANELS..panels.min((task + 1) * PANELS);
                let sift = Sift::new(self, some.clone(), n_neighbors + MARGIN);
                self.settle(self.rows_of(some), instructions.run(sift).candidates, n_neighbors, &mut settled);
            }
            let turn = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
            if let Ok(mut last) = reported.try_lock()
                && turn > *last
            {
                *last = turn;
                observer.progress(turn as f64 / panels.div_ceil(PANELS) as f64);
            }
            settled
        });
        if observer.is_cancelled() {
            return Err(Error::Cancelled);
        }
        observer.progress(1.0);
        let mut settled = Settled::none(0..n, n, n_neighbors);
        settled.indices.resize(n * n_neighbors, 0);
        settled.distances.resize(n * n_neighbors, 0.0);
        settled.rows = 0..n;
        for ((found, again), rows) in found.into_iter().zip(self.order.chunks(PANELS * PANEL)) {
            settled.searched_again += again;
            for (found, &row) in found.chunks_exact(n_neighbors).zip(rows) {
                let places = row as usize * n_neighbors..(row as usize + 1) * n_neighbors;
                for (place, &(index, distance)) in places.zip(found) {
                    settled.indices[place] = index;
                    settled.distances[place] = distance;
                }
            }
        }
        Ok(settled)
    }

    /// Neighbours of the rows at some places, and the number of rows that had to be searched again.
    fn settle(
        &self,
        places: Range<usize>,
        mut candidates: super::candidates::Candidates,
        n_neighbors: usize,
        (settled, again): &mut (Vec<(u32, f32)>, usize),
    ) {
        let best = candidates.best(0..places.len());
        let proposals = best.as_proposals();
        for (position, place) in places.enumerate() {
            let row = self.order[place] as usize;
            let (places, threshold) = proposals.row(position);
            let proposed: Vec<u32> = places.iter().map(|&place| self.order[place as usize]).collect();
            let mut ranked = certify::rank(self.x, self.d, row, &proposed);
            ranked.truncate(n_neighbors);
            let last = ranked.get(n_neighbors - 1).map(|last| last.0);
            if !last.is_some_and(|last| self.certifies(threshold, last)) {
                *again += 1;
                ranked = certify::scan(self.x, self.d, row, n_neighbors);
            }
            settled.extend(ranked.into_iter().map(|(square, index)| (index, square.sqrt() as f32)));
        }
    }

    /// Whether every row whose squared scaled distance was found to be at least `threshold` is certainly farther than
    /// `last`, a squared distance.
    fn certifies(&self, threshold: f32, last: f64) -> bool {
        let least = f64::from(threshold) * (1.0 - gamma(self.rows.terms())) - UNDERFLOW;
        least > last * self.scale * self.scale * (1.0 + 4.0 * F64_ERROR * self.d as f64)
    }
}
