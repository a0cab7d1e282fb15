//! An open device: its limits, its queue, and whether it is still there.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use bytemuck::Pod;
use futures_channel::oneshot;
use wgpu::{
    Adapter, Buffer, BufferDescriptor, BufferUsages, Device, DeviceDescriptor, Error as GpuError, ErrorFilter, Limits,
    MemoryHints, PollType, Queue,
};

use crate::{
    AdapterSummary, Fault,
    kernels::{Kernel, Pipeline},
    proposing::Tile,
};

/// An adapter opened for computing.
#[derive(Debug)]
pub struct Gpu {
    pub(crate) device: Device,
    pub(crate) queue: Queue,
    pub(crate) summary: AdapterSummary,
    pub(crate) limits: Limits,
    /// The tile that this adapter was found to be faster with.
    pub(crate) tile: OnceLock<Tile>,
    /// What was compiled so far.
    pipelines: Mutex<Compiled>,
    /// The first thing that went wrong outside of any call, such as the loss of the device.
    trouble: Arc<Mutex<Option<Fault>>>,
    /// Who waits for the device: a browser does not call them back once the device is lost.
    waiting: Arc<Waiting>,
}

/// Kernels ready to run, by name and constants.
type Compiled = HashMap<(&'static str, Vec<u32>), Arc<Pipeline>>;

/// Told once: whether what was waited for came about.
type Call = Arc<Mutex<Option<oneshot::Sender<bool>>>>;

/// The calls that are still out.
#[derive(Debug, Default)]
struct Waiting(Mutex<Vec<Call>>);

impl Waiting {
    fn calls(&self) -> MutexGuard<'_, Vec<Call>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers a call, if nobody has.
fn answer(call: &Call, came_about: bool) {
    if let Some(tell) = call.lock().unwrap_or_else(PoisonError::into_inner).take() {
        // nobody waits any more for a run that was given up
        let _: Result<(), bool> = tell.send(came_about);
    }
}

impl Gpu {
    /// Opens an adapter, with all the room that it offers.
    ///
    /// # Errors
    /// [`Fault::Refused`] where the driver does not give a device.
    pub async fn open(adapter: &Adapter) -> Result<Self, Fault> {
        let offered = adapter.limits();
        // what kernels can make use of; all else as WebGPU promises it anyway
        let wanted = Limits {
            max_buffer_size: offered.max_buffer_size,
            max_storage_buffer_binding_size: offered.max_storage_buffer_binding_size,
            max_compute_workgroup_storage_size: offered.max_compute_workgroup_storage_size,
            ..Limits::default()
        };
        let (device, queue) = adapter
            .request_device(&DeviceDescriptor {
                label: Some("balmer"),
                required_limits: wanted,
                memory_hints: MemoryHints::Performance,
                ..DeviceDescriptor::default()
            })
            .await
            .map_err(|error| Fault::Refused(error.to_string()))?;
        let trouble = Arc::new(Mutex::new(None));
        let waiting = Arc::new(Waiting::default());
        let (lost, all) = (trouble.clone(), waiting.clone());
        device.set_device_lost_callback(move |_, message| {
            note(&lost, Fault::Lost(told(&message)));
            all.calls().drain(..).for_each(|call| answer(&call, false));
        });
        let uncaptured = trouble.clone();
        device.on_uncaptured_error(Arc::new(move |error: GpuError| note(&uncaptured, fault(&error))));
        let limits = device.limits();
        let summary = AdapterSummary::of(adapter).named_by(&device);
        Ok(Self {
            device,
            queue,
            summary,
            limits,
            tile: OnceLock::new(),
            pipelines: Mutex::default(),
            trouble,
            waiting,
        })
    }

    /// A kernel with the values of its override constants; compiled once in the life of the device.
    pub fn pipeline(&self, kernel: &Kernel, constants: &[u32]) -> Arc<Pipeline> {
        let mut pipelines = self.pipelines.lock().unwrap_or_else(PoisonError::into_inner);
        let compiled = || Arc::new(Pipeline::new(&self.device, kernel, constants));
        pipelines.entry((kernel.stem, constants.to_vec())).or_insert_with(compiled).clone()
    }

    /// A callback to hand to the device, and its answer: what the device says, or false when it is lost.
    pub fn call(&self) -> (impl FnOnce(bool) + Send + use<>, oneshot::Receiver<bool>) {
        let (tell, told) = oneshot::channel();
        let call: Call = Arc::new(Mutex::new(Some(tell)));
        let mut calls = self.waiting.calls();
        calls.retain(|call| call.lock().unwrap_or_else(PoisonError::into_inner).is_some());
        calls.push(call.clone());
        (move |came_about| answer(&call, came_about), told)
    }

    /// Nothing, or what has gone wrong since the device was opened.
    ///
    /// # Errors
    /// The first fault that no call returned.
    pub fn check(&self) -> Result<(), Fault> {
        let noted = || self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match noted() {
            None => Ok(()),
            Some(first) => {
                // a lost device refuses everything: natively it says that it is lost only when it is asked
                let _: Result<_, _> = self.device.poll(PollType::Poll);
                Err(noted().unwrap_or(first))
            }
        }
    }

    /// A buffer of `bytes`, at least 16, for a kernel's storage.
    ///
    /// # Errors
    /// [`Fault::TooLarge`], [`Fault::OutOfMemory`].
    pub async fn storage(&self, label: &str, bytes: u64) -> Result<Buffer, Fault> {
        let most = self.limits.max_buffer_size.min(self.limits.max_storage_buffer_binding_size);
        if bytes > most {
            return Err(Fault::TooLarge(format!("{label}: {bytes} bytes, but the adapter allows {most} at once")));
        }
        self.buffer(label, bytes, BufferUsages::STORAGE | BufferUsages::COPY_SRC | BufferUsages::COPY_DST).await
    }

    /// A buffer of any usage.
    ///
    /// # Errors
    /// [`Fault::OutOfMemory`].
    pub async fn buffer(&self, label: &str, bytes: u64, usage: BufferUsages) -> Result<Buffer, Fault> {
        let scope = self.device.push_error_scope(ErrorFilter::OutOfMemory);
        let size = bytes.max(16).next_multiple_of(4);
        let buffer =
            self.device.create_buffer(&BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false });
        match scope.pop().await {
            Some(_) => Err(Fault::OutOfMemory(format!("{size} bytes for {label}"))),
            None => Ok(buffer),
        }
    }

    /// A storage buffer that holds `values`.
    ///
    /// # Errors
    /// As [`Self::storage`].
    pub async fn upload<T: Pod>(&self, label: &str, values: &[T]) -> Result<Buffer, Fault> {
        let buffer = self.storage(label, size_of_val(values) as u64).await?;
        self.queue.write_buffer(&buffer, 0, bytemuck::cast_slice(values));
        Ok(buffer)
    }
}

/// Keeps the first fault, or the loss that explains it.
fn note(trouble: &Mutex<Option<Fault>>, fault: Fault) {
    let mut noted = trouble.lock().unwrap_or_else(PoisonError::into_inner);
    if noted.is_none() || matches!(fault, Fault::Lost(_)) {
        *noted = Some(fault);
    }
}

fn fault(error: &GpuError) -> Fault {
    match error {
        GpuError::OutOfMemory { .. } => Fault::OutOfMemory(told(&error.to_string())),
        GpuError::Validation { .. } | GpuError::Internal { .. } => Fault::Refused(told(&error.to_string())),
    }
}

/// A driver's message in one line.
fn told(message: &str) -> String {
    let lines: Vec<&str> = message.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() { "the driver does not say why".to_owned() } else { lines.join(" ") }
}
