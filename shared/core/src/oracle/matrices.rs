//! Matrices that any language can make again, bit by bit.

use ndarray::Array2;

/// An n x d matrix, uniform in [0, 1): the upper 24 bits of a 64-bit linear congruential generator (D. E. Knuth's MMIX),
/// which starts at `seed`. Row after row.
pub fn random(n: usize, d: usize, seed: u64) -> Array2<f32> {
    let mut state = seed;
    Array2::from_shape_simple_fn((n, d), || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / 16_777_216.0
    })
}
