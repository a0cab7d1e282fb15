//! A pair of blocks by our own kernel: products stay in registers and are looked at there.
//!
//! Rows are packed in panels of eight, feature by feature, so that a step of the product reads eight columns and four
//! rows from consecutive places. Four rows by eight columns are summed in eight registers; what they come to is
//! compared with the thresholds of both sides before anything is stored, and a product that interests nobody never
//! reaches memory.
//!
//! It serves WebAssembly, for which the general product has no vector instructions.

use std::{marker::PhantomData, ops::Range};

use super::{
    Centred,
    blocked::Kernel,
    candidates::{Candidates, ROUND},
    lanes::Lanes,
};

/// Rows of a panel: columns of a tile.
const PANEL: usize = ROUND;
/// Rows of a tile.
const ROWS: usize = 4;
/// Lanes of a register.
const LANES: usize = 4;

/// Four rows by eight columns.
type Tile<L> = [[L; PANEL / LANES]; ROWS];

/// The blocks packed in panels.
pub(super) struct Fused<L> {
    blocks: Vec<Range<usize>>,
    /// The first panel of each block.
    starts: Vec<usize>,
    /// Features.
    d: usize,
    /// Panels x d, the last panel of a block filled up with rows of zeros.
    panels: Vec<[f32; PANEL]>,
    /// `|y|^2 / 2`, panel by panel; NaN for rows that fill up, so that they are never taken.
    half_squares: Vec<[f32; PANEL]>,
    lanes: PhantomData<L>,
}

/// Who takes what a tile offers.
enum Takers<'c> {
    /// Rows and columns are the same block.
    Within(&'c mut Candidates),
    Rows(&'c mut Candidates),
    Both(&'c mut Candidates, &'c mut Candidates),
}

impl<L: Lanes> Kernel<'_> for Fused<L> {
    fn new(centred: &Centred, blocks: Vec<Range<usize>>) -> Self {
        let y = centred.y();
        let d = y.ncols();
        let mut packed = Self {
            starts: Vec::with_capacity(blocks.len()),
            d,
            panels: Vec::new(),
            half_squares: Vec::new(),
            lanes: PhantomData,
            blocks: Vec::new(),
        };
        for block in &blocks {
            packed.starts.push(packed.half_squares.len());
            for first in block.clone().step_by(PANEL) {
                let rows = first..block.end.min(first + PANEL);
                let mut half_squares = [f32::NAN; PANEL];
                half_squares[..rows.len()].copy_from_slice(&centred.half_squares()[rows.clone()]);
                packed.half_squares.push(half_squares);
                let start = packed.panels.len();
                packed.panels.resize(start + d, [0.0; PANEL]);
                for (place, row) in rows.enumerate() {
                    for (panel, &value) in packed.panels[start..].iter_mut().zip(y.row(row)) {
                        panel[place] = value;
                    }
                }
            }
        }
        Self { blocks, ..packed }
    }

    fn blocks(&self) -> &[Range<usize>] {
        &self.blocks
    }

    fn multiply(&self, _a: usize, _b: usize, _buffer: &mut Vec<f32>) {}

    fn offer_within(&self, a: usize, _buffer: &[f32], candidates: &mut Candidates) {
        self.meet(a, a, &mut Takers::Within(candidates));
    }

    fn offer(
        &self,
        a: usize,
        b: usize,
        _buffer: &[f32],
        of_rows: &mut Candidates,
        of_columns: Option<&mut Candidates>,
    ) {
        match of_columns {
            Some(of_columns) => self.meet(a, b, &mut Takers::Both(of_rows, of_columns)),
            None => self.meet(a, b, &mut Takers::Rows(of_rows)),
        }
    }
}

impl<L: Lanes> Fused<L> {
    /// Multiplies block `a` by block `b`, tile by tile.
    fn meet(&self, a: usize, b: usize, takers: &mut Takers<'_>) {
        let panels = |block: usize| self.blocks[block].len().div_ceil(PANEL);
        let (first_row, first_column) = (self.blocks[a].start, self.blocks[b].start);
        for column_panel in 0..panels(b) {
            let right = self.panel(self.starts[b] + column_panel);
            let h_columns = load::<L>(&self.half_squares[self.starts[b] + column_panel]);
            // within a block, pairs of rows are met once
            let row_panels = if a == b { column_panel + 1 } else { panels(a) };
            for row_panel in 0..row_panels {
                let left = self.panel(self.starts[a] + row_panel);
                let h_rows = &self.half_squares[self.starts[a] + row_panel];
                for half in 0..PANEL / ROWS {
                    let tile = if half == 0 { multiply::<L, 0>(left, right) } else { multiply::<L, 1>(left, right) };
                    let rows = row_panel * PANEL + half * ROWS;
                    let h_rows = &h_rows.as_chunks::<ROWS>().0[half];
                    let limits = takers.column_limits::<L>(column_panel);
                    if interests(&tile, h_rows, h_columns, takers.row_limits(rows), limits) {
                        let place = Place { rows, columns: column_panel * PANEL, first_row, first_column };
                        offer(&tile, h_rows, h_columns, place, takers);
                    }
                }
            }
        }
    }

    /// A panel, feature by feature.
    fn panel(&self, panel: usize) -> &[[f32; PANEL]] {
        &self.panels[panel * self.d..][..self.d]
    }
}

/// The products of the first or second half of the rows of `left` with all of `right`. A function by itself, so that
/// its loop has all the registers.
#[inline(never)]
fn multiply<L: Lanes, const HALF: usize>(left: &[[f32; PANEL]], right: &[[f32; PANEL]]) -> Tile<L> {
    let mut sums = [[L::splat(0.0); PANEL / LANES]; ROWS];
    for (left, right) in left.iter().zip(right) {
        let right = load::<L>(right);
        for (row, sums) in sums.iter_mut().enumerate() {
            let value = L::splat(left[HALF * ROWS + row]);
            for (sum, right) in sums.iter_mut().zip(right) {
                *sum = value.times_plus(right, *sum);
            }
        }
    }
    sums
}

#[inline]
fn load<L: Lanes>(values: &[f32; PANEL]) -> [L; PANEL / LANES] {
    let (quads, _) = values.as_chunks::<LANES>();
    std::array::from_fn(|quad| L::load(&quads[quad]))
}

/// Whether any row would take any column, or any column any row.
#[inline]
fn interests<L: Lanes>(
    tile: &Tile<L>,
    h_rows: &[f32; ROWS],
    h_columns: [L; 2],
    row_limits: &[f32; ROWS],
    column_limits: [L; 2],
) -> bool {
    let mut any = L::splat(f32::NAN).at_most(L::splat(0.0));
    for row in 0..ROWS {
        let (h, limit) = (L::splat(h_rows[row]), L::splat(row_limits[row]));
        for quad in 0..PANEL / LANES {
            let product = tile[row][quad];
            any = any | h_columns[quad].minus(product).at_most(limit) | h.minus(product).at_most(column_limits[quad]);
        }
    }
    L::any(any)
}

/// Where a tile is: in its blocks, and where these begin.
#[derive(Clone, Copy)]
struct Place {
    rows: usize,
    columns: usize,
    first_row: usize,
    first_column: usize,
}

/// Offers every product of the tile that may be taken.
#[inline(never)]
fn offer<L: Lanes>(tile: &Tile<L>, h_rows: &[f32; ROWS], h_columns: [L; 2], place: Place, takers: &mut Takers<'_>) {
    for (r, products) in tile.iter().enumerate() {
        let row = place.rows + r;
        let name = (place.first_row + row) as u32;
        let limit = takers.row_limits(place.rows)[r];
        for (quad, &products) in products.iter().enumerate() {
            let first = place.columns + quad * LANES;
            let scores = h_columns[quad].minus(products);
            each(scores, scores.at_most(L::splat(limit)), |lane, score| {
                let column = first + lane;
                takers.offer_row(row, column, score, (place.first_column + column) as u32);
            });
            let scores = L::splat(h_rows[r]).minus(products);
            let limits = takers.column_limits::<L>(place.columns / PANEL)[quad];
            each(scores, scores.at_most(limits), |lane, score| {
                takers.offer_column(row, first + lane, score, name);
            });
        }
    }
}

/// Calls `f` with the lanes of the mask and their scores.
#[inline]
fn each<L: Lanes>(scores: L, mask: L::Mask, mut f: impl FnMut(usize, f32)) {
    let mut bits = L::bits(mask);
    let scores = scores.store();
    while bits != 0 {
        let lane = bits.trailing_zeros() as usize;
        bits &= bits - 1;
        f(lane, scores[lane]);
    }
}

impl Takers<'_> {
    /// The thresholds of four rows.
    #[inline]
    fn row_limits(&self, rows: usize) -> &[f32; ROWS] {
        let (Self::Within(taker) | Self::Rows(taker) | Self::Both(taker, _)) = self;
        &taker.thresholds.as_chunks().0[rows / ROWS]
    }

    /// The thresholds of a panel of columns.
    #[inline]
    fn column_limits<L: Lanes>(&self, panel: usize) -> [L; PANEL / LANES] {
        match self {
            Self::Within(taker) | Self::Both(_, taker) => load(&taker.thresholds.as_chunks().0[panel]),
            Self::Rows(_) => [L::splat(f32::NEG_INFINITY); 2],
        }
    }

    #[inline]
    fn offer_row(&mut self, row: usize, column: usize, score: f32, index: u32) {
        match self {
            Self::Within(taker) if row < column => taker.offer(row, score, index),
            Self::Within(_) => {}
            Self::Rows(taker) | Self::Both(taker, _) => taker.offer(row, score, index),
        }
    }

    #[inline]
    fn offer_column(&mut self, row: usize, column: usize, score: f32, index: u32) {
        match self {
            Self::Within(taker) if row < column => taker.offer(column, score, index),
            Self::Both(_, taker) => taker.offer(column, score, index),
            Self::Within(_) | Self::Rows(_) => {}
        }
    }
}
