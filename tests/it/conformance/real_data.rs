//! Real LAMOST spectra through the program on either device: the same neighbours, factors and ranks, byte for byte; the
//! same labels.

use std::fs;

use balmer_compute::PROBABILITY_TOLERANCE;
use balmer_core::pipeline::{LabelsSpec, PipelineSpec};
use serde_json::Value;

use crate::support::{Balmer, real_data};

/// The candidates of a run on a device, and the bytes of its neighbour table.
fn run(balmer: &Balmer, spec: &PipelineSpec, device: &str) -> (Vec<Value>, Vec<u8>) {
    balmer.file("spec.toml", spec.to_toml());
    let run = balmer.json(["run", "spec.toml", "--limit", "1776", "--device", device]);
    let folder = balmer.data_dir().join("runs").join(run["run"].as_str().unwrap());
    let provenance: Value = serde_json::from_slice(&fs::read(folder.join("provenance.json")).unwrap()).unwrap();
    let ran_on = provenance["device"].as_str().unwrap();
    assert!(ran_on.starts_with(device) && !ran_on.contains(';'), "{ran_on}");
    (run["candidates"].as_array().unwrap().clone(), fs::read(folder.join("neighbors.parquet")).unwrap())
}

#[test]
fn runs_do_not_tell_the_device() {
    let folder = real_data::folder();
    let balmer = Balmer::new();
    balmer.json(["ingest", "lamost", folder.join("lamost-dr10").to_str().unwrap()]);
    let truth = fs::read_to_string(folder.join("lamost-dr10-labels.csv")).unwrap();
    let place = truth.lines().next().unwrap().split(',').position(|head| head == "sub").unwrap();
    let seeds = truth.lines().skip(1).step_by(9).map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        format!("{},{}\n", cells[0], &cells[place][..1])
    });
    balmer.file("labels.csv", format!("spectrum_id,label\n{}", seeds.collect::<String>()));
    balmer.ok(["labels", "import", "lamost", "labels.csv"]);
    for k in [5, 20, 100, 128] {
        let mut spec = PipelineSpec::new("lamost");
        spec.neighbors.n_neighbors = 128;
        spec.lof.n_neighbors = k;
        spec.labels = Some(LabelsSpec { source: "lamost".to_owned(), n_neighbors: 10.min(k), ..LabelsSpec::default() });
        let (expected, table) = run(&balmer, &spec, "cpu");
        let (found, same_table) = run(&balmer, &spec, "gpu");
        assert!(expected.len() > 1700 && expected.len() == found.len(), "{} {}", expected.len(), found.len());
        assert!(table == same_table, "the neighbour tables differ, k = {k}");
        let mut worst = 0.0_f64;
        for (one, other) in expected.iter().zip(&found) {
            for column in ["rank", "spectrum_id", "lof", "is_outlier", "label"] {
                assert_eq!(one[column], other[column], "{column} of {}, k = {k}", one["spectrum_id"]);
            }
            let difference = one["probability"].as_f64().unwrap() - other["probability"].as_f64().unwrap();
            worst = worst.max(difference.abs());
        }
        println!("k = {k}: largest difference of a probability {worst:.1e}");
        assert!(worst <= f64::from(PROBABILITY_TOLERANCE), "{worst}, k = {k}");
    }
}
