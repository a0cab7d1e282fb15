//! One feature row to a common scale.

use super::{Rejection, Scale};

/// A row whose values differ by less than this fraction of the largest is constant: what remains is
/// the rounding of `f32` fluxes, which a scaling would blow up into noise that looks like lines.
pub const CONSTANT: f64 = 4.0 * f32::EPSILON as f64;

/// Scales `row` in place.
///
/// With row `y`: `minmax` is `2 (y - min) / (max - min) - 1`; `unit-norm` is `y / sqrt(sum y^2)`;
/// `standard` is `(y - mean) / sd` with the population's standard deviation; `median` is `y / median`.
///
/// # Errors
/// [`Rejection::NoSignal`] for a constant row, [`Rejection::MedianNotPositive`].
pub fn scale(row: &mut [f64], by: Scale) -> Result<(), Rejection> {
    if let Some(level) = constant_level(row) {
        return Err(Rejection::NoSignal { level });
    }
    let (offset, unit) = match by {
        Scale::None => (0.0, 1.0),
        Scale::Minmax => {
            let (min, max) = range(row);
            (0.5 * (max + min), 0.5 * (max - min))
        }
        Scale::UnitNorm => (0.0, row.iter().map(|y| y * y).sum::<f64>().sqrt()),
        Scale::Standard => {
            let n = row.len() as f64;
            let mean = row.iter().sum::<f64>() / n;
            (mean, (row.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / n).sqrt())
        }
        Scale::Median => {
            let median = median(&mut row.to_vec());
            if median <= 0.0 {
                return Err(Rejection::MedianNotPositive { median });
            }
            (0.0, median)
        }
    };
    for y in row {
        *y = (*y - offset) / unit;
    }
    Ok(())
}

/// The level of a row that is constant to the precision of `f32`.
pub fn constant_level(row: &[f64]) -> Option<f64> {
    let (min, max) = range(row);
    (max - min <= CONSTANT * min.abs().max(max.abs())).then_some(0.5 * (min + max))
}

fn range(row: &[f64]) -> (f64, f64) {
    row.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), &y| (lo.min(y), hi.max(y)))
}

/// Median; the mean of the middle two where their number is even. Reorders `values`, which is not empty.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    let (middle, odd) = (values.len() / 2, values.len() % 2 == 1);
    let (below, &mut upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    if odd {
        return upper;
    }
    let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    0.5 * (lower + upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scaled(row: &[f64], by: Scale) -> Vec<f64> {
        let mut row = row.to_vec();
        scale(&mut row, by).unwrap();
        row
    }

    #[test]
    fn each_scale_does_what_it_says() {
        let row = [2.0, 4.0, 6.0, 10.0];
        assert_eq!(scaled(&row, Scale::None), row);
        assert_eq!(scaled(&row, Scale::Minmax), [-1.0, -0.5, 0.0, 1.0]);
        assert_eq!(scaled(&row, Scale::Median), [0.4, 0.8, 1.2, 2.0]);
        let norm: f64 = scaled(&row, Scale::UnitNorm).iter().map(|y| y * y).sum();
        assert!((norm - 1.0).abs() < 1e-12);
        let standard = scaled(&row, Scale::Standard);
        assert!(standard.iter().sum::<f64>().abs() < 1e-12);
        assert!((standard.iter().map(|y| y * y).sum::<f64>() / 4.0 - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_constant_row_is_no_signal() {
        for level in [0.0, 7.0, -3.0] {
            for &by in Scale::ALL {
                let rejection = scale(&mut [level; 5], by).unwrap_err();
                assert_eq!(rejection, Rejection::NoSignal { level });
            }
        }
        // the rounding of an f32 flux is not a signal
        assert!(scale(&mut [1000.0, 1000.0 + 1e-4, 1000.0], Scale::Minmax).is_err());
    }

    #[test]
    fn a_median_that_is_not_positive_is_refused() {
        let rejection = scale(&mut [-2.0, -1.0, 0.5], Scale::Median).unwrap_err();
        assert_eq!(rejection.reason(), "median-not-positive");
    }

    #[test]
    fn medians() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(median(&mut [5.0]), 5.0);
    }
}
