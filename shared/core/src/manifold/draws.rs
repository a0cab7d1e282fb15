//! Random numbers that depend on where they are needed, not on what was drawn before.

/// Numbers of one place, such as a chunk of edges in an epoch.
pub(super) struct Draws(u64);

impl Draws {
    /// Seeds mixed as `SplitMix64` mixes them (G. L. Steele, D. Lea, C. H. Flood 2014, OOPSLA '14, 453).
    pub(super) fn new(seed: u64, epoch: u64, place: u64) -> Self {
        let mix = |x: u64| {
            let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            x ^ (x >> 31)
        };
        let golden = 0x9e37_79b9_7f4a_7c15_u64;
        let of_epoch = mix(seed.wrapping_add(golden.wrapping_mul(epoch.wrapping_add(1))));
        Self(mix(of_epoch.wrapping_add(golden.wrapping_mul(place.wrapping_add(1)))))
    }

    /// The upper half of a linear congruential generator (D. E. Knuth's MMIX).
    fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 32) as u32
    }

    /// A number below `n`, which is at most 2^32.
    pub(super) fn below(&mut self, n: usize) -> usize {
        ((u64::from(self.next()) * n as u64) >> 32) as usize
    }

    /// A number from -1 to 1.
    pub(super) fn around_zero(&mut self) -> f32 {
        (2.0 * f64::from(self.next()) / f64::from(u32::MAX) - 1.0) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_epochs_draw_apart_and_evenly() {
        let (mut counts, n) = ([0_usize; 10], 20_000);
        for place in 0..n {
            counts[Draws::new(7, place / 100, place % 100).below(10)] += 1;
        }
        // five standard deviations of 2,000
        assert!(counts.iter().all(|count| count.abs_diff(2_000) < 5 * 43), "{counts:?}");
        let first = |seed, epoch, place| Draws::new(seed, epoch, place).next();
        assert_eq!(first(1, 2, 3), first(1, 2, 3));
        assert!(
            first(1, 2, 3) != first(2, 2, 3) && first(1, 2, 3) != first(1, 3, 3) && first(1, 2, 3) != first(1, 2, 4)
        );
    }
}
