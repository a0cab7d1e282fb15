//! A pair of blocks by our own kernel: products stay in registers and are looked at there.
//!
//! Rows lie in [`Panels`] of eight, so that a step of the product reads eight columns and four rows from consecutive
//! places. Four rows by eight columns are summed in eight registers; what they come to is compared with the thresholds
//! of both sides before anything is stored, and a product that interests nobody never reaches memory.
//!
//! It serves WebAssembly, for which the general product has no vector instructions.

use std::{marker::PhantomData, ops::Range};

use super::{
    Centred,
    blocked::Kernel,
    candidates::Candidates,
    lanes::Lanes,
    panels::{PANEL, Panels},
};

/// Rows of a tile.
const ROWS: usize = 4;
/// Lanes of a register.
const LANES: usize = 4;

/// Four rows by eight columns.
type Tile<L> = [[L; PANEL / LANES]; ROWS];

/// The kernel of what has registers of four numbers.
pub(super) struct Fused<L>(PhantomData<L>);

/// Who takes what a tile offers.
enum Takers<'c> {
    /// Rows and columns are the same block.
    Within(&'c mut Candidates),
    Both(&'c mut Candidates, &'c mut Candidates),
}

impl<L: Lanes> Kernel for Fused<L> {
    type Layout = Panels;

    fn multiply(_: &Centred<Panels>, _rows: &Range<usize>, _columns: &Range<usize>, _buffer: &mut Vec<f32>) {}

    fn offer_within(centred: &Centred<Panels>, rows: &Range<usize>, _buffer: &[f32], candidates: &mut Candidates) {
        meet::<L>(centred, rows, rows, &mut Takers::Within(candidates));
    }

    fn offer(
        centred: &Centred<Panels>,
        rows: &Range<usize>,
        columns: &Range<usize>,
        _buffer: &[f32],
        of_rows: &mut Candidates,
        of_columns: &mut Candidates,
    ) {
        meet::<L>(centred, rows, columns, &mut Takers::Both(of_rows, of_columns));
    }
}

/// Multiplies a block of rows by one of columns, tile by tile.
fn meet<L: Lanes>(centred: &Centred<Panels>, rows: &Range<usize>, columns: &Range<usize>, takers: &mut Takers<'_>) {
    let panels = |block: &Range<usize>| block.start / PANEL..block.end.div_ceil(PANEL);
    let (row_panels, column_panels) = (panels(rows), panels(columns));
    let half_squares = centred.half_square_panels();
    for column_panel in column_panels.clone() {
        let right = centred.rows().panel(column_panel);
        let h_columns = load::<L>(&half_squares[column_panel]);
        let first_column = (column_panel - column_panels.start) * PANEL;
        // within a block, pairs of rows are met once
        let end = if let Takers::Within(_) = takers { column_panel + 1 } else { row_panels.end };
        for (row_panel, h_rows) in (row_panels.start..end).zip(&half_squares[row_panels.start..]) {
            let left = centred.rows().panel(row_panel);
            for (half, h_rows) in h_rows.as_chunks::<ROWS>().0.iter().enumerate() {
                let tile = if half == 0 { multiply::<L, 0>(left, right) } else { multiply::<L, 1>(left, right) };
                let first_row = (row_panel - row_panels.start) * PANEL + half * ROWS;
                let limits = takers.column_limits::<L>(first_column / PANEL);
                if interests(&tile, h_rows, h_columns, takers.row_limits(first_row), limits) {
                    let names = [rows.start, columns.start];
                    offer(&tile, h_rows, h_columns, Place { first_row, first_column, names }, takers);
                }
            }
        }
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

/// Where a tile is in its blocks.
#[derive(Clone, Copy)]
struct Place {
    first_row: usize,
    first_column: usize,
    /// The first row of either block in the matrix.
    names: [usize; 2],
}

/// Offers every product of the tile that may be taken.
#[inline(never)]
fn offer<L: Lanes>(tile: &Tile<L>, h_rows: &[f32; ROWS], h_columns: [L; 2], place: Place, takers: &mut Takers<'_>) {
    let [rows_begin, columns_begin] = place.names;
    for (r, products) in tile.iter().enumerate() {
        let row = place.first_row + r;
        let limit = L::splat(takers.row_limits(place.first_row)[r]);
        let scores: [L; 2] = std::array::from_fn(|quad| h_columns[quad].minus(products[quad]));
        each(scores, scores.map(|scores| scores.at_most(limit)), |lane, score| {
            let column = place.first_column + lane;
            takers.offer_row(row, column, score, (columns_begin + column) as u32);
        });
        let limits = takers.column_limits::<L>(place.first_column / PANEL);
        let scores: [L; 2] = std::array::from_fn(|quad| L::splat(h_rows[r]).minus(products[quad]));
        each(scores, std::array::from_fn(|quad| scores[quad].at_most(limits[quad])), |lane, score| {
            takers.offer_column(row, place.first_column + lane, score, (rows_begin + row) as u32);
        });
    }
}

/// Calls `f` with the lanes of the masks and their scores.
#[inline]
fn each<L: Lanes>(scores: [L; 2], masks: [L::Mask; 2], mut f: impl FnMut(usize, f32)) {
    let mut bits = L::bits(masks[0]) | L::bits(masks[1]) << LANES;
    if bits != 0 {
        let scores = scores.map(L::store);
        while bits != 0 {
            let lane = bits.trailing_zeros() as usize;
            bits &= bits - 1;
            f(lane, scores[lane / LANES][lane % LANES]);
        }
    }
}

impl Takers<'_> {
    /// The thresholds of four rows.
    #[inline]
    fn row_limits(&self, rows: usize) -> &[f32; ROWS] {
        let (Self::Within(taker) | Self::Both(taker, _)) = self;
        &taker.thresholds.as_chunks().0[rows / ROWS]
    }

    /// The thresholds of a panel of columns.
    #[inline]
    fn column_limits<L: Lanes>(&self, panel: usize) -> [L; PANEL / LANES] {
        let (Self::Within(taker) | Self::Both(_, taker)) = self;
        load(&taker.thresholds.as_chunks().0[panel])
    }

    #[inline]
    fn offer_row(&mut self, row: usize, column: usize, score: f32, index: u32) {
        match self {
            Self::Within(taker) if row < column => taker.offer(row, score, index),
            Self::Within(_) => {}
            Self::Both(taker, _) => taker.offer(row, score, index),
        }
    }

    #[inline]
    fn offer_column(&mut self, row: usize, column: usize, score: f32, index: u32) {
        match self {
            Self::Within(taker) if row < column => taker.offer(column, score, index),
            Self::Within(_) => {}
            Self::Both(_, taker) => taker.offer(column, score, index),
        }
    }
}
