//! Ingest as its users see it, on small FITS files written here.

use std::{
    fs,
    path::Path,
    process::Command,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

use super::*;

/// A 1-D linear FITS image of `pixels` pixels, as IRAF writes it, that differs with `seed`.
fn fits(seed: usize, pixels: usize) -> Vec<u8> {
    let cards = [
        "SIMPLE  =                    T".to_owned(),
        "BITPIX  =                  -32".to_owned(),
        "NAXIS   =                    1".to_owned(),
        format!("NAXIS1  = {pixels:>20}"),
        format!("OBJECT  = 'star {seed}'"),
        "CRVAL1  =               6500.0".to_owned(),
        "CDELT1  =                 0.25".to_owned(),
        "CRPIX1  =                  1.0".to_owned(),
        "CTYPE1  = 'LINEAR  '".to_owned(),
        "CUNIT1  = 'Angstrom'".to_owned(),
        "END".to_owned(),
    ];
    let mut bytes: Vec<u8> = cards.iter().flat_map(|card| format!("{card:<80}").into_bytes()).collect();
    bytes.resize(bytes.len().next_multiple_of(2_880), b' ');
    bytes.extend((0..pixels).flat_map(|p| ((seed * pixels + p) as f32).sin().abs().to_be_bytes()));
    bytes.resize(bytes.len().next_multiple_of(2_880), 0);
    bytes
}

fn write_files(folder: &Path, range: std::ops::Range<usize>) {
    fs::create_dir_all(folder).unwrap();
    for i in range {
        fs::write(folder.join(format!("star-{i:04}.fits")), fits(i + 1, 500)).unwrap();
    }
}

fn small_parts() -> IngestOptions {
    IngestOptions { write: WriteOptions { part_spectra: 64, ..WriteOptions::default() }, ..IngestOptions::default() }
}

fn run(store: &Store, folder: &Path) -> Result<IngestReport> {
    ingest(store, "survey", &[folder.to_owned()], &small_parts(), &AtomicBool::new(false), &|_| {})
}

#[test]
fn only_what_is_missing_is_added_and_the_rest_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("files");
    write_files(&files, 0..100);
    fs::write(files.join("text.fits"), "no FITS at all, but longer than nothing").unwrap();
    fs::write(files.join("cut.fits"), &fits(7, 500)[..3_000]).unwrap();
    fs::write(files.join("copy.fits"), fits(8, 500)).unwrap();
    let store = Store::open_or_create(folder.path().join("data")).unwrap();
    let report = run(&store, &files).unwrap();
    assert_eq!((report.files, report.files_done, report.added, report.duplicates), (103, 103, 100, 1));
    let mut reasons: Vec<&str> = report.rejected.iter().map(|r| r.reason.as_str()).collect();
    reasons.sort_unstable();
    assert_eq!(reasons, ["duplicate-content", "truncated", "unrecognised-format"]);
    write_files(&files, 100..110);
    let again = run(&store, &files).unwrap();
    assert_eq!((again.added, again.already_present, again.total), (10, 100, 110));
    let survey = store.survey("survey").unwrap();
    assert_eq!(survey.rejects().unwrap().len(), 3, "listed once");
    assert_eq!(survey.spectrum("star-0105").unwrap().flux()[3], (106.0f32 * 500.0 + 3.0).sin().abs());
    let nothing = tempfile::tempdir().unwrap();
    assert!(matches!(run(&store, nothing.path()), Err(StoreError::NothingToIngest(_))));
}

#[test]
fn a_catalogue_is_joined_as_spectra_are_stored() {
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("files");
    write_files(&files, 0..3);
    let path = folder.path().join("catalogue.csv");
    fs::write(&path, "spectrum_id,subclass\nstar-0001,B2 Ve\nnowhere,K0\n").unwrap();
    let store = Store::open_or_create(folder.path().join("data")).unwrap();
    let options = IngestOptions { catalogue: Some(read_catalogue(&path).unwrap()), ..small_parts() };
    let report = ingest(&store, "survey", &[files], &options, &AtomicBool::new(false), &|_| {}).unwrap();
    assert_eq!((report.added, report.in_catalogue), (3, 1));
    let star = store.survey("survey").unwrap().spectrum("star-0001").unwrap();
    assert_eq!(star.metadata.subclass.as_deref(), Some("B2 Ve"));
    fs::write(&path, "name\nx\n").unwrap();
    assert!(read_catalogue(&path).unwrap_err().to_string().contains("catalogue.csv: no column to join by"));
}

#[test]
fn a_cancelled_ingest_keeps_what_is_complete() {
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("files");
    write_files(&files, 0..400);
    let store = Store::open_or_create(folder.path().join("data")).unwrap();
    let (cancel, calls) = (AtomicBool::new(false), AtomicUsize::new(0));
    let stop_soon = |_: &IngestReport| {
        if calls.fetch_add(1, Ordering::Relaxed) == 100 {
            cancel.store(true, Ordering::Relaxed);
        }
    };
    let report = ingest(&store, "survey", std::slice::from_ref(&files), &small_parts(), &cancel, &stop_soon).unwrap();
    assert!(report.cancelled && report.added >= 100 && report.added < 400, "{report:?}");
    assert_eq!(store.survey("survey").unwrap().count(), report.added);
    let rest = run(&store, &files).unwrap();
    assert_eq!((rest.already_present, rest.total), (report.added, 400));
}

#[test]
fn the_same_files_make_the_same_survey() {
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("files");
    write_files(&files, 0..150);
    let digests = |data: &str| {
        let store = Store::open_or_create(folder.path().join(data)).unwrap();
        run(&store, &files).unwrap();
        store.survey("survey").unwrap().manifest().parts.iter().map(|p| p.digest.clone()).collect::<Vec<_>>()
    };
    assert_eq!(digests("one"), digests("two"));
}

/// The disk fills up: a child process ingests under a limit on the size of files it may write, which
/// fails its writes as a full disk does.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_loses_nothing_that_was_committed() {
    const CHILD: &str = "BALMER_TEST_FULL_DISK";
    if let Some(folder) = std::env::var_os(CHILD) {
        let folder = PathBuf::from(folder);
        let error = run(&Store::open(folder.join("data")).unwrap(), &folder.join("more")).unwrap_err();
        panic!("as expected: {error}");
    }
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open_or_create(folder.path().join("data")).unwrap();
    write_files(&folder.path().join("few"), 0..20);
    run(&store, &folder.path().join("few")).unwrap();
    write_files(&folder.path().join("more"), 20..140);
    let limited = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 120; exec \"$0\" --exact --nocapture \"$1\""])
        .arg(std::env::current_exe().unwrap())
        .arg("storage::ingest::tests::a_full_disk_loses_nothing_that_was_committed")
        .env(CHILD, folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&limited.stderr).into_owned() + &String::from_utf8_lossy(&limited.stdout);
    assert!(said.contains("as expected: disk full while writing"), "{said}");
    let survey = store.survey("survey").unwrap();
    assert_eq!(survey.count(), 20);
    assert_eq!(survey.spectra(&survey.select(None).unwrap()).flatten().count(), 20);
    let parts = fs::read_dir(survey.folder().join("parts")).unwrap().count();
    assert_eq!(parts, 1, "nothing half-written stays to fill the disk");
    assert_eq!(run(&store, &folder.path().join("more")).unwrap().total, 140);
}

#[test]
#[cfg(unix)]
fn a_read_only_data_directory_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("files");
    write_files(&files, 0..1);
    let data = folder.path().join("data");
    let store = Store::open_or_create(&data).unwrap();
    fs::set_permissions(&data, fs::Permissions::from_mode(0o555)).unwrap();
    // the super-user may write everywhere: there a file stands where the folder should be
    let superuser = fs::write(data.join("probe"), "x").is_ok();
    let message = if superuser {
        fs::write(data.join("surveys"), "not a folder").unwrap();
        run(&store, &files).unwrap_err().to_string()
    } else {
        run(&store, &files).unwrap_err().to_string()
    };
    let expected = if superuser { "creating folder" } else { "make it writable" };
    assert!(message.contains(expected) && message.contains("data/surveys"), "{message}");
}
