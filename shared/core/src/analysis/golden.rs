//! Lines of real spectra against specutils (`tests/tools/make_line_golden.py`).

use serde::Deserialize;

use super::{Continuum, Measurements, Noise, SpectralRegion, measure, snr};
use crate::spectrum::{Medium, Metadata, SpectralAxis, Spectrum};

#[derive(Deserialize)]
struct Golden {
    miles: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    star: String,
    line: String,
    first: f64,
    step: f64,
    flux: Vec<f32>,
    window: (f64, f64),
    left: (f64, f64),
    right: (f64, f64),
    der_snr: f64,
    straight: Expected,
    polynomial: Expected,
    normalised: Expected,
    normalised_flux: Vec<f32>,
    normalised_ivar: Vec<f32>,
}

#[derive(Deserialize)]
struct Expected {
    flux: f64,
    equivalent_width: f64,
    centroid: f64,
    fwhm: f64,
    gaussian_fwhm: Option<f64>,
    flux_error: Option<f64>,
    centroid_error: Option<f64>,
}

/// The tolerance of every width and flux; a centroid may be off by as much of the line's width.
const TOLERANCE: f64 = 0.01;

fn cases() -> Vec<Case> {
    let golden: Golden = serde_json::from_str(include_str!("../../../../tests/golden/lines.json")).unwrap();
    assert_eq!(golden.miles.len(), 8);
    golden.miles
}

fn region((from, to): (f64, f64)) -> SpectralRegion {
    SpectralRegion { from, to, medium: Medium::Air }
}

impl Case {
    fn spectrum(&self, flux: &[f32]) -> Spectrum {
        let axis = SpectralAxis::linear(self.first, self.step, flux.len(), Medium::Air).unwrap();
        Spectrum::new(axis, flux.to_vec(), Metadata::default()).unwrap()
    }

    fn compare(&self, how: &str, found: &Measurements, expected: &Expected) {
        let what = format!("{}, {}, {how}", self.star, self.line);
        let centroid = found.centroid.unwrap().value;
        assert!(
            (centroid - expected.centroid).abs() < TOLERANCE * expected.fwhm,
            "{what}: centroid {centroid} against {}",
            expected.centroid
        );
        let gaussian = found.gaussian_fwhm.map(|m| m.value);
        assert_eq!(gaussian.is_some(), expected.gaussian_fwhm.is_some(), "{what}: {gaussian:?}");
        let pairs = [
            ("flux", Some(found.flux.value), Some(expected.flux)),
            ("equivalent width", Some(found.equivalent_width.value), Some(expected.equivalent_width)),
            ("fwhm", found.fwhm.map(|m| m.value), Some(expected.fwhm)),
            ("gaussian fwhm", gaussian, expected.gaussian_fwhm),
            ("error of the flux", expected.flux_error.map(|_| found.flux.error), expected.flux_error),
            (
                "error of the centroid",
                expected.centroid_error.map(|_| found.centroid.unwrap().error),
                expected.centroid_error,
            ),
        ];
        for (name, found, expected) in pairs {
            let Some(expected) = expected else { continue };
            let found = found.unwrap();
            let off = (found / expected - 1.0).abs();
            println!("{what}: {name} {found:.4}, specutils {expected:.4}, off by {:.4} %", 100.0 * off);
            assert!(off < TOLERANCE, "{what}: {name} {found} against {expected}");
        }
    }
}

#[test]
fn lines_on_a_straight_continuum_equal_specutils() {
    for case in cases() {
        let continuum = Continuum::Straight { left: region(case.left), right: region(case.right) };
        let found = measure(&case.spectrum(&case.flux), &region(case.window), &continuum).unwrap();
        case.compare("straight", &found, &case.straight);
    }
}

#[test]
fn lines_on_a_polynomial_continuum_equal_specutils() {
    for case in cases() {
        let continuum = Continuum::Polynomial { degree: 2, over: region((case.left.0, case.right.1)) };
        let found = measure(&case.spectrum(&case.flux), &region(case.window), &continuum).unwrap();
        case.compare("polynomial", &found, &case.polynomial);
    }
}

#[test]
fn lines_of_normalised_flux_and_their_errors_equal_specutils() {
    for case in cases() {
        let spectrum = case.spectrum(&case.normalised_flux).with_ivar(case.normalised_ivar.clone()).unwrap();
        let found = measure(&spectrum, &region(case.window), &Continuum::Normalised).unwrap();
        assert!(case.normalised.flux_error.is_some() && case.normalised.centroid_error.is_some());
        case.compare("normalised", &found, &case.normalised);
    }
}

#[test]
fn the_ratio_of_the_flux_alone_equals_specutils() {
    for case in cases() {
        let found = snr(&case.spectrum(&case.flux), &region((case.left.0, case.right.1))).unwrap();
        assert_eq!(found.noise, Noise::Estimated);
        assert!((found.value / case.der_snr - 1.0).abs() < 1e-5, "{}: {found:?}, {}", case.star, case.der_snr);
    }
}
