//! Tails of counts against scipy: `tests/tools/make_counts_golden.py`.

use balmer_core::cluster::{benjamini_hochberg, binomial_sf, hypergeometric_sf};
use serde_json::Value;

fn document() -> Value {
    serde_json::from_str(include_str!("../../../../tests/golden/counts.json")).expect("JSON")
}

fn check(name: &str, tail: impl Fn(&[f64]) -> f64) {
    let document = document();
    let cases = document[name].as_array().expect("a list of cases");
    assert!(cases.len() >= 40);
    for case in cases {
        let numbers: Vec<f64> = case.as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
        let (expected, asked) = numbers.split_last().expect("a probability");
        let found = tail(asked);
        assert!((found - expected).abs() <= 1e-8 * expected, "{name} {asked:?}: {found}, scipy {expected}");
    }
}

#[test]
fn hypergeometric() {
    check("hypergeometric", |c| hypergeometric_sf(c[0] as u64, c[1] as u64, c[2] as u64, c[3] as u64));
}

#[test]
fn binomial() {
    check("binomial", |c| binomial_sf(c[0] as u64, c[1] as u64, c[2]));
}

#[test]
fn false_discovery_rates() {
    let document = document();
    let list = |i: usize| -> Vec<f64> {
        document["false_discovery"][i].as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
    };
    let (p, expected) = (list(0), list(1));
    let found = benjamini_hochberg(&p, p.len());
    assert_eq!(found.len(), 28);
    for (found, expected) in found.iter().zip(&expected) {
        assert!((found - expected).abs() <= 1e-12 * expected, "{found}, scipy {expected}");
    }
    // tests that came out at 1 and are not listed count as well
    let mut more = p.clone();
    more.resize(1000, 1.0);
    assert_eq!(benjamini_hochberg(&p, 1000), benjamini_hochberg(&more, 1000)[..p.len()]);
}
