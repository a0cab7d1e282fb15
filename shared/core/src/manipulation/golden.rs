//! The numerics against astropy, specutils and numpy (`tests/tools/golden_recipe.py`).

use serde::Deserialize;

use super::{continuum, convolve, resample};

#[derive(Deserialize)]
struct Golden {
    resampling: Vec<Resampling>,
    convolution: OnAxis<Convolution>,
    polynomial: OnAxis<Polynomial>,
}

#[derive(Deserialize)]
struct Resampling {
    axis: String,
    wavelengths: Vec<f64>,
    flux: Vec<f64>,
    cases: Vec<Resampled>,
}

#[derive(Deserialize)]
struct Resampled {
    target: Vec<f64>,
    linear: Vec<f64>,
    flux_conserving: Vec<f64>,
}

#[derive(Deserialize)]
struct OnAxis<T> {
    wavelengths: Vec<f64>,
    flux: Vec<f64>,
    cases: Vec<T>,
}

#[derive(Deserialize)]
struct Convolution {
    sigma: f64,
    edge: usize,
    result: Vec<f64>,
}

#[derive(Deserialize)]
struct Polynomial {
    degree: usize,
    fit: Vec<f64>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../../../../tests/golden/recipe.json")).unwrap()
}

fn assert_close(found: &[f64], expected: &[f64], relative: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (f, e)) in found.iter().zip(expected).enumerate() {
        assert!((f - e).abs() <= relative * e.abs(), "{what}, pixel {i}: {f} against {e}");
    }
}

#[test]
fn resampling_equals_specutils() {
    let golden = golden();
    assert_eq!(golden.resampling.len(), 3);
    for native in &golden.resampling {
        let (x, y) = (&native.wavelengths, &native.flux);
        for case in &native.cases {
            let what = format!("{} onto {} pixels", native.axis, case.target.len());
            assert_close(&resample::linear(x, y, &case.target), &case.linear, 1e-7, &what);
            assert_close(&resample::flux_conserving(x, y, &case.target), &case.flux_conserving, 1e-7, &what);
        }
    }
}

#[test]
fn convolution_equals_astropy() {
    let OnAxis { wavelengths, flux, cases } = golden().convolution;
    assert_eq!(cases.len(), 4);
    for case in cases {
        let found = convolve::gaussian(&wavelengths, &flux, case.sigma);
        let inner = case.edge..flux.len() - case.edge;
        // the two kernels end a little differently: up to 6e-7 of their area
        assert_close(&found[inner.clone()], &case.result[inner], 1e-6, &format!("sigma {}", case.sigma));
    }
}

#[test]
fn polynomials_equal_numpy() {
    let OnAxis { wavelengths, flux, cases } = golden().polynomial;
    assert_eq!(cases.len(), 5);
    for case in cases {
        let found = continuum::least_squares(&wavelengths, &flux, &vec![true; flux.len()], case.degree);
        assert_close(&found, &case.fit, 1e-9, &format!("degree {}", case.degree));
    }
}
