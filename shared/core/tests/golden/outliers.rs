//! LOF against `LocalOutlierFactor`: 1e-5, relative.

use balmer_core::{engine::Unobserved, neighbors, outlier::lof};

use crate::matrices::{golden, matrix};

fn check(name: &str, ks: [usize; 3]) {
    let expected = golden::<f64>(&format!("lof-{name}"));
    let x = matrix(name);
    let table = neighbors::exact(x.view(), ks[2], &Unobserved).expect("valid input");
    for (column, k) in ks.into_iter().enumerate() {
        let found = lof::from_table(&table, k).expect("valid input").lof;
        assert_eq!(found.len(), expected.nrows());
        for (i, (&found, &expected)) in found.iter().zip(expected.column(column)).enumerate() {
            let error = (f64::from(found) - expected).abs() / expected;
            assert!(error <= 1e-5, "{name}, k = {k}, row {i}: {found}, scikit-learn {expected}");
        }
    }
}

#[test]
fn random_50x2() {
    check("random-50x2", [5, 20, 49]);
}

#[test]
fn random_500x10() {
    check("random-500x10", [5, 20, 100]);
}

#[test]
fn random_5000x140() {
    check("random-5000x140", [5, 20, 100]);
}

#[test]
fn clustered() {
    check("clustered-600x8", [5, 20, 100]);
}

#[test]
fn duplicates() {
    check("duplicates-400x5", [5, 20, 100]);
}

#[test]
fn real_spectra() {
    check("spectra", [5, 20, 100]);
}
