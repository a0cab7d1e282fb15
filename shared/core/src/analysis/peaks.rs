//! The violet and the red peak of double-peaked emission: rings of gas that turn, as around Be stars.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::realisations::{Realisations, corrected};
use super::smooth::{Smoother, half_pixels};
use super::{Measured, Note};
use crate::lines::convert;
use crate::simulate::SPEED_OF_LIGHT;
use crate::spectrum::Medium;

/// Share of the line's width over which the profile is smoothed when peaks are looked for: less than a peak, which is
/// narrower than the line.
const SHARE: f64 = 0.25;
/// Share of the distance of two peaks over which the profile is smoothed when they are measured.
const SHARE_OF_DISTANCE: f64 = 0.5;
/// Half the pixels, less one, over which the profile that realisations start from is smoothed at least.
const LEAST: usize = 2;
/// A peak stands above the continuum by more than this many standard deviations of the smoothed profile.
const SIGNIFICANT: f64 = 3.0;
/// The lower peak stands above the dip between the two by more than this many.
const SEPARATE: f64 = 4.0;

/// Two peaks of one emission line. Heights are above the continuum, in units of the continuum: F / C - 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DoublePeak {
    /// Height of the violet peak, V.
    pub violet: Measured,
    /// Height of the red peak, R.
    pub red: Measured,
    /// V / R of these heights.
    pub ratio: Measured,
    /// Distance of the two in km/s: c times the difference of their wavelengths over the mean of the two, in vacuum.
    pub separation: Measured,
    /// Where the violet peak is, in Angstrom in the spectrum's medium.
    pub violet_at: Measured,
    /// Where the red peak is.
    pub red_at: Measured,
}

/// The two highest significant peaks of a window. `line` is F - C, `level` is C, in the window's pixels.
///
/// Peaks are local maxima of the lightly smoothed profile, each the top of the parabola through its three highest
/// pixels. Noise raises the highest of them: that bias, like the errors, is what the same measurement gives on
/// realisations.
///
/// # Errors
/// The note that says why there are no two peaks.
pub(super) fn double_peak(
    realisations: &Realisations<'_>,
    line: &[f64],
    level: &[f64],
    medium: Medium,
) -> Result<DoublePeak, Note> {
    let x = realisations.wavelengths();
    let profile: Vec<f64> = line.iter().zip(level).map(|(l, c)| l / c).collect();
    let sigma: Vec<f64> = realisations.sigma().iter().zip(level).map(|(s, c)| s / c).collect();
    let lightly = Smoother::new(x, half_pixels(x, &profile, SHARE));
    let pair = find(&lightly.apply(&profile), &lightly.errors(&sigma))?;
    let half = (0.5 * SHARE_OF_DISTANCE * pair.distance as f64) as usize;
    let smoother = Smoother::new(x, half);
    let measure = |profile: &[f64]| Tops::of(x, &smoother.twice(profile), &pair, medium).map(|tops| tops.quantities());
    let model = if half < LEAST { Smoother::new(x, LEAST).twice(&profile) } else { smoother.twice(&profile) };
    let (measured, of_model) = measure(&profile).zip(measure(&model)).ok_or(Note::OnePeak)?;
    let mut drawn: [Vec<f64>; QUANTITIES] = std::array::from_fn(|_| Vec::new());
    realisations.each(|noise, shift| {
        let pixels = 0..x.len();
        let again = pixels.map(|i| (model[i] * level[i] + noise[i] - shift[i]) / (level[i] + shift[i]));
        if let Some(quantities) = measure(&again.collect::<Vec<_>>()) {
            drawn.iter_mut().zip(quantities).for_each(|(all, one)| all.push(one));
        }
    });
    let quantity = |i: usize| corrected(measured[i], of_model[i], &drawn[i]).ok_or(Note::OnePeak);
    Ok(DoublePeak {
        violet: quantity(0)?,
        red: quantity(1)?,
        ratio: quantity(2)?,
        separation: quantity(3)?,
        violet_at: quantity(4)?,
        red_at: quantity(5)?,
    })
}

/// Where each peak is looked for: from the far side of it to the dip between the two.
struct Pair {
    violet: RangeInclusive<usize>,
    red: RangeInclusive<usize>,
    /// Pixels from one to the other.
    distance: usize,
}

/// The highest significant peak, and the highest of the others that a significant dip parts from it.
fn find(profile: &[f64], errors: &[f64]) -> Result<Pair, Note> {
    let tops: Vec<usize> = (1..profile.len() - 1)
        .filter(|&i| profile[i] > profile[i - 1] && profile[i] >= profile[i + 1])
        .filter(|&i| profile[i] > SIGNIFICANT * errors[i])
        .collect();
    let higher = |a: &&usize, b: &&usize| profile[**a].total_cmp(&profile[**b]);
    let &first = tops.iter().max_by(higher).ok_or(Note::NoEmission)?;
    let dip_to =
        |i: usize| (i.min(first)..=i.max(first)).min_by(|&a, &b| profile[a].total_cmp(&profile[b])).unwrap_or(first);
    let parted = |i: usize| {
        let dip = dip_to(i);
        profile[i] - profile[dip] > SEPARATE * errors[i].hypot(errors[dip])
    };
    let &second = tops.iter().filter(|&&i| i != first && parted(i)).max_by(higher).ok_or(Note::OnePeak)?;
    let (violet, red, dip) = (first.min(second), first.max(second), dip_to(second));
    let reach = |top: usize| top.abs_diff(dip).max(2);
    Ok(Pair {
        violet: violet.saturating_sub(reach(violet))..=dip,
        red: dip..=(red + reach(red)).min(profile.len() - 1),
        distance: red - violet,
    })
}

/// Wavelength and height of the top of both peaks.
struct Tops {
    violet: (f64, f64),
    red: (f64, f64),
    medium: Medium,
}

const QUANTITIES: usize = 6;

impl Tops {
    fn of(wavelengths: &[f64], profile: &[f64], pair: &Pair, medium: Medium) -> Option<Self> {
        let violet = top(wavelengths, profile, &pair.violet)?;
        let red = top(wavelengths, profile, &pair.red)?;
        (violet.1 > 0.0 && red.1 > 0.0).then_some(Self { violet, red, medium })
    }

    /// In the order of the fields of [`DoublePeak`].
    fn quantities(&self) -> [f64; QUANTITIES] {
        let [v, r] = [self.violet.0, self.red.0].map(|at| convert(at, self.medium, Medium::Vacuum));
        let separation = SPEED_OF_LIGHT * (r - v) / (0.5 * (r + v));
        [self.violet.1, self.red.1, self.violet.1 / self.red.1, separation, self.violet.0, self.red.0]
    }
}

/// The top of the parabola through the highest pixel of `range` and its two neighbours. `None` where the highest is at
/// the range's end: no peak.
fn top(x: &[f64], y: &[f64], range: &RangeInclusive<usize>) -> Option<(f64, f64)> {
    let i = range.clone().max_by(|&a, &b| y[a].total_cmp(&y[b]))?;
    if i == *range.start() || i == *range.end() {
        return None;
    }
    let before = (y[i] - y[i - 1]) / (x[i] - x[i - 1]);
    let after = (y[i + 1] - y[i]) / (x[i + 1] - x[i]);
    let curvature = (after - before) / (x[i + 1] - x[i - 1]);
    if curvature >= 0.0 {
        // three equal pixels
        return Some((x[i], y[i]));
    }
    let at = 0.5 * (x[i - 1] + x[i]) - 0.5 * before / curvature;
    Some((at, y[i - 1] + before * (at - x[i - 1]) + curvature * (at - x[i - 1]) * (at - x[i])))
}
