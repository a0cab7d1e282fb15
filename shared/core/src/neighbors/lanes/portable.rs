//! Plain Rust, of which a compiler makes what its target has.

use std::array::from_fn;

use super::{LANES, Lanes};

#[derive(Clone, Copy)]
pub(super) struct F32x16([f32; LANES]);

impl Lanes for F32x16 {
    type Mask = u32;

    #[inline(always)]
    fn splat(value: f32) -> Self {
        Self([value; LANES])
    }
    #[inline(always)]
    fn load(values: &[f32; LANES]) -> Self {
        Self(*values)
    }
    #[inline(always)]
    fn store(self) -> [f32; LANES] {
        self.0
    }
    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        Self(from_fn(|lane| self.0[lane] - other.0[lane]))
    }
    #[inline(always)]
    fn times(self, factor: Self) -> Self {
        Self(from_fn(|lane| self.0[lane] * factor.0[lane]))
    }
    #[inline(always)]
    fn times_plus(self, factor: Self, sum: Self) -> Self {
        Self(from_fn(|lane| self.0[lane] * factor.0[lane] + sum.0[lane]))
    }
    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        Self(from_fn(|lane| if self.0[lane] > other.0[lane] { self.0[lane] } else { other.0[lane] }))
    }
    #[inline(always)]
    fn sum(self) -> f32 {
        let quads: [f32; 4] = from_fn(|i| (self.0[i] + self.0[i + 8]) + (self.0[i + 4] + self.0[i + 12]));
        (quads[0] + quads[2]) + (quads[1] + quads[3])
    }
    #[inline(always)]
    fn at_most(self, limit: Self) -> u32 {
        (0..LANES).fold(0, |bits, lane| bits | u32::from(self.0[lane] <= limit.0[lane]) << lane)
    }
    #[inline(always)]
    fn bits(mask: u32) -> u32 {
        mask
    }
    #[inline(always)]
    fn any(mask: u32) -> bool {
        mask != 0
    }
}
