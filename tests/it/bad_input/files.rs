//! Files that are no spectra, or bad ones: each is left out with its reason, the others are kept.

use std::{fs, io::Write};

use flate2::{Compression, write::GzEncoder};
use serde_json::Value;

use crate::support::{Balmer, spectra};

/// Ingests `name` beside a good file, which must survive, and returns why `name` was left out.
#[track_caller]
fn reason(name: &str, content: impl AsRef<[u8]>) -> Value {
    let balmer = Balmer::new();
    balmer.file("files/good.csv", spectra::csv(&spectra::wavelengths(), &spectra::star(1), 4.0));
    balmer.file(&format!("files/{name}"), content);
    let report = balmer.json(["ingest", "stars", "files"]);
    assert_eq!((report["added"].as_u64(), report["files"].as_u64()), (Some(1), Some(2)), "{report}");
    let rejected = report["rejected"].as_array().unwrap();
    assert_eq!(rejected.len(), 1, "{report}");
    assert!(rejected[0]["source"].as_str().unwrap().ends_with(name), "{report}");
    let list = fs::read_to_string(balmer.data_dir().join("surveys/stars/rejects.csv")).unwrap();
    assert!(list.contains(name) && list.contains(rejected[0]["reason"].as_str().unwrap()), "{list}");
    rejected[0]["reason"].clone()
}

/// The cards of a FITS image of `pixels` values, padded to a block.
fn image_header(pixels: usize) -> Vec<u8> {
    let cards = [
        "SIMPLE  =                    T".to_owned(),
        "BITPIX  =                  -32".to_owned(),
        "NAXIS   =                    1".to_owned(),
        format!("NAXIS1  = {pixels:>20}"),
        "CRVAL1  =               6300.0".to_owned(),
        "CDELT1  =                  1.5".to_owned(),
        "CRPIX1  =                  1.0".to_owned(),
        "END".to_owned(),
    ];
    let mut header = cards.map(|card| format!("{card:<80}")).concat().into_bytes();
    header.resize(2880, b' ');
    header
}

#[test]
fn an_empty_folder_is_said_to_be_empty() {
    let balmer = Balmer::new();
    fs::create_dir(balmer.path("empty")).unwrap();
    balmer.fails(["ingest", "stars", "empty"]).says(&["empty", "holds no files"]);
    balmer.fails(["ingest", "stars", "nowhere"]).says(&["nowhere", "no such file or folder"]);
    balmer.fails(["spectra", "stars"]).says(&["no survey `stars`"]);
}

#[test]
fn a_truncated_fits_file_is_left_out() {
    let mut bytes = image_header(4000);
    bytes.extend([0; 2880]);
    assert_eq!(reason("cut.fits", bytes), "truncated");
}

#[test]
fn text_named_fits_is_left_out() {
    assert_eq!(reason("notes.fits", "These are my notes on last night.\n"), "unrecognised-format");
}

#[test]
fn a_gzip_bomb_is_not_unpacked() {
    let mut bomb = GzEncoder::new(Vec::new(), Compression::default());
    bomb.write_all(&image_header(400_000_000)).unwrap();
    for _ in 0..1024 {
        bomb.write_all(&vec![0; 1 << 20]).unwrap();
    }
    let bomb = bomb.finish().unwrap();
    assert!(bomb.len() < 8 << 20, "a bomb is small: {}", bomb.len());
    assert_eq!(reason("bomb.fits.gz", bomb), "gzip-bomb");
}

#[test]
fn flux_without_a_number_or_a_signal_is_left_out() {
    let wavelengths = spectra::wavelengths();
    let constant = |value: f64| spectra::csv(&wavelengths, &vec![value; wavelengths.len()], 4.0);
    assert_eq!(reason("nan.csv", constant(f64::NAN)), "no-signal");
    assert_eq!(reason("zero.csv", constant(0.0)), "no-signal");
}

#[test]
fn wavelengths_that_run_back_are_left_out() {
    let mut wavelengths = spectra::wavelengths();
    wavelengths.swap(100, 101);
    assert_eq!(reason("back.csv", spectra::csv(&wavelengths, &spectra::star(0), 4.0)), "non-monotonic-wavelength");
}

#[test]
fn a_spectrum_without_information_is_not_ranked() {
    let balmer = Balmer::new();
    balmer.survey("stars", 30, 0);
    let blind = spectra::csv(&spectra::wavelengths(), &spectra::star(3), 0.0);
    balmer.file("blind.csv", blind);
    balmer.ok(["ingest", "stars", "blind.csv"]);
    balmer.file("spec.toml", "survey = \"stars\"\n[neighbors]\nn_neighbors = 10\n[lof]\nn_neighbors = 10\n");
    let run = balmer.json(["run", "spec.toml", "--limit", "100"]);
    assert_eq!(run["candidates"].as_array().map(Vec::len), Some(30));
    assert!(run["candidates"].as_array().unwrap().iter().all(|c| c["lof"].as_f64().is_some_and(f64::is_finite)));
    let rejected = &balmer.json(["show", "latest"])["rejected"];
    assert_eq!(rejected.as_array().map(Vec::len), Some(1), "{rejected}");
    assert_eq!(rejected[0]["spectrum_id"], "blind");
    assert_eq!(rejected[0]["reason"], "too-few-good-pixels");
}

#[test]
fn nothing_usable_at_all_is_a_failure() {
    let balmer = Balmer::new();
    balmer.file("notes.fits", "These are my notes on last night.\n");
    let failure = balmer.fails(["ingest", "stars", "notes.fits"]);
    failure.says(&["none of 1 files gave a spectrum", "notes.fits"]);
}

#[test]
fn the_wrong_format_is_named() {
    let balmer = Balmer::new();
    balmer.file("star.csv", spectra::csv(&spectra::wavelengths(), &spectra::star(0), 4.0));
    balmer.fails(["ingest", "stars", "star.csv", "--format", "lamost"]).says(&["lamost"]);
    assert_eq!(balmer.fails(["ingest", "stars", "star.csv", "--format", "lamots"]).code, 2);
}
