//! Realisations of a spectrum's noise, the same ones every time: what they do to a quantity is its bias and error.

use std::ops::Range;

use super::Measured;
use super::level::Level;
use super::stretch::Stretch;
use crate::simulate::random::{generator, normal_pair};

/// Pairs of realisations: an error from as many is known to 6 %.
const PAIRS: u64 = 120;
/// What the noise is drawn from.
const SEED: u64 = 20_061_103;
/// Share of the realisations in which a quantity must exist.
const STABLE: f64 = 0.8;

/// The noise of the pixels of a line window, and of the continuum below them.
pub(super) struct Realisations<'a> {
    stretch: &'a Stretch,
    level: &'a Level,
    window: Range<usize>,
}

impl<'a> Realisations<'a> {
    pub fn new(stretch: &'a Stretch, level: &'a Level, window: Range<usize>) -> Self {
        Self { stretch, level, window }
    }

    /// The window's wavelengths.
    pub fn wavelengths(&self) -> &[f64] {
        &self.stretch.wavelengths[self.window.clone()]
    }

    /// The standard deviations of the window's pixels.
    pub fn sigma(&self) -> &[f64] {
        &self.stretch.sigma[self.window.clone()]
    }

    /// Hands each realisation over: the noise of each pixel of the window, and by how much the continuum moved there.
    /// They come in pairs of opposite sign, so that a mean over them is no draw's own (antithetic variates, Hammersley
    /// & Morton 1956, Proc. Camb. Phil. Soc. 52, 449).
    pub fn each(&self, mut take: impl FnMut(&[f64], &[f64])) {
        let mut noise = vec![0.0; self.stretch.flux.len()];
        for pair in 0..PAIRS {
            let mut rng = generator(SEED, pair);
            for (values, sigma) in noise.chunks_mut(2).zip(self.stretch.sigma.chunks(2)) {
                let (a, b) = normal_pair(&mut rng);
                for ((value, sigma), deviate) in values.iter_mut().zip(sigma).zip([a, b]) {
                    *value = sigma * deviate;
                }
            }
            let shift = &mut self.level.respond(&noise)[self.window.clone()];
            let noise = &mut noise[self.window.clone()];
            take(noise, shift);
            noise.iter_mut().chain(shift.iter_mut()).for_each(|value| *value = -*value);
            take(noise, shift);
        }
    }
}

/// What was `measured`, less its bias: the mean of what was `drawn` from realisations of a model, less what the
/// model itself has (parametric bootstrap, Efron & Tibshirani 1993, *An Introduction to the Bootstrap*, chapter 10).
/// The error is the standard deviation of what was drawn. `None` where too few realisations have the quantity.
pub(super) fn corrected(measured: f64, of_model: f64, drawn: &[f64]) -> Option<Measured> {
    if (drawn.len() as f64) < STABLE * (2 * PAIRS) as f64 {
        return None;
    }
    let n = drawn.len() as f64;
    let mean = drawn.iter().sum::<f64>() / n;
    let variance = drawn.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
    Some(Measured { value: measured - (mean - of_model), error: variance.sqrt() })
}
