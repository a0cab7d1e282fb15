//! A share of a count, with the interval of a binomial.

use serde::{Deserialize, Serialize};

/// Standard normal deviates that hold 95 % between them.
const Z: f64 = 1.959_963_984_540_054;

/// A share with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// What was found.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Share {
    /// `found` of `of`, with the interval of Wilson 1927 (JASA 22, 209), which holds for small counts and at 0 and 1, too;
    /// `None` of nothing. `found` is at most `of`.
    pub fn of(found: u64, of: u64) -> Option<Self> {
        if of == 0 {
            return None;
        }
        let n = of as f64;
        let value = found as f64 / n;
        let center = value + Z * Z / (2.0 * n);
        let half = Z * (value * (1.0 - value) / n + Z * Z / (4.0 * n * n)).sqrt();
        let scale = 1.0 + Z * Z / n;
        // exact at the ends, where rounding would leave 1e-17
        let low = if found == 0 { 0.0 } else { ((center - half) / scale).max(0.0) };
        let high = if found == of { 1.0 } else { ((center + half) / scale).min(1.0) };
        Some(Self { value, low, high })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_those_of_statsmodels() {
        // statsmodels.stats.proportion.proportion_confint(found, of, method="wilson")
        for (found, of, low, high) in [
            (0, 10, 0.0, 0.277_532_799_862_889_6),
            (1, 10, 0.017_876_213_095_072_91, 0.404_150_026_795_238_54),
            (8, 10, 0.490_162_471_536_641_7, 0.943_317_848_545_625_4),
            (10, 10, 0.722_467_200_137_110_4, 1.0),
            (137, 500, 0.236_740_625_665_820_6, 0.314_705_576_222_801_3),
        ] {
            let share = Share::of(found, of).unwrap();
            assert!((share.low - low).abs() < 1e-12 && (share.high - high).abs() < 1e-12, "{share:?} {low} {high}");
            assert!(share.low <= share.value && share.value <= share.high);
        }
        assert_eq!(Share::of(0, 0), None);
    }
}
