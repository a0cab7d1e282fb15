//! What the flux is divided by.

use super::scale::median;

/// Pixels farther from the fit than this many robust standard deviations are left out of the next one.
///
/// Symmetric and tight on purpose. Where the clip is loose above (3 sigma, as for spectra of pure
/// absorption), an emission line lifts its own continuum, and broad ones hide: of the 14 strong emission
/// spectra of the LAMOST DR10 sample the last then ranks about 90th by LOF instead of 32nd.
pub const CLIP: f64 = 2.0;
/// Fits after the first at most.
pub const ITERATIONS: usize = 5;

/// A least-squares polynomial of `degree` through `flux`, at each wavelength, fitted again without the
/// pixels that stand out until the choice of pixels settles or [`ITERATIONS`] is reached.
///
/// The robust standard deviation is 1.4826 x the median absolute residual of the kept pixels. A pixel
/// left out of one fit may return to the next.
pub fn polynomial(wavelengths: &[f64], flux: &[f64], degree: usize) -> Vec<f64> {
    clipped(wavelengths, flux, degree).0
}

/// As [`polynomial`], with the pixels that the last fit was made of.
pub(crate) fn clipped(wavelengths: &[f64], flux: &[f64], degree: usize) -> (Vec<f64>, Vec<bool>) {
    let mut keep = vec![true; flux.len()];
    let mut fit = least_squares(wavelengths, flux, &keep, degree);
    for _ in 0..ITERATIONS {
        let residuals: Vec<f64> = flux.iter().zip(&fit).map(|(y, m)| (y - m).abs()).collect();
        let mut kept: Vec<f64> = residuals.iter().zip(&keep).filter(|(_, k)| **k).map(|(r, _)| *r).collect();
        let limit = CLIP * 1.4826 * median(&mut kept);
        let inside: Vec<bool> = residuals.iter().map(|r| *r < limit).collect();
        if inside == keep || inside.iter().filter(|k| **k).count() < degree + 2 {
            break;
        }
        keep = inside;
        fit = least_squares(wavelengths, flux, &keep, degree);
    }
    (fit, keep)
}

/// The running median of `flux` over `width` Angstrom centred on each pixel; at the ends over what there is.
pub fn running_median(wavelengths: &[f64], flux: &[f64], width: f64) -> Vec<f64> {
    let mut window = Vec::new();
    let (mut lo, mut hi) = (0, 0);
    wavelengths
        .iter()
        .map(|&w| {
            while wavelengths[lo] < w - 0.5 * width {
                lo += 1;
            }
            while hi < wavelengths.len() && wavelengths[hi] <= w + 0.5 * width {
                hi += 1;
            }
            window.clear();
            window.extend_from_slice(&flux[lo..hi]);
            median(&mut window)
        })
        .collect()
}

/// Least squares in polynomials that are [`orthogonal`] over the kept pixels: inner products, with no matrix to
/// become singular. Linear in `flux`.
pub(crate) fn least_squares(wavelengths: &[f64], flux: &[f64], keep: &[bool], degree: usize) -> Vec<f64> {
    let n = flux.len();
    let mut fit = vec![0.0; n];
    for Orthogonal { values, norm } in orthogonal(wavelengths, keep, degree) {
        let coefficient = (0..n).filter(|&i| keep[i]).map(|i| values[i] * (flux[i] - fit[i])).sum::<f64>() / norm;
        for i in 0..n {
            fit[i] += coefficient * values[i];
        }
    }
    fit
}

/// One of a family of orthogonal polynomials.
pub(crate) struct Orthogonal {
    /// Its value at every wavelength.
    pub(crate) values: Vec<f64>,
    /// The sum of its squares over the kept pixels.
    pub(crate) norm: f64,
}

/// The polynomials up to `degree` that are orthogonal over the kept pixels, by their three-term recurrence
/// (Forsythe 1957, J. SIAM 5, 74); fewer where fewer pixels are kept.
pub(crate) fn orthogonal(wavelengths: &[f64], keep: &[bool], degree: usize) -> Vec<Orthogonal> {
    let n = wavelengths.len();
    let (first, span) = (wavelengths[0], wavelengths[n - 1] - wavelengths[0]);
    let x: Vec<f64> = wavelengths.iter().map(|w| 2.0 * (w - first) / span - 1.0).collect();
    let inner = |f: &dyn Fn(usize) -> f64| (0..n).filter(|&i| keep[i]).map(f).sum::<f64>();
    let mut family: Vec<Orthogonal> = Vec::with_capacity(degree + 1);
    let mut values = vec![1.0; n];
    for _ in 0..=degree {
        let norm = inner(&|i| values[i] * values[i]);
        if norm <= f64::MIN_POSITIVE {
            break;
        }
        let alpha = inner(&|i| x[i] * values[i] * values[i]) / norm;
        let next = match family.last() {
            None => (0..n).map(|i| (x[i] - alpha) * values[i]).collect(),
            Some(before) => {
                let beta = norm / before.norm;
                (0..n).map(|i| (x[i] - alpha) * values[i] - beta * before.values[i]).collect()
            }
        };
        family.push(Orthogonal { values: std::mem::replace(&mut values, next), norm });
    }
    family
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis() -> Vec<f64> {
        (0..140).map(|i| 6519.0 + 1.5 * f64::from(i)).collect()
    }

    #[test]
    fn a_polynomial_is_recovered_from_under_lines() {
        let x = axis();
        let truth: Vec<f64> = x.iter().map(|w| 900.0 + 0.3 * (w - 6600.0) - 0.002 * (w - 6620.0).powi(2)).collect();
        let flux: Vec<f64> = x
            .iter()
            .zip(&truth)
            .enumerate()
            .map(|(i, (w, t))| {
                let noise = 2.0 * (i as f64 * 1.7).sin();
                let emission = 5000.0 * (-0.5 * ((w - 6564.6) / 3.0).powi(2)).exp();
                let absorption = 200.0 * (-0.5 * ((w - 6678.0) / 2.0).powi(2)).exp();
                t + noise + emission - absorption
            })
            .collect();
        for (fit, truth) in polynomial(&x, &flux, 2).iter().zip(&truth) {
            assert!((fit - truth).abs() < 0.01 * truth, "{fit} against {truth}");
        }
    }

    #[test]
    fn a_degree_beyond_the_points_interpolates_and_stays_finite() {
        let fit = least_squares(&[1.0, 2.0, 3.0], &[1.0, 4.0, 9.0], &[true; 3], 5);
        assert!(fit.iter().zip([1.0, 4.0, 9.0]).all(|(f, y)| (f - y).abs() < 1e-9), "{fit:?}");
    }

    #[test]
    fn the_running_median_ignores_a_narrow_line() {
        let x = axis();
        let mut flux = vec![10.0; x.len()];
        flux[70..74].fill(100.0);
        assert_eq!(running_median(&x, &flux, 30.0), vec![10.0; x.len()]);
    }

    #[test]
    fn the_running_median_follows_a_slope_and_its_ends() {
        let (x, flux) = ([1.0, 2.0, 3.0, 4.0, 5.0], [1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(running_median(&x, &flux, 2.0), [1.5, 2.0, 3.0, 4.0, 4.5]);
    }
}
