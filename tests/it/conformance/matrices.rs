//! Matrices that are the same in every run: ordinary ones, and those that try a search.

use balmer_core::ndarray::{Array2, Axis, concatenate, s};

/// Numbers from -0.5 to 0.5, always the same (Marsaglia 2003, xorshift).
pub fn noise(seed: u64) -> impl FnMut() -> f32 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / 16_777_216.0 - 0.5
    }
}

/// Smooth curves of a few kinds, with noise: a matrix like a survey's.
pub fn spectra_like(n: usize, d: usize) -> Array2<f32> {
    let mut next = noise(n as u64 * 31 + d as u64);
    let kinds: Vec<Vec<f32>> = (0..9).map(|_| (0..d.min(12)).map(|_| next()).collect()).collect();
    Array2::from_shape_fn((n, d), |(i, j)| {
        let phase = j as f32 / d as f32 * std::f32::consts::PI;
        let smooth: f32 =
            (1_u8..).zip(&kinds[i % 9]).map(|(wave, weight)| weight * (phase * f32::from(wave)).sin()).sum();
        smooth + 0.05 * next()
    })
}

/// Matrices whose neighbours products in f32 cannot order: exact copies, nothing but one row, a lattice on which most
/// distances tie, an absurd row among ordinary ones, a tight family far from the rest. With neighbours to ask for.
pub fn awkward() -> [(Array2<f32>, usize); 5] {
    let ordinary = spectra_like(300, 24);
    let copies = concatenate![Axis(0), ordinary, ordinary.slice(s![..120, ..]), ordinary.slice(s![..120, ..])];
    let mut absurd = ordinary.clone();
    absurd.row_mut(17).fill(1e15);
    let mut next = noise(5);
    let mut family = ordinary;
    family.slice_mut(s![..60, ..]).mapv_inplace(|_| 1e4 + 1e-2 * next());
    let lattice = Array2::from_shape_fn((729, 3), |(i, j)| (i / 9_usize.pow(j as u32) % 9) as f32);
    [(copies, 20), (Array2::from_elem((400, 24), 3.25), 20), (lattice, 30), (absurd, 20), (family, 20)]
}

/// What no search takes: no rows, one row, as many neighbours as rows or more, none, features that are not numbers or
/// farther apart than f32 can tell.
pub fn wrong() -> [(Array2<f32>, usize); 7] {
    let mut with_nan = spectra_like(50, 5);
    with_nan[[31, 2]] = f32::NAN;
    [
        (Array2::zeros((0, 4)), 1),
        (Array2::zeros((1, 4)), 1),
        (spectra_like(20, 4), 20),
        (spectra_like(20, 4), 21),
        (spectra_like(20, 4), 0),
        (with_nan, 3),
        (Array2::from_shape_fn((10, 4), |(i, _)| if i % 2 == 0 { f32::MAX } else { f32::MIN }), 3),
    ]
}
