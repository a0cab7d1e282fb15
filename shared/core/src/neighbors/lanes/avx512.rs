//! One register of 512 bits.

#![allow(unsafe_code, reason = "instructions that not every processor has; see the safety comments")]

use std::arch::x86_64::{
    __m512, _CMP_LE_OQ, _mm512_cmp_ps_mask, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_maskz_loadu_ps, _mm512_max_ps,
    _mm512_mul_ps, _mm512_reduce_add_ps, _mm512_set1_ps, _mm512_storeu_ps, _mm512_sub_ps,
};

use super::{Instructions, LANES, Lanes, Set, Work};

/// Made and used by [`run`] alone, on processors that have AVX-512: that makes every call below safe.
#[derive(Clone, Copy)]
struct F32x16(__m512);

/// Does some work with AVX-512.
#[inline]
pub(super) fn run<W: Work>(instructions: Instructions, work: W) -> W::Output {
    #[target_feature(enable = "avx512f")]
    fn compiled<W: Work>(work: W) -> W::Output {
        work.run::<F32x16, 8>()
    }
    assert_eq!(instructions, Instructions(Set::Avx512));
    // SAFETY: `Instructions` are made of what the processor was found to have
    unsafe { compiled(work) }
}

impl Lanes for F32x16 {
    type Mask = u16;

    #[inline(always)]
    fn splat(value: f32) -> Self {
        // SAFETY: see the type
        unsafe { Self(_mm512_set1_ps(value)) }
    }
    #[inline(always)]
    fn load(values: &[f32; LANES]) -> Self {
        // SAFETY: see the type; 16 numbers are there, in any alignment
        unsafe { Self(_mm512_loadu_ps(values.as_ptr())) }
    }
    #[inline(always)]
    fn load_some(values: &[f32]) -> Self {
        assert!(values.len() <= LANES);
        let mask = ((1_u32 << values.len()) - 1) as u16;
        // SAFETY: see the type; what the mask leaves out is not read
        unsafe { Self(_mm512_maskz_loadu_ps(mask, values.as_ptr())) }
    }
    #[inline(always)]
    fn store(self) -> [f32; LANES] {
        let mut values = [0.0; LANES];
        // SAFETY: see the type; there is room for 16 numbers
        unsafe { _mm512_storeu_ps(values.as_mut_ptr(), self.0) };
        values
    }
    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        // SAFETY: see the type
        unsafe { Self(_mm512_sub_ps(self.0, other.0)) }
    }
    #[inline(always)]
    fn times(self, factor: Self) -> Self {
        // SAFETY: see the type
        unsafe { Self(_mm512_mul_ps(self.0, factor.0)) }
    }
    #[inline(always)]
    fn times_plus(self, factor: Self, sum: Self) -> Self {
        // SAFETY: see the type
        unsafe { Self(_mm512_fmadd_ps(self.0, factor.0, sum.0)) }
    }
    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        // SAFETY: see the type
        unsafe { Self(_mm512_max_ps(self.0, other.0)) }
    }
    #[inline(always)]
    fn sum(self) -> f32 {
        // SAFETY: see the type
        unsafe { _mm512_reduce_add_ps(self.0) }
    }
    #[inline(always)]
    fn at_most(self, limit: Self) -> u16 {
        // SAFETY: see the type
        unsafe { _mm512_cmp_ps_mask::<_CMP_LE_OQ>(self.0, limit.0) }
    }
    #[inline(always)]
    fn bits(mask: u16) -> u32 {
        u32::from(mask)
    }
    #[inline(always)]
    fn any(mask: u16) -> bool {
        mask != 0
    }
}
