//! Light smoothing that keeps the height of a line: local parabolas.

use super::width::half_maximum_width;
use crate::manipulation::continuum::orthogonal;

/// Each pixel becomes the value there of the parabola by least squares through it and `half` pixels on either side
/// (Savitzky & Golay 1964, Anal. Chem. 36, 1627, for pixels of any spacing); at the ends, through as many pixels of
/// the end. With `half` below 2 nothing changes: three points lie on their parabola.
pub(super) struct Smoother {
    /// For each pixel the first of those that count, and their weights.
    weights: Vec<(usize, Vec<f64>)>,
}

impl Smoother {
    /// For pixels at `wavelengths`.
    pub fn new(wavelengths: &[f64], half: usize) -> Self {
        let n = wavelengths.len();
        let width = 2 * half + 1;
        let weights = (0..n).map(|i| {
            if half < 2 || n < width {
                return (i, vec![1.0]);
            }
            let first = i.saturating_sub(half).min(n - width);
            let family = orthogonal(&wavelengths[first..first + width], &vec![true; width], 2);
            let weight = |j: usize| family.iter().map(|p| p.values[i - first] * p.values[j] / p.norm).sum();
            (first, (0..width).map(weight).collect())
        });
        Self { weights: weights.collect() }
    }

    /// `values` smoothed.
    pub fn apply(&self, values: &[f64]) -> Vec<f64> {
        let sum = |(first, w): &(usize, Vec<f64>)| w.iter().zip(&values[*first..]).map(|(w, v)| w * v).sum();
        self.weights.iter().map(sum).collect()
    }

    /// `values` smoothed, and what that took away smoothed and given back: lower noise at nearly no loss of height
    /// (twicing, Tukey 1977, *Exploratory Data Analysis*, 16).
    pub fn twice(&self, values: &[f64]) -> Vec<f64> {
        let once = self.apply(values);
        let rest: Vec<f64> = values.iter().zip(&once).map(|(v, s)| v - s).collect();
        once.iter().zip(self.apply(&rest)).map(|(s, r)| s + r).collect()
    }

    /// The standard deviation of each smoothed value, for independent pixels of standard deviations `sigma`.
    pub fn errors(&self, sigma: &[f64]) -> Vec<f64> {
        let error =
            |(first, w): &(usize, Vec<f64>)| w.iter().zip(&sigma[*first..]).map(|(w, s)| (w * s).powi(2)).sum::<f64>();
        self.weights.iter().map(|w| error(w).sqrt()).collect()
    }
}

/// Half the pixels, less one, in `share` of the full width at half maximum of a line: found on the line as it is
/// smoothed, starting with 5 pixels. 1 where there is no such width.
pub(super) fn half_pixels(wavelengths: &[f64], line: &[f64], share: f64) -> usize {
    let step = (wavelengths[wavelengths.len() - 1] - wavelengths[0]) / (wavelengths.len() - 1) as f64;
    let mut half = 2;
    for _ in 0..4 {
        let smoothed = Smoother::new(wavelengths, half).apply(line);
        let Some(width) = half_maximum_width(wavelengths, &smoothed) else { return 1 };
        half = ((0.5 * (share * width / step - 1.0)).round().max(1.0) as usize).min((wavelengths.len() - 1) / 2);
    }
    half
}
