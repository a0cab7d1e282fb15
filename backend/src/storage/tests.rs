//! The store as its users see it.

use std::fs;

use super::{test_spectra::numbered, *};

fn store_with(count: usize, part_spectra: u64) -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open_or_create(folder.path()).unwrap();
    let options = WriteOptions { part_spectra, ..WriteOptions::default() };
    let mut writer = store.writer("lamost", options).unwrap();
    for spectrum in numbered(count) {
        writer.push(spectrum).unwrap();
    }
    writer.commit().unwrap();
    drop(writer);
    (folder, store)
}

fn query(condition: &str) -> Query {
    Query { condition: Some(condition.to_owned()), ..Query::default() }
}

#[test]
fn spectra_come_back_in_order_across_parts_and_row_groups() {
    let (_folder, store) = store_with(450, 200);
    let survey = store.survey("lamost").unwrap();
    assert_eq!(survey.manifest().parts.iter().map(|p| p.spectra).collect::<Vec<_>>(), [200, 200, 50]);
    let all: Vec<_> = survey.spectra(&survey.select(None).unwrap()).collect::<Result<_>>().unwrap();
    assert_eq!(all, numbered(450));
    let some = survey.select(Some("snr_r >= 190 and snr_r < 210 and class = 'STAR'")).unwrap();
    let ids: Vec<_> = survey.spectra(&some).map(|s| s.unwrap().metadata.spectrum_id).collect();
    assert_eq!(ids, (190..210).step_by(2).map(|i| format!("s{i:05}")).collect::<Vec<_>>());
    assert_eq!(survey.spectrum("s00399").unwrap(), test_spectra::numbered_one(399));
    assert!(matches!(survey.spectrum("s00450"), Err(StoreError::NoSpectrum { .. })));
}

#[test]
fn queries_filter_order_page_and_project() {
    let (_folder, store) = store_with(450, 200);
    let survey = store.survey("lamost").unwrap();
    let mut query = query("CLASS = 'STAR'");
    query.order_by = Some("snr_r desc".to_owned());
    (query.limit, query.offset) = (Some(3), 1);
    let rows = survey.metadata(&query).unwrap();
    assert_eq!(rows.iter().map(|m| m.spectrum_id.as_str()).collect::<Vec<_>>(), ["s00446", "s00444", "s00442"]);
    query.columns = Some(vec!["snr_r".to_owned(), "spectrum_id".to_owned()]);
    let result = survey.query(&query).unwrap();
    assert_eq!(result.matched(), 225);
    let names: Vec<String> = result.schema().fields().iter().map(|f| f.name().clone()).collect();
    assert_eq!(names, ["snr_r", "spectrum_id"]);
    assert_eq!(result.map(|b| b.unwrap().num_rows()).sum::<usize>(), 3);
    // ties keep the survey's order, nulls come last in both directions
    let ordered = survey.metadata(&Query { order_by: Some("class".to_owned()), ..Query::default() }).unwrap();
    assert_eq!(ordered[..2].iter().map(|m| m.spectrum_id.as_str()).collect::<Vec<_>>(), ["s00001", "s00003"]);
}

#[test]
fn what_a_where_must_not_do_is_refused_by_name() {
    let (_folder, store) = store_with(3, 10);
    let survey = store.survey("lamost").unwrap();
    for (condition, expected) in [
        ("snr_rr > 3", "did you mean `snr_r`"),
        ("class = 'STAR'; drop table x", "only one expression"),
        ("select 1", "only one expression"),
        ("z in (select z from other)", "sub-queries"),
        ("exists (select 1)", "sub-queries"),
        ("(select 1) = 1", "sub-queries"),
        ("other.z > 1", "names another table"),
        ("read_parquet('/etc/passwd') = 1", "function `read_parquet` is not allowed"),
        ("repeat(class, 1000000000) = ''", "function `repeat` is not allowed"),
        ("sqrtt(z) > 1", "did you mean `sqrt`"),
        ("snr_r", "must be true or false"),
        ("class = \"STAR\"", "no column `STAR`"),
        ("z >", "not an SQL expression"),
        ("", "empty"),
        ("count(z) > 1", "function `count` is not allowed"),
        ("sum(z) over () > 1", "function `sum` is not allowed"),
        ("z > 1 order by z", "only one expression"),
        ("class ~ 'a'", "operator `~`"),
    ] {
        let message = survey.select(Some(condition)).map(|_| ()).unwrap_err().to_string();
        assert!(message.contains(expected), "{condition}: {message}");
    }
    let chain = vec!["z = 1"; 5_000].join(" or ");
    assert!(survey.select(Some(&chain)).unwrap_err().to_string().contains("use `IN"));
    let deep = format!("{}z = 1{}", "(".repeat(5_000), ")".repeat(5_000));
    assert!(survey.select(Some(&deep)).is_err());
    let ids = (0..5_000).map(|i| format!("'s{i:05}'")).collect::<Vec<_>>().join(",");
    assert_eq!(survey.select(Some(&format!("spectrum_id in ({ids})"))).unwrap().len(), 3);
}

#[test]
fn every_listed_function_works() {
    let (_folder, store) = store_with(3, 10);
    let survey = store.survey("lamost").unwrap();
    for function in query::FUNCTIONS {
        let call = match *function {
            "starts_with" | "ends_with" | "contains" => format!("{function}(class, 'A')"),
            "lower" | "upper" | "trim" => format!("{function}(class) = 'x'"),
            "isnan" => "isnan(snr_r)".to_owned(),
            "sample" => "sample(spectrum_id) < 0.5".to_owned(),
            "distance" => "distance(ra, dec, 10, -5) < 1".to_owned(),
            "power" | "atan2" | "coalesce" | "nullif" | "greatest" | "least" => format!("{function}(snr_r, 2.0) > 0"),
            _ => format!("{function}(snr_r) > 0"),
        };
        survey.select(Some(&call)).unwrap_or_else(|e| panic!("{call}: {e}"));
    }
    let forms =
        "case when z is null then snr_r between 1 and 2 else cast(obsid as double) > 1e3 end and class like 'ST%'
        or class ilike '%gal%' and not (snr_r in (1, 2)) and -z < 1 and z is distinct from 1";
    survey.select(Some(forms)).unwrap();
}

#[test]
fn an_expression_may_not_grow_without_bound() {
    let (_folder, store) = store_with(3, 10);
    let survey = store.survey("lamost").unwrap();
    let many = |term: &str, n: usize| vec![term; n].join(", ");
    let nested = |open: &str, close: &str, n: usize| format!("{}ra{} > 0", open.repeat(n), close.repeat(n));
    for (condition, word) in [
        (format!("greatest({}) > 0", many("snr_r + 1", 600)), "2000 columns, operators and calls"),
        (format!("class = coalesce({})", many(&format!("'{}'", "x".repeat(500)), 20)), "8192 bytes"),
        (format!("class = '{}'", "x".repeat(300_000)), "bytes long"),
        (format!("{}snr_r{} > 0", "abs(".repeat(120), ")".repeat(120)), "brackets"),
        (format!("{}true", "true or ".repeat(30_000)), "nested or chained"),
        (format!("{}true", "not ".repeat(60_000)), "only one expression"),
        (format!("{}1 = 1", "- ".repeat(100_000)), "recursion"),
        (format!("snr_r in ({})", many("snr_r + 1", 1_200)), "2000 columns"),
        // each of these doubles, or worse, with every level: seconds at 14 of them, days at 30
        (nested("coalesce(", ", dec, 1)", 20), "2000 columns"),
        (nested("nullif(", ", dec)", 14), "2000 columns"),
        (nested("case when ", " > 0 then 1 else 2 end", 14), "2000 columns"),
        (nested("(", " between dec and 5)", 14), "2000 columns"),
        (format!("case {} end", "when ra > 1 then true ".repeat(100)), "64 are accepted"),
        (format!("{}true{}", "(not (".repeat(30), " and (ra > 1 or has_ivar)))".repeat(30)), "brackets"),
    ] {
        let message = survey.select(Some(&condition)).unwrap_err().to_string();
        assert!(message.starts_with("where: ") && message.contains(word), "{message}");
    }
    for condition in [nested("coalesce(", ", dec, 1)", 4), nested("case when ", " > 0 then 1 else 2 end", 4)] {
        survey.select(Some(&condition)).unwrap_or_else(|e| panic!("{condition}: {e}"));
    }
    let ids = many("'s00001'", 20_000);
    assert_eq!(survey.select(Some(&format!("spectrum_id in ({ids})"))).unwrap().len(), 1);
}

#[test]
fn a_sample_is_a_fraction_of_the_survey_and_the_same_in_any_other() {
    let (_folder, store) = store_with(400, 1_000);
    let survey = store.survey("lamost").unwrap();
    let of = |condition: &str| survey.ids_where(Some(condition)).unwrap();
    let tenth = of("sample(spectrum_id) < 0.1");
    assert!((20..=60).contains(&tenth.len()), "{}", tenth.len());
    let rest = of("sample(spectrum_id) >= 0.1 and sample(spectrum_id) < 1");
    assert_eq!(tenth.len() + rest.len(), 400);
    assert_eq!(of("sample(class) is null and class is not null"), Vec::<String>::new());
    assert_eq!(of("distance(ra, dec, 10, -5) > 1e-9"), Vec::<String>::new(), "all stand in one place");
    assert_eq!(of("distance(ra, dec, z, dec) is null").len(), 400);
}

#[test]
fn limits_end_a_query() {
    let (_folder, store) = store_with(30, 10);
    let survey = store.survey("lamost").unwrap();
    let slow = Query { time_limit: Duration::ZERO, ..query("z is null") };
    assert!(matches!(survey.query(&slow), Err(StoreError::QueryTime(_))));
    let big = Query { order_by: Some("source".to_owned()), memory_limit: 100, ..Query::default() };
    assert!(survey.query(&big).unwrap_err().to_string().contains("sort keys"));
}

#[test]
fn uncommitted_parts_do_not_exist_and_go_away() {
    let (folder, store) = store_with(20, 10);
    let parts = folder.path().join("surveys/lamost/parts");
    // a writer that died while writing a part, and one that died before naming its part
    fs::create_dir(parts.join(".000003")).unwrap();
    fs::write(parts.join(".000003/spectra.parquet"), "half").unwrap();
    fs::create_dir(parts.join("000003")).unwrap();
    let mut writer = store.writer("lamost", WriteOptions::default()).unwrap();
    assert_eq!(store.survey("lamost").unwrap().count(), 20);
    for spectrum in numbered(25) {
        writer.push(spectrum).unwrap();
    }
    drop(writer);
    assert_eq!(store.survey("lamost").unwrap().count(), 20, "not committed");
    let mut writer = store.writer("lamost", WriteOptions::default()).unwrap();
    let pushed: Vec<Pushed> = numbered(25).into_iter().map(|s| writer.push(s).unwrap()).collect();
    assert_eq!(pushed.iter().filter(|p| matches!(p, Pushed::AlreadyPresent(_))).count(), 20);
    writer.commit().unwrap();
    let survey = store.survey("lamost").unwrap();
    let all: Vec<_> = survey.spectra(&survey.select(None).unwrap()).collect::<Result<_>>().unwrap();
    assert_eq!(all, numbered(25));
}

#[test]
fn duplicates_are_found_and_equal_names_made_unique() {
    let (_folder, store) = store_with(3, 10);
    let mut writer = store.writer("lamost", WriteOptions::default()).unwrap();
    let duplicate = |reason| Pushed::Duplicate { of: "s00001".into(), reason };
    let mut copy = test_spectra::numbered_one(1);
    copy.metadata.source = "copy.fits".into();
    assert_eq!(writer.push(copy).unwrap(), duplicate("duplicate-content"));
    let mut reprocessed = test_spectra::numbered_one(7);
    reprocessed.metadata.obsid = Some(2);
    assert_eq!(writer.push(reprocessed).unwrap(), duplicate("duplicate-observation"));
    for expected in ["s00002-dr2", "s00002-2"] {
        let mut later = test_spectra::numbered_one(2);
        later.metadata.ra = Some(expected.len() as f64);
        later.metadata.release = Some("DR2".into());
        later.metadata.obsid = None;
        assert_eq!(writer.push(later).unwrap(), Pushed::Added(expected.into()));
    }
    writer.commit().unwrap();
    let survey = store.survey("lamost").unwrap();
    assert_eq!(survey.count(), 5);
    let reasons: Vec<String> = survey.rejects().unwrap().into_iter().map(|r| r.reason).collect();
    assert_eq!(reasons, ["duplicate-content", "duplicate-observation"]);
    let mut planted =
        store.writer("simulated", WriteOptions { keep_duplicates: true, ..WriteOptions::default() }).unwrap();
    for _ in 0..2 {
        planted.push(test_spectra::numbered_one(1)).unwrap();
    }
    assert_eq!(planted.count(), 2);
}

#[test]
fn one_writer_at_a_time_and_names_are_checked() {
    let (_folder, store) = store_with(3, 10);
    let first = store.writer("lamost", WriteOptions::default()).unwrap();
    let message = store.writer("lamost", WriteOptions::default()).unwrap_err().to_string();
    assert!(message.contains("survey lamost is being written by process"), "{message}");
    drop(first);
    assert!(matches!(store.writer("../x", WriteOptions::default()), Err(StoreError::InvalidName(_))));
    let message = store.survey("lamots").unwrap_err().to_string();
    assert!(message.contains("did you mean `lamost`"), "{message}");
    assert!(store.survey("..").is_err());
    assert!(matches!(Store::open("/nonexistent/x"), Err(StoreError::NoDataDir(_))));
}

#[test]
fn a_snapshot_does_not_change_under_its_reader() {
    let (_folder, store) = store_with(3, 10);
    let before = store.survey("lamost").unwrap();
    let mut writer = store.writer("lamost", WriteOptions::default()).unwrap();
    writer.push(test_spectra::numbered_one(3)).unwrap();
    writer.commit().unwrap();
    assert_eq!(before.count(), 3);
    assert_eq!(store.survey("lamost").unwrap().count(), 4);
    assert!(store.survey("lamost").unwrap().contains("s00003").unwrap());
}
