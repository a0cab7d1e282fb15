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
