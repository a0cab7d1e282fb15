//! The engine on WebGPU gives the processor's answers: the same neighbours to the bit, labels within the stated
//! tolerance. On the software adapter where there is one, so that every machine runs the same; no adapter is a failure.

mod labels;
mod neighbors;
mod real_data;
mod trouble;

use balmer_compute::{Choice, GpuEngine, adapters};
use balmer_core::ndarray::Array2;
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

/// Numbers from -0.5 to 0.5, always the same (Marsaglia 2003, xorshift).
fn noise(seed: u64) -> impl FnMut() -> f32 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / 16_777_216.0 - 0.5
    }
}

/// Smooth curves of a few kinds, with noise: a matrix like a survey's.
fn spectra_like(n: usize, d: usize) -> Array2<f32> {
    let mut next = noise(n as u64 * 31 + d as u64);
    let kinds: Vec<Vec<f32>> = (0..9).map(|_| (0..d.min(12)).map(|_| next()).collect()).collect();
    Array2::from_shape_fn((n, d), |(i, j)| {
        let phase = j as f32 / d as f32 * std::f32::consts::PI;
        let smooth: f32 =
            (1_u8..).zip(&kinds[i % 9]).map(|(wave, weight)| weight * (phase * f32::from(wave)).sin()).sum();
        smooth + 0.05 * next()
    })
}
