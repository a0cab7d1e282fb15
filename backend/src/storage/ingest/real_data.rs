//! Ingest of real surveys: the folder named by `BALMER_REAL_DATA`, else `../shared/data` beside the
//! checkout; `cargo xtask test` leaves these tests out where neither exists.

use std::{path::Path, sync::atomic::AtomicBool, time::Instant};

use balmer_exchange::read_spectra_with;

use super::*;
use crate::storage::Query;

fn data(folder: &str) -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let path = std::env::var_os("BALMER_REAL_DATA").map_or(beside, PathBuf::from).join(folder);
    assert!(
        path.is_dir(),
        "no real spectra in {}: set BALMER_REAL_DATA to their folder, or run `cargo xtask test`, which leaves these tests out",
        path.display()
    );
    path
}

fn ingest_into(folder: &Path, from: &Path) -> (Store, IngestReport) {
    let store = Store::open_or_create(folder).unwrap();
    let report =
        ingest(&store, "real", &[from.to_owned()], &IngestOptions::default(), &AtomicBool::new(false), &|_| {});
    (store, report.unwrap())
}

#[test]
fn lamost_dr10_is_stored_and_read_back() {
    let from = data("lamost-dr10");
    let folder = tempfile::tempdir().unwrap();
    let started = Instant::now();
    let (store, report) = ingest_into(folder.path(), &from);
    let seconds = started.elapsed().as_secs_f64();
    assert_eq!((report.files, report.added, report.rejected.len()), (1_776, 1_776, 0), "{report:?}");
    let survey = store.survey("real").unwrap();
    let bytes = survey.info().bytes as f64 / (1 << 20) as f64;
    println!("1776 spectra in {seconds:.1} s, {bytes:.0} MiB");
    assert_eq!(ingest_into(folder.path(), &from).1.already_present, 1_776);
    let good = survey.metadata(&Query {
        condition: Some("class = 'STAR' and snr_r > 10".into()),
        order_by: Some("snr_r desc".into()),
        limit: Some(10),
        ..Query::default()
    });
    let good = good.unwrap();
    assert!(good.len() == 10 && good.windows(2).all(|pair| pair[0].snr_r >= pair[1].snr_r));
    let started = Instant::now();
    let count = survey.spectra(&survey.select(None).unwrap()).map(|s| s.unwrap().len()).filter(|&n| n > 3_000).count();
    println!("read back in {:.2} s", started.elapsed().as_secs_f64());
    assert_eq!(count, 1_776);
    let started = Instant::now();
    survey.spectrum(&good[0].spectrum_id).unwrap();
    println!("one spectrum in {:.1} ms", started.elapsed().as_secs_f64() * 1e3);
}

#[test]
fn every_fixture_comes_back_as_its_reader_gave_it() {
    let from = data("fixtures");
    let folder = tempfile::tempdir().unwrap();
    let (store, report) = ingest_into(folder.path(), &from);
    let survey = store.survey("real").unwrap();
    let rejected = survey.rejects().unwrap();
    assert!(report.added > 100 && !rejected.is_empty(), "{report:?}");
    let mut listed = 0;
    for spectrum in survey.spectra(&survey.select(None).unwrap()) {
        let stored = spectrum.unwrap();
        let bytes = fs::read(&stored.metadata.source).unwrap();
        let native = read_spectra_with(&bytes, &stored.metadata.source, ReadOptions::default()).unwrap();
        let same = native.iter().any(|n| {
            let bits = |flux: &[f32]| flux.iter().map(|f| f.to_bits()).collect::<Vec<_>>();
            n.axis() == stored.axis() && bits(n.flux()) == bits(stored.flux()) && n.and_mask() == stored.and_mask()
        });
        assert!(same, "{}", stored.metadata.spectrum_id);
        listed += 1;
    }
    assert_eq!(listed, report.added);
    let accounted = report.added + report.duplicates;
    assert!(accounted + rejected.len() as u64 >= report.files as u64, "no file disappears without a trace");
    println!("{} files: {} stored, {} rejected", report.files, report.added, rejected.len());
    for reject in rejected {
        println!("  {}: {} ({})", reject.reason, reject.detail, reject.source.rsplit('/').next().unwrap());
    }
}
