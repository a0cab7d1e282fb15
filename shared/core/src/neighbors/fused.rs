//! Two blocks of rows that meet: products stay in registers and are looked at there.
//!
//! A few rows by sixteen columns are summed in registers; what they come to is compared with the thresholds of both sides
//! before anything is stored, and a product that interests nobody never reaches memory.

use std::ops::Range;

use super::{
    Centred,
    candidates::Candidates,
    lanes::{Lanes, Work},
    panels::{PANEL, Panels},
    tile::{Tile, add_products, each},
};

/// A block of rows and one of columns, or one block that meets itself.
pub(super) struct Meeting<'a> {
    pub(super) centred: &'a Centred<Panels>,
    pub(super) rows: &'a Range<usize>,
    pub(super) columns: &'a Range<usize>,
    pub(super) takers: Takers<'a>,
}

/// Who takes what a tile offers.
pub(super) enum Takers<'a> {
    /// Rows and columns are the same block.
    Within(&'a mut Candidates),
    Both(&'a mut Candidates, &'a mut Candidates),
}

impl Work for Meeting<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes, const ROWS: usize>(mut self) {
        let panels = |block: &Range<usize>| block.start / PANEL..block.end.div_ceil(PANEL);
        let (row_panels, column_panels) = (panels(self.rows), panels(self.columns));
        let half_squares = self.centred.half_square_panels();
        for column_panel in column_panels.clone() {
            let right = self.centred.rows().panel(column_panel);
            let h_columns = L::load(&half_squares[column_panel]);
            let first_column = (column_panel - column_panels.start) * PANEL;
            // within a block, pairs of rows are met once
            let end = if let Takers::Within(_) = self.takers { column_panel + 1 } else { row_panels.end };
            for (row_panel, h_rows) in (row_panels.start..end).zip(&half_squares[row_panels.start..]) {
                let left = self.centred.rows().panel(row_panel);
                for first in (0..PANEL).step_by(ROWS) {
                    let mut tile = [L::splat(0.0); ROWS];
                    add_products(&mut tile, left, first, right);
                    let first_row = (row_panel - row_panels.start) * PANEL + first;
                    let h_rows = h_rows[first..first + ROWS].try_into().expect("as many rows");
                    let seen = Seen { tile, h_rows, h_columns, first_row, first_column };
                    if seen.interests(&self.takers) {
                        seen.offer(&mut self);
                    }
                }
            }
        }
    }
}

/// Products and what turns them into scores.
struct Seen<'a, L, const ROWS: usize> {
    tile: Tile<L, ROWS>,
    h_rows: &'a [f32; ROWS],
    h_columns: L,
    /// In the block of rows.
    first_row: usize,
    /// In the block of columns.
    first_column: usize,
}

impl<L: Lanes, const ROWS: usize> Seen<'_, L, ROWS> {
    /// Whether any row would take any column, or any column any row.
    #[inline(always)]
    fn interests(&self, takers: &Takers<'_>) -> bool {
        let (row_limits, column_limits) =
            (takers.row_limits::<ROWS>(self.first_row), takers.column_limits(self.first_column));
        let mut any = L::splat(f32::NAN).at_most(L::splat(0.0));
        for (row, &products) in self.tile.iter().enumerate() {
            any = any
                | self.h_columns.minus(products).at_most(L::splat(row_limits[row]))
                | L::splat(self.h_rows[row]).minus(products).at_most(column_limits);
        }
        L::any(any)
    }

    /// Offers every product of the tile that may be taken.
    #[inline(always)]
    fn offer(&self, meeting: &mut Meeting<'_>) {
        let Meeting { rows, columns, takers, .. } = meeting;
        for (r, &products) in self.tile.iter().enumerate() {
            let row = self.first_row + r;
            let limit = L::splat(takers.row_limits::<ROWS>(self.first_row)[r]);
            each(self.h_columns.minus(products), limit, |lane, score| {
                let column = self.first_column + lane;
                takers.offer_row(row, column, score, (columns.start + column) as u32);
            });
            let limits = takers.column_limits::<L>(self.first_column);
            each(L::splat(self.h_rows[r]).minus(products), limits, |lane, score| {
                takers.offer_column(row, self.first_column + lane, score, (rows.start + row) as u32);
            });
        }
    }
}

impl Takers<'_> {
    /// The thresholds of some rows.
    #[inline(always)]
    fn row_limits<const ROWS: usize>(&self, first: usize) -> &[f32; ROWS] {
        let (Self::Within(taker) | Self::Both(taker, _)) = self;
        taker.thresholds[first..first + ROWS].try_into().expect("as many rows")
    }

    /// The thresholds of a panel of columns.
    #[inline(always)]
    fn column_limits<L: Lanes>(&self, first: usize) -> L {
        let (Self::Within(taker) | Self::Both(_, taker)) = self;
        L::load(taker.thresholds[first..first + PANEL].try_into().expect("a panel"))
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
