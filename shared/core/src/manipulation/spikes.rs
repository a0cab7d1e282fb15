//! Cosmic rays and dead pixels that no mask caught.
//!
//! A real line is never narrower than the instrument's resolution, which a survey samples by two to
//! three pixels: its neighbours rise with it. A spike stands alone. So a pixel is a spike only if it
//! is far above (or below) the running median *and* its neighbours have no share in it; two adjacent
//! pixels only if both neighbours of the pair have next to none. And its surroundings are calm: the flank of a
//! strong line at high signal to noise is not. The comparison of a pixel with its
//! neighbours, rather than with the noise alone, is the idea of L.A.Cosmic (van Dokkum 2001, PASP 113,
//! 1420) in one dimension.

use super::scale::median;

/// Half the running median's window, in pixels: 11 pixels in all.
pub const HALF_WINDOW: usize = 5;
/// A single pixel is a spike only if each neighbour's residual is below this share of its own.
pub const NEIGHBOUR_SHARE: f64 = 0.35;
/// As [`NEIGHBOUR_SHARE`], for the neighbours of a pair.
pub const PAIR_NEIGHBOUR_SHARE: f64 = 0.15;
/// The pixels around a spike differ among themselves by less than this share of its height.
pub const UNREST: f64 = 0.5;
/// A pixel this many times above the median absolute flux is no measurement, whatever its neighbours: a
/// detector's pixel holds about 1e5 electrons. H-alpha of a planetary nebula reaches 1e3 times its continuum.
pub const GROSS: f64 = 1e5;
/// Least noise assumed, as a share of the median absolute flux: keeps rounding from being a spike.
pub const NOISE_FLOOR: f64 = 1e-3;

/// Marks the spikes among the pixels that are not `bad` yet in `bad`, and returns their number.
///
/// `sigma` counts robust standard deviations of the stretch, after the running median. With fewer than 11
/// good pixels nothing is judged.
pub fn reject_spikes(flux: &[f64], bad: &mut [bool], sigma: f64) -> usize {
    let before = bad.iter().filter(|b| **b).count();
    mark_gross(flux, bad);
    let good: Vec<usize> = (0..flux.len()).filter(|&i| !bad[i]).collect();
    if good.len() > 2 * HALF_WINDOW {
        let values: Vec<f64> = good.iter().map(|&i| flux[i]).collect();
        let residuals = residuals(&values);
        let threshold = sigma * noise(&values, &residuals);
        for sign in [1.0, -1.0] {
            mark_isolated(&values, &residuals, sign, threshold, |i| bad[good[i]] = true);
        }
    }
    bad.iter().filter(|b| **b).count() - before
}

fn mark_gross(flux: &[f64], bad: &mut [bool]) {
    let mut sizes: Vec<f64> = flux.iter().zip(&*bad).filter(|(_, b)| !**b).map(|(f, _)| f.abs()).collect();
    if sizes.len() <= 2 * HALF_WINDOW {
        return;
    }
    let typical = median(&mut sizes);
    if typical > 0.0 {
        for (bad, flux) in bad.iter_mut().zip(flux) {
            *bad |= flux.abs() > GROSS * typical;
        }
    }
}

/// Each value less the median of the values around it.
fn residuals(values: &[f64]) -> Vec<f64> {
    let mut window = Vec::with_capacity(2 * HALF_WINDOW + 1);
    (0..values.len())
        .map(|i| {
            window.clear();
            window.extend_from_slice(&values[i.saturating_sub(HALF_WINDOW)..values.len().min(i + HALF_WINDOW + 1)]);
            values[i] - median(&mut window)
        })
        .collect()
}

/// The larger of two robust standard deviations, and of the floor: of the residuals from the running median,
/// and of second differences (`DER_SNR`, Stoehr+ 2008, ASP Conf. 394, 505). On the monotone slopes of a broad
/// line the running median is the flux itself and its residuals vanish; second differences do not.
fn noise(values: &[f64], residuals: &[f64]) -> f64 {
    let mut deviations: Vec<f64> = residuals.iter().map(|r| r.abs()).collect();
    let mut differences: Vec<f64> = values.windows(5).map(|v| (2.0 * v[2] - v[0] - v[4]).abs()).collect();
    let mut sizes: Vec<f64> = values.iter().map(|v| v.abs()).collect();
    let by_residuals = 1.4826 * median(&mut deviations);
    let by_differences = 1.4826 / 6f64.sqrt() * median(&mut differences);
    by_residuals.max(by_differences).max(NOISE_FLOOR * median(&mut sizes))
}

fn mark_isolated(values: &[f64], residuals: &[f64], sign: f64, threshold: f64, mut mark: impl FnMut(usize)) {
    let n = residuals.len();
    // beyond the ends there is no neighbour to share the flux
    let residual = |i: usize| residuals.get(i).map_or(0.0, |r| sign * r);
    let alone = |first, last| height_above_surroundings(values, first, last, sign).is_some_and(|h| h > threshold);
    for i in (0..n).filter(|&i| residual(i) > threshold) {
        let peak = residual(i);
        let (left, right) = (if i == 0 { 0.0 } else { residual(i - 1) }, residual(i + 1));
        if left <= NEIGHBOUR_SHARE * peak && right <= NEIGHBOUR_SHARE * peak {
            if alone(i, i) {
                mark(i);
            }
        } else if right > threshold {
            let lower = peak.min(right);
            let outside = PAIR_NEIGHBOUR_SHARE * lower;
            if left <= outside && residual(i + 2) <= outside && alone(i, i + 1) {
                mark(i);
                mark(i + 1);
            }
        }
    }
}

/// How far the lowest of the pixels `first..=last` stands above the mean of the two beside them; `None` where
/// those and the next ones differ by more than [`UNREST`] of it: on a line's flank, a running median misleads.
fn height_above_surroundings(values: &[f64], first: usize, last: usize, sign: f64) -> Option<f64> {
    let before = |steps: usize| first.checked_sub(steps).map(|i| values[i]);
    let after = |steps: usize| values.get(last + steps).copied();
    let (left, right) = (before(1).or(after(1))?, after(1).or(before(1))?);
    let base = 0.5 * (left + right);
    let height = values[first..=last].iter().map(|v| sign * (v - base)).fold(f64::INFINITY, f64::min);
    let steps =
        [(left - right).abs(), (left - before(2).unwrap_or(left)).abs(), (right - after(2).unwrap_or(right)).abs()];
    steps.iter().all(|step| *step <= UNREST * height).then_some(height)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SIGMA: f64 = 10.0;

    /// LAMOST-like: 180 pixels of 1.5 A, S/N 50, an H-alpha line of the given height and FWHM in pixels.
    fn spectrum(height: f64, fwhm: f64) -> Vec<f64> {
        (0..180)
            .map(|i| {
                let noise = 20.0 * (f64::from(i) * 2.399).sin();
                1000.0 + noise + height * (-0.5 * ((f64::from(i) - 90.0) * 2.3548 / fwhm).powi(2)).exp()
            })
            .collect()
    }

    fn found(flux: &[f64]) -> Vec<usize> {
        let mut bad = vec![false; flux.len()];
        let n = reject_spikes(flux, &mut bad, SIGMA);
        let found: Vec<usize> = (0..flux.len()).filter(|&i| bad[i]).collect();
        assert_eq!(found.len(), n);
        found
    }

    #[test]
    fn a_resolved_line_of_any_strength_stays() {
        for fwhm in [2.2, 2.5, 3.0, 5.0, 20.0] {
            for height in [-900.0, -500.0, 300.0, 1e3, 1e4, 1e6, 5e7] {
                assert_eq!(found(&spectrum(height, fwhm)), [] as [usize; 0], "height {height}, fwhm {fwhm}");
            }
        }
    }

    #[test]
    fn single_and_paired_spikes_go_up_and_down() {
        for height in [500.0, 1e4, 1e9, -700.0, -1e9] {
            let mut flux = spectrum(0.0, 3.0);
            flux[40] += height;
            assert_eq!(found(&flux), [40], "single, {height}");
            flux[41] += 0.8 * height;
            assert_eq!(found(&flux), [40, 41], "pair, {height}");
        }
    }

    #[test]
    fn pixels_known_to_be_bad_are_neither_counted_nor_compared_with() {
        let mut flux = spectrum(0.0, 3.0);
        flux[40] = 1e9;
        let mut bad = vec![false; flux.len()];
        bad[40] = true;
        assert_eq!(reject_spikes(&flux, &mut bad, SIGMA), 0);
    }

    #[test]
    fn a_sharp_dip_beside_a_line_stays_where_noise_is_low() {
        // an Oe star of high signal to noise: the dip on the blue side of its H-alpha emission
        let mut flux = vec![0.3256; 60];
        let dip = [0.3284, 0.3290, 0.3223, 0.3160, 0.3248, 0.3476, 0.3661, 0.3689, 0.3560, 0.3400, 0.3300];
        flux[25..36].copy_from_slice(&dip);
        assert_eq!(found(&flux), [] as [usize; 0]);
    }

    #[test]
    fn a_run_of_impossible_pixels_goes() {
        let mut flux = spectrum(400.0, 3.0);
        flux[40..44].fill(1e9);
        assert_eq!(found(&flux), [40, 41, 42, 43]);
    }

    #[test]
    fn a_few_pixels_are_not_judged() {
        let mut bad = [false; 10];
        assert_eq!(reject_spikes(&[1.0, 1.0, 1.0, 1e9, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], &mut bad, SIGMA), 0);
    }

    proptest! {
        #[test]
        fn a_resolved_line_stays_wherever_it_falls_on_the_pixels(
            centre in 20.0..160.0f64, fwhm in 2.4..30.0f64, height in prop::sample::select(vec![-0.9, -0.3, 0.5, 3.0, 40.0, 1e3])
        ) {
            let flux: Vec<f64> = spectrum(0.0, 3.0)
                .iter()
                .enumerate()
                .map(|(i, f)| f + 1000.0 * height * (-0.5 * ((i as f64 - centre) * 2.3548 / fwhm).powi(2)).exp())
                .collect();
            prop_assert_eq!(found(&flux), Vec::<usize>::new());
        }

        #[test]
        fn a_gross_pixel_is_always_found(at in 0usize..180, sign in prop::sample::select(vec![1.0, -1.0])) {
            let mut flux = spectrum(400.0, 3.0);
            flux[at] = sign * 1e9;
            prop_assert_eq!(found(&flux), [at]);
        }
    }
}
