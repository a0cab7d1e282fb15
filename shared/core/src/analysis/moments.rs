//! Sums over the window: flux, equivalent width, centroid, second moment.
//!
//! Each is a smooth function of the fluxes F and the continuum C, which is linear in F. Errors are propagated to first
//! order: the gradient by the flux of every pixel, those that only the continuum is taken from among them, with the
//! noise of each.

use std::ops::Range;

use super::Measured;
use super::level::Level;
use super::stretch::Stretch;
use crate::manipulation::convolve::FWHM_PER_SIGMA;
use crate::manipulation::resample::edges;

/// What sums over a window give.
pub(super) struct Moments {
    /// Sum of (F - C) dx.
    pub flux: Measured,
    /// Sum of (1 - F / C) dx.
    pub equivalent_width: Measured,
    /// Sum of x (F - C) dx over the flux. Means something where the flux does.
    pub centroid: Measured,
    /// Full width at half maximum of the Gaussian with the second moment of F - C, where that is positive.
    pub gaussian_fwhm: Option<Measured>,
    /// The continuum at the window's middle pixel.
    pub continuum: Measured,
}

/// The moments of the pixels of `window`. A pixel reaches halfway to its good neighbours in the window, so that what is
/// left out is bridged by a straight line, and as far outwards at the window's ends.
pub(super) fn moments(stretch: &Stretch, level: &Level, window: &Range<usize>) -> Moments {
    let (x, f, c) =
        (&stretch.wavelengths[window.clone()], &stretch.flux[window.clone()], &level.values[window.clone()]);
    let edges = edges(x);
    let n = x.len();
    let dx: Vec<f64> = (0..n).map(|i| edges[i + 1] - edges[i]).collect();
    let sum = |term: &dyn Fn(usize) -> f64| (0..n).map(term).sum::<f64>();
    let error = |by_flux: &dyn Fn(usize) -> f64, by_level: &dyn Fn(usize) -> f64| {
        let mut gradient = vec![0.0; stretch.flux.len()];
        window.clone().for_each(|i| gradient[i] = by_level(i - window.start));
        gradient = level.carry(&gradient);
        window.clone().for_each(|i| gradient[i] += by_flux(i - window.start));
        stretch.error(&gradient)
    };
    // a quantity of F - C alone
    let of_line =
        |value: f64, by_line: &dyn Fn(usize) -> f64| Measured { value, error: error(by_line, &|i| -by_line(i)) };
    let flux = sum(&|i| (f[i] - c[i]) * dx[i]);
    let equivalent_width = sum(&|i| (1.0 - f[i] / c[i]) * dx[i]);
    let centroid = sum(&|i| x[i] * (f[i] - c[i]) * dx[i]) / flux;
    let variance = sum(&|i| (x[i] - centroid).powi(2) * (f[i] - c[i]) * dx[i]) / flux;
    let gaussian_fwhm = (variance > 0.0).then(|| {
        let deviation = variance.sqrt();
        of_line(FWHM_PER_SIGMA * deviation, &|i| {
            FWHM_PER_SIGMA * ((x[i] - centroid).powi(2) - variance) * dx[i] / (2.0 * deviation * flux)
        })
    });
    let middle = n / 2;
    Moments {
        flux: of_line(flux, &|i| dx[i]),
        equivalent_width: Measured {
            value: equivalent_width,
            error: error(&|i| -dx[i] / c[i], &|i| f[i] * dx[i] / (c[i] * c[i])),
        },
        centroid: of_line(centroid, &|i| (x[i] - centroid) * dx[i] / flux),
        gaussian_fwhm,
        continuum: Measured { value: c[middle], error: error(&|_| 0.0, &|i| f64::from(u8::from(i == middle))) },
    }
}
