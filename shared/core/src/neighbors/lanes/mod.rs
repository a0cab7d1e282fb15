//! Sixteen numbers side by side, in whatever registers the processor has: what the kernels are written in.
//!
//! A kernel is a [`Work`], generic over [`Lanes`]. An [`Instructions`] runs it, compiled for these instructions: which
//! of them the processor has is asked when the program runs, so that one binary serves all. Each set is a file of its
//! own; theirs is the only unsafe code of this crate.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
mod portable;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm;

use std::ops::BitOr;

/// Numbers side by side.
pub(super) const LANES: usize = 16;

/// Sixteen f32. A product and its sum may be rounded once or twice: the bound of [`super::certify`] covers either.
pub(super) trait Lanes: Copy {
    /// Sixteen yes or no.
    type Mask: Copy + BitOr<Output = Self::Mask>;

    fn splat(value: f32) -> Self;
    fn load(values: &[f32; LANES]) -> Self;
    /// As many as there are, at most sixteen, and zeros.
    fn load_some(values: &[f32]) -> Self {
        let mut all = [0.0; LANES];
        all[..values.len()].copy_from_slice(values);
        Self::load(&all)
    }
    fn store(self) -> [f32; LANES];
    fn minus(self, other: Self) -> Self;
    fn times(self, factor: Self) -> Self;
    /// `self * factor + sum`
    fn times_plus(self, factor: Self, sum: Self) -> Self;
    /// The larger of two, lane by lane, neither being NaN.
    fn larger(self, other: Self) -> Self;
    /// The sum of all lanes, in whatever order.
    fn sum(self) -> f32;
    /// Lane by lane, never for NaN.
    fn at_most(self, limit: Self) -> Self::Mask;
    /// Bit i says lane i.
    fn bits(mask: Self::Mask) -> u32;
    /// Whether any lane says yes.
    fn any(mask: Self::Mask) -> bool;
}

/// Something to do with lanes. Its `run`, and all that it calls with them, has to be inlined into the function that is
/// compiled for the instructions: `#[inline(always)]`.
pub(super) trait Work {
    type Output;

    /// `ROWS` sums of lanes fit the registers, with what is multiplied.
    fn run<L: Lanes, const ROWS: usize>(self) -> Self::Output;
}

/// A set of instructions that this processor has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Instructions(Set);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Set {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "aarch64")]
    Neon,
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    Simd128,
    Portable,
}

impl Instructions {
    /// All sets that this processor has, the fastest first.
    pub(super) fn available() -> impl Iterator<Item = Self> {
        let sets = [
            #[cfg(target_arch = "x86_64")]
            std::arch::is_x86_feature_detected!("avx512f").then_some(Set::Avx512),
            #[cfg(target_arch = "x86_64")]
            (std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma"))
                .then_some(Set::Avx2),
            #[cfg(target_arch = "aarch64")]
            Some(Set::Neon),
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Some(Set::Simd128),
            Some(Set::Portable),
        ];
        sets.into_iter().flatten().map(Self)
    }

    /// The fastest set of this processor.
    pub(crate) fn fastest() -> Self {
        Self::available().next().unwrap_or(Self(Set::Portable))
    }

    /// What it is called.
    pub(crate) fn name(self) -> &'static str {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => "avx512f",
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => "avx2+fma",
            #[cfg(target_arch = "aarch64")]
            Set::Neon => "neon",
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Set::Simd128 if cfg!(target_feature = "relaxed-simd") => "wasm relaxed simd",
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Set::Simd128 => "wasm simd128",
            Set::Portable => "portable",
        }
    }

    /// Does some work with these instructions.
    #[inline]
    pub(super) fn run<W: Work>(self, work: W) -> W::Output {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => avx512::run(self, work),
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => avx2::run(self, work),
            #[cfg(target_arch = "aarch64")]
            Set::Neon => work.run::<neon::F32x16, 4>(),
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Set::Simd128 => work.run::<wasm::F32x16, 2>(),
            Set::Portable => work.run::<portable::F32x16, 2>(),
        }
    }
}

#[cfg(test)]
mod tests;
