//! Draws from the distributions that simulated surveys need.
//!
//! Written out rather than taken from a crate, so that a survey's bytes do not change with a release of it.

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// The generator of item `index` of a survey: every item has its own, so that any of them can be drawn
/// without the others.
pub(crate) fn generator(seed: u64, index: u64) -> Xoshiro256PlusPlus {
    // SplitMix64's increment spreads neighbouring indices; seed_from_u64 mixes further
    Xoshiro256PlusPlus::seed_from_u64(seed.rotate_left(32) ^ index.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// A standard normal deviate (Box & Muller 1958).
pub(super) fn normal(rng: &mut impl Rng) -> f64 {
    normal_pair(rng).0
}

/// Two independent standard normal deviates.
pub(crate) fn normal_pair(rng: &mut impl Rng) -> (f64, f64) {
    let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
    let (sin, cos) = (std::f64::consts::TAU * rng.random::<f64>()).sin_cos();
    (radius * cos, radius * sin)
}

/// Uniform in `[from, to)`.
pub(super) fn uniform(rng: &mut impl Rng, from: f64, to: f64) -> f64 {
    from + (to - from) * rng.random::<f64>()
}

/// Uniform in the logarithm, in `[from, to)`.
pub(super) fn log_uniform(rng: &mut impl Rng, from: f64, to: f64) -> f64 {
    from * (to / from).powf(rng.random::<f64>())
}

/// `median` times the exponential of a normal deviate of width `sigma`.
pub(super) fn log_normal(rng: &mut impl Rng, median: f64, sigma: f64) -> f64 {
    median * (sigma * normal(rng)).exp()
}
