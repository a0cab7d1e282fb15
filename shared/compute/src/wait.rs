//! Waiting for the device: the one place where a browser and a native program differ. A browser's queue tells when it
//! is done; a native one is asked, and blocks the calling thread meanwhile.

use std::ops::Range;

use bytemuck::Pod;
use futures_channel::oneshot;
use wgpu::{Buffer, MapMode, PollType, SubmissionIndex};

use crate::{Fault, device::Gpu};

/// A submission that can be waited for.
#[derive(Debug)]
pub struct Ticket {
    #[cfg(not(target_family = "wasm"))]
    index: SubmissionIndex,
    #[cfg(target_family = "wasm")]
    done: oneshot::Receiver<bool>,
}

impl Ticket {
    /// Of the last submission.
    #[cfg(not(target_family = "wasm"))]
    pub fn new(_gpu: &Gpu, index: SubmissionIndex) -> Self {
        Self { index }
    }

    /// Of the last submission.
    #[cfg(target_family = "wasm")]
    pub fn new(gpu: &Gpu, _index: SubmissionIndex) -> Self {
        let (tell, done) = gpu.call();
        gpu.queue.on_submitted_work_done(move || tell(true));
        Self { done }
    }

    /// Until the work is done, or the device is lost.
    ///
    /// # Errors
    /// What went wrong on the device until then.
    #[cfg(not(target_family = "wasm"))]
    #[allow(clippy::unused_async, reason = "in a browser one can only await")]
    pub async fn wait(self, gpu: &Gpu) -> Result<(), Fault> {
        let polled = gpu.device.poll(PollType::Wait { submission_index: Some(self.index), timeout: None });
        gpu.check()?;
        polled.map(drop).map_err(|error| Fault::Lost(error.to_string()))
    }

    /// Until the work is done, or the device is lost.
    ///
    /// # Errors
    /// What went wrong on the device until then.
    #[cfg(target_family = "wasm")]
    pub async fn wait(self, gpu: &Gpu) -> Result<(), Fault> {
        gpu.check()?;
        let told = self.done.await;
        gpu.check()?;
        match told {
            Ok(true) => Ok(()),
            _ => Err(Fault::Lost("its queue went away".to_owned())),
        }
    }
}

/// A buffer's bytes on their way to the host.
#[derive(Debug)]
pub struct Mapping<'a> {
    buffer: &'a Buffer,
    bytes: u64,
    submission: SubmissionIndex,
    mapped: oneshot::Receiver<bool>,
}

impl<'a> Mapping<'a> {
    /// Asks for the first `bytes` of a staging buffer, a multiple of 8, that `submission` fills.
    pub fn begin(gpu: &Gpu, buffer: &'a Buffer, bytes: u64, submission: SubmissionIndex) -> Self {
        let (tell, mapped) = gpu.call();
        buffer.map_async(MapMode::Read, 0..bytes, move |result| tell(result.is_ok()));
        Self { buffer, bytes, submission, mapped }
    }

    /// Waits, then lets `read` copy what it needs.
    ///
    /// # Errors
    /// What went wrong on the device until then.
    pub async fn read<T>(self, gpu: &Gpu, read: impl FnOnce(&Bytes) -> T) -> Result<T, Fault> {
        // without effect in a browser
        let polled = gpu.device.poll(PollType::Wait { submission_index: Some(self.submission), timeout: None });
        gpu.check()?;
        polled.map_err(|error| Fault::Lost(error.to_string()))?;
        let is_mapped = self.mapped.await == Ok(true);
        gpu.check()?;
        if !is_mapped {
            return Err(Fault::Lost("it does not hand over its results".to_owned()));
        }
        let view = self.buffer.get_mapped_range(0..self.bytes).map_err(|error| Fault::Refused(error.to_string()))?;
        let result = read(&Bytes(&view));
        drop(view);
        self.buffer.unmap();
        Ok(result)
    }
}

/// The bytes that were read.
#[derive(Debug)]
pub struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    /// Copies a range of bytes as values.
    pub fn values<T: Pod>(&self, range: Range<u64>) -> Vec<T> {
        bytemuck::pod_collect_to_vec(&self.0[range.start as usize..range.end as usize])
    }
}
