//! A pair of blocks by a general matrix product: multiply into a buffer, then look through it.

use std::ops::Range;

use ndarray::{ArrayViewMut2, linalg::general_mat_mul, s};

use super::{Centred, blocked::Kernel, candidates::Candidates};

/// Columns looked at together: only when one of them qualifies are they looked at one by one.
const LANES: usize = 16;

/// The kernel of processors that the `matrixmultiply` crate knows.
pub(super) struct Product<'a> {
    centred: &'a Centred,
    blocks: Vec<Range<usize>>,
}

impl<'a> Kernel<'a> for Product<'a> {
    fn new(centred: &'a Centred, blocks: Vec<Range<usize>>) -> Self {
        Self { centred, blocks }
    }

    fn blocks(&self) -> &[Range<usize>] {
        &self.blocks
    }

    fn multiply(&self, a: usize, b: usize, buffer: &mut Vec<f32>) {
        let (rows, columns) = (self.blocks[a].clone(), self.blocks[b].clone());
        buffer.resize(rows.len() * columns.len(), 0.0);
        let mut product = ArrayViewMut2::from_shape((rows.len(), columns.len()), buffer).expect("a block of products");
        let y = self.centred.y();
        general_mat_mul(1.0, &y.slice(s![rows, ..]), &y.slice(s![columns, ..]).t(), 0.0, &mut product);
    }

    fn offer_within(&self, a: usize, buffer: &[f32], candidates: &mut Candidates) {
        let tile = self.tile(a, a, buffer);
        for (row, products) in buffer.chunks_exact(tile.h_columns.len()).enumerate() {
            for (column, product) in products.iter().enumerate() {
                if row != column {
                    candidates.offer(row, tile.h_columns[column] - product, (tile.first_column + column) as u32);
                }
            }
        }
    }

    fn offer(
        &self,
        a: usize,
        b: usize,
        buffer: &[f32],
        of_rows: &mut Candidates,
        mut of_columns: Option<&mut Candidates>,
    ) {
        let tile = self.tile(a, b, buffer);
        let width = tile.h_columns.len();
        let whole = width - width % LANES;
        for (row, products) in buffer.chunks_exact(width).enumerate() {
            let h_row = tile.h_rows[row];
            for first in (0..whole).step_by(LANES) {
                let threshold = of_rows.thresholds[row];
                let products = &products[first..first + LANES];
                let h = &tile.h_columns[first..first + LANES];
                let thresholds = match &of_columns {
                    Some(candidates) => candidates.thresholds[first..].first_chunk().expect("whole lanes"),
                    None => &[f32::NEG_INFINITY; LANES],
                };
                let mut any = 0_u32;
                for lane in 0..LANES {
                    any |= u32::from(h[lane] - products[lane] <= threshold);
                    any |= u32::from(h_row - products[lane] <= thresholds[lane]);
                }
                if any != 0 {
                    for lane in 0..LANES {
                        tile.offer_pair(of_rows, of_columns.as_deref_mut(), row, first + lane);
                    }
                }
            }
            for column in whole..width {
                tile.offer_pair(of_rows, of_columns.as_deref_mut(), row, column);
            }
        }
    }
}

impl Product<'_> {
    fn tile<'t>(&'t self, a: usize, b: usize, products: &'t [f32]) -> Tile<'t> {
        let (rows, columns) = (self.blocks[a].clone(), self.blocks[b].clone());
        let h = self.centred.half_squares();
        Tile { products, first_row: rows.start, first_column: columns.start, h_rows: &h[rows], h_columns: &h[columns] }
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

impl Tile<'_> {
    #[inline]
    fn offer_pair(&self, of_rows: &mut Candidates, of_columns: Option<&mut Candidates>, row: usize, column: usize) {
        let product = self.products[row * self.h_columns.len() + column];
        of_rows.offer(row, self.h_columns[column] - product, (self.first_column + column) as u32);
        if let Some(of_columns) = of_columns {
            of_columns.offer(column, self.h_rows[row] - product, (self.first_row + row) as u32);
        }
    }
}
