//! The continuum that a line is measured against, and how noise moves it.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::region::SpectralRegion;
use super::snr::FEWEST;
use super::stretch::{Named, Stretch};
use super::unmeasurable::Unmeasurable;
use crate::manipulation::continuum::{self, Orthogonal, clipped, least_squares, orthogonal};
use crate::spectrum::SpectralAxis;

/// What a line is measured against. Fits are those of [`manipulation::continuum`](crate::manipulation::continuum).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Continuum {
    /// The flux is normalised already: the continuum is 1, and known exactly.
    Normalised,
    /// The straight line by least squares through the pixels of two windows, none left out.
    Straight {
        /// The window on the blue side. It ends at the line window's start or before.
        left: SpectralRegion,
        /// The window on the red side. It begins at the line window's end or after.
        right: SpectralRegion,
    },
    /// A polynomial through all pixels of a range, fitted again without those that stand out by more than
    /// [`CLIP`](continuum::CLIP) robust standard deviations.
    Polynomial {
        /// At most 15.
        degree: usize,
        /// The range that is fitted. The line window lies in it.
        over: SpectralRegion,
    },
    /// The running median. It follows a line broader than a third of its width. Its cost grows with the square of the
    /// pixels in the width.
    Median {
        /// Width in Angstrom, larger than the line window and at most that of the spectrum.
        width: f64,
    },
}

impl Continuum {
    /// The regions of a spectrum on `axis` that must be there besides the line's `window` (Angstrom, in its medium).
    pub(super) fn regions(&self, window: (f64, f64), axis: &SpectralAxis) -> Result<Vec<Named>, Unmeasurable> {
        let medium = axis.medium();
        let refuse = |asked: String, remedy| Err(Unmeasurable::NotAContinuum { asked, remedy });
        match self {
            Self::Normalised => Ok(Vec::new()),
            Self::Straight { left, right } => {
                let (blue, red) = ("left side window", "right side window");
                let (l, r) = (left.range_in(medium, blue)?, right.range_in(medium, red)?);
                if l.1 > window.0 || r.0 < window.1 {
                    let asked = format!("straight through {:.2}-{:.2} and {:.2}-{:.2} A", l.0, l.1, r.0, r.1);
                    return refuse(asked, "let the line window lie between the left and the right side window");
                }
                Ok(vec![(blue, l, 2), (red, r, 2)])
            }
            Self::Polynomial { degree, over } => {
                let name = "continuum range";
                let range = over.range_in(medium, name)?;
                let asked = || format!("polynomial of degree {degree} over {:.2}-{:.2} A", range.0, range.1);
                if *degree > 15 {
                    return refuse(asked(), "choose a degree of at most 15");
                }
                if range.0 > window.0 || range.1 < window.1 {
                    return refuse(asked(), "choose a range that holds the line window");
                }
                Ok(vec![(name, range, FEWEST.max(degree + 2))])
            }
            Self::Median { width } => {
                let (first, last) = axis.range();
                if !(*width > window.1 - window.0 && *width <= last - first) {
                    let remedy = "choose a width above that of the line window and at most that of the spectrum";
                    return refuse(format!("median over {width} A"), remedy);
                }
                Ok(Vec::new())
            }
        }
    }

    /// The continuum of an object at redshift `z`: windows and widths as they are seen.
    pub(super) fn moved(self, z: f64) -> Self {
        match self {
            Self::Normalised => self,
            Self::Straight { left, right } => Self::Straight { left: left.moved(z), right: right.moved(z) },
            Self::Polynomial { degree, over } => Self::Polynomial { degree, over: over.moved(z) },
            Self::Median { width } => Self::Median { width: width * (1.0 + z) },
        }
    }

    /// How far in Angstrom beyond the line window pixels count.
    pub(super) fn margin(&self) -> f64 {
        match self {
            Self::Median { width } => 0.5 * width,
            _ => 0.0,
        }
    }
}

/// The continuum at each pixel of a stretch.
pub(super) struct Level {
    /// In the spectrum's flux unit.
    pub values: Vec<f64>,
    /// The pixels that it was taken from; all of them where it is not taken from any.
    pub made_of: Vec<bool>,
    influence: Influence,
}

/// How the level depends on the flux: `values[i]` changes by the sum of `L[i][j]` times the change of pixel j.
enum Influence {
    None,
    /// `L[i][j]` is the sum of `p(i) p(j) / norm` over the polynomials for kept pixels j, and 0 for others.
    Polynomial(Vec<Orthogonal>),
    /// `L[i][j]` is `sqrt(pi / 2) / n` for the n pixels of each range: a median's error is that much larger than a
    /// mean's (for normal noise and large n).
    Median(Vec<Range<usize>>),
}

impl Level {
    /// The `chosen` continuum of a stretch that holds the regions it needs.
    pub fn new(chosen: &Continuum, regions: &[Named], stretch: &Stretch) -> Self {
        let (x, y) = (&stretch.wavelengths, &stretch.flux);
        let mut made_of = vec![regions.is_empty(); x.len()];
        for &(_, range, _) in regions {
            made_of[stretch.inside(range)].fill(true);
        }
        let (values, influence) = match *chosen {
            Continuum::Normalised => (vec![1.0; x.len()], Influence::None),
            Continuum::Straight { .. } => {
                let line = least_squares(x, y, &made_of, 1);
                (line, Influence::Polynomial(orthogonal(x, &made_of, 1)))
            }
            Continuum::Polynomial { degree, .. } => {
                // the range holds the line window: the stretch is the range
                let (fit, kept) = clipped(x, y, degree);
                made_of = kept;
                (fit, Influence::Polynomial(orthogonal(x, &made_of, degree)))
            }
            Continuum::Median { width } => {
                let ranges = x.iter().map(|w| stretch.inside((w - 0.5 * width, w + 0.5 * width))).collect();
                (continuum::running_median(x, y, width), Influence::Median(ranges))
            }
        };
        Self { values, made_of, influence }
    }

    /// How the level moves when each pixel's flux changes by `change`.
    pub fn respond(&self, change: &[f64]) -> Vec<f64> {
        let n = change.len();
        let mut response = vec![0.0; n];
        match &self.influence {
            Influence::None => {}
            Influence::Polynomial(family) => {
                for Orthogonal { values, norm } in family {
                    let kept = (0..n).filter(|&j| self.made_of[j]);
                    let coefficient = kept.map(|j| values[j] * change[j]).sum::<f64>() / norm;
                    response.iter_mut().zip(values).for_each(|(r, v)| *r += coefficient * v);
                }
            }
            Influence::Median(ranges) => {
                let sums = running_sum(change.iter().copied());
                for (r, range) in response.iter_mut().zip(ranges) {
                    *r = median_weight(range.len()) * (sums[range.end] - sums[range.start]);
                }
            }
        }
        response
    }

    /// The gradient by each pixel's flux of a quantity whose gradient by the level at each pixel is given: the
    /// transpose of [`Level::respond`].
    pub fn carry(&self, gradient: &[f64]) -> Vec<f64> {
        let n = gradient.len();
        let mut carried = vec![0.0; n];
        match &self.influence {
            Influence::None => {}
            Influence::Polynomial(family) => {
                for Orthogonal { values, norm } in family {
                    let coefficient = gradient.iter().zip(values).map(|(g, v)| g * v).sum::<f64>() / norm;
                    for j in (0..n).filter(|&j| self.made_of[j]) {
                        carried[j] += coefficient * values[j];
                    }
                }
            }
            Influence::Median(ranges) => {
                // what each range adds where it starts, and takes away where it ends
                let mut steps = vec![0.0; n + 1];
                for (g, range) in gradient.iter().zip(ranges) {
                    let share = median_weight(range.len()) * g;
                    steps[range.start] += share;
                    steps[range.end] -= share;
                }
                carried.copy_from_slice(&running_sum(steps.into_iter().take(n))[1..]);
            }
        }
        carried
    }
}

/// The sums of the first 0, 1, 2, ... of the values.
fn running_sum(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let sums = values.scan(0.0, |sum, value| {
        *sum += value;
        Some(*sum)
    });
    std::iter::once(0.0).chain(sums).collect()
}

fn median_weight(pixels: usize) -> f64 {
    std::f64::consts::FRAC_PI_2.sqrt() / pixels as f64
}
