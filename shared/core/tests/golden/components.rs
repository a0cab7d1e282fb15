//! Principal components against `PCA(svd_solver="full")`, signs included.

use balmer_core::decomposition::pca;

use crate::matrices::{golden, golden_vector, matrix};

fn check(name: &str, count: usize) {
    let x = matrix(name);
    let fitted = pca(x.view(), count).expect("valid input");
    for (found, expected) in fitted.explained_variance.iter().zip(golden_vector(&format!("pca-{name}-variance"))) {
        assert!((found - expected).abs() <= 1e-9 * expected, "{name}: variance {found}, scikit-learn {expected}");
    }
    let expected = golden::<f64>(&format!("pca-{name}-components"));
    for ((place, found), expected) in fitted.components.indexed_iter().zip(&expected) {
        assert!((found - expected).abs() <= 1e-8, "{name} {place:?}: component {found}, scikit-learn {expected}");
    }
    let expected = golden::<f32>(&format!("pca-{name}-projected"));
    for ((place, found), expected) in fitted.transform(x.view()).indexed_iter().zip(&expected) {
        assert!((found - expected).abs() <= 1e-5, "{name} {place:?}: projected {found}, scikit-learn {expected}");
    }
}

#[test]
fn clustered() {
    check("clustered-600x8", 3);
}

#[test]
fn real_spectra() {
    check("spectra", 10);
}

#[test]
fn fewer_rows_than_features() {
    check("wide-spectra", 5);
}
