//! Linear scales between data and canvas, and round ticks.

/// Maps `domain` to `range` linearly; either may run downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    domain: (f64, f64),
    range: (f64, f64),
}

impl Scale {
    /// A scale; an empty domain is widened by half a unit on both sides.
    pub fn new(domain: (f64, f64), range: (f64, f64)) -> Self {
        let domain = if domain.0 == domain.1 { (domain.0 - 0.5, domain.1 + 0.5) } else { domain };
        Self { domain, range }
    }

    /// Data to canvas.
    pub fn at(&self, value: f64) -> f64 {
        let t = (value - self.domain.0) / (self.domain.1 - self.domain.0);
        self.range.0 + t * (self.range.1 - self.range.0)
    }

    /// Canvas to data.
    pub fn invert(&self, position: f64) -> f64 {
        let t = (position - self.range.0) / (self.range.1 - self.range.0);
        self.domain.0 + t * (self.domain.1 - self.domain.0)
    }
}

/// Round values and how to write them.
#[derive(Debug, Clone, PartialEq)]
pub struct Ticks {
    /// The values, ascending, all within the domain.
    pub values: Vec<f64>,
    /// Decimals that tell neighbouring values apart.
    pub decimals: usize,
}

impl Ticks {
    /// About `count` multiples of 1, 2 or 5 times a power of ten within `low..=high`.
    pub fn round(low: f64, high: f64, count: usize) -> Self {
        let span = high - low;
        if !(span.is_finite() && span > 0.0) || count == 0 {
            return Self { values: Vec::new(), decimals: 0 };
        }
        let raw = span / count as f64;
        let power = 10f64.powf(raw.log10().floor());
        let step = match raw / power {
            r if r < 1.5 => 1.0,
            r if r < 3.5 => 2.0,
            r if r < 7.5 => 5.0,
            _ => 10.0,
        } * power;
        let decimals = (-(step.log10() + 1e-9).floor()).max(0.0) as usize;
        let first = (low / step - 1e-9).ceil() as i64;
        let last = (high / step + 1e-9).floor() as i64;
        // `+ 0.0` writes a negative zero as zero
        Self { values: (first..=last).map(|i| i as f64 * step + 0.0).collect(), decimals }
    }
}

/// The power of ten to take out of an axis so that its ticks stay short: 0 for 0.01 to 9999.
pub fn axis_exponent(low: f64, high: f64) -> i32 {
    let largest = low.abs().max(high.abs());
    if !largest.is_finite() || largest == 0.0 {
        return 0;
    }
    let exponent = largest.log10().floor() as i32;
    if (-2..4).contains(&exponent) { 0 } else { exponent }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_inverts_itself_upside_down_too() {
        let scale = Scale::new((-2.0, 6.0), (300.0, 20.0));
        assert_eq!(scale.at(-2.0), 300.0);
        assert_eq!(scale.at(6.0), 20.0);
        for value in [-2.0, 0.3, 5.9] {
            assert!((scale.invert(scale.at(value)) - value).abs() < 1e-12);
        }
    }

    #[test]
    fn a_flat_spectrum_stands_in_the_middle() {
        assert_eq!(Scale::new((3.0, 3.0), (0.0, 100.0)).at(3.0), 50.0);
    }

    fn check(low: f64, high: f64, count: usize, expected: &[f64], decimals: usize) {
        let ticks = Ticks::round(low, high, count);
        assert_eq!(ticks.decimals, decimals, "{ticks:?}");
        assert_eq!(ticks.values.len(), expected.len(), "{ticks:?}");
        for (found, expected) in ticks.values.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-9, "{ticks:?}");
        }
    }

    #[test]
    fn ticks_are_round_and_within() {
        check(3700.0, 9099.0, 5, &[4000.0, 5000.0, 6000.0, 7000.0, 8000.0, 9000.0], 0);
        check(6519.0, 6732.0, 4, &[6550.0, 6600.0, 6650.0, 6700.0], 0);
        check(-0.21, 0.43, 4, &[-0.2, 0.0, 0.2, 0.4], 1);
        check(0.998, 1.002, 4, &[0.998, 0.999, 1.0, 1.001, 1.002], 3);
        check(1.0, 1.0, 4, &[], 0);
        check(f64::NAN, 1.0, 4, &[], 0);
    }

    #[test]
    fn large_and_tiny_fluxes_take_a_power_of_ten() {
        assert_eq!(axis_exponent(0.0, 9_000.0), 0);
        assert_eq!(axis_exponent(-30_000.0, 9_000.0), 4);
        assert_eq!(axis_exponent(0.0, 3e-17), -17);
        assert_eq!(axis_exponent(0.0, 0.0), 0);
    }
}
