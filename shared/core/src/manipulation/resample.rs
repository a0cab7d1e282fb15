//! Onto another grid of wavelengths.
//!
//! Two ways, both for flux *densities* (per Angstrom):
//!
//! - [`linear`] interpolates between pixel centres: right where the target pixels are as fine as the
//!   native ones or finer;
//! - [`flux_conserving`] averages the native pixels by their overlap with each target pixel (Carnall
//!   2017, arXiv:1705.05165; `specutils.manipulation.FluxConservingResampler`): right onto coarser
//!   pixels, where interpolation would skip some native pixels altogether.
//!
//! At equal steps the two are the same formula, so [`automatic`] has no jump where it changes over.

/// Edges of the pixels around `centres`: halfway between neighbours; the outermost pixels are as wide as
/// their one known half says. One element longer than `centres`, which has at least two.
pub fn edges(centres: &[f64]) -> Vec<f64> {
    let n = centres.len();
    let mut edges = Vec::with_capacity(n + 1);
    edges.push(centres[0] - 0.5 * (centres[1] - centres[0]));
    edges.extend(centres.windows(2).map(|w| 0.5 * (w[0] + w[1])));
    edges.push(centres[n - 1] + 0.5 * (centres[n - 1] - centres[n - 2]));
    edges
}

/// Straight lines between pixel centres. Beyond the first and last centre their value continues.
pub fn linear(wavelengths: &[f64], flux: &[f64], target: &[f64]) -> Vec<f64> {
    let last = wavelengths.len() - 1;
    target
        .iter()
        .map(|&t| {
            let right = wavelengths.partition_point(|&w| w <= t);
            if right == 0 {
                return flux[0];
            }
            if right > last {
                return flux[last];
            }
            let left = right - 1;
            let fraction = (t - wavelengths[left]) / (wavelengths[right] - wavelengths[left]);
            flux[left] + fraction * (flux[right] - flux[left])
        })
        .collect()
}

/// Mean flux density over each target pixel: `sum(overlap * flux) / sum(overlap)` over the native pixels.
/// The integral over any run of whole target pixels equals the native one. A target pixel that no
/// native pixel touches takes the value of the nearest end.
pub fn flux_conserving(wavelengths: &[f64], flux: &[f64], target: &[f64]) -> Vec<f64> {
    let (native, wanted) = (edges(wavelengths), edges(target));
    let n = flux.len();
    let mut first = 0;
    (0..target.len())
        .map(|i| {
            let (from, to) = (wanted[i], wanted[i + 1]);
            if to <= native[0] {
                return flux[0];
            }
            if from >= native[n] {
                return flux[n - 1];
            }
            while native[first + 1] <= from {
                first += 1;
            }
            let (mut sum, mut width) = (0.0, 0.0);
            for j in (first..n).take_while(|&j| native[j] < to) {
                let overlap = native[j + 1].min(to) - native[j].max(from);
                sum += overlap * flux[j];
                width += overlap;
            }
            sum / width
        })
        .collect()
}

/// [`flux_conserving`] where the target pixels are wider on average than the native ones they cover,
/// [`linear`] otherwise.
pub fn automatic(wavelengths: &[f64], flux: &[f64], target: &[f64]) -> Vec<f64> {
    if mean_step(target) > native_step(wavelengths, target[0], target[target.len() - 1]) {
        flux_conserving(wavelengths, flux, target)
    } else {
        linear(wavelengths, flux, target)
    }
}

fn mean_step(wavelengths: &[f64]) -> f64 {
    (wavelengths[wavelengths.len() - 1] - wavelengths[0]) / (wavelengths.len() - 1) as f64
}

/// Mean step of the native pixels between `from` and `to`.
fn native_step(wavelengths: &[f64], from: f64, to: f64) -> f64 {
    let lo = wavelengths.partition_point(|&w| w < from);
    let hi = wavelengths.partition_point(|&w| w <= to);
    // fewer than two pixels inside: take one more on either side
    let (lo, hi) = if hi < lo + 2 { (lo.saturating_sub(1), (hi + 1).min(wavelengths.len())) } else { (lo, hi) };
    if hi < lo + 2 { f64::INFINITY } else { mean_step(&wavelengths[lo..hi]) }
}
