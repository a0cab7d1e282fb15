//! Down to a common resolution: convolution with a Gaussian.
//!
//! A spectrum of resolution `own` is brought to a coarser `target` by a Gaussian of
//! `sigma^2 = (target^2 - own^2) / (8 ln 2)`, since variances of convolved Gaussians add. The kernel is
//! integrated over each pixel, which is exact for pixels of any and of varying width and down to
//! kernels narrower than a pixel (astropy: `Gaussian1DKernel(mode="integrate")`).

use super::resample::edges;

/// Full width at half maximum of a Gaussian in units of its sigma: `2 sqrt(2 ln 2)`.
pub const FWHM_PER_SIGMA: f64 = 2.354_820_045_030_949_3;

/// The kernel ends at this many sigma: it leaves 6e-7 of its area outside.
pub const TRUNCATE: f64 = 5.0;

/// Sigma, in Angstrom, of the Gaussian that brings `own` to `target` (both FWHM, Angstrom); `None`
/// where the spectrum is already as coarse: convolution cannot sharpen.
pub fn kernel_sigma(own: f64, target: f64) -> Option<f64> {
    (target > own).then(|| (target * target - own * own).sqrt() / FWHM_PER_SIGMA)
}

/// Convolves `flux` with a Gaussian of `sigma` Angstrom. Each output pixel is the mean of the input
/// weighted by the kernel's integral over each pixel; the weights are normalised to 1, at the ends of
/// the spectrum too, so that a constant stays constant.
pub fn gaussian(wavelengths: &[f64], flux: &[f64], sigma: f64) -> Vec<f64> {
    let edges = edges(wavelengths);
    let n = wavelengths.len();
    let (mut lo, mut hi) = (0, 0);
    (0..n)
        .map(|i| {
            let centre = wavelengths[i];
            while edges[lo + 1] < centre - TRUNCATE * sigma {
                lo += 1;
            }
            while hi < n && edges[hi] <= centre + TRUNCATE * sigma {
                hi += 1;
            }
            let cumulative = |edge: f64| 0.5 * libm::erf((edge - centre) / (sigma * std::f64::consts::SQRT_2));
            let (mut sum, mut weights, mut below) = (0.0, 0.0, cumulative(edges[lo]));
            for j in lo..hi {
                let above = cumulative(edges[j + 1]);
                sum += (above - below) * flux[j];
                weights += above - below;
                below = above;
            }
            sum / weights
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// FWHM of the line by its second moment.
    fn width(wavelengths: &[f64], flux: &[f64]) -> f64 {
        let total: f64 = flux.iter().sum();
        let mean = wavelengths.iter().zip(flux).map(|(w, f)| w * f).sum::<f64>() / total;
        let variance = wavelengths.iter().zip(flux).map(|(w, f)| (w - mean).powi(2) * f).sum::<f64>() / total;
        FWHM_PER_SIGMA * variance.sqrt()
    }

    #[test]
    fn a_line_comes_out_at_the_target_width() {
        let x: Vec<f64> = (0..1980).map(|i| 6300.0 + 0.2352 * f64::from(i)).collect();
        let own = 0.8;
        let line: Vec<f64> = x.iter().map(|w| (-0.5 * ((w - 6564.6) * FWHM_PER_SIGMA / own).powi(2)).exp()).collect();
        let out = gaussian(&x, &line, kernel_sigma(own, 3.6).unwrap());
        // integrating the kernel over a pixel adds the pixel's own variance, width^2 / 12
        let expected = (3.6f64.powi(2) + 0.2352f64.powi(2) / 12.0 * FWHM_PER_SIGMA.powi(2)).sqrt();
        assert!((width(&x, &out) - expected).abs() < 1e-3, "{} against {expected}", width(&x, &out));
    }

    #[test]
    fn a_coarser_spectrum_is_not_sharpened() {
        assert_eq!(kernel_sigma(3.6, 3.6), None);
        assert_eq!(kernel_sigma(5.0, 3.6), None);
        assert!((kernel_sigma(3.0, 5.0).unwrap() - 4.0 / FWHM_PER_SIGMA).abs() < 1e-12);
    }

    #[test]
    fn a_kernel_far_narrower_than_a_pixel_changes_nothing() {
        let x: Vec<f64> = (0..50).map(f64::from).collect();
        let y: Vec<f64> = x.iter().map(|v| v.sin()).collect();
        assert!(gaussian(&x, &y, 1e-3).iter().zip(&y).all(|(a, b)| (a - b).abs() < 1e-12));
    }

    proptest! {
        #[test]
        fn a_constant_stays_constant(
            steps in prop::collection::vec(0.1..3.0f64, 2..150), level in -1e5..1e5f64, sigma in 0.01..20.0f64
        ) {
            let x: Vec<f64> = steps.iter().scan(6000.0, |at, s| { *at += s; Some(*at) }).collect();
            let out = gaussian(&x, &vec![level; x.len()], sigma);
            prop_assert!(out.iter().all(|v| (v - level).abs() <= 1e-9 * level.abs()));
        }

        #[test]
        fn flux_of_a_line_inside_is_conserved(at in 60usize..140, height in 0.1..1e4f64, sigma in 0.1..8.0f64) {
            let x: Vec<f64> = (0..200).map(f64::from).collect();
            let mut y = vec![0.0; 200];
            y[at] = height;
            let out: f64 = gaussian(&x, &y, sigma).iter().sum();
            prop_assert!((out - height).abs() <= 1e-6 * height, "{} of {}", out, height);
        }
    }
}
