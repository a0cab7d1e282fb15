//! Four registers of 128 bits. Every 64-bit processor of ARM has them.

#![allow(unsafe_code, reason = "loads and stores by pointers; see the safety comments")]

use std::{
    arch::aarch64::{
        float32x4_t, uint32x4_t, vaddq_f32, vaddvq_f32, vcleq_f32, vdupq_n_f32, vfmaq_f32, vld1q_f32, vmaxq_f32,
        vmaxvq_u32, vmulq_f32, vorrq_u32, vst1q_f32, vsubq_f32,
    },
    array::from_fn,
    ops::BitOr,
};

use super::{LANES, Lanes};

#[derive(Clone, Copy)]
pub(super) struct F32x16([float32x4_t; 4]);

/// All bits of a lane set, or none.
#[derive(Clone, Copy)]
pub(super) struct Mask([uint32x4_t; 4]);

impl BitOr for Mask {
    type Output = Self;

    #[inline(always)]
    fn bitor(self, other: Self) -> Self {
        // SAFETY: NEON is part of the target
        unsafe { Self(from_fn(|i| vorrq_u32(self.0[i], other.0[i]))) }
    }
}

impl Lanes for F32x16 {
    type Mask = Mask;

    #[inline(always)]
    fn splat(value: f32) -> Self {
        // SAFETY: NEON is part of the target
        unsafe { Self([vdupq_n_f32(value); 4]) }
    }
    #[inline(always)]
    fn load(values: &[f32; LANES]) -> Self {
        let (quads, _) = values.as_chunks::<4>();
        // SAFETY: NEON is part of the target; four numbers are in each quad
        unsafe { Self(from_fn(|i| vld1q_f32(quads[i].as_ptr()))) }
    }
    #[inline(always)]
    fn store(self) -> [f32; LANES] {
        let mut values = [0.0; LANES];
        for (quad, register) in values.as_chunks_mut::<4>().0.iter_mut().zip(self.0) {
            // SAFETY: NEON is part of the target; there is room for four numbers in each quad
            unsafe { vst1q_f32(quad.as_mut_ptr(), register) };
        }
        values
    }
    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        // SAFETY: NEON is part of the target
        unsafe { Self(from_fn(|i| vsubq_f32(self.0[i], other.0[i]))) }
    }
    #[inline(always)]
    fn times(self, factor: Self) -> Self {
        // SAFETY: NEON is part of the target
        unsafe { Self(from_fn(|i| vmulq_f32(self.0[i], factor.0[i]))) }
    }
    #[inline(always)]
    fn times_plus(self, factor: Self, sum: Self) -> Self {
        // SAFETY: NEON is part of the target
        unsafe { Self(from_fn(|i| vfmaq_f32(sum.0[i], self.0[i], factor.0[i]))) }
    }
    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        // SAFETY: NEON is part of the target
        unsafe { Self(from_fn(|i| vmaxq_f32(self.0[i], other.0[i]))) }
    }
    #[inline(always)]
    fn sum(self) -> f32 {
        let [a, b, c, d] = self.0;
        // SAFETY: NEON is part of the target
        unsafe { vaddvq_f32(vaddq_f32(vaddq_f32(a, b), vaddq_f32(c, d))) }
    }
    #[inline(always)]
    fn at_most(self, limit: Self) -> Mask {
        // SAFETY: NEON is part of the target
        unsafe { Mask(from_fn(|i| vcleq_f32(self.0[i], limit.0[i]))) }
    }
    #[inline(always)]
    fn bits(mask: Mask) -> u32 {
        // SAFETY: both are 16 words of 32 bits
        let words: [u32; LANES] = unsafe { std::mem::transmute(mask.0) };
        words.iter().enumerate().fold(0, |bits, (lane, word)| bits | (word & 1) << lane)
    }
    #[inline(always)]
    fn any(mask: Mask) -> bool {
        let [a, b, c, d] = mask.0;
        // SAFETY: NEON is part of the target
        unsafe { vmaxvq_u32(vorrq_u32(vorrq_u32(a, b), vorrq_u32(c, d))) != 0 }
    }
}
