//! The matrix on the device, in panels of consecutive rows: no buffer is larger than an adapter allows.
//!
//! A panel is feature-major, features padded with zeros to a multiple of [`DEPTH`], rows to a multiple of [`TILE`], so
//! that kernels copy whole vec4s of four neighbouring rows and never look beyond its end. All panels stay on the device
//! where there is room; else those that are not needed at the moment are dropped, oldest first.

use std::ops::Range;

use balmer_core::ndarray::ArrayView2;
use wgpu::Buffer;

use crate::{Fault, device::Gpu};

/// Features that a kernel copies at once, at most.
const DEPTH: usize = 16;
/// Rows of a kernel's tile, at most.
pub const TILE: usize = 128;
/// Bytes of a panel, unless one tile of rows is larger.
const PANEL_BYTES: u64 = 32 << 20;

/// A matrix cut into panels.
pub struct Panels<'a> {
    y: ArrayView2<'a, f32>,
    features: usize,
    rows_per_panel: usize,
    /// Bytes on the device at most, two panels at least.
    budget: u64,
    resident: Vec<Option<Buffer>>,
    /// Panels on the device, the longest unused first.
    order: Vec<usize>,
}

impl<'a> Panels<'a> {
    /// Cuts `y` (n x d); nothing is uploaded yet.
    ///
    /// # Errors
    /// [`Fault::TooLarge`] where not even one tile of rows fits a buffer.
    pub fn new(gpu: &Gpu, y: ArrayView2<'a, f32>, budget: u64) -> Result<Self, Fault> {
        let (n, d) = y.dim();
        let features = d.next_multiple_of(DEPTH);
        let tile_bytes = (features * TILE * size_of::<f32>()) as u64;
        let most = gpu.limits.max_buffer_size.min(gpu.limits.max_storage_buffer_binding_size);
        if tile_bytes > most {
            return Err(Fault::TooLarge(format!("{d} features a row are too many for this adapter")));
        }
        let tiles = (most.min(PANEL_BYTES) / tile_bytes).max(1) as usize;
        let rows_per_panel = (tiles * TILE).min(n.next_multiple_of(TILE));
        let panels = n.div_ceil(rows_per_panel);
        Ok(Self { y, features, rows_per_panel, budget, resident: vec![None; panels], order: Vec::new() })
    }

    /// Padded number of features.
    pub fn features(&self) -> u32 {
        self.features as u32
    }

    /// vec4s from one feature of a panel to the next.
    pub fn stride(&self) -> u32 {
        (self.rows_per_panel / 4) as u32
    }

    /// Rows of the matrix.
    pub fn n_rows(&self) -> usize {
        self.y.nrows()
    }

    /// Number of panels.
    pub fn len(&self) -> usize {
        self.resident.len()
    }

    /// Rows of the matrix that a panel holds.
    pub fn rows(&self, panel: usize) -> Range<usize> {
        let first = panel * self.rows_per_panel;
        first..self.y.nrows().min(first + self.rows_per_panel)
    }

    /// The panels that hold some rows of the matrix, each with those of them.
    pub fn holding(&self, rows: Range<usize>) -> impl Iterator<Item = (usize, Range<usize>)> + use<> {
        let (each, Range { start, end }) = (self.rows_per_panel, rows);
        (start / each..end.div_ceil(each))
            .map(move |panel| (panel, start.max(panel * each)..end.min((panel + 1) * each)))
    }

    fn bytes(&self) -> u64 {
        (self.features * self.rows_per_panel * size_of::<f32>()) as u64
    }

    /// The panel's buffer, uploaded if it is not on the device.
    ///
    /// # Errors
    /// [`Fault::OutOfMemory`].
    pub async fn get(&mut self, gpu: &Gpu, panel: usize) -> Result<Buffer, Fault> {
        self.order.retain(|&other| other != panel);
        self.order.push(panel);
        if let Some(buffer) = &self.resident[panel] {
            return Ok(buffer.clone());
        }
        // the one before may still be the other side of a product
        while self.order.len() > 2 && self.order.len() as u64 * self.bytes() > self.budget {
            let oldest = self.order.remove(0);
            self.resident[oldest] = None;
        }
        let buffer = gpu.upload("panel", &self.feature_major(panel)).await?;
        self.resident[panel] = Some(buffer.clone());
        Ok(buffer)
    }

    fn feature_major(&self, panel: usize) -> Vec<f32> {
        let mut values = vec![0.0; self.features * self.rows_per_panel];
        for (place, row) in self.rows(panel).enumerate() {
            for (feature, &value) in self.y.row(row).iter().enumerate() {
                values[feature * self.rows_per_panel + place] = value;
            }
        }
        values
    }
}
