//! Catalogues joined, replaced, refused, and what conditions see of them.

use std::io::Write;

use balmer_core::{engine::Unobserved, spectrum::ColumnType};

use super::*;
use crate::storage::{
    Query, WriteOptions,
    backup::{RestoreOptions, backup_to_writer, restore},
    test_spectra::numbered_one,
};

/// Spectra `s00000`, ... with `obsid` 1, ..., three a part.
fn store(count: usize) -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open_or_create(folder.path()).unwrap();
    add(&store, 0..count);
    (folder, store)
}

fn add(store: &Store, spectra: std::ops::Range<usize>) {
    let mut writer = store.writer("s", WriteOptions { part_spectra: 3, ..WriteOptions::default() }).unwrap();
    for i in spectra {
        let mut spectrum = numbered_one(i);
        spectrum.metadata.planid = Some("0266".to_owned());
        spectrum.metadata.mjd = Some(51_602.0);
        spectrum.metadata.fiberid = Some(i as i64);
        writer.push(spectrum).unwrap();
    }
    writer.commit().unwrap();
}

fn import(store: &Store, csv: &[u8], on: &[(&str, &str)], prefix: &str) -> Result<CatalogueReport> {
    let on = on.iter().map(|(own, name)| ((*own).to_owned(), (*name).to_owned())).collect();
    let options = CatalogueOptions { on, prefix: prefix.to_owned() };
    store.import_catalogue("s", csv, (Path::new("c.csv"), None), &options, &Unobserved)
}

fn ids(store: &Store, condition: &str) -> Vec<String> {
    store.survey("s").unwrap().ids_where(Some(condition)).unwrap()
}

fn refusal(store: &Store, csv: &[u8], on: &[(&str, &str)], prefix: &str) -> String {
    let before = store.survey("s").unwrap().manifest().clone();
    let message = import(store, csv, on, prefix).unwrap_err().to_string();
    assert_eq!(*store.survey("s").unwrap().manifest(), before, "{message}");
    message
}

#[test]
fn columns_can_be_used_in_conditions_and_orders() {
    use ColumnType::{Bool, Float, Text};
    let (_folder, store) = store(10);
    let revision = store.survey("s").unwrap().revision();
    let csv = b"obsid|Teff [K]|class|flag|name\n3|5777.5|STAR|true|007\n1||QSO|false|x\n99|1|A|true|y\n3|6000|STAR|true|008\n10|4000|STAR||z\n";
    let report = import(&store, csv, &[], "cat").unwrap();
    assert_eq!((report.rows, report.unmatched_rows, report.duplicate_rows), (5, 1, 1));
    assert_eq!((report.spectra, report.spectra_without), (3, 7));
    let columns: Vec<_> = report.columns.iter().map(|c| (c.name.as_str(), c.datatype)).collect();
    assert_eq!(columns, [("cat_teff__k_", Float), ("cat_class", Text), ("cat_flag", Bool), ("cat_name", Text)]);
    assert_ne!(store.survey("s").unwrap().revision(), revision, "what was fetched before is not right any more");

    assert_eq!(ids(&store, "cat_teff__k_ > 5000"), ["s00002"]);
    assert_eq!(ids(&store, "cat_class = 'STAR' AND snr_r < 5"), ["s00002"]);
    assert_eq!(ids(&store, "cat_flag"), ["s00002"]);
    assert_eq!(ids(&store, "cat_class IS NULL").len(), 7);
    assert_eq!(ids(&store, "cat_name = '008'"), ["s00002"], "of several rows the last holds");
    let survey = store.survey("s").unwrap();
    let query = Query { order_by: Some("cat_teff__k_ DESC".into()), limit: Some(2), ..Query::default() };
    let first: Vec<String> = survey.metadata(&query).unwrap().into_iter().map(|m| m.spectrum_id).collect();
    assert_eq!(first, ["s00002", "s00009"]);
    assert_eq!(survey.summary("cat_teff__k_", &Query::default()).unwrap().range, Some([4000.0, 6000.0]));
    let message = survey.ids_where(Some("cat_clas = 'A'")).unwrap_err().to_string();
    assert!(message.contains("did you mean `cat_class`"), "{message}");
    // the metadata themselves are as they were
    assert_eq!(survey.metadata(&Query::default()).unwrap().len(), 10);
    assert_eq!(ids(&store, "class = 'STAR'").len(), 5);
}

#[test]
fn another_import_replaces_its_prefix_and_keeps_the_others() {
    let (_folder, store) = store(4);
    import(&store, b"obsid,a\n1,1\n2,2\n", &[], "one").unwrap();
    import(&store, b"spectrum_id,b\ns00001,x\n", &[], "two").unwrap();
    assert_eq!(ids(&store, "one_a = 2 AND two_b = 'x'"), ["s00001"]);
    import(&store, b"obsid,c\n4,0.5\n", &[], "one").unwrap();
    assert_eq!(ids(&store, "one_c = 0.5"), ["s00003"]);
    assert_eq!(ids(&store, "two_b = 'x'"), ["s00001"]);
    assert!(store.survey("s").unwrap().ids_where(Some("one_a = 2")).is_err());
    let folder = store.survey("s").unwrap().folder().join("metadata");
    let names = durable::folders_in(&folder).unwrap();
    assert_eq!(names, ["000002", "000003"], "the last, and the one that may be being read");
}

#[test]
fn spectra_that_come_later_state_nothing_until_the_next_import() {
    let (_folder, store) = store(4);
    let csv = b"obsid,a\n1,1\n5,5\n6,6\n";
    assert_eq!(import(&store, csv, &[], "cat").unwrap().unmatched_rows, 2);
    add(&store, 4..8);
    assert_eq!(ids(&store, "cat_a > 0"), ["s00000"]);
    assert_eq!(ids(&store, "cat_a IS NULL").len(), 7);
    let survey = store.survey("s").unwrap();
    for order_by in [None, Some("obsid DESC".to_owned())] {
        let query = Query { columns: Some(vec!["cat_a".into()]), order_by, ..Query::default() };
        let rows: usize = survey.query(&query).unwrap().map(|batch| batch.unwrap().num_rows()).sum();
        assert_eq!(rows, 8);
    }
    assert_eq!(import(&store, csv, &[], "cat").unwrap().spectra, 3);
    assert_eq!(ids(&store, "cat_a > 0"), ["s00000", "s00004", "s00005"]);
}

#[test]
fn plate_mjd_and_fibre_are_one_key_however_they_are_written() {
    let (_folder, store) = store(5);
    let csv = b"plate,mjd,fiberid,z\n266,51602,3,0.1\n266,51603,4,0.2\n0266,51602.0,1,0.3\n";
    let on = [("planid", "plate"), ("mjd", "MJD"), ("fiberid", "fiberid")];
    let report = import(&store, csv, &on, "sdss").unwrap();
    assert_eq!((report.spectra, report.unmatched_rows), (2, 1));
    assert_eq!(ids(&store, "sdss_z > 0.2"), ["s00001"]);
    assert_eq!(ids(&store, "sdss_z < 0.2"), ["s00003"]);
}

#[test]
fn what_cannot_be_joined_is_refused_and_changes_nothing() {
    let (_folder, store) = store(2);
    import(&store, b"obsid,a\n1,1\n", &[], "cat").unwrap();
    assert!(refusal(&store, b"obsid,b\n77,1\n", &[], "new").contains("none of its 1 rows has the obsid"));
    assert!(refusal(&store, b"id,b\n77,1\n", &[], "new").contains("--on, among id, b"));
    assert!(refusal(&store, b"obsid,b\n1,1\n", &[("obsid", "x")], "new").contains("no column `x`"));
    assert!(refusal(&store, b"obsid,b\n1,1\n", &[("obs", "b")], "new").contains("no column `obs`"));
    assert!(refusal(&store, b"obsid\n1\n", &[], "new").contains("no column beside"));
    assert!(refusal(&store, b"obsid,b\n1,1,1\n", &[], "new").contains("row 1"));
    assert!(refusal(&store, b"obsid,n\n1,1\n", &[], "Cat").contains("lower-case"));
    // `snr` with a column `r` would be `snr_r`
    assert!(refusal(&store, b"obsid,r\n1,1\n", &[], "snr").contains("every survey already"));
    let writer = store.writer("s", WriteOptions::default()).unwrap();
    assert!(matches!(import(&store, b"obsid,b\n1,1\n", &[], "new"), Err(StoreError::Locked { .. })));
    drop(writer);
    let folder = store.survey("s").unwrap().folder().join("metadata");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 1, "nothing stays of a refused catalogue");
}

#[test]
fn gzip_is_recognised_and_a_backup_takes_the_columns_along() {
    let (_folder, store) = store(7);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(b"#obsid|a\n2|0.25\n").unwrap();
    import(&store, &gzip.finish().unwrap(), &[], "cat").unwrap();
    add(&store, 7..8);
    let mut archive = Vec::new();
    backup_to_writer(&store, &mut archive, &Unobserved).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let copy = Store::open(folder.path()).unwrap();
    restore(&copy, &*archive, Path::new("-"), None, &RestoreOptions::default(), &Unobserved).unwrap();
    assert_eq!(ids(&copy, "cat_a = 0.25"), ["s00001"]);
    assert_eq!(ids(&copy, "cat_a IS NULL").len(), 7);
}
