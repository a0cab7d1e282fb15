//! What is wrong with a spectrum, in numbers that do not depend on where.

use std::ops::Range;

use ndarray::{ArrayView1, ArrayView2, Axis as Dimension};
use serde::{Deserialize, Serialize};

use super::emission::{self, emission};
use crate::{
    manipulation::{Recipe, bad_pixels::interpolate_over, frame::Frame, scale::median},
    spectrum::Spectrum,
};

/// Pixels of the running median that spikes stand above.
const RUNNING: usize = 101;
/// A spike is no wider than this, in pixels at half its height.
const WIDEST_SPIKE: usize = 6;
/// Highest excursions that are looked at for one that is narrow.
const EXCURSIONS: usize = 60;
/// Stretches whose medians make the large-scale shape of a row.
const STRETCHES: usize = 20;
/// A stretch with a larger share of dead pixels has no shape.
const MOST_DEAD: f64 = 0.3;
/// Least noise assumed, as a share of the median absolute flux.
const NOISE_FLOOR: f64 = 1e-3;

/// Dead pixels in a row that count as a defect: the labels of LAMOST DR10 begin at 65, the others end at 63...
const DEAD_RUN: f64 = 56.0;
/// ... or this share of the window, where that is less.
const DEAD_SHARE: f64 = 0.1;
/// Height of a spike that counts, in robust standard deviations.
const SPIKE: f64 = 60.0;
/// Large-scale difference from the neighbours that counts, as a share of the row's range.
const SHAPE: f64 = 0.15;
/// Noise a pixel that counts, as a share of the median flux.
const NOISE: f64 = 0.2;

/// What may set an outlier apart, in the order of [`Description::strengths`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Axis {
    /// A run of pixels without information, without flux or without change.
    Dead,
    /// A narrow excursion.
    Spike,
    /// A continuum unlike the neighbours'.
    Shape,
    /// Noise.
    Noise,
    /// An emission line, which is no defect.
    Emission,
}

/// Every axis.
pub const AXES: [Axis; 5] = [Axis::Dead, Axis::Spike, Axis::Shape, Axis::Noise, Axis::Emission];

/// What stands out in one spectrum.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// Native pixels in the recipe's window.
    pub pixels: usize,
    /// Those without information: inverse variance not positive, flux not finite, zero or the same as before.
    pub dead: usize,
    /// The longest run of them.
    pub dead_run: usize,
    /// Where that run lies: first and last pixel centre as observed, Angstrom in the recipe's medium.
    pub dead_at: Option<[f64; 2]>,
    /// Height of the highest narrow excursion, in robust standard deviations of the residuals from the running median.
    pub spike: f64,
    /// Its width in pixels at half its height.
    pub spike_width: usize,
    /// Where it is, as observed, Angstrom in the recipe's medium.
    pub spike_at: Option<f64>,
    /// Root mean square of the large-scale difference from the mean of the neighbours, scaled and shifted onto the row, as
    /// a share of the row's range (5 to 95 per cent).
    pub shape: f64,
    /// Noise a pixel (of second differences) as a share of the median absolute flux.
    pub noise: f64,
    /// Significance of an emission line, see [`emission`].
    pub emission: f64,
    /// Which line that is.
    pub line: Option<&'static str>,
}

/// A point in the space where defects are clustered: shares of the squared strengths of the axes, in their order.
pub type Position = [f64; AXES.len()];

impl Description {
    /// Describes a spectrum by its native pixels in the recipe's window, by its row of features, and by those of its
    /// nearest neighbours in the run (at least one).
    pub fn of(recipe: &Recipe, spectrum: &Spectrum, row: ArrayView1<'_, f32>, neighbors: ArrayView2<'_, f32>) -> Self {
        let window = recipe.window_of(spectrum);
        let seen = Frame { from: spectrum.axis().medium(), to: recipe.spec().medium, redshift: 0.0 };
        let native: Vec<f64> = spectrum.axis().wavelengths()[window.clone()].iter().map(|&w| seen.convert(w)).collect();
        let mut flux: Vec<f64> = spectrum.flux()[window.clone()].iter().map(|&f| f64::from(f)).collect();
        let dead = dead_pixels(spectrum, window);
        let run = longest_run(&dead);
        let dead_at = (!run.is_empty()).then(|| [native[run.start], native[run.end - 1]]);
        // what the dead pixels say is no spike, and no noise
        interpolate_over(&native, &mut flux, &dead);
        let spike = spike(&flux, &dead);
        let line = emission(spectrum);
        Self {
            pixels: native.len(),
            dead: dead.iter().filter(|dead| **dead).count(),
            dead_run: run.len(),
            dead_at,
            spike: spike.map_or(0.0, |s| s.height),
            spike_width: spike.map_or(0, |s| s.width),
            spike_at: spike.map(|s| native[s.at]),
            shape: shape(&dead, row, neighbors),
            noise: noise(&flux, &dead),
            emission: line.map_or(0.0, |line| line.significance),
            line: line.map(|line| line.line),
        }
    }

    /// How strong each of the [`AXES`] is: 1 is where it begins to count.
    pub fn strengths(&self) -> Position {
        let long = DEAD_RUN.min(DEAD_SHARE * self.pixels as f64).max(1.0);
        [
            self.dead_run as f64 / long,
            self.spike / SPIKE,
            self.shape / SHAPE,
            self.noise / NOISE,
            self.emission / emission::LIMIT,
        ]
    }

    /// Where the spectrum stands among defects; `None` where nothing counts. A possible emission line is all that counts
    /// where there is one.
    pub fn position(&self) -> Option<Position> {
        let mut strengths = self.strengths().map(|s| if s.is_nan() { 0.0 } else { s.clamp(0.0, 1e6) });
        let line = AXES.len() - 1;
        if strengths[line] >= 1.0 {
            return Some(std::array::from_fn(|i| f64::from(u8::from(i == line))));
        }
        strengths[line] = 0.0;
        if strengths.iter().all(|s| *s < 1.0) {
            return None;
        }
        let sum: f64 = strengths.iter().map(|s| s * s).sum();
        Some(strengths.map(|s| s * s / sum))
    }

    /// What is strongest, if anything counts.
    pub fn leading(&self) -> Option<Axis> {
        let position = self.position()?;
        (0..AXES.len()).max_by(|&a, &b| position[a].total_cmp(&position[b])).map(|i| AXES[i])
    }

    /// Where in wavelength the leading defect sits, as observed, from and to in Angstrom in the recipe's medium; `None`
    /// where it sits nowhere.
    pub fn place(&self) -> Option<[f64; 2]> {
        match self.leading()? {
            Axis::Dead => self.dead_at,
            Axis::Spike => self.spike_at.map(|at| [at, at]),
            Axis::Shape | Axis::Noise | Axis::Emission => None,
        }
    }
}

/// Pixels that say nothing: no variance, no finite flux, none at all, or exactly that of the pixel before.
fn dead_pixels(spectrum: &Spectrum, window: Range<usize>) -> Vec<bool> {
    let (flux, first) = (spectrum.flux(), window.start);
    let silent = |i: usize| {
        !flux[i].is_finite() || flux[i] == 0.0 || spectrum.ivar().is_some_and(|v| !(v[i].is_finite() && v[i] > 0.0))
    };
    window.map(|i| silent(i) || (i > first && flux[i] == flux[i - 1])).collect()
}

fn longest_run(marked: &[bool]) -> Range<usize> {
    let (mut longest, mut start) = (0..0, None);
    for i in 0..=marked.len() {
        match (marked.get(i) == Some(&true), start) {
            (true, None) => start = Some(i),
            (false, Some(from)) => {
                if i - from > longest.len() {
                    longest = from..i;
                }
                start = None;
            }
            _ => {}
        }
    }
    longest
}

#[derive(Debug, Clone, Copy)]
struct Spike {
    height: f64,
    width: usize,
    at: usize,
}

/// The highest excursion that is narrow, above the running median, among pixels that are not dead.
fn spike(flux: &[f64], dead: &[bool]) -> Option<Spike> {
    let n = flux.len();
    let mut window = Vec::with_capacity(RUNNING);
    let mut residuals: Vec<f64> = (0..n)
        .map(|i| {
            window.clear();
            window.extend_from_slice(&flux[i.saturating_sub(RUNNING / 2)..n.min(i + RUNNING / 2 + 1)]);
            flux[i] - median(&mut window)
        })
        .collect();
    let good = || (0..n).filter(|&i| !dead[i]);
    let mut sizes: Vec<f64> = good().map(|i| residuals[i].abs()).collect();
    if sizes.len() <= RUNNING / 4 {
        return None;
    }
    let mut levels: Vec<f64> = good().map(|i| flux[i].abs()).collect();
    let noise = (1.4826 * median(&mut sizes)).max(NOISE_FLOOR * median(&mut levels));
    if noise <= 0.0 {
        return None;
    }
    for i in 0..n {
        if dead[i] {
            residuals[i] = 0.0;
        }
    }
    for _ in 0..EXCURSIONS {
        let at = (0..n).max_by(|&a, &b| residuals[a].total_cmp(&residuals[b]))?;
        let peak = residuals[at];
        if peak <= 0.0 {
            return None;
        }
        let start = (0..at).rev().find(|&i| residuals[i] <= 0.5 * peak).map_or(0, |i| i + 1);
        let end = (at..n).find(|&i| residuals[i] <= 0.5 * peak).unwrap_or(n);
        if end - start <= WIDEST_SPIKE {
            return Some(Spike { height: peak / noise, width: end - start, at });
        }
        residuals[start..end].fill(0.0);
    }
    None
}

/// Noise a pixel of those that are not dead, as a share of their median absolute flux.
fn noise(flux: &[f64], dead: &[bool]) -> f64 {
    let good: Vec<f64> = flux.iter().zip(dead).filter(|(_, dead)| !**dead).map(|(f, _)| *f).collect();
    let mut differences: Vec<f64> = good.windows(5).map(|v| (2.0 * v[2] - v[0] - v[4]).abs()).collect();
    let mut levels: Vec<f64> = good.iter().map(|f| f.abs()).collect();
    if differences.is_empty() {
        return 0.0;
    }
    let (noise, level) = (1.4826 / 6f64.sqrt() * median(&mut differences), median(&mut levels));
    if level > 0.0 { noise / level } else { 0.0 }
}

/// How far the medians of [`STRETCHES`] stretches of the row lie from the neighbours', which are scaled and shifted onto
/// them by least squares.
fn shape(dead: &[bool], row: ArrayView1<'_, f32>, neighbors: ArrayView2<'_, f32>) -> f64 {
    let Some(mean) = neighbors.mean_axis(Dimension(0)) else { return 0.0 };
    let n = row.len();
    let stretch = |k: usize| k * n / STRETCHES..(k + 1) * n / STRETCHES;
    // stretches of the row and of the native pixels are near enough the same
    let native = |k: usize| k * dead.len() / STRETCHES..(k + 1) * dead.len() / STRETCHES;
    let alive = |k: usize| {
        let pixels = &dead[native(k)];
        let lost = pixels.iter().filter(|dead| **dead).count();
        !pixels.is_empty() && lost as f64 <= MOST_DEAD * pixels.len() as f64
    };
    let level = |values: ArrayView1<'_, f32>, k: usize| {
        let mut values: Vec<f64> = values.slice(ndarray::s![stretch(k)]).iter().map(|&v| f64::from(v)).collect();
        if values.is_empty() { f64::NAN } else { median(&mut values) }
    };
    let kept: Vec<usize> = (0..STRETCHES).filter(|&k| !stretch(k).is_empty() && alive(k)).collect();
    if kept.len() < STRETCHES / 2 {
        return 0.0;
    }
    let theirs: Vec<f64> = kept.iter().map(|&k| level(mean.view(), k)).collect();
    let own: Vec<f64> = kept.iter().map(|&k| level(row, k)).collect();
    let middle = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (x, y) = (middle(&theirs), middle(&own));
    let spread: f64 = theirs.iter().map(|t| (t - x) * (t - x)).sum();
    let slope = theirs.iter().zip(&own).map(|(t, o)| (t - x) * (o - y)).sum::<f64>() / spread;
    let slope = if slope.is_finite() { slope } else { 0.0 };
    let squares: f64 = theirs.iter().zip(&own).map(|(t, o)| (o - y - slope * (t - x)).powi(2)).sum();
    let mut sorted: Vec<f64> = row.iter().map(|&v| f64::from(v)).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| sorted[((n - 1) as f64 * share).round() as usize];
    let range = at(0.95) - at(0.05);
    let rms = (squares / own.len() as f64).sqrt();
    if range > 0.0 && rms.is_finite() { rms / range } else { 0.0 }
}
