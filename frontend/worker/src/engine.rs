//! Which engine computes a run, and why it is not the one that was asked for.

use balmer_exchange::worker::Device;
use js_sys::Reflect;
use web_sys::AbortSignal;

use crate::{pool::PoolEngine, port};

/// An engine, and a word on why it is not the one that was asked for.
pub struct Chosen {
    /// What computes.
    pub engine: PoolEngine,
    /// Why it is another device than the one chosen.
    pub note: Option<String>,
}

/// The engine for a matrix of that shape on that device, as far as this browser has it.
pub fn choose(device: Device, (rows, columns): (usize, usize), stop: &AbortSignal) -> Chosen {
    let note = match device {
        Device::Cpu => None,
        Device::Gpu if !has_webgpu() => {
            Some("this browser has no WebGPU, so the processor computes instead".to_owned())
        }
        Device::Gpu => Some("this build has no engine for WebGPU, so the processor computes instead".to_owned()),
    };
    Chosen { engine: PoolEngine::new(rows, columns, stop.clone()), note }
}

fn has_webgpu() -> bool {
    Reflect::get(&port::scope().navigator(), &"gpu".into()).is_ok_and(|gpu| gpu.is_object())
}
