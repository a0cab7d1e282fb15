//! What a measurement promises, on lines whose numbers are in sight.

use super::level::Level;
use super::stretch::Stretch;
use super::*;
use crate::manipulation::convolve::FWHM_PER_SIGMA;
use crate::spectrum::{Medium, Metadata, SpectralAxis, Spectrum, vacuum_to_air};

const SNR: f64 = 200.0;

pub(super) fn region(from: f64, to: f64) -> SpectralRegion {
    SpectralRegion { from, to, medium: Medium::Vacuum }
}

pub(super) fn window() -> SpectralRegion {
    region(6540.0, 6590.0)
}

pub(super) fn sides() -> Continuum {
    Continuum::Straight { left: region(6480.0, 6530.0), right: region(6600.0, 6650.0) }
}

/// 6460 to 6670 A in steps of an Angstrom, without noise but with the variance of S/N 200.
pub(super) fn spectrum(flux: impl Fn(f64) -> f64) -> Spectrum {
    let axis = SpectralAxis::linear(6460.0, 1.0, 211, Medium::Vacuum).unwrap();
    let values: Vec<f64> = axis.wavelengths().iter().map(|&w| flux(w)).collect();
    let ivar = values.iter().map(|f| (SNR / f).powi(2) as f32).collect();
    Spectrum::new(axis, values.iter().map(|&f| f as f32).collect(), Metadata::default())
        .unwrap()
        .with_ivar(ivar)
        .unwrap()
}

pub(super) fn gaussian(w: f64, centre: f64, sigma: f64) -> f64 {
    (-0.5 * ((w - centre) / sigma).powi(2)).exp()
}

/// A sloping continuum with a Gaussian of sigma 4 A at 6564.6 A, `height` times the continuum high.
pub(super) fn one_line(height: f64) -> Spectrum {
    spectrum(|w| (500.0 + w - 6564.6) * (1.0 + height * gaussian(w, 6564.6, 4.0)))
}

/// Violet peak 1.2, red peak 0.9, 8 A apart.
fn two_peaks() -> Spectrum {
    spectrum(|w| 100.0 * (1.0 + 1.2 * gaussian(w, 6560.6, 2.0) + 0.9 * gaussian(w, 6568.6, 2.0)))
}

#[test]
fn a_gaussian_in_absorption_and_in_emission() {
    let area = 4.0 * std::f64::consts::TAU.sqrt();
    for (height, feature) in [(-0.5, Feature::Absorption), (0.8, Feature::Emission)] {
        let found = measure(&one_line(height), &window(), &sides()).unwrap();
        assert_eq!((found.feature, found.medium), (feature, Medium::Vacuum));
        assert_eq!((found.pixels, found.masked), (51, 0));
        assert!((found.equivalent_width.value + height * area).abs() < 0.01, "{:?}", found.equivalent_width);
        assert!((found.flux.value - 500.0 * height * area).abs() < 5.0, "{:?}", found.flux);
        // the continuum slopes by 0.2 % an Angstrom: the flux-weighted mean moves by sigma squared of it
        let centroid = 6564.6 + 16.0 / 500.0;
        assert!((found.centroid.unwrap().value - centroid).abs() < 0.01, "{:?}", found.centroid);
        assert!((found.fwhm.unwrap().value / (4.0 * FWHM_PER_SIGMA) - 1.0).abs() < 0.01, "{:?}", found.fwhm);
        let gaussian = found.gaussian_fwhm.unwrap().value;
        assert!((gaussian / (4.0 * FWHM_PER_SIGMA) - 1.0).abs() < 0.01, "{gaussian}");
        assert!((found.continuum.value - 500.4).abs() < 0.01, "{:?}", found.continuum);
        assert!((found.snr.value - SNR).abs() < 1e-3 && found.snr.noise == Noise::Stated, "{:?}", found.snr);
        let reason = if feature == Feature::Emission { Note::OnePeak } else { Note::NoEmission };
        assert_eq!((found.double_peak, found.notes), (None, vec![reason]));
    }
}

#[test]
fn the_error_of_the_equivalent_width_is_that_of_vollmann_and_eversberg() {
    // a trough as wide as the window with noise of photons; as many pixels of continuum as of line
    let depth = 0.5;
    let axis = SpectralAxis::linear(6500.0, 1.0, 101, Medium::Vacuum).unwrap();
    let inside = |w: f64| (6526.0..=6575.0).contains(&w);
    let relative: Vec<f64> = axis.wavelengths().iter().map(|&w| if inside(w) { depth } else { 1.0 }).collect();
    let ivar = relative.iter().map(|r| (SNR * SNR / r) as f32).collect();
    let flux = relative.iter().map(|&r| r as f32).collect();
    let spectrum = Spectrum::new(axis, flux, Metadata::default()).unwrap().with_ivar(ivar).unwrap();
    let continuum = Continuum::Straight { left: region(6501.0, 6525.0), right: region(6576.0, 6600.0) };
    let found = measure(&spectrum, &region(6526.0, 6575.0), &continuum).unwrap().equivalent_width;
    let (pixels, width) = (50.0f64, 25.0);
    assert!((found.value - width).abs() < 1e-4, "{found:?}");
    // the paper's S/N is that of the mean flux of line and continuum: of all pixels together
    let expected = (1.0 + 1.0 / depth).sqrt() * (pixels - width) / (SNR * pixels.sqrt());
    assert!((found.error / expected - 1.0).abs() < 1e-3, "{} against {expected}", found.error);
}

#[test]
fn a_window_in_the_other_medium_is_the_same_window() {
    let in_air = |r: SpectralRegion| SpectralRegion {
        from: vacuum_to_air(r.from - 0.5),
        to: vacuum_to_air(r.to + 0.5),
        medium: Medium::Air,
    };
    let spectrum = one_line(0.8);
    let Continuum::Straight { left, right } = sides() else { unreachable!() };
    let air = Continuum::Straight { left: in_air(left), right: in_air(right) };
    assert_eq!(measure(&spectrum, &in_air(window()), &air), measure(&spectrum, &window(), &sides()));
}

#[test]
fn every_continuum_finds_the_line() {
    let spectrum = spectrum(|w| 100.0 * (1.0 - 0.6 * gaussian(w, 6564.6, 3.0)));
    let expected = 0.6 * 3.0 * std::f64::consts::TAU.sqrt();
    for continuum in
        [sides(), Continuum::Polynomial { degree: 3, over: region(6470.0, 6660.0) }, Continuum::Median { width: 120.0 }]
    {
        let found = measure(&spectrum, &window(), &continuum).unwrap();
        assert!((found.equivalent_width.value / expected - 1.0).abs() < 0.01, "{continuum:?}: {found:?}");
        assert!(found.continuum.error > 0.0 && found.continuum.error < 100.0 / SNR, "{:?}", found.continuum);
    }
    let axis = spectrum.axis().clone();
    let flux = spectrum.flux().iter().map(|f| f / 100.0).collect();
    let ivar = spectrum.ivar().unwrap().iter().map(|v| v * 1e4).collect();
    let normalised = Spectrum::new(axis, flux, Metadata::default()).unwrap().with_ivar(ivar).unwrap();
    let found = measure(&normalised, &window(), &Continuum::Normalised).unwrap();
    assert!((found.equivalent_width.value / expected - 1.0).abs() < 0.01, "{found:?}");
    assert_eq!(found.continuum, Measured { value: 1.0, error: 0.0 });
    assert!((found.equivalent_width.value + found.flux.value).abs() < 1e-12);
}

#[test]
fn what_a_level_carries_back_is_what_moves_it() {
    let spectrum = one_line(-0.4);
    let range = |r: SpectralRegion| (r.from, r.to);
    for continuum in [
        Continuum::Normalised,
        sides(),
        Continuum::Polynomial { degree: 4, over: region(6470.0, 6660.0) },
        Continuum::Median { width: 80.0 },
    ] {
        let named = continuum.regions(range(window()), spectrum.axis()).unwrap();
        let regions = [&[("line window", range(window()), 5)], named.as_slice()].concat();
        let stretch = Stretch::new(&spectrum, &regions, continuum.margin()).unwrap();
        let level = Level::new(&continuum, &named, &stretch);
        let wave = |f: f64| -> Vec<f64> { (0..stretch.flux.len()).map(|i| (f * i as f64).sin()).collect() };
        let (change, gradient) = (wave(1.7), wave(0.3));
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let (there, back) = (dot(&gradient, &level.respond(&change)), dot(&level.carry(&gradient), &change));
        assert!((there - back).abs() < 1e-9, "{continuum:?}: {there} and {back}");
    }
}

#[test]
fn two_peaks_have_heights_a_ratio_and_a_separation() {
    let found = measure(&two_peaks(), &window(), &sides()).unwrap();
    let peaks = found.double_peak.unwrap();
    let off = |found: Measured, truth: f64| (found.value - truth).abs() / found.error;
    assert!((peaks.violet.value / 1.2 - 1.0).abs() < 0.02 && off(peaks.violet, 1.2) < 2.0, "{peaks:?}");
    assert!((peaks.red.value / 0.9 - 1.0).abs() < 0.02 && off(peaks.red, 0.9) < 2.0, "{peaks:?}");
    assert!((peaks.ratio.value / (1.2 / 0.9) - 1.0).abs() < 0.02, "{peaks:?}");
    let separation = 299_792.458 * 8.0 / 6564.6;
    assert!((peaks.separation.value / separation - 1.0).abs() < 0.01, "{peaks:?}");
    assert!((peaks.violet_at.value - 6560.6).abs() < 0.1 && (peaks.red_at.value - 6568.6).abs() < 0.1, "{peaks:?}");
    assert_eq!(found.notes, []);
}

#[test]
fn peaks_of_a_shell_line_need_no_net_emission() {
    let shell = spectrum(|w| {
        100.0 * (1.0 + 0.3 * gaussian(w, 6556.6, 2.0) + 0.3 * gaussian(w, 6572.6, 2.0) - 0.9 * gaussian(w, 6564.6, 3.0))
    });
    let found = measure(&shell, &window(), &sides()).unwrap();
    assert_eq!(found.feature, Feature::Absorption);
    let ratio = found.double_peak.unwrap().ratio;
    assert!((ratio.value - 1.0).abs() < 2.0 * ratio.error, "{ratio:?}");
}

#[test]
fn masked_pixels_are_left_out_and_counted() {
    let whole = one_line(-0.5);
    let mut flux = whole.flux().to_vec();
    let mut ivar = whole.ivar().unwrap().to_vec();
    let mut mask = vec![0; flux.len()];
    // 6560 A by variance, 6570 and 6571 A by mask, 6500 A not a number, 6585 A in one exposure only
    (flux[100], ivar[100]) = (1e9, 0.0);
    (flux[110], flux[111], mask[110], mask[111]) = (-1e9, 0.0, 8, 8);
    flux[40] = f32::NAN;
    let mut any = mask.clone();
    any[125] = 1;
    let axis = whole.axis().clone();
    let broken = Spectrum::new(axis, flux, Metadata::default()).unwrap().with_ivar(ivar).unwrap();
    let broken = broken.with_masks(Some(mask), Some(any)).unwrap();
    let found = measure(&broken, &window(), &sides()).unwrap();
    assert_eq!((found.pixels, found.masked), (48, 3));
    let expected = measure(&whole, &window(), &sides()).unwrap();
    assert!((found.equivalent_width.value / expected.equivalent_width.value - 1.0).abs() < 0.01, "{found:?}");
    assert!((found.fwhm.unwrap().value / expected.fwhm.unwrap().value - 1.0).abs() < 0.02, "{found:?}");
}

#[test]
fn what_cannot_be_measured_says_why() {
    let spectrum = one_line(-0.5);
    let reason = |window: SpectralRegion, continuum: Continuum| {
        let error = measure(&spectrum, &window, &continuum).unwrap_err();
        (error.reason(), error.to_string())
    };
    let (code, text) = reason(region(6640.0, 6690.0), Continuum::Normalised);
    assert_eq!(code, "not-covered");
    assert_eq!(
        text,
        "the line window is 6640.00-6690.00 A, the spectrum covers 6460.00-6670.00 A: choose one inside it"
    );
    let right = region(6600.0, 6700.0);
    let (_, text) = reason(window(), Continuum::Straight { left: region(6480.0, 6530.0), right });
    assert!(text.starts_with("the right side window is 6600.00-6700.00 A"), "{text}");
    assert_eq!(reason(region(6590.0, 6540.0), sides()).0, "not-a-region");
    assert_eq!(reason(region(6563.0, 6566.0), sides()).0, "too-few-good-pixels");
    for continuum in [
        Continuum::Straight { left: right, right: region(6480.0, 6530.0) },
        Continuum::Polynomial { degree: 16, over: region(6470.0, 6660.0) },
        Continuum::Polynomial { degree: 2, over: region(6550.0, 6660.0) },
        Continuum::Median { width: 50.0 },
        Continuum::Median { width: f64::NAN },
    ] {
        assert_eq!(reason(window(), continuum).0, "not-a-continuum", "{continuum:?}");
    }
    let mut ivar = spectrum.ivar().unwrap().to_vec();
    ivar[82..110].fill(0.0);
    let masked = spectrum.with_ivar(ivar).unwrap();
    let error = measure(&masked, &window(), &sides()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "23 of 51 pixels in the line window 6540.00-6590.00 A are good: it takes 5, and half of all; choose a wider or \
         another one"
    );
    assert_eq!(snr(&masked, &region(6545.0, 6560.0)).unwrap_err().reason(), "too-few-good-pixels");
    let error = measure(&one_line(-0.5), &window(), &sides()).and(measure(
        &self::spectrum(|w| 6550.0 - w),
        &window(),
        &sides(),
    ));
    assert_eq!(error.unwrap_err().reason(), "continuum-not-positive");
}

#[test]
fn pixels_missing_in_the_axis_count_as_masked() {
    let whole = one_line(-0.5);
    let kept: Vec<usize> = (0..whole.len()).filter(|i| !(86..=110).contains(i)).collect();
    let axis = kept.iter().map(|&i| whole.axis().wavelengths()[i]).collect();
    let axis = SpectralAxis::from_wavelengths(axis, Medium::Vacuum).unwrap();
    let flux = kept.iter().map(|&i| whole.flux()[i]).collect();
    let ivar = kept.iter().map(|&i| whole.ivar().unwrap()[i]).collect();
    let gap = Spectrum::new(axis, flux, Metadata::default()).unwrap().with_ivar(ivar).unwrap();
    let found = measure(&gap, &window(), &Continuum::Median { width: 100.0 }).unwrap();
    assert_eq!((found.pixels, found.masked), (26, 25));
    assert_eq!(measure(&gap, &region(6544.0, 6572.0), &sides()).unwrap_err().reason(), "too-few-good-pixels");
}

#[test]
fn without_variance_the_scatter_gives_the_errors() {
    use crate::simulate::random::{generator, normal_pair};
    let clean = one_line(-0.5);
    let mut rng = generator(7, 0);
    let noisy: Vec<f32> = clean.flux().iter().map(|f| f + (2.5 * normal_pair(&mut rng).0) as f32).collect();
    let without = Spectrum::new(clean.axis().clone(), noisy, Metadata::default()).unwrap();
    let with = without.clone().with_ivar(vec![0.16; clean.len()]).unwrap();
    let measure = |s: &Spectrum| measure(s, &window(), &sides()).unwrap();
    let (estimated, stated) = (measure(&without), measure(&with));
    assert_eq!(estimated.notes[0], Note::NoVariance);
    assert_eq!(estimated.snr.noise, Noise::Estimated);
    assert_eq!(estimated.equivalent_width.value, stated.equivalent_width.value);
    for (a, b) in [
        (estimated.equivalent_width, stated.equivalent_width),
        (estimated.centroid.unwrap(), stated.centroid.unwrap()),
        (estimated.fwhm.unwrap(), stated.fwhm.unwrap()),
    ] {
        assert!((a.error / b.error - 1.0).abs() < 0.2, "{a:?}, {b:?}");
    }
    assert!((estimated.snr.value / stated.snr.value - 1.0).abs() < 0.2);
}

#[test]
fn noise_alone_has_no_place_and_no_width() {
    use crate::simulate::random::{generator, normal_pair};
    let flat = spectrum(|_| 100.0);
    let mut rng = generator(8, 0);
    let noisy = flat.flux().iter().map(|f| f + (0.5 * normal_pair(&mut rng).0) as f32).collect();
    let noisy = Spectrum::new(flat.axis().clone(), noisy, Metadata::default()).unwrap();
    let found = measure(&noisy.with_ivar(vec![4.0; flat.len()]).unwrap(), &window(), &sides()).unwrap();
    assert_eq!((found.centroid, found.fwhm, found.gaussian_fwhm, found.double_peak), (None, None, None, None));
    assert!(found.notes.contains(&Note::NotSignificant), "{:?}", found.notes);
    assert!(found.equivalent_width.value.abs() < 3.0 * found.equivalent_width.error);
}

#[test]
fn a_line_cut_by_its_window_has_no_full_width() {
    let found = measure(&one_line(0.8), &region(6565.0, 6590.0), &sides()).unwrap();
    assert_eq!(found.fwhm, None);
    assert!(found.notes.contains(&Note::NoHalfMaximum), "{:?}", found.notes);
}

#[test]
fn the_same_spectrum_gives_the_same_numbers() {
    let measure = || measure(&two_peaks(), &window(), &sides()).unwrap();
    assert_eq!(measure(), measure());
}

#[test]
fn a_request_survives_json() {
    for continuum in [Continuum::Normalised, sides(), Continuum::Median { width: 120.0 }] {
        let text = serde_json::to_string(&continuum).unwrap();
        assert_eq!(serde_json::from_str::<Continuum>(&text).unwrap(), continuum, "{text}");
    }
    let found = measure(&two_peaks(), &window(), &sides()).unwrap();
    let text = serde_json::to_string(&found).unwrap();
    assert!(text.contains("\"feature\":\"emission\"") && text.contains("\"ratio\":{\"value\":"), "{text}");
}

#[test]
fn the_continuum_can_be_seen() {
    let level = continuum_level(&one_line(0.8), &window(), &sides()).unwrap();
    assert!(level.iter().all(|(w, value)| (value - (500.0 + w - 6564.6)).abs() < 0.01), "{level:?}");
    // from the start of the left to the end of the right side window
    assert_eq!((level[0].0, level[level.len() - 1].0), (6480.0, 6650.0));
    let beyond = region(6000.0, 6010.0);
    assert_eq!(continuum_level(&one_line(0.8), &beyond, &Continuum::Normalised).unwrap_err().reason(), "not-covered");
}
