//! A pair of blocks by a general matrix product: multiply into a buffer, then look through it.

use std::ops::Range;

use ndarray::{Array2, ArrayViewMut2, linalg::general_mat_mul, s};

use super::{Centred, blocked::Kernel, candidates::Candidates};

/// Columns looked at together: only when one of them qualifies are they looked at one by one.
const LANES: usize = 16;

/// The kernel of processors that the `matrixmultiply` crate knows.
pub(super) struct Product;

impl Kernel for Product {
    type Layout = Array2<f32>;

    fn multiply(centred: &Centred, rows: &Range<usize>, columns: &Range<usize>, buffer: &mut Vec<f32>) {
        buffer.resize(rows.len() * columns.len(), 0.0);
        let mut product = ArrayViewMut2::from_shape((rows.len(), columns.len()), buffer).expect("a block of products");
        let y = centred.rows();
        let (left, right) = (y.slice(s![rows.clone(), ..]), y.slice(s![columns.clone(), ..]));
        general_mat_mul(1.0, &left, &right.t(), 0.0, &mut product);
    }

    fn offer_within(centred: &Centred, rows: &Range<usize>, buffer: &[f32], candidates: &mut Candidates) {
        let tile = Tile::new(centred, rows, rows, buffer);
        for (row, products) in buffer.chunks_exact(tile.h_columns.len()).enumerate() {
            for (column, product) in products.iter().enumerate() {
                if row != column {
                    candidates.offer(row, tile.h_columns[column] - product, (tile.first_column + column) as u32);
                }
            }
        }
    }

    fn offer(
        centred: &Centred,
        rows: &Range<usize>,
        columns: &Range<usize>,
        buffer: &[f32],
        of_rows: &mut Candidates,
        of_columns: &mut Candidates,
    ) {
        let tile = Tile::new(centred, rows, columns, buffer);
        let width = tile.h_columns.len();
        let whole = width - width % LANES;
        for (row, products) in buffer.chunks_exact(width).enumerate() {
            let h_row = tile.h_rows[row];
            for first in (0..whole).step_by(LANES) {
                let threshold = of_rows.thresholds[row];
                let products = &products[first..first + LANES];
                let h = &tile.h_columns[first..first + LANES];
                let thresholds = &of_columns.thresholds[first..first + LANES];
                let mut any = 0_u32;
                for lane in 0..LANES {
                    any |= u32::from(h[lane] - products[lane] <= threshold);
                    any |= u32::from(h_row - products[lane] <= thresholds[lane]);
                }
                if any != 0 {
                    for lane in 0..LANES {
                        tile.offer_pair(of_rows, of_columns, row, first + lane);
                    }
                }
            }
            for column in whole..width {
                tile.offer_pair(of_rows, of_columns, row, column);
            }
        }
    }
}

/// One block of products `y_i . y_j` and what turns them into scores.
struct Tile<'a> {
    products: &'a [f32],
    first_row: usize,
    first_column: usize,
    h_rows: &'a [f32],
    h_columns: &'a [f32],
}

impl<'a> Tile<'a> {
    fn new(centred: &'a Centred, rows: &Range<usize>, columns: &Range<usize>, products: &'a [f32]) -> Self {
        let h = centred.half_squares();
        let (h_rows, h_columns) = (&h[rows.clone()], &h[columns.clone()]);
        Self { products, first_row: rows.start, first_column: columns.start, h_rows, h_columns }
    }

    #[inline]
    fn offer_pair(&self, of_rows: &mut Candidates, of_columns: &mut Candidates, row: usize, column: usize) {
        let product = self.products[row * self.h_columns.len() + column];
        of_rows.offer(row, self.h_columns[column] - product, (self.first_column + column) as u32);
        of_columns.offer(column, self.h_rows[row] - product, (self.first_row + row) as u32);
    }
}
