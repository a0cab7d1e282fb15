//! Four numbers side by side: the instructions that the fused kernel is written in.

use std::ops::BitOr;

/// Four f32 in one register. A product and its sum may be rounded once or twice: the bound of
/// [`super::certify`] covers either.
pub(super) trait Lanes: Copy + Send + Sync {
    /// Four yes or no.
    type Mask: Copy + BitOr<Output = Self::Mask>;

    fn splat(value: f32) -> Self;
    fn load(values: &[f32; 4]) -> Self;
    fn store(self) -> [f32; 4];
    fn minus(self, other: Self) -> Self;
    /// `self * factor + sum`
    fn times_plus(self, factor: Self, sum: Self) -> Self;
    /// Lane by lane, never for NaN.
    fn at_most(self, limit: Self) -> Self::Mask;
    fn any(mask: Self::Mask) -> bool;
    /// Bit i says lane i.
    fn bits(mask: Self::Mask) -> u32;
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(super) use wasm::V128;

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm {
    use core::arch::wasm32::{
        f32x4, f32x4_extract_lane, f32x4_le, f32x4_splat, f32x4_sub, i32x4_bitmask, v128, v128_any_true, v128_or,
    };
    use std::ops::BitOr;

    use super::Lanes;

    /// A register of WebAssembly.
    #[derive(Clone, Copy)]
    pub(in super::super) struct V128(v128);

    impl BitOr for V128 {
        type Output = Self;

        #[inline]
        fn bitor(self, other: Self) -> Self {
            Self(v128_or(self.0, other.0))
        }
    }

    impl Lanes for V128 {
        type Mask = Self;

        #[inline]
        fn splat(value: f32) -> Self {
            Self(f32x4_splat(value))
        }
        #[inline]
        fn load(&[a, b, c, d]: &[f32; 4]) -> Self {
            // LLVM makes one load of it
            Self(f32x4(a, b, c, d))
        }
        #[inline]
        fn store(self) -> [f32; 4] {
            [
                f32x4_extract_lane::<0>(self.0),
                f32x4_extract_lane::<1>(self.0),
                f32x4_extract_lane::<2>(self.0),
                f32x4_extract_lane::<3>(self.0),
            ]
        }
        #[inline]
        fn minus(self, other: Self) -> Self {
            Self(f32x4_sub(self.0, other.0))
        }
        #[inline]
        fn times_plus(self, factor: Self, sum: Self) -> Self {
            #[cfg(target_feature = "relaxed-simd")]
            return Self(core::arch::wasm32::f32x4_relaxed_madd(self.0, factor.0, sum.0));
            #[cfg(not(target_feature = "relaxed-simd"))]
            return Self(core::arch::wasm32::f32x4_add(core::arch::wasm32::f32x4_mul(self.0, factor.0), sum.0));
        }
        #[inline]
        fn at_most(self, limit: Self) -> Self {
            Self(f32x4_le(self.0, limit.0))
        }
        #[inline]
        fn any(mask: Self) -> bool {
            v128_any_true(mask.0)
        }
        #[inline]
        fn bits(mask: Self) -> u32 {
            u32::from(i32x4_bitmask(mask.0))
        }
    }
}

/// The same in plain Rust, for the tests of what is written with it.
#[cfg(test)]
impl Lanes for [f32; 4] {
    type Mask = u32;

    fn splat(value: f32) -> Self {
        [value; 4]
    }
    fn load(values: &[f32; 4]) -> Self {
        *values
    }
    fn store(self) -> [f32; 4] {
        self
    }
    fn minus(self, other: Self) -> Self {
        std::array::from_fn(|lane| self[lane] - other[lane])
    }
    fn times_plus(self, factor: Self, sum: Self) -> Self {
        std::array::from_fn(|lane| self[lane] * factor[lane] + sum[lane])
    }
    fn at_most(self, limit: Self) -> u32 {
        (0..4).fold(0, |bits, lane| bits | u32::from(self[lane] <= limit[lane]) << lane)
    }
    fn any(mask: u32) -> bool {
        mask != 0
    }
    fn bits(mask: u32) -> u32 {
        mask
    }
}

#[cfg(test)]
mod tests {
    use super::Lanes;

    #[test]
    fn a_comparison_with_what_is_no_number_is_never_true() {
        let (some, limit) = ([1.0, f32::NAN, -0.0, 5.0], [1.0, 9.0, 0.0, f32::NAN]);
        assert_eq!(<[f32; 4]>::bits(some.at_most(limit)), 0b0101);
        assert!(!<[f32; 4]>::any([f32::NAN; 4].at_most([f32::INFINITY; 4])));
        assert!(!<[f32; 4]>::any([f32::MIN; 4].at_most([f32::NEG_INFINITY; 4])));
    }
}
