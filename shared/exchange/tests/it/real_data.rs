//! Every real file is read as astropy reads it, or rejected for the right reason.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use balmer_core::spectrum::Spectrum;
use balmer_exchange::{Format, read_spectra};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct Golden {
    pixels: usize,
    first: f64,
    middle: f64,
    last: f64,
    flux_sum: f64,
    flux_abs: f64,
    medium: String,
    ivar: bool,
}

/// The folder of real spectra, without which no test in a module of this name can run.
pub fn folder() -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("BALMER_REAL_DATA").map_or(beside, PathBuf::from);
    assert!(
        folder.join("fixtures").is_dir(),
        "no real spectra in {}: set BALMER_REAL_DATA to their folder, or run `cargo xtask test`, which leaves these tests out",
        folder.display()
    );
    folder
}

pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn read(path: &Path) -> Result<Vec<Spectrum>, balmer_exchange::ReadError> {
    read_spectra(&std::fs::read(path).unwrap(), path.to_str().unwrap(), Format::Auto)
}

#[test]
fn every_fixture_is_read_as_astropy_reads_it() {
    let root = folder();
    let golden = include_str!("../../../../tests/golden/reader.json");
    let mut golden: BTreeMap<String, Golden> = serde_json::from_str(golden).unwrap();
    let mut folders = files(&root.join("fixtures"));
    folders.push(root.join("inject"));
    let mut failures = Vec::new();
    for path in folders.iter().flat_map(|folder| files(folder)) {
        let key = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        match read(&path) {
            Ok(spectra) => {
                for spectrum in spectra {
                    let id = &spectrum.metadata.spectrum_id;
                    let suffix = ["-B", "-R"].into_iter().find(|s| id.ends_with(s)).unwrap_or_default();
                    match golden.remove(&format!("{key}{suffix}")) {
                        Some(expected) => failures.extend(compare(&key, &spectrum, &expected)),
                        None => failures.push(format!("{key}: read, but astropy found no spectrum")),
                    }
                }
            }
            Err(error) => {
                let expected =
                    if key.ends_with(".xml") || key.ends_with("cross-matched.csv") { "not-a-spectrum" } else { "" };
                if error.reason() != expected {
                    failures.push(format!("{key}: {} ({error})", error.reason()));
                }
            }
        }
    }
    failures.extend(golden.keys().map(|key| format!("{key}: astropy reads it, we do not")));
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

fn compare(key: &str, spectrum: &Spectrum, golden: &Golden) -> Vec<String> {
    let mut wrong = Vec::new();
    let w = spectrum.axis().wavelengths();
    if w.len() != golden.pixels {
        return vec![format!("{key}: {} pixels, astropy {}", w.len(), golden.pixels)];
    }
    for (i, expected) in [(0, golden.first), (w.len() / 2, golden.middle), (w.len() - 1, golden.last)] {
        // a grid stored in single precision is restored: up to 3 % of a pixel
        if (w[i] - expected).abs() > 0.03 * spectrum.axis().pixel_width(i) {
            wrong.push(format!("{key}: pixel {i} at {}, astropy {expected}", w[i]));
        }
    }
    let finite = || spectrum.flux().iter().filter(|f| f.is_finite()).map(|f| f64::from(*f));
    if (finite().sum::<f64>() - golden.flux_sum).abs() > 1e-9 * golden.flux_abs {
        wrong.push(format!("{key}: flux sum {}, astropy {}", finite().sum::<f64>(), golden.flux_sum));
    }
    if spectrum.axis().medium().to_string() != golden.medium || spectrum.ivar().is_some() != golden.ivar {
        wrong.push(format!("{key}: {} with variance {}", spectrum.axis().medium(), spectrum.ivar().is_some()));
    }
    wrong
}

#[test]
fn a_survey_of_lamost_dr10_is_read_whole() {
    let root = folder();
    let plans = root.join("lamost-dr10");
    let paths: Vec<PathBuf> = files(&plans).iter().flat_map(|plan| files(plan)).collect();
    let contents: Vec<Vec<u8>> = paths.iter().map(|path| std::fs::read(path).unwrap()).collect();
    let begin = std::time::Instant::now();
    let mut reasons = BTreeMap::<&str, usize>::new();
    for (path, bytes) in paths.iter().zip(&contents) {
        match read_spectra(bytes, path.to_str().unwrap(), Format::Lamost) {
            Ok(spectra) => {
                let metadata = &spectra[0].metadata;
                assert_eq!(
                    (metadata.layout.as_str(), metadata.release.as_deref()),
                    ("lamost-dr9", Some("LAMOST DR10"))
                );
                *reasons.entry("read").or_default() += 1;
            }
            Err(error) => *reasons.entry(error.reason()).or_default() += 1,
        }
    }
    let each = begin.elapsed().as_secs_f64() * 1e3 / paths.len() as f64;
    println!("{} files, {each:.2} ms each: {reasons:?}", paths.len());
    assert_eq!(reasons.into_iter().collect::<Vec<_>>(), [("read", paths.len())]);
}
