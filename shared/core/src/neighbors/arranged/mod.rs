//! The rows of a matrix made ready to be searched: in an order in which near ones stand together ([`order`]), each with its
//! coordinates along the directions that hold most of the spread ([`basis`]), and the length of what is left ([`heads`]).
//!
//! Both ways that do not look at all pairs walk over rows so arranged: [`super::pruned`], which is exact, and
//! [`super::nn_descent`].

mod basis;
mod extent;
mod heads;
mod order;
mod rows;
#[cfg(test)]
mod tests;

use ndarray::{Array2, ArrayView2};

use self::{
    basis::Basis,
    heads::{Frame, Projection, coordinates, leading},
    order::order,
};
pub(super) use self::{
    extent::Extent,
    heads::Heads,
    order::{AXES, Leading},
    rows::Rows,
};
use super::{centred, lanes::Lanes, panels::PANEL, tile::add_products};
use crate::Result;

/// Rows from which the directions are found.
const SAMPLE: usize = 1024;

/// Bytes that rows of `d` values take beside them, about, when they are arranged and searched through boxes: heads, boxes, the
/// order and what it is made by; the sample, and the directions in f64 and twice in f32.
pub(super) fn bytes(rows: usize, d: usize) -> usize {
    let coordinates = coordinates(d);
    let all = rows.saturating_mul(coordinates + AXES + 8).saturating_add((SAMPLE + 4 * coordinates).saturating_mul(d));
    all.saturating_mul(size_of::<f32>())
}

/// The rows of a matrix in an order in which near ones stand together, with their heads.
pub(super) struct Arranged<'a> {
    /// The rows as they are, n x d.
    pub(super) x: &'a [f32],
    pub(super) d: usize,
    /// The row at each place.
    pub(super) order: Vec<u32>,
    /// The heads of the rows in that order.
    pub(super) heads: Heads,
    /// What distances are scaled by.
    pub(super) scale: f64,
    /// See [`Projection::error`].
    pub(super) error: f64,
}

/// Sixteen rows that look for others.
pub(super) struct Seekers<'a> {
    /// Their heads, column by column.
    pub(super) heads: &'a [[f32; PANEL]],
    /// The scores above which each need not look.
    pub(super) limits: &'a [f32; PANEL],
    /// Steps of a product that looking at a row which passes takes as long as.
    pub(super) distance: usize,
}

impl<'a> Arranged<'a> {
    /// Arranges the rows of `x` (n x d, in standard layout, finite); and their first coordinates, row by row of the matrix.
    /// O(n d m + n log n) time.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`](crate::Error::InvalidParameter) for distances beyond f32.
    pub(super) fn new(x: ArrayView2<'a, f32>) -> Result<(Self, Vec<Leading>)> {
        let d = x.ncols();
        let centre = centred::centre(x);
        let scale = centred::scale(x, &centre)?;
        let frame = Frame { centre, scale };
        let basis = Basis::of(sample(x, &frame).view(), coordinates(d));
        let leading = leading(x, &frame, &basis);
        let order = order(&leading);
        let projection = Projection::new(&basis);
        let heads = Heads::new(x, &order, &frame, &projection);
        let x = x.to_slice().expect("standard layout");
        Ok((Self { x, d, order, heads, scale, error: projection.error() }, leading))
    }

    pub(super) fn n_rows(&self) -> usize {
        self.order.len()
    }

    pub(super) fn n_panels(&self) -> usize {
        self.n_rows().div_ceil(PANEL)
    }

    /// Which rows of a panel may be near enough to `ROWS` of the seekers, as bits: as many stages are looked at as pay.
    /// Adds what that took to `steps`.
    #[inline(always)]
    pub(super) fn passed<L: Lanes, const ROWS: usize>(
        &self,
        seekers: &Seekers<'_>,
        first: usize,
        panel: usize,
        steps: &mut u64,
    ) -> Option<[u32; ROWS]> {
        let right = self.heads.panel(panel);
        let half_squares = L::load(self.heads.half_squares(panel));
        let last = right.len() - 1;
        let mut tile = [L::splat(0.0); ROWS];
        for (start, rest) in self.heads.stages() {
            add_products(&mut tile, &seekers.heads[start..rest], first, &right[start..rest]);
            *steps += (ROWS * (rest - start + 2)) as u64;
            let rests = L::load(&right[rest]);
            let mut passed = [0; ROWS];
            let mut count = 0;
            for (r, products) in tile.iter().enumerate() {
                let bound = L::splat(seekers.heads[rest][first + r]).times_plus(rests, *products);
                passed[r] = L::bits(half_squares.minus(bound).at_most(L::splat(seekers.limits[first + r])));
                count += passed[r].count_ones() as usize;
            }
            if count == 0 {
                return None;
            }
            // the next stage should be worth its time: it may rule out half of them
            if rest == last || count * seekers.distance <= 2 * ROWS * (rest - start) {
                return Some(passed);
            }
        }
        None
    }
}

/// Some of the rows, about their centre.
fn sample(x: ArrayView2<'_, f32>, frame: &Frame) -> Array2<f32> {
    let step = x.nrows().div_ceil(SAMPLE).max(1);
    let mut sample = Array2::zeros((x.nrows().div_ceil(step), x.ncols()));
    for (row, mut centred) in x.rows().into_iter().step_by(step).zip(sample.rows_mut()) {
        let (row, centred) = (row.to_slice(), centred.as_slice_mut());
        frame.put(0, row.expect("standard layout"), centred.expect("standard layout"));
    }
    sample
}
