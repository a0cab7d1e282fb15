//! Which engine computes a run, and why it is not the one that was asked for.

use std::cell::RefCell;

use balmer_compute::{Choice, Fault, GpuEngine, Processor};
use balmer_core::Engine as _;
use balmer_exchange::worker::Device;
use js_sys::Reflect;
use web_sys::AbortSignal;

use crate::{pool::PoolEngine, port};

/// What computes in a browser: the graphics processor, or the processor's cores.
pub type BrowserEngine = Processor<PoolEngine>;

thread_local! {
    /// The graphics processor that the last run had, open and its kernels compiled.
    static IDLE: RefCell<Option<Box<GpuEngine<PoolEngine>>>> = const { RefCell::new(None) };
}

/// An engine, and a word on why it is not the one that was asked for.
#[derive(Debug)]
pub struct Chosen {
    /// What computes.
    pub engine: BrowserEngine,
    /// Why it is another device than the one chosen.
    pub note: Option<String>,
}

impl Chosen {
    /// What really computed, in words that name the browser.
    pub fn device(&self) -> String {
        let name = self.engine.name();
        name.strip_prefix("gpu: ").map_or_else(|| name.clone(), |gpu| format!("browser GPU, {gpu}"))
    }

    /// Leaves a graphics processor open for the next run.
    pub fn put_back(self) {
        if let Processor::Gpu(gpu) = self.engine {
            IDLE.set(Some(gpu));
        }
    }
}

/// The engine for a matrix of that shape on that device, as far as this browser has it.
pub async fn choose(device: Device, (rows, columns): (usize, usize), stop: &AbortSignal) -> Chosen {
    let pool = || PoolEngine::new(rows, columns, stop.clone());
    let instead = |why: &str| {
        let note = format!("{why}, so the processor computes instead");
        Chosen { engine: BrowserEngine::Cpu(pool()), note: Some(note) }
    };
    if device == Device::Cpu {
        return Chosen { engine: BrowserEngine::Cpu(pool()), note: None };
    }
    if !has_webgpu() {
        return instead("this browser has no WebGPU");
    }
    if let Some(gpu) = IDLE.take().filter(|gpu| !gpu.is_lost()) {
        return Chosen { engine: Processor::Gpu(Box::new(gpu.beside(pool()))), note: None };
    }
    // who asks for the graphics processor gets what the browser offers as one, software included; its name says so
    match BrowserEngine::gpu(Choice::Any, pool()).await {
        Ok(engine) => Chosen { engine, note: None },
        Err(Fault::Missing(_)) => instead("WebGPU finds no graphics processor here"),
        Err(fault) => instead(&format!("the graphics processor cannot be used ({fault})")),
    }
}

fn has_webgpu() -> bool {
    Reflect::get(&port::scope().navigator(), &"gpu".into()).is_ok_and(|gpu| gpu.is_object())
}
