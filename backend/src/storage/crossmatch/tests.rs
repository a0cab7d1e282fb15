//! Matches joined, replaced, taken away, refused; every kind of file gives the same columns; what is hostile.

use balmer_core::{engine::Unobserved, spectrum::Value};
use balmer_exchange::table::About;

use super::*;
use crate::{
    export::{self, TableFile, value},
    storage::{CatalogueOptions, WriteOptions, test_spectra::numbered_one},
};

/// Spectra `s00000`, ... a degree apart at dec -5; the last one states no position.
fn store(count: usize) -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open_or_create(folder.path()).unwrap();
    for name in ["s", "other"] {
        let mut writer = store.writer(name, WriteOptions { part_spectra: 4, ..WriteOptions::default() }).unwrap();
        for i in 0..count {
            let mut spectrum = numbered_one(i);
            let offset = if name == "s" { 0.0 } else { 1.0 / 3600.0 };
            spectrum.metadata.ra = Some(i as f64 + offset).filter(|_| i + 1 < count);
            spectrum.metadata.dec = Some(-5.0);
            spectrum.metadata.mjd = Some(51_544.5 + 3652.5);
            writer.push(spectrum).unwrap();
        }
        writer.commit().unwrap();
    }
    (folder, store)
}

fn options(radius: &str) -> CrossmatchOptions {
    CrossmatchOptions {
        radius: radius.parse().unwrap(),
        find: Find::Best,
        prefix: "k".to_owned(),
        columns: None,
        condition: None,
        places: PlaceColumns::default(),
        most_pairs: 10_000,
    }
}

fn matched(store: &Store, bytes: &[u8], options: &CrossmatchOptions) -> Result<Crossmatched> {
    let with = With::File(Box::new(bytes), Path::new("c.csv"), Some(bytes.len() as u64));
    store.crossmatch("s", with, options, &Unobserved)
}

fn ids(store: &Store, condition: &str) -> Vec<String> {
    store.survey("s").unwrap().ids_where(Some(condition)).unwrap()
}

fn refusal(store: &Store, bytes: &[u8], options: &CrossmatchOptions) -> String {
    let before = store.survey("s").unwrap().manifest().clone();
    let message = matched(store, bytes, options).unwrap_err().to_string();
    assert_eq!(*store.survey("s").unwrap().manifest(), before, "{message}");
    message
}

/// Two rows near s00001 (one nearer), one near s00003, one nowhere near, one without a place.
const ROWS: &str =
    "ra,dec,name,mag\n1.0002,-5,near,11.5\n1.0005,-5,far,12\n3,-5.0001,third,\n100,50,none,9\n,,lost,1\n";

#[test]
fn what_is_near_becomes_columns_and_what_is_unknown_is_null() {
    let (_folder, store) = store(8);
    let Crossmatched { report, pairs } = matched(&store, ROWS.as_bytes(), &options("3arcsec")).unwrap();
    assert_eq!((report.rows, report.rows_matched, report.rows_without_position), (5, 2, 1));
    assert_eq!((report.spectra, report.spectra_without, report.spectra_without_position), (2, 6, 1));
    let names: Vec<&str> = report.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["k_separation", "k_matches", "k_ra", "k_dec", "k_name", "k_mag"]);
    assert_eq!((&*report.columns[0].unit, &*report.columns[0].ucd), ("arcsec", "pos.angDistance"));
    assert_eq!(report.places, ["ra", "dec"]);
    assert_eq!(ids(&store, "k_separation IS NULL").len(), 6);
    assert_eq!(ids(&store, "k_separation < 0.8 AND k_matches = 2 AND k_name = 'near' AND k_mag = 11.5"), ["s00001"]);
    assert_eq!(ids(&store, "k_matches = 0").len(), 6);
    let table: Vec<_> = pairs.map(Result::unwrap).collect();
    assert_eq!((table.len(), table[0].num_rows()), (1, 2));
    let cell = |name: &str, row| value(table[0].column_by_name(name).unwrap(), row);
    assert_eq!((cell("spectrum_id", 1), cell("row", 1)), (Value::Text("s00003".into()), Value::Int(2)));
    assert_eq!((cell("k_name", 0), cell("k_mag", 1)), (Value::Text("near".into()), Value::Null));

    // all pairs, some columns, some spectra, in place of the first
    let all = CrossmatchOptions {
        find: Find::All,
        columns: Some(vec!["NAME".into()]),
        condition: Some("ra < 2".into()),
        ..options("3arcsec")
    };
    let Crossmatched { report, pairs } = matched(&store, ROWS.as_bytes(), &all).unwrap();
    assert_eq!((report.pairs, report.spectra, report.spectra_without), (2, 1, 1));
    assert_eq!(pairs.map(|batch| batch.unwrap().num_rows()).sum::<usize>(), 2);
    assert_eq!(ids(&store, "k_matches IS NULL").len(), 6, "what was not asked for states nothing");
    assert_eq!(ids(&store, "k_name = 'near'"), ["s00001"], "the nearest of several");
    assert!(store.survey("s").unwrap().ids_where(Some("k_mag > 0")).is_err());
}

#[test]
fn what_was_joined_is_listed_and_can_be_taken_away() {
    let (_folder, store) = store(6);
    let before = store.survey("s").unwrap().columns();
    matched(&store, ROWS.as_bytes(), &options("3arcsec")).unwrap();
    let second = CrossmatchOptions { prefix: "other".into(), ..options("2arcsec") };
    store.crossmatch("s", With::Survey("other"), &second, &Unobserved).unwrap();
    assert_eq!(ids(&store, "other_spectrum_id = spectrum_id AND other_separation BETWEEN 0.99 AND 1").len(), 5);
    let joined = store.survey("s").unwrap().joined();
    let about: Vec<_> = joined.iter().map(|one| (&*one.prefix, one.kind, one.spectra, &*one.source)).collect();
    let kind = JoinedKind::Crossmatch;
    assert_eq!(about, [("k", kind, Some(2), "c.csv"), ("other", kind, Some(5), "other")]);
    assert_eq!(joined[1].radius.unwrap().to_string(), "2arcsec");

    let removed = store.remove_joined("s", "k", &Unobserved).unwrap();
    assert_eq!((&removed, removed.columns.len()), (&joined[0], 6));
    assert_eq!(store.survey("s").unwrap().joined(), joined[1..]);
    assert_eq!(ids(&store, "other_separation IS NULL").len(), 1);
    assert!(store.survey("s").unwrap().ids_where(Some("k_matches > 0")).is_err());
    store.remove_joined("s", "other", &Unobserved).unwrap();
    assert_eq!(store.survey("s").unwrap().columns(), before);
    let error = store.remove_joined("s", "othr", &Unobserved).unwrap_err().to_string();
    assert!(error.contains("no joined columns `othr_...`"), "{error}");
    // what comes later has a number of its own
    matched(&store, ROWS.as_bytes(), &options("3arcsec")).unwrap();
    assert_eq!(store.survey("s").unwrap().manifest().joined.as_ref().unwrap().folder, "000005");
}

/// The same table in each kind of file.
fn files() -> Vec<(TableFile, Vec<u8>)> {
    let (_folder, store) = store(6);
    let columns = ["spectrum_id", "ra", "dec", "fiberid", "has_ivar"].map(str::to_owned).to_vec();
    let survey = store.survey("s").unwrap();
    [TableFile::Csv, TableFile::Votable, TableFile::Fits, TableFile::Parquet]
        .map(|kind| {
            let result = survey.query(&Query { columns: Some(columns.clone()), ..Query::default() }).unwrap();
            let mut bytes = Vec::new();
            export::write(&mut bytes, kind, &About::default(), &result.schema(), result, false).unwrap();
            (kind, bytes)
        })
        .to_vec()
}

#[test]
fn every_kind_of_file_gives_the_same_columns() {
    let (_folder, store) = store(6);
    let (mut rows_of_text, mut types_told) = (None, None);
    for (kind, bytes) in files() {
        let Crossmatched { report, pairs } = matched(&store, &bytes, &options("1arcsec")).unwrap();
        assert_eq!((report.spectra, report.rows_without_position), (5, 1), "{kind:?}");
        let types: Vec<_> = report.columns.iter().map(|column| (column.name.clone(), column.datatype)).collect();
        // whole numbers, and a column without any value, are of another type in text
        let number = |value| if let Value::Int(number) = value { Value::Float(number as f64) } else { value };
        let mut rows: Vec<Vec<Value>> = Vec::new();
        for batch in pairs {
            let batch = batch.unwrap();
            rows.extend(
                (0..batch.num_rows()).map(|row| batch.columns().iter().map(|c| number(value(c, row))).collect()),
            );
        }
        assert_eq!(rows.len(), 5);
        if kind == TableFile::Csv {
            rows_of_text = Some(rows);
            continue;
        }
        assert_eq!(Some(&rows), rows_of_text.as_ref(), "{kind:?}");
        assert_eq!(&types, types_told.get_or_insert_with(|| types.clone()), "{kind:?}");
        let found = report.columns.iter().find(|column| column.name == "k_ra").unwrap();
        assert_eq!((&*found.unit, &*found.ucd), ("deg", "pos.eq.ra;meta.main"), "{kind:?}");
        // by its key too
        let by_key = CatalogueOptions { on: Vec::new(), prefix: "key".into() };
        let from = (Path::new("x"), None);
        assert_eq!(store.import_catalogue("s", &*bytes, from, &by_key, &Unobserved).unwrap().spectra, 6, "{kind:?}");
    }
}

#[test]
fn a_star_that_moves_is_found_where_it_was() {
    let (_folder, store) = store(4);
    // the spectra are of 2010.0; 1" a year since 2000.0
    let text = "ra,dec,pmra,pmdec\n2,-5.00277777778,0,1000\n";
    assert_eq!(matched(&store, text.as_bytes(), &options("0.1arcsec")).unwrap().report.pairs, 0);
    let (pmra, pmdec) = (Some("pmra".to_owned()), Some("pmdec".to_owned()));
    let places = PlaceColumns { pmra, pmdec, epoch: Some("2000.0".into()), ..PlaceColumns::default() };
    let moving = CrossmatchOptions { places, ..options("0.1arcsec") };
    assert_eq!(matched(&store, text.as_bytes(), &moving).unwrap().report.pairs, 1);
    assert_eq!(ids(&store, "k_separation < 0.01"), ["s00002"]);
}

#[test]
fn what_cannot_be_matched_is_refused_and_changes_nothing() {
    let (_folder, store) = store(5);
    let refused = |text: &str, options: &CrossmatchOptions| refusal(&store, text.as_bytes(), options);
    let plain = options("3arcsec");
    assert!(refused("id,name\n1,x\n", &plain).contains("--ra and --dec, among id, name"));
    assert!(refused("ra,dec\nx,y\n", &plain).contains("none of its 1 rows has a position in ra and dec"));
    assert!(refused("", &plain).contains("empty"));
    assert!(refused("ra,dec\n1,2,3\n", &plain).contains("row 1"));
    let unknown = CrossmatchOptions { columns: Some(vec!["magg".into()]), ..plain.clone() };
    assert!(refused(ROWS, &unknown).contains("no column `magg`, it has ra, dec, name, mag"));
    assert!(refused(ROWS, &CrossmatchOptions { prefix: "K".into(), ..plain.clone() }).contains("lower-case"));
    assert!(
        refused(ROWS, &CrossmatchOptions { condition: Some("ra > 99".into()), ..plain.clone() })
            .contains("no spectrum")
    );
    assert!(refused(ROWS, &CrossmatchOptions { condition: Some("rra > 9".into()), ..plain.clone() }).contains("rra"));
    let few = CrossmatchOptions { most_pairs: 1, ..options("1deg") };
    assert!(refused(ROWS, &few).contains("more than 1 pairs"));
    let wide = format!("ra,dec,{}\n", (0..1200).map(|i| format!("c{i}")).collect::<Vec<_>>().join(","));
    assert!(refused(&wide, &plain).contains("more than the 1000"));
    let by_key = CatalogueOptions { on: Vec::new(), prefix: "cat".into() };
    let from = (Path::new("a.csv"), None);
    store.import_catalogue("s", &b"spectrum_id,a\ns00001,1\n"[..], from, &by_key, &Unobserved).unwrap();
    assert!(refused(ROWS, &CrossmatchOptions { prefix: "cat".into(), ..plain }).contains("a.csv already"));
}

#[test]
fn parquet_that_lies_is_an_error_and_never_a_panic() {
    let (_folder, store) = store(3);
    let (_, bytes) = files().pop().unwrap();
    for cut in (4..bytes.len()).step_by(37) {
        assert!(matched(&store, &bytes[..cut], &options("1arcsec")).is_err(), "cut at {cut}");
    }
    for at in (4..bytes.len()).step_by(5) {
        for byte in [0, 0xff] {
            let mut spoilt = bytes.clone();
            spoilt[at] = byte;
            matched(&store, &spoilt, &options("1arcsec")).ok();
        }
    }
}

#[test]
fn prefixes_are_made_of_names() {
    for (name, prefix) in [
        ("CV-PS1dr1.csv", "cv_ps1dr1"),
        ("2mass.fits.gz", "cat_2mass"),
        (".hidden", "hidden"),
        ("---", "cat_"),
        ("é", "cat_"),
    ] {
        assert_eq!(default_prefix(name), prefix);
        assert!(check_prefix(&default_prefix(name)).is_ok());
    }
}
