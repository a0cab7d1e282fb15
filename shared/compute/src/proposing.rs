//! Candidates for the neighbours of a block of queries, on the device.
//!
//! All references pass by the block, chunk by chunk: a kernel multiplies the block with the chunk and appends to each
//! query's list what may be among its nearest, another shortens the lists.

use std::{ops::Range, sync::Arc};

use balmer_core::{Observer, neighbors::Centred};
use wgpu::{BindGroup, Buffer};

use crate::{
    Fault, clock,
    device::Gpu,
    kernels::{
        CROWDED, CrowdedParams, Groups, Kernel, PROPOSE_NARROW, PROPOSE_PLAIN, PROPOSE_WIDE, Pipeline, ProposeParams,
        SELECT, SelectParams,
    },
    lists::{Lists, Shape},
    panels::{Panels, TILE},
    recorder::Recorder,
};

/// Multiply-adds that a look at one entry of a list costs, about.
const ENTRY_COST: f64 = 16.0;

/// Lists of a workgroup of `shaders/crowded.wgsl`.
const CROWDED_SIZE: u32 = 64;
/// Workgroups of a dispatch, at most: a list has one.
const GRID: usize = 65_535;
/// Queries of a block, at least, where there are so many: a piece of a search.
const LEAST_QUERIES: usize = 4 * TILE;

/// Multiply-adds of a search from which on it pays to find out which tile is faster.
const WORTH_TUNING: f64 = 1e10;

/// Seconds that a trial of a tile takes at least, unless it was repeated so often.
const TRIAL: f64 = 0.01;
const MOST_TRIALS: u32 = 1 << 12;

/// Which kernel proposes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tile {
    /// 128 x 128.
    Wide,
    /// 64 x 64.
    Narrow,
    /// 64 x 64, nothing shared.
    Plain,
}

impl Tile {
    fn kernel(self) -> &'static Kernel {
        match self {
            Self::Wide => &PROPOSE_WIDE,
            Self::Narrow => &PROPOSE_NARROW,
            Self::Plain => &PROPOSE_PLAIN,
        }
    }

    fn rows(self) -> usize {
        match self {
            Self::Wide => 128,
            Self::Narrow | Self::Plain => 64,
        }
    }
}

/// What proposes, on the device.
pub struct Proposing<'a> {
    gpu: &'a Gpu,
    panels: Panels<'a>,
    half_squares: Buffer,
    propose: Arc<Pipeline>,
    tile: Tile,
    crowded: Arc<Pipeline>,
    select: Arc<Pipeline>,
    pub lists: Lists,
    pub recorder: Recorder<'a>,
    blocks_done: usize,
}

/// Queries of a block that lie in one panel.
struct Side {
    panel: usize,
    rows: Range<usize>,
    /// The list of the first of them.
    first_list: usize,
}

impl<'a> Proposing<'a> {
    /// Makes a device ready, with at most about `memory` bytes on it.
    ///
    /// # Errors
    /// [`Fault::TooLarge`], [`Fault::OutOfMemory`], and whatever else goes wrong on the device.
    pub async fn new(
        gpu: &'a Gpu,
        memory: u64,
        centred: &'a Centred,
        n_neighbors: usize,
        observer: &'a dyn Observer,
    ) -> Result<Self, Fault> {
        let shape = Shape::new(gpu, n_neighbors)?;
        let panels = Panels::new(gpu, centred.y(), memory / 2)?;
        let untried = if gpu.summary.is_software { Tile::Plain } else { Tile::Wide };
        let (n, tile) = (centred.y().nrows(), gpu.tile.get().copied().unwrap_or(untried));
        let most = (memory / 2).min(gpu.limits.max_storage_buffer_binding_size) / shape.bytes();
        let queries = (most as usize / TILE * TILE).clamp(LEAST_QUERIES, GRID / TILE * TILE).min(n);
        let mut half_squares = centred.half_squares().to_vec();
        half_squares.resize(n.next_multiple_of(TILE), 0.0);
        let mut proposing = Self {
            gpu,
            panels,
            half_squares: gpu.upload("half squares", &half_squares).await?,
            propose: gpu.pipeline(tile.kernel(), &[]),
            tile,
            crowded: gpu.pipeline(&CROWDED, &[]),
            select: gpu.pipeline(&SELECT, &[shape.keep as u32]),
            lists: Lists::new(gpu, shape, queries).await?,
            recorder: Recorder::new(gpu, observer),
            blocks_done: 0,
        };
        let operations = (n as f64).powi(2) * f64::from(proposing.panels.features());
        if gpu.tile.get().is_none() && operations > WORTH_TUNING {
            proposing.tune().await?;
        }
        Ok(proposing)
    }

    /// Lets all references pass by a block of queries; its lists are finished then. `passed` is told which share of them has.
    ///
    /// # Errors
    /// What goes wrong on the device; cancellation.
    pub async fn block(&mut self, queries: Range<usize>, passed: impl Fn(f64)) -> Result<(), Fault> {
        self.lists.clear(&mut self.recorder);
        let mut panels: Vec<usize> = (0..self.panels.len()).collect();
        // there and back again: what the last block used last is still on the device
        if self.blocks_done % 2 == 1 {
            panels.reverse();
        }
        self.blocks_done += 1;
        let (mut seen, mut unseen) = (0, 0);
        for other in panels {
            let mut sides = Vec::new();
            for (panel, rows) in self.panels.holding(queries.clone()) {
                let first_list = rows.start - queries.start;
                sides.push((self.bind(panel, other).await?, Side { panel, rows, first_list }));
            }
            let references = self.panels.rows(other);
            let mut first = references.start;
            while first < references.end {
                let end = references.end.min(first + self.chunk());
                // a list has room for one chunk of the longest
                if unseen + (end - first) > self.lists.shape.chunk {
                    self.shorten(queries.len()).await?;
                    unseen = 0;
                }
                for (bindings, side) in &sides {
                    self.propose(bindings, side, other, first..end).await?;
                }
                unseen += end - first;
                seen += end - first;
                passed(seen as f64 / self.panels.n_rows() as f64);
                first = end;
            }
        }
        self.finish(queries.len()).await
    }

    async fn bind(&mut self, queries: usize, references: usize) -> Result<BindGroup, Fault> {
        let queries = self.panels.get(self.gpu, queries).await?;
        let references = self.panels.get(self.gpu, references).await?;
        let Lists { thresholds, lengths, entries, .. } = &self.lists;
        let buffers = [&queries, &references, &self.half_squares, thresholds, lengths, entries];
        Ok(self.propose.bind::<ProposeParams>(&self.gpu.device, self.recorder.uniforms(), &buffers))
    }

    /// References of one dispatch: as many as a list has room for, fewer where one tile of queries takes too long.
    fn chunk(&self) -> usize {
        let fitting = self.recorder.room() / (TILE as f64 * f64::from(self.panels.features()));
        (fitting as usize / TILE * TILE).clamp(TILE, self.lists.shape.chunk)
    }

    /// Multiplies queries with references, as many queries a dispatch as a submission holds.
    async fn propose(
        &mut self,
        bindings: &BindGroup,
        side: &Side,
        other: usize,
        references: Range<usize>,
    ) -> Result<(), Fault> {
        let queries = side.rows.clone();
        let [panel_of_queries, panel_of_references] = [side.panel, other].map(|panel| self.panels.rows(panel).start);
        let each = references.len() as f64 * f64::from(self.panels.features());
        let mut first = queries.start;
        while first < queries.end {
            let fitting = (self.recorder.room() / each) as usize / TILE * TILE;
            let end = queries.end.min(first + fitting.max(TILE));
            let params = ProposeParams {
                features: self.panels.features(),
                query_stride: self.panels.stride(),
                reference_stride: self.panels.stride(),
                first_query: (first - panel_of_queries) as u32,
                first_reference: (references.start - panel_of_references) as u32,
                queries: (end - first) as u32,
                references: references.len() as u32,
                query_index: first as u32,
                reference_index: references.start as u32,
                first_list: (side.first_list + first - queries.start) as u32,
                capacity: self.lists.shape.capacity as u32,
            };
            let tiles = |rows: usize| rows.div_ceil(self.tile.rows()) as u32;
            let groups = Groups::Grid([tiles(references.len()), tiles(end - first)]);
            self.recorder.dispatch(&self.propose, bindings, &params, groups, (end - first) as f64 * each);
            self.recorder.submit_if_due().await?;
            first = end;
        }
        Ok(())
    }

    /// Shortens the lists that could overflow next.
    async fn shorten(&mut self, queries: usize) -> Result<(), Fault> {
        self.lists.forget_crowded(&mut self.recorder);
        let Lists { shape, lengths, crowded, groups, .. } = &self.lists;
        let params = CrowdedParams { lists: queries as u32, most: shape.most as u32 };
        let uniforms = self.recorder.uniforms();
        let bindings = self.crowded.bind::<CrowdedParams>(&self.gpu.device, uniforms, &[lengths, crowded, groups]);
        let grid = Groups::Grid([params.lists.div_ceil(CROWDED_SIZE), 1]);
        self.recorder.dispatch(&self.crowded, &bindings, &params, grid, queries as f64);
        self.recorder.submit_if_due().await?;
        self.select(Groups::At(&self.lists.groups.clone()), 0, queries as f64 * ENTRY_COST);
        self.recorder.submit_if_due().await
    }

    /// Shortens all lists for good.
    async fn finish(&mut self, queries: usize) -> Result<(), Fault> {
        let operations = queries as f64 * ENTRY_COST * self.lists.shape.most as f64;
        self.select(Groups::Grid([queries as u32, 1]), 1, operations);
        self.recorder.submit_if_due().await
    }

    fn select(&mut self, groups: Groups<'_>, finish: u32, operations: f64) {
        let Lists { shape, thresholds, lengths, entries, indices, crowded, .. } = &self.lists;
        let params = SelectParams { capacity: shape.capacity as u32, finish };
        let buffers = [thresholds, lengths, entries, indices, crowded];
        let bindings = self.select.bind::<SelectParams>(&self.gpu.device, self.recorder.uniforms(), &buffers);
        self.recorder.dispatch(&self.select, &bindings, &params, groups, operations);
    }

    /// Finds out, on a corner of the product, which tile this adapter is faster with.
    async fn tune(&mut self) -> Result<(), Fault> {
        // nothing is of use: what is timed are the products alone
        self.gpu.queue.write_buffer(
            &self.lists.thresholds,
            0,
            bytemuck::cast_slice(&vec![f32::MIN; self.lists.queries]),
        );
        let panel = self.panels.rows(0);
        let side = Side { panel: 0, rows: 0..panel.end.min(self.lists.queries).min(8 * TILE), first_list: 0 };
        let references = 0..panel.end.min(self.lists.shape.chunk);
        let mut best: Option<(f64, Tile)> = None;
        for tile in [Tile::Plain, Tile::Narrow, Tile::Wide] {
            self.tile = tile;
            self.propose = self.gpu.pipeline(tile.kernel(), &[]);
            let bindings = self.bind(0, 0).await?;
            let seconds = self.timed(&bindings, &side, references.clone()).await?;
            if best.is_none_or(|(fastest, _)| seconds < fastest) {
                best = Some((seconds, tile));
            }
        }
        if let Some((_, tile)) = best {
            self.tile = tile;
            self.propose = self.gpu.pipeline(tile.kernel(), &[]);
            // another search on the same device may have been as quick
            let _: Result<(), Tile> = self.gpu.tile.set(tile);
        }
        Ok(())
    }

    /// Seconds of one product, from so many that the time is not that of a submission.
    async fn timed(&mut self, bindings: &BindGroup, side: &Side, references: Range<usize>) -> Result<f64, Fault> {
        // the first time a driver compiles
        self.propose(bindings, side, 0, references.clone()).await?;
        self.recorder.finish().await?;
        let mut times = 1;
        loop {
            let since = clock::now();
            for _ in 0..times {
                self.propose(bindings, side, 0, references.clone()).await?;
            }
            self.recorder.finish().await?;
            let seconds = since.elapsed().as_secs_f64();
            if seconds >= TRIAL || times >= MOST_TRIALS {
                return Ok(seconds / f64::from(times));
            }
            times *= 4;
        }
    }
}
