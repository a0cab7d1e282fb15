//! How membership falls with distance in the plane.

use crate::{Error, Result};

/// Points of the fit, from 0 to three times the spread.
const POINTS: usize = 300;
/// Steps of the fit at most; some ten are needed.
const STEPS: usize = 200;

/// `1 / (1 + a d^(2 b))`: the membership of two places at a distance d of each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Curve {
    /// The factor.
    pub a: f64,
    /// Half of the exponent.
    pub b: f64,
}

impl Curve {
    /// The curve nearest, by least squares, to 1 below `min_dist` and `exp(-(d - min_dist) / spread)` beyond; as
    /// umap-learn's `find_ab_params`, on the same points, from a = b = 1, by K. Levenberg 1944 and D. W. Marquardt 1963.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] when nothing fits, as for a spread that is absurdly large or small.
    pub fn fit(min_dist: f64, spread: f64) -> Result<Self> {
        let aims: Vec<(f64, f64)> = (0..POINTS)
            .map(|i| {
                let d = 3.0 * spread * i as f64 / (POINTS - 1) as f64;
                (d, if d < min_dist { 1.0 } else { libm::exp(-(d - min_dist) / spread) })
            })
            .collect();
        let (mut found, mut damping) = (Self { a: 1.0, b: 1.0 }, 1e-3);
        let mut loss = found.loss(&aims);
        for _ in 0..STEPS {
            let next = found.step(&aims, damping);
            let next_loss = next.loss(&aims);
            if next_loss <= loss {
                let still = (next.a - found.a).abs() <= 1e-13 * found.a && (next.b - found.b).abs() <= 1e-13 * found.b;
                (found, loss, damping) = (next, next_loss, damping / 10.0);
                if still {
                    break;
                }
            } else {
                damping *= 10.0;
                // no step however short does better: this is the best
                if damping > 1e12 {
                    break;
                }
            }
        }
        if !(found.a.is_finite() && found.a > 0.0 && found.b.is_finite() && found.b > 0.0) {
            return Err(Error::parameter("spread", spread, "no curve fits: choose a spread near 1"));
        }
        Ok(found)
    }

    /// The membership at a distance.
    pub fn membership(&self, d: f64) -> f64 {
        1.0 / (1.0 + self.a * libm::pow(d, 2.0 * self.b))
    }

    fn loss(&self, aims: &[(f64, f64)]) -> f64 {
        let loss: f64 = aims.iter().map(|&(d, aim)| (self.membership(d) - aim) * (self.membership(d) - aim)).sum();
        // a step too far may leave the numbers
        if self.a > 0.0 && self.b > 0.0 && loss.is_finite() { loss } else { f64::INFINITY }
    }

    /// A damped step of Gauss and Newton.
    fn step(&self, aims: &[(f64, f64)], damping: f64) -> Self {
        // the upper half of J^T J, and J^T r
        let (mut aa, mut ab, mut bb, mut ar, mut br) = (0.0, 0.0, 0.0, 0.0, 0.0);
        // at 0 the curve is 1 whatever a and b
        for &(d, aim) in aims.iter().filter(|(d, _)| *d > 0.0) {
            let value = self.membership(d);
            let by_a = -value * value * libm::pow(d, 2.0 * self.b);
            let by_b = by_a * self.a * 2.0 * libm::log(d);
            let rest = aim - value;
            (aa, ab, bb) = (aa + by_a * by_a, ab + by_a * by_b, bb + by_b * by_b);
            (ar, br) = (ar + by_a * rest, br + by_b * rest);
        }
        (aa, bb) = (aa * (1.0 + damping), bb * (1.0 + damping));
        let determinant = aa * bb - ab * ab;
        Self { a: self.a + (ar * bb - br * ab) / determinant, b: self.b + (br * aa - ar * ab) / determinant }
    }
}
