//! Full width at half maximum.

use super::realisations::{Realisations, corrected};
use super::smooth::{Smoother, half_pixels};
use super::{Measured, Note};

/// Share of the line's width over which the noise-free line that realisations start from is smoothed.
const SHARE: f64 = 0.5;
/// The line stands above its noise by this many standard deviations at its highest, or its width means nothing.
const SIGNIFICANT: f64 = 5.0;

/// The distance between the two places nearest the highest pixel where the line falls through half of its value,
/// by straight lines between pixels (specutils' `fwhm`). `None` where it does not fall that far on both sides.
pub(super) fn half_maximum_width(wavelengths: &[f64], line: &[f64]) -> Option<f64> {
    let top = (0..line.len()).max_by(|&a, &b| line[a].total_cmp(&line[b]).then(b.cmp(&a)))?;
    let half = 0.5 * line[top];
    let left = (0..top).rev().find(|&i| line[i] < half)?;
    let right = (top + 1..line.len()).find(|&i| line[i] < half)?;
    let crossing = |below: usize, above: usize| {
        let share = (half - line[below]) / (line[above] - line[below]);
        wavelengths[below] + share * (wavelengths[above] - wavelengths[below])
    };
    Some(crossing(right, right - 1) - crossing(left, left + 1))
}

/// The width of the `line` (upwards, in the window's pixels), with its error.
///
/// The highest of noisy pixels is too high, and the first to fall below half of it too near: the bias, like the
/// error, is what the same measurement gives on realisations of the smoothed line with new noise.
///
/// # Errors
/// The note that says why there is no width.
pub(super) fn full_width(realisations: &Realisations<'_>, line: &[f64], sign: f64) -> Result<Measured, Note> {
    let (x, sigma) = (realisations.wavelengths(), realisations.sigma());
    let smoother = Smoother::new(x, half_pixels(x, line, SHARE));
    let model = smoother.apply(line);
    if !model.iter().zip(smoother.errors(sigma)).any(|(m, e)| *m > SIGNIFICANT * e) {
        return Err(Note::NotSignificant);
    }
    let (Some(measured), Some(of_model)) = (half_maximum_width(x, line), half_maximum_width(x, &model)) else {
        return Err(Note::NoHalfMaximum);
    };
    let mut drawn = Vec::new();
    realisations.each(|noise, shift| {
        let again: Vec<f64> = (0..x.len()).map(|i| model[i] + sign * (noise[i] - shift[i])).collect();
        drawn.extend(half_maximum_width(x, &again));
    });
    corrected(measured, of_model, &drawn).ok_or(Note::NoHalfMaximum)
}
