//! Balmer's engine on WebGPU.
//!
//! [`GpuEngine`] implements [`balmer_core::Engine`] with the compute shaders of `shaders/`: natively on Vulkan, Metal
//! and DirectX 12, in a browser on what it offers as WebGPU. One set of shaders, one host code; waiting for the device is all that
//! differs.
//!
//! A GPU adds in f32, in an order of its own. Where exactness is promised it therefore only proposes: neighbours are
//! ranked and certified by the core, so that a table has the same bits whatever computed it, and everything that is
//! derived from the table on the processor (local outlier factors, ranks) has too. Labels are numbers of the device,
//! within [`PROBABILITY_TOLERANCE`] of the processor's.
//!
//! A device may be lost, or too small. The engine then tries again, with less memory, and in the end hands over to
//! another engine; [`GpuEngine::name`] says what really ran. [`Processor`] is what a host computes on: a GPU, none, or
//! natively every GPU together with the processor (`Team`).
//!
//! What is absent: approximate arithmetic (f16), readback of anything but results, any clock that results depend on.

mod adapters;
mod clock;
mod device;
mod engine;
mod fault;
mod kernels;
mod lists;
mod neighbors;
mod panels;
mod processor;
mod proposing;
mod recorder;
mod spreading;
#[cfg(not(target_family = "wasm"))]
mod team;
mod wait;

pub use adapters::{AdapterSummary, Choice, adapters};
pub use engine::GpuEngine;
pub use fault::Fault;
pub use processor::Processor;
pub use proposing::Tile;
#[cfg(not(target_family = "wasm"))]
pub use team::Team;

/// Largest difference of a class probability between the device and the processor.
pub const PROBABILITY_TOLERANCE: f32 = 1e-4;
