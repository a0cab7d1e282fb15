//! Which pixels are not to be trusted, and which flux range shows the rest.

use balmer_exchange::api::SpectrumBody;

use super::decimation::visible;

/// Whether each pixel is bad: flux not finite, no information (inverse variance 0), or masked in every
/// exposure. Bits set in only some exposures are common and leave the pixel good.
pub fn bad_pixels(spectrum: &SpectrumBody) -> Vec<bool> {
    let masked = |i: usize| spectrum.and_mask.as_ref().is_some_and(|mask| mask[i] != 0);
    let blind = |i: usize| spectrum.ivar.as_ref().is_some_and(|ivar| ivar[i].is_nan() || ivar[i] <= 0.0);
    (0..spectrum.flux.len()).map(|i| !spectrum.flux[i].is_finite() || blind(i) || masked(i)).collect()
}

/// Percentage of pixels that are not bad, rounded down so that 100 means all; `None` without pixels.
pub fn good_percent(spectrum: &SpectrumBody) -> Option<f64> {
    let bad = bad_pixels(spectrum);
    let good = bad.iter().filter(|bad| !**bad).count();
    (!bad.is_empty()).then(|| (100.0 * good as f64 / bad.len() as f64).floor())
}

/// Runs of bad pixels as wavelength intervals that reach half-way to the neighbours.
pub fn bad_intervals(wavelengths: &[f64], bad: &[bool]) -> Vec<(f64, f64)> {
    let edge = |i: usize, j: usize| f64::midpoint(wavelengths[i], wavelengths[j]);
    let last = wavelengths.len().saturating_sub(1);
    let mut intervals = Vec::new();
    let mut start = None;
    for (i, &bad) in bad.iter().enumerate() {
        match (bad, start) {
            (true, None) => start = Some(edge(i.saturating_sub(1), i)),
            (false, Some(from)) => {
                intervals.push((from, edge(i - 1, i)));
                start = None;
            }
            _ => {}
        }
    }
    if let Some(from) = start {
        intervals.push((from, wavelengths[last]));
    }
    intervals
}

/// The flux range that shows the good pixels of a window, with a margin. A single deviant pixel does
/// not flatten the rest: the range is that of the running median of three; a line two pixels wide counts.
pub fn flux_range(wavelengths: &[f64], flux: &[f32], bad: &[bool], window: (f64, f64)) -> (f64, f64) {
    let inside = |i: &usize| (window.0..=window.1).contains(&wavelengths[*i]);
    let good = |trust: bool| -> Vec<f32> {
        let pixels = visible(wavelengths, window).filter(inside);
        pixels.filter(|&i| flux[i].is_finite() && !(trust && bad[i])).map(|i| flux[i]).collect()
    };
    let mut values = good(true);
    if values.len() < 3 {
        values = good(false);
    }
    let medians: Vec<f32> = match values.len() {
        0 => return (0.0, 1.0),
        1 | 2 => values,
        _ => values.windows(3).map(|w| w[0].max(w[1]).min(w[0].min(w[1]).max(w[2]))).collect(),
    };
    let low = f64::from(medians.iter().copied().fold(f32::INFINITY, f32::min));
    let high = f64::from(medians.iter().copied().fold(f32::NEG_INFINITY, f32::max));
    let margin = if high > low { 0.08 * (high - low) } else { 0.5 * high.abs().max(1.0) };
    (low - margin, high + margin)
}

#[cfg(test)]
mod tests {
    use balmer_core::spectrum::{Medium, Metadata, SpectralAxis, Spectrum};

    use super::*;

    fn axis(n: usize) -> Vec<f64> {
        (0..n).map(|i| 100.0 + i as f64).collect()
    }

    #[test]
    fn bad_is_blind_masked_everywhere_or_not_a_number() {
        let axis = SpectralAxis::linear(100.0, 1.0, 5, Medium::Air).unwrap();
        let spectrum = Spectrum::new(axis, vec![1.0, f32::NAN, 1.0, 1.0, 1.0], Metadata::default()).unwrap();
        let spectrum = spectrum.with_ivar(vec![1.0, 1.0, 0.0, 1.0, 1.0]).unwrap();
        let spectrum = spectrum.with_masks(Some(vec![0, 0, 0, 4, 0]), Some(vec![1; 5])).unwrap();
        let body = SpectrumBody::from(spectrum);
        assert_eq!(bad_pixels(&body), [false, true, true, true, false]);
        assert_eq!(good_percent(&body), Some(40.0));
    }

    #[test]
    fn intervals_reach_half_way_to_the_good_neighbours() {
        let bad = [true, false, false, true, true, false, true];
        assert_eq!(bad_intervals(&axis(7), &bad), [(100.0, 100.5), (102.5, 104.5), (105.5, 106.0)]);
    }

    #[test]
    fn a_cosmic_ray_does_not_flatten_but_a_line_counts() {
        let mut flux = vec![1.0f32; 60];
        flux[10] = 1e6;
        flux[30] = 5.0;
        flux[31] = 5.0;
        flux[50] = -3.0;
        let (low, high) = flux_range(&axis(60), &flux, &[false; 60], (100.0, 159.0));
        assert!((high - 5.32).abs() < 1e-6 && (low - 0.68).abs() < 1e-6, "{low} {high}");
    }

    #[test]
    fn bad_pixels_count_only_where_there_is_nothing_else() {
        let flux = [0.0, 0.0, 0.0, 7.0, 7.0, 7.0, 7.0, 9.0, 9.0];
        let bad = [true, true, true, false, false, false, false, false, false];
        assert!(flux_range(&axis(9), &flux, &bad, (0.0, 200.0)).0 > 6.0);
        assert!(flux_range(&axis(9), &flux, &[true; 9], (0.0, 200.0)).0 < 0.0);
        assert_eq!(flux_range(&axis(9), &flux, &bad, (1000.0, 2000.0)), (0.0, 1.0));
    }
}
