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
    match by {
        Scale::None => {}
        Scale::Minmax => {
            let (min, max) = range(row);
            row.iter_mut().for_each(|y| *y = 2.0 * ((*y - min) / (max - min)) - 1.0);
        }
        Scale::UnitNorm => {
            let norm = row.iter().map(|y| y * y).sum::<f64>().sqrt();
            row.iter_mut().for_each(|y| *y /= norm);
        }
        Scale::Standard => {
            let n = row.len() as f64;
            let mean = row.iter().sum::<f64>() / n;
            let sd = (row.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / n).sqrt();
            row.iter_mut().for_each(|y| *y = (*y - mean) / sd);
        }
        Scale::Median => {
            let median = median(&mut row.to_vec());
            if median <= 0.0 {
                return Err(Rejection::MedianNotPositive { median });
            }
            row.iter_mut().for_each(|y| *y /= median);
        }
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
