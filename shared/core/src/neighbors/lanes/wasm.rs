//! Four registers of WebAssembly.

use core::arch::wasm32::{
    f32x4, f32x4_add, f32x4_extract_lane, f32x4_le, f32x4_mul, f32x4_pmax, f32x4_splat, f32x4_sub, i32x4_bitmask, v128,
    v128_any_true, v128_or,
};
use std::{array::from_fn, ops::BitOr};

use super::{LANES, Lanes};

#[derive(Clone, Copy)]
pub(super) struct F32x16([v128; 4]);

/// All bits of a lane set, or none.
#[derive(Clone, Copy)]
pub(super) struct Mask([v128; 4]);

impl BitOr for Mask {
    type Output = Self;

    #[inline(always)]
    fn bitor(self, other: Self) -> Self {
        Self(from_fn(|i| v128_or(self.0[i], other.0[i])))
    }
}

impl Lanes for F32x16 {
    type Mask = Mask;

    #[inline(always)]
    fn splat(value: f32) -> Self {
        Self([f32x4_splat(value); 4])
    }
    #[inline(always)]
    fn load(values: &[f32; LANES]) -> Self {
        let (quads, _) = values.as_chunks::<4>();
        // LLVM makes one load of each
        Self(from_fn(|i| f32x4(quads[i][0], quads[i][1], quads[i][2], quads[i][3])))
    }
    #[inline(always)]
    fn store(self) -> [f32; LANES] {
        let mut values = [0.0; LANES];
        for (quad, register) in values.as_chunks_mut::<4>().0.iter_mut().zip(self.0) {
            *quad = numbers(register);
        }
        values
    }
    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        Self(from_fn(|i| f32x4_sub(self.0[i], other.0[i])))
    }
    #[inline(always)]
    fn times(self, factor: Self) -> Self {
        Self(from_fn(|i| f32x4_mul(self.0[i], factor.0[i])))
    }
    #[inline(always)]
    fn times_plus(self, factor: Self, sum: Self) -> Self {
        #[cfg(target_feature = "relaxed-simd")]
        let times_plus = core::arch::wasm32::f32x4_relaxed_madd;
        #[cfg(not(target_feature = "relaxed-simd"))]
        let times_plus = |a, b, c| f32x4_add(f32x4_mul(a, b), c);
        Self(from_fn(|i| times_plus(self.0[i], factor.0[i], sum.0[i])))
    }
    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        Self(from_fn(|i| f32x4_pmax(self.0[i], other.0[i])))
    }
    #[inline(always)]
    fn sum(self) -> f32 {
        let [a, b, c, d] = self.0;
        let [a, b, c, d] = numbers(f32x4_add(f32x4_add(a, b), f32x4_add(c, d)));
        (a + b) + (c + d)
    }
    #[inline(always)]
    fn at_most(self, limit: Self) -> Mask {
        Mask(from_fn(|i| f32x4_le(self.0[i], limit.0[i])))
    }
    #[inline(always)]
    fn bits(mask: Mask) -> u32 {
        mask.0.iter().rev().fold(0, |bits, &quad| bits << 4 | u32::from(i32x4_bitmask(quad)))
    }
    #[inline(always)]
    fn any(mask: Mask) -> bool {
        let [a, b, c, d] = mask.0;
        v128_any_true(v128_or(v128_or(a, b), v128_or(c, d)))
    }
}

#[inline(always)]
fn numbers(register: v128) -> [f32; 4] {
    [
        f32x4_extract_lane::<0>(register),
        f32x4_extract_lane::<1>(register),
        f32x4_extract_lane::<2>(register),
        f32x4_extract_lane::<3>(register),
    ]
}
