//! Room for the proposals of a block of queries, on the device and on its way back.

use balmer_core::neighbors::{Best, MARGIN};
use wgpu::{Buffer, BufferUsages, SubmissionIndex};

use crate::{Fault, device::Gpu, recorder::Recorder, wait::Mapping};

/// Bytes of a workgroup that `shaders/select.wgsl` needs besides what it keeps.
/// Variables count as multiples of 16 bytes.
const SELECT_BYTES: u64 = 256 * 4 + 5 * 16;
/// Bytes of a proposal.
const ENTRY: u64 = 8;
/// Bytes of the numbers of an indirect dispatch.
const GROUPS: u64 = 12;
/// References compared in one dispatch, at most.
const CHUNK: usize = 1024;

/// How long lists are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Proposals that survive when a list is shortened.
    pub keep: usize,
    /// A list up to this long is left as it is.
    pub most: usize,
    /// References compared before lists are shortened: a list has room for all of them.
    pub chunk: usize,
    /// Room of a list.
    pub capacity: usize,
}

impl Shape {
    /// For `n_neighbors` neighbours on an adapter.
    ///
    /// # Errors
    /// [`Fault::TooLarge`] where a workgroup's memory does not hold a list.
    pub fn new(gpu: &Gpu, n_neighbors: usize) -> Result<Self, Fault> {
        let room = u64::from(gpu.limits.max_compute_workgroup_storage_size).saturating_sub(SELECT_BYTES) / ENTRY;
        let keep = n_neighbors + MARGIN;
        if keep.next_multiple_of(2) as u64 > room {
            return Err(Fault::TooLarge(format!("{n_neighbors} neighbours are too many for this adapter")));
        }
        let most = keep + keep.max(64);
        Ok(Self { keep, most, chunk: CHUNK, capacity: most + CHUNK })
    }

    /// Bytes on the device for each query.
    pub fn bytes(&self) -> u64 {
        self.capacity as u64 * ENTRY + self.keep as u64 * 4 + 12
    }
}

/// The lists of a block of queries.
pub struct Lists {
    /// How long they are.
    pub shape: Shape,
    /// Queries at most.
    pub queries: usize,
    /// A score above it is of no use: f32 each.
    pub thresholds: Buffer,
    /// u32 each.
    pub lengths: Buffer,
    /// `capacity` proposals each.
    pub entries: Buffer,
    /// `keep` indices each, when finished.
    pub indices: Buffer,
    /// Lists to be shortened: u32 each.
    pub crowded: Buffer,
    /// How many, as workgroups of an indirect dispatch.
    pub groups: Buffer,
    /// The beginning: nothing proposed, every score of use.
    empty: Buffer,
    /// No list is crowded yet.
    no_groups: Buffer,
}

impl Lists {
    /// Room for `queries` lists.
    ///
    /// # Errors
    /// [`Fault::OutOfMemory`], [`Fault::TooLarge`].
    pub async fn new(gpu: &Gpu, shape: Shape, queries: usize) -> Result<Self, Fault> {
        let each = 4 * queries as u64;
        Ok(Self {
            shape,
            queries,
            thresholds: gpu.storage("thresholds", each).await?,
            lengths: gpu.storage("lengths", each).await?,
            entries: gpu.storage("proposals", queries as u64 * shape.capacity as u64 * ENTRY).await?,
            indices: gpu.storage("neighbours", each * shape.keep as u64).await?,
            crowded: gpu.storage("crowded lists", each).await?,
            groups: {
                let usage = BufferUsages::STORAGE | BufferUsages::INDIRECT | BufferUsages::COPY_DST;
                gpu.buffer("number of crowded lists", GROUPS, usage).await?
            },
            empty: gpu.upload("no thresholds", &vec![f32::MAX; queries]).await?,
            no_groups: gpu.upload("no crowded lists", &[0_u32, 1, 1]).await?,
        })
    }

    /// A staging buffer for what [`Self::send`] copies.
    ///
    /// # Errors
    /// [`Fault::OutOfMemory`].
    pub async fn staging(&self, gpu: &Gpu) -> Result<Buffer, Fault> {
        gpu.buffer("results", self.result_bytes(), BufferUsages::MAP_READ | BufferUsages::COPY_DST).await
    }

    fn result_bytes(&self) -> u64 {
        // whole pairs of u32: mapped ranges are multiples of 8 bytes
        (self.queries as u64 * (self.shape.keep as u64 + 2) * 4).next_multiple_of(8)
    }

    /// Records that all lists are emptied.
    pub fn clear(&self, recorder: &mut Recorder<'_>) {
        recorder.copy(&self.empty, &self.thresholds, 0, 4 * self.queries as u64);
        recorder.clear(&self.lengths);
    }

    /// Records that no list is known to be crowded.
    pub fn forget_crowded(&self, recorder: &mut Recorder<'_>) {
        recorder.copy(&self.no_groups, &self.groups, 0, GROUPS);
    }

    /// Records the way of the finished lists into a staging buffer.
    pub fn send(&self, recorder: &mut Recorder<'_>, staging: &Buffer) {
        let each = 4 * self.queries as u64;
        recorder.copy(&self.thresholds, staging, 0, each);
        recorder.copy(&self.lengths, staging, each, each);
        recorder.copy(&self.indices, staging, 2 * each, each * self.shape.keep as u64);
    }

    /// Waits for the first `rows` lists, sent by [`Self::send`].
    ///
    /// # Errors
    /// What went wrong on the device until then.
    pub async fn read(&self, gpu: &Gpu, mapping: Mapping<'_>, rows: usize) -> Result<Best, Fault> {
        let (each, used, keep) = (4 * self.queries as u64, 4 * rows as u64, self.shape.keep);
        let (thresholds, lengths, indices) = mapping
            .read(gpu, |bytes| {
                let indices = bytes.values(2 * each..2 * each + used * keep as u64);
                (bytes.values(0..used), bytes.values(each..each + used), indices)
            })
            .await?;
        Ok(Best::new(keep, lengths, indices, thresholds))
    }

    /// Asks for the bytes of a staging buffer.
    pub fn map<'a>(&self, gpu: &Gpu, staging: &'a Buffer, submission: SubmissionIndex) -> Mapping<'a> {
        Mapping::begin(gpu, staging, self.result_bytes(), submission)
    }
}
