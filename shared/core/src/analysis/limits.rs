//! What is refused or left out rather than given as a number that means nothing.

use super::realisations::corrected;
use super::tests::{gaussian, region, sides, window};
use super::*;
use crate::spectrum::{Medium, Metadata, SpectralAxis, Spectrum};

/// 6460 to 6670 A in steps of an Angstrom, no variance stated.
fn spectrum(flux: impl Fn(f64) -> f64) -> Spectrum {
    let axis = SpectralAxis::linear(6460.0, 1.0, 211, Medium::Vacuum).unwrap();
    let values = axis.wavelengths().iter().map(|&w| flux(w) as f32).collect();
    Spectrum::new(axis, values, Metadata::default()).unwrap()
}

/// A deviate between -1 and 1 that differs from pixel to pixel.
fn scatter(w: f64) -> f64 {
    (w * 2.3).sin()
}

#[test]
fn too_few_pixels_of_continuum_tell_no_noise() {
    let noisy = spectrum(|w| 100.0 + scatter(w) - 50.0 * gaussian(w, 6564.6, 4.0));
    let narrow = Continuum::Straight { left: region(6520.0, 6521.0), right: region(6610.0, 6611.0) };
    let error = measure(&noisy, &window(), &narrow).unwrap_err();
    assert_eq!(error.reason(), "no-noise");
    assert_eq!(
        error.to_string(),
        "no noise can be told from the flux of 4 pixels: give a variance, or choose wider windows"
    );
    // clipping leaves out the last two
    let steps = [1.0, 1.2, 0.9, 1.1, 30.0, 60.0];
    let steep = spectrum(|w| steps[(w - 6550.0).clamp(0.0, 5.0) as usize]);
    let level = Continuum::Polynomial { degree: 0, over: region(6550.0, 6555.0) };
    let error = measure(&steep, &region(6550.0, 6555.0), &level).unwrap_err();
    assert_eq!(error.reason(), "no-noise");
    // a stated variance needs no scatter
    let stated = noisy.with_ivar(vec![1.0; 211]).unwrap();
    assert!(measure(&stated, &window(), &narrow).unwrap().snr.value > 90.0);
}

#[test]
fn flux_without_scatter_tells_no_noise() {
    let all = region(6470.0, 6660.0);
    for level in [0.0, 100.0] {
        let flat = spectrum(|_| level);
        assert_eq!(snr(&flat, &all).unwrap_err().reason(), "no-noise");
        // of a stated variance the flux need not tell any
        assert!((snr(&flat.with_ivar(vec![4.0; 211]).unwrap(), &all).unwrap().value - 2.0 * level).abs() < 1e-9);
    }
    let step = spectrum(|w| if (w - 6564.6).abs() < 4.0 { 50.0 } else { 100.0 });
    for continuum in [sides(), Continuum::Normalised, Continuum::Median { width: 120.0 }] {
        assert_eq!(measure(&step, &window(), &continuum).unwrap_err().reason(), "no-noise", "{continuum:?}");
    }
    // scatter in the line alone: none where the continuum is taken from
    let inside = spectrum(|w| 100.0 + if (6535.0..6595.0).contains(&w) { scatter(w) } else { 0.0 });
    let near = Continuum::Straight { left: region(6525.0, 6532.0), right: region(6598.0, 6605.0) };
    assert_eq!(measure(&inside, &window(), &near).unwrap_err().reason(), "no-noise");
}

#[test]
fn what_is_infinite_in_one_realisation_is_left_out() {
    let mut drawn: Vec<f64> = (0..240).map(|i| 1.0 + 0.01 * f64::from(i % 2)).collect();
    assert!(corrected(1.0, 1.0, &drawn).is_some_and(|found| found.error > 0.0));
    drawn[7] = f64::INFINITY;
    assert_eq!(corrected(1.0, 1.0, &drawn), None);
}

#[test]
fn side_windows_inside_the_line_window_are_refused() {
    let line = spectrum(|w| 100.0 + scatter(w) - 50.0 * gaussian(w, 6564.6, 8.0));
    let reason = |left, right| {
        let continuum = Continuum::Straight { left, right };
        measure(&line, &window(), &continuum).err().map(|error| error.reason())
    };
    let (left, right) = (region(6500.0, 6540.0), region(6590.0, 6630.0));
    assert_eq!(reason(left, right), None);
    for (left, right) in [
        (region(6555.0, 6562.0), region(6567.0, 6574.0)),
        (region(6500.0, 6541.0), right),
        (left, region(6589.0, 6630.0)),
        (region(6595.0, 6600.0), region(6610.0, 6630.0)),
    ] {
        assert_eq!(reason(left, right), Some("not-a-continuum"), "{left:?}, {right:?}");
    }
}

#[test]
fn a_profile_of_both_signs_has_no_centroid_beyond_its_window() {
    let cygni = |w: f64| 100.0 * (1.0 + 0.5 * gaussian(w, 6569.6, 4.0) - 0.45 * gaussian(w, 6559.6, 4.0));
    let stated = spectrum(cygni).with_ivar(vec![9.0; 211]).unwrap();
    let found = measure(&stated, &region(6535.0, 6595.0), &sides()).unwrap();
    assert!(found.flux.value > 10.0 * found.flux.error, "{:?}", found.flux);
    assert_eq!((found.centroid, found.gaussian_fwhm), (None, None));
    assert!(found.notes.contains(&Note::BeyondWindow) && !found.notes.contains(&Note::NotSignificant));
    // the emission by itself falls to its half on both sides
    assert!((found.fwhm.unwrap().value - 8.15).abs() < 0.3, "{:?}", found.fwhm);
}

#[test]
fn noise_gives_no_place_or_width_that_the_window_cannot_hold() {
    use crate::simulate::random::{generator, normal_pair};
    let within = region(6556.0, 6573.0);
    let mut left_out = 0;
    for index in 0..300 {
        let mut rng = generator(11, index);
        let noise: Vec<f64> = (0..213).map(|_| 4.0 * normal_pair(&mut rng).0).collect();
        let (up, down) = (noise[211].abs(), noise[212].abs());
        let noisy = spectrum(|w| {
            let lines = up * gaussian(w, 6567.6, 2.0) - down * gaussian(w, 6561.6, 2.0);
            100.0 + 8.0 * lines + noise[(w - 6460.0) as usize]
        });
        let found = measure(&noisy.with_ivar(vec![0.0625; 211]).unwrap(), &within, &sides()).unwrap();
        for width in [found.fwhm, found.gaussian_fwhm].into_iter().flatten() {
            assert!(width.value > 0.0 && width.value < 17.0, "{width:?}");
        }
        assert!(found.centroid.is_none_or(|c| (6556.0..=6573.0).contains(&c.value)), "{:?}", found.centroid);
        left_out += usize::from(found.notes.contains(&Note::BeyondWindow));
    }
    assert!((1..300).contains(&left_out), "{left_out}");
}

/// A trough of half the continuum, from 6540 to 6590 A, with pixels for which `bad` holds masked.
fn trough(bad: impl Fn(f64) -> bool) -> Spectrum {
    let whole = spectrum(|w| if (6540.0..=6590.0).contains(&w) { 50.0 } else { 100.0 });
    let ivar = whole.axis().wavelengths().iter().map(|&w| if bad(w) { 0.0 } else { 4.0 }).collect();
    whole.with_ivar(ivar).unwrap()
}

/// The trough on an axis that lacks some pixels.
fn without(pixels: std::ops::RangeInclusive<usize>) -> Spectrum {
    let whole = trough(|_| false);
    let kept: Vec<usize> = (0..whole.len()).filter(|i| !pixels.contains(i)).collect();
    let axis = kept.iter().map(|&i| whole.axis().wavelengths()[i]).collect();
    let axis = SpectralAxis::from_wavelengths(axis, Medium::Vacuum).unwrap();
    let flux = kept.iter().map(|&i| whole.flux()[i]).collect();
    Spectrum::new(axis, flux, Metadata::default()).unwrap().with_ivar(vec![4.0; kept.len()]).unwrap()
}

#[test]
fn a_gap_beside_the_first_pixel_does_not_widen_the_window() {
    let width = |spectrum: &Spectrum| {
        let found = measure(spectrum, &window(), &sides()).unwrap();
        (found.equivalent_width.value, found.masked, found.notes.contains(&Note::EndMasked))
    };
    let (whole, masked, cut) = width(&trough(|_| false));
    assert!((whole - 25.5).abs() < 1e-9 && masked == 0 && !cut, "{whole}");
    for gap in [6541.0..=6550.0, 6580.0..=6589.0] {
        let (bridged, masked, cut) = width(&trough(|w| gap.contains(&w)));
        assert!((bridged - 25.5).abs() < 1e-9 && masked == 10 && !cut, "{bridged}");
    }
    // the same pixels missing in the axis
    let missing = without(81..=90);
    let (bridged, masked, cut) = width(&missing);
    assert!((bridged - 25.5).abs() < 1e-9 && masked == 10 && !cut, "{bridged}");
}

#[test]
fn a_masked_end_of_the_window_is_left_out_and_noted() {
    for gap in [6536.0..=6545.0, 6587.0..=6593.0] {
        let left_out = (6540..=6590).filter(|&w| gap.contains(&f64::from(w))).count();
        let found = measure(&trough(|w| gap.contains(&w)), &window(), &sides()).unwrap();
        let expected = 0.5 * (51 - left_out) as f64;
        assert!((found.equivalent_width.value - expected).abs() < 1e-9, "{:?}", found.equivalent_width);
        assert_eq!((found.masked, found.notes[0]), (left_out, Note::EndMasked));
    }
    let missing = without(76..=85);
    let found = measure(&missing, &window(), &sides()).unwrap();
    assert!((found.equivalent_width.value - 22.5).abs() < 1e-9, "{:?}", found.equivalent_width);
    assert!(found.notes.contains(&Note::EndMasked), "{:?}", found.notes);
}

#[test]
fn a_median_wider_than_the_spectrum_is_refused() {
    let line = spectrum(|w| 100.0 + scatter(w) - 50.0 * gaussian(w, 6564.6, 4.0));
    let reason = |width| measure(&line, &window(), &Continuum::Median { width }).err().map(|error| error.reason());
    assert_eq!((reason(120.0), reason(210.0)), (None, None));
    for width in [211.0, 5000.0, 1e300, f64::INFINITY] {
        assert_eq!(reason(width), Some("not-a-continuum"), "{width}");
    }
}
