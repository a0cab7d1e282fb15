//! What places in the plane do to each other, eight pairs at once: the compiler makes vector instructions of the loops.

use std::f32::consts::{LN_2, LOG2_E};

use super::Curve;

/// Pairs at once.
pub(super) const LANES: usize = 8;
/// No step is longer than this in either direction, at a learning rate of 1.
const CLIP: f32 = 4.0;
/// Keeps the repulsion of places that nearly touch finite.
const NEAR: f32 = 1e-3;

/// Eight places, or steps: first and second coordinates.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Eight(pub(super) [[f32; LANES]; 2]);

impl Eight {
    /// The place of one lane.
    pub(super) fn get(&self, lane: usize) -> [f32; 2] {
        [self.0[0][lane], self.0[1][lane]]
    }

    /// Sets the place of one lane.
    pub(super) fn set(&mut self, lane: usize, place: [f32; 2]) {
        (self.0[0][lane], self.0[1][lane]) = (place[0], place[1]);
    }

    /// Adds the steps of all lanes.
    pub(super) fn go(&mut self, steps: &Self) {
        for (own, steps) in self.0.iter_mut().zip(&steps.0) {
            own.iter_mut().zip(steps).for_each(|(own, step)| *own += step);
        }
    }
}

/// The gradients of the cross entropy between memberships in feature space and in the plane (`McInnes`+ 2018, section 3.2
/// and appendix C), f32.
#[derive(Debug, Clone, Copy)]
pub(super) struct Forces {
    a: f32,
    b: f32,
}

impl Forces {
    pub(super) fn new(curve: Curve) -> Self {
        Self { a: curve.a as f32, b: curve.b as f32 }
    }

    /// Steps from `own` by `alpha` times the gradient, where each belongs to its other.
    pub(super) fn attract(self, own: &Eight, other: &Eight, alpha: f32) -> Eight {
        steps(own, other, alpha, |square| self.attraction(square))
    }

    /// Steps from `own` by `alpha` times the gradient, where none belongs to its other.
    pub(super) fn repel(self, own: &Eight, other: &Eight, alpha: f32) -> Eight {
        steps(own, other, alpha, |square| self.repulsion(square))
    }

    /// `-2 a b d^(2b - 2) / (1 + a d^(2b))`, with which the difference of two places is multiplied. At distance 0 it is
    /// a large number, times a difference of 0.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "a call would keep the lanes apart")]
    fn attraction(self, square: f32) -> f32 {
        let power = self.a * power(square, self.b);
        -2.0 * self.b * power / ((square + f32::MIN_POSITIVE) * (1.0 + power))
    }

    /// `2 b / ((0.001 + d^2) (1 + a d^(2b)))`.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "a call would keep the lanes apart")]
    fn repulsion(self, square: f32) -> f32 {
        2.0 * self.b / ((NEAR + square) * (1.0 + self.a * power(square, self.b)))
    }
}

/// The steps that `size`, of the squared distance, asks for.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would keep the lanes apart")]
fn steps(own: &Eight, other: &Eight, alpha: f32, size: impl Fn(f32) -> f32) -> Eight {
    let mut steps = Eight::default();
    for lane in 0..LANES {
        let apart = [own.0[0][lane] - other.0[0][lane], own.0[1][lane] - other.0[1][lane]];
        let size = size(apart[0] * apart[0] + apart[1] * apart[1]);
        steps.0[0][lane] = alpha * (size * apart[0]).clamp(-CLIP, CLIP);
        steps.0[1][lane] = alpha * (size * apart[1]).clamp(-CLIP, CLIP);
    }
    steps
}

/// `x^y` for x >= 0 and 0 < y, to a few parts in a million where the result is a normal number; 0^y is some number below
/// 2^(-126 y). Only sums, products and quotients: the same bits on every machine, which is not so of the system's `powf`.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would keep the lanes apart")]
fn power(x: f32, y: f32) -> f32 {
    exp2(y * log2(x))
}

/// The logarithm of a normal number: the exponent, and the series of artanh for a mantissa of sqrt(1/2) to sqrt(2).
#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would keep the lanes apart")]
fn log2(x: f32) -> f32 {
    const ROOT_HALF: u32 = 0x3f35_04f3;
    let bits = x.to_bits().wrapping_sub(ROOT_HALF);
    let exponent = (bits as i32) >> 23;
    let mantissa = f32::from_bits((bits & 0x007f_ffff) + ROOT_HALF);
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let square = s * s;
    let series = 1.0 + square * (1.0 / 3.0 + square * (1.0 / 5.0 + square * (1.0 / 7.0)));
    exponent as f32 + 2.0 * LOG2_E * s * series
}

/// Two to the power of `t`, held to -126 to 126: the exponent, and Taylor's series for the rest of -1/2 to 1/2.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a call would keep the lanes apart")]
fn exp2(t: f32) -> f32 {
    // added and taken away, rounds to the nearest integer, which is then in the lowest bits
    const ROUND: f32 = 12_582_912.0;
    let t = t.clamp(-126.0, 126.0);
    let rounded = t + ROUND;
    let exponent = rounded.to_bits().wrapping_sub(ROUND.to_bits());
    let g = LN_2 * (t - (rounded - ROUND));
    let tail = 1.0 / 24.0 + g * (1.0 / 120.0 + g * (1.0 / 720.0));
    let series = 1.0 + g * (1.0 + g * (1.0 / 2.0 + g * (1.0 / 6.0 + g * tail)));
    f32::from_bits(series.to_bits().wrapping_add(exponent << 23))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_those_of_f64() {
        for exponent in -200..200 {
            let x = 1.07_f64.powi(exponent) as f32;
            for y in [0.3_f32, 0.895, 1.0, 1.9] {
                let expected = f64::from(x).powf(f64::from(y));
                let error = (f64::from(power(x, y)) - expected).abs() / expected;
                assert!(error < 5e-6, "{x}^{y}: off by {error}");
            }
        }
        assert!(power(0.0, 0.9) < 1e-30 && power(0.0, 0.9) >= 0.0);
        assert!(power(f32::MAX, 1.9).is_finite());
    }

    #[test]
    fn gradients_are_the_slopes_of_the_cross_entropy() {
        let curve = Curve::fit(0.1, 1.0).unwrap();
        let forces = Forces::new(curve);
        for d in [0.05_f64, 0.3, 1.0, 4.0, 20.0] {
            let slope = |of: &dyn Fn(f64) -> f64| (of(d * (1.0 + 1e-6)) - of(d * (1.0 - 1e-6))) / (2e-6 * d);
            let square = (d * d) as f32;
            // one goes down -ln v, the other down -ln(1 - v), but for what keeps it finite
            let (found, expected) = (forces.attraction(square), slope(&|d| curve.membership(d).ln()) / d);
            assert!(
                (f64::from(found) - expected).abs() < 1e-4 * expected.abs(),
                "at {d}: {found}, expected {expected}"
            );
            let finite = d * d / (d * d + f64::from(NEAR));
            let (found, expected) =
                (forces.repulsion(square), slope(&|d| (1.0 - curve.membership(d)).ln()) / d * finite);
            assert!(
                (f64::from(found) - expected).abs() < 1e-4 * expected.abs(),
                "at {d}: {found}, expected {expected}"
            );
        }
    }

    #[test]
    fn at_the_same_place_nothing_happens_and_no_step_is_too_long() {
        let forces = Forces::new(Curve::fit(0.1, 1.0).unwrap());
        let mut own = Eight::default();
        own.set(3, [2.0, 2.0]);
        let mut other = own;
        other.set(5, [1e-4, 0.0]);
        for steps in [forces.attract(&own, &other, 1.0), forces.repel(&own, &other, 1.0)] {
            assert_eq!(steps.get(3), [0.0, 0.0]);
            assert!(steps.0.iter().flatten().all(|step| step.abs() <= CLIP));
        }
        assert!(forces.attract(&own, &other, 1.0).get(5)[0] > 0.0);
        assert!(forces.repel(&own, &other, 1.0).get(5)[0] < 0.0);
    }
}
