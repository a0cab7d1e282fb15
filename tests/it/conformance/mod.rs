//! The engine on WebGPU gives the processor's answers: the same neighbours to the bit, labels within the stated
//! tolerance. On the software adapter where there is one, so that every machine runs the same; no adapter is a failure.

mod labels;
mod matrices;
mod neighbors;
mod real_data;
mod trouble;

use balmer_compute::{Choice, GpuEngine, adapters};
use pollster::block_on;

/// The engine under test.
fn gpu() -> GpuEngine {
    let found = block_on(adapters());
    assert!(!found.is_empty(), "no adapter: install mesa-vulkan-drivers, or a GPU's driver for Vulkan");
    let index = found.iter().position(|adapter| adapter.is_software).unwrap_or(0);
    block_on(GpuEngine::open(Choice::Index(index))).unwrap()
}

/// Whether the device did all of the last run itself.
fn assert_unaided(engine: &GpuEngine) {
    let name = balmer_core::Engine::name(engine);
    assert!(!name.contains(';'), "{name}");
}
