//! Two registers of 256 bits.

#![allow(unsafe_code, reason = "instructions that not every processor has; see the safety comments")]

use std::{
    arch::x86_64::{
        __m256, _CMP_LE_OQ, _mm256_add_ps, _mm256_cmp_ps, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_max_ps,
        _mm256_movemask_ps, _mm256_mul_ps, _mm256_or_ps, _mm256_set1_ps, _mm256_storeu_ps, _mm256_sub_ps,
    },
    ops::BitOr,
};

use super::{Instructions, LANES, Lanes, Set, Work};

/// Made and used by [`run`] alone, on processors that have AVX2 and FMA: that makes every call below safe.
#[derive(Clone, Copy)]
struct F32x16([__m256; 2]);

/// All bits of a lane set, or none.
#[derive(Clone, Copy)]
struct Mask([__m256; 2]);

/// Does some work with AVX2 and FMA.
#[inline]
pub(super) fn run<W: Work>(instructions: Instructions, work: W) -> W::Output {
    #[target_feature(enable = "avx2,fma")]
    fn compiled<W: Work>(work: W) -> W::Output {
        work.run::<F32x16, 4>()
    }
    assert_eq!(instructions, Instructions(Set::Avx2));
    // SAFETY: `Instructions` are made of what the processor was found to have
    unsafe { compiled(work) }
}

impl BitOr for Mask {
    type Output = Self;

    #[inline(always)]
    fn bitor(self, other: Self) -> Self {
        let ([a, b], [c, d]) = (self.0, other.0);
        // SAFETY: see the type of the lanes
        unsafe { Self([_mm256_or_ps(a, c), _mm256_or_ps(b, d)]) }
    }
}

impl Lanes for F32x16 {
    type Mask = Mask;

    #[inline(always)]
    fn splat(value: f32) -> Self {
        // SAFETY: see the type
        unsafe { Self([_mm256_set1_ps(value); 2]) }
    }
    #[inline(always)]
    fn load(values: &[f32; LANES]) -> Self {
        let [low, high] = halves(values);
        // SAFETY: see the type; 8 numbers are in each half, in any alignment
        unsafe { Self([_mm256_loadu_ps(low.as_ptr()), _mm256_loadu_ps(high.as_ptr())]) }
    }
    #[inline(always)]
    fn store(self) -> [f32; LANES] {
        let mut values = [0.0; LANES];
        let (low, high) = values.split_at_mut(LANES / 2);
        // SAFETY: see the type; there is room for 8 numbers in each half
        unsafe {
            _mm256_storeu_ps(low.as_mut_ptr(), self.0[0]);
            _mm256_storeu_ps(high.as_mut_ptr(), self.0[1]);
        }
        values
    }
    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        let ([a, b], [c, d]) = (self.0, other.0);
        // SAFETY: see the type
        unsafe { Self([_mm256_sub_ps(a, c), _mm256_sub_ps(b, d)]) }
    }
    #[inline(always)]
    fn times(self, factor: Self) -> Self {
        let ([a, b], [c, d]) = (self.0, factor.0);
        // SAFETY: see the type
        unsafe { Self([_mm256_mul_ps(a, c), _mm256_mul_ps(b, d)]) }
    }
    #[inline(always)]
    fn times_plus(self, factor: Self, sum: Self) -> Self {
        let ([a, b], [c, d], [e, f]) = (self.0, factor.0, sum.0);
        // SAFETY: see the type
        unsafe { Self([_mm256_fmadd_ps(a, c, e), _mm256_fmadd_ps(b, d, f)]) }
    }
    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        let ([a, b], [c, d]) = (self.0, other.0);
        // SAFETY: see the type
        unsafe { Self([_mm256_max_ps(a, c), _mm256_max_ps(b, d)]) }
    }
    #[inline(always)]
    fn sum(self) -> f32 {
        let mut values = [0.0; 8];
        // SAFETY: see the type; there is room for 8 numbers
        unsafe { _mm256_storeu_ps(values.as_mut_ptr(), _mm256_add_ps(self.0[0], self.0[1])) };
        let [a, b, c, d, e, f, g, h] = values;
        ((a + e) + (b + f)) + ((c + g) + (d + h))
    }
    #[inline(always)]
    fn at_most(self, limit: Self) -> Mask {
        let ([a, b], [c, d]) = (self.0, limit.0);
        // SAFETY: see the type
        unsafe { Mask([_mm256_cmp_ps::<_CMP_LE_OQ>(a, c), _mm256_cmp_ps::<_CMP_LE_OQ>(b, d)]) }
    }
    #[inline(always)]
    fn bits(mask: Mask) -> u32 {
        // SAFETY: see the type
        unsafe { _mm256_movemask_ps(mask.0[0]) as u32 | (_mm256_movemask_ps(mask.0[1]) as u32) << 8 }
    }
    #[inline(always)]
    fn any(mask: Mask) -> bool {
        // SAFETY: see the type
        unsafe { _mm256_movemask_ps(_mm256_or_ps(mask.0[0], mask.0[1])) != 0 }
    }
}

#[inline(always)]
fn halves(values: &[f32; LANES]) -> [&[f32]; 2] {
    let (low, high) = values.split_at(LANES / 2);
    [low, high]
}
