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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Increasing wavelengths with uneven steps, and a flux.
    fn native() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
        prop::collection::vec((0.2..3.0f64, -50.0..1e4f64), 3..200).prop_map(|pixels| {
            let mut at = 6000.0;
            pixels
                .into_iter()
                .map(|(step, flux)| {
                    at += step;
                    (at, flux)
                })
                .unzip()
        })
    }

    fn grid(from: f64, to: f64, n: usize) -> Vec<f64> {
        (0..n).map(|i| from + (to - from) * i as f64 / (n - 1) as f64).collect()
    }

    #[test]
    fn onto_itself_nothing_changes() {
        let (x, y) = (grid(6000.0, 6100.0, 51), (0..51).map(f64::from).collect::<Vec<_>>());
        assert_eq!(linear(&x, &y, &x), y);
        assert_eq!(flux_conserving(&x, &y, &x), y);
        assert_eq!(automatic(&x, &y, &x), y);
    }

    #[test]
    fn coarser_pixels_take_the_mean_of_what_they_cover() {
        let x = grid(1.0, 6.0, 6);
        let y = [1.0, 3.0, 5.0, 7.0, 9.0, 100.0];
        assert_eq!(automatic(&x, &y, &[1.5, 3.5, 5.5]), [2.0, 6.0, 54.5]);
    }

    #[test]
    fn finer_pixels_are_interpolated() {
        assert_eq!(automatic(&[1.0, 2.0, 3.0], &[0.0, 1.0, 4.0], &[1.5, 2.0, 2.5]), [0.5, 1.0, 2.5]);
    }

    #[test]
    fn at_equal_steps_both_ways_agree() {
        let x = grid(0.0, 99.0, 100);
        let y: Vec<f64> = x.iter().map(|v| (v / 7.0).sin()).collect();
        let target = grid(10.3, 80.3, 71);
        let pairs = linear(&x, &y, &target).into_iter().zip(flux_conserving(&x, &y, &target));
        pairs.for_each(|(l, f)| assert!((l - f).abs() < 1e-12));
    }

    #[test]
    fn outside_the_spectrum_the_end_values_continue() {
        let (x, y) = ([10.0, 11.0, 12.0], [1.0, 2.0, 3.0]);
        for way in [linear, flux_conserving] {
            assert_eq!(way(&x, &y, &[5.0, 6.0]), [1.0, 1.0]);
            assert_eq!(way(&x, &y, &[20.0, 21.0]), [3.0, 3.0]);
        }
    }

    proptest! {
        #[test]
        fn a_constant_stays_constant((x, _) in native(), level in -1e5..1e5f64, n in 2..300usize) {
            let target = grid(x[0], x[x.len() - 1], n);
            let y = vec![level; x.len()];
            for way in [linear, flux_conserving, automatic] {
                prop_assert!(way(&x, &y, &target).iter().all(|v| (v - level).abs() <= 1e-9 * level.abs()));
            }
        }

        #[test]
        fn flux_is_conserved((x, y) in native(), n in 2..80usize) {
            // a target grid whose pixels tile exactly the native ones' extent
            let e = edges(&x);
            let (from, to) = (e[0], e[e.len() - 1]);
            let width = (to - from) / n as f64;
            let target: Vec<f64> = (0..n).map(|i| from + width * (i as f64 + 0.5)).collect();
            let before: f64 = y.iter().zip(e.windows(2)).map(|(f, w)| f * (w[1] - w[0])).sum();
            let after: f64 = flux_conserving(&x, &y, &target).iter().map(|f| f * width).sum();
            prop_assert!((after - before).abs() <= 1e-8 * y.iter().map(|v| v.abs()).sum::<f64>().max(1.0));
        }

        #[test]
        fn nothing_leaves_the_range_of_the_flux((x, y) in native(), n in 2..300usize) {
            let target = grid(x[0], x[x.len() - 1], n);
            let (lo, hi) = y.iter().fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
            prop_assert!(automatic(&x, &y, &target).iter().all(|v| (lo - 1e-6..=hi + 1e-6).contains(v)));
        }
    }
}
