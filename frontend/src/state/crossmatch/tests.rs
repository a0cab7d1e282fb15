//! Requests as they are typed, reports as they are read.

use super::*;

fn with_file(name: &str, size: f64) -> Form {
    Form { file: Some((name.to_owned(), size)), ..Form::default() }
}

fn names(form: &Form) -> Vec<String> {
    form.asked().unwrap_err().into_iter().map(|fault| fault.name).collect()
}

#[test]
fn a_prefix_is_made_of_a_name_as_the_server_does() {
    for (name, prefix) in [
        ("Gaia DR3.csv.gz", "gaia_dr3"),
        ("2MASS.vot", "cat_2mass"),
        ("simbad", "simbad"),
        ("--x--y.fits", "x_y"),
        (".hidden.csv", "hidden"),
    ] {
        assert_eq!(prefix_of(name), prefix, "{name}");
    }
    assert_eq!(Form { prefix: Some("known".into()), ..with_file("a.csv", 1.0) }.prefix(), "known");
}

#[test]
fn what_is_missing_is_said_at_its_field() {
    assert_eq!(names(&Form::default()), ["file"]);
    assert_eq!(names(&Form { source: Source::Survey, ..with_file("a.csv", 1.0) }), ["survey"]);
    assert_eq!(names(&with_file("a.csv", LARGEST + 1.0)), ["file"]);
    for radius in ["", "x", "0", "-1", "NaN", "200000"] {
        assert_eq!(names(&Form { radius: radius.into(), ..with_file("a.csv", 1.0) }), ["radius"], "{radius}");
    }
    for prefix in ["", "Known", "1a", "a b"] {
        assert_eq!(names(&Form { prefix: Some(prefix.into()), ..with_file("a.csv", 1.0) }), ["prefix"], "{prefix}");
    }
}

#[test]
fn a_file_is_asked_for_in_the_query_string() {
    let mut form =
        Form { radius: " 0.5 ".into(), unit: "arcmin".into(), find: Find::EachRow, ..with_file("V 1.csv", LARGEST) };
    form.columns[1] = " RAJ2000 ".into();
    form.columns[4] = "  ".into();
    let pairs = pairs(&form.asked().unwrap());
    let get = |key: &str| pairs.iter().find(|(name, _)| name == key).map(|(_, value)| &**value);
    assert_eq!((get("radius"), get("find"), get("name")), (Some("0.5arcmin"), Some("each-row"), Some("V 1.csv")));
    assert_eq!((get("prefix"), get("ra"), get("pmdec"), get("survey")), (Some("v_1"), Some("RAJ2000"), None, None));
}

#[test]
fn a_survey_says_itself_where_it_is() {
    let mut form = Form { source: Source::Survey, survey: "sdss".into(), ..with_file("a.csv", 1.0) };
    form.columns = ["class", "RA", "DE", "a", "b", "2000"].map(str::to_owned);
    let new = form.asked().unwrap();
    assert_eq!((new.survey.as_deref(), new.prefix.as_deref(), new.name), (Some("sdss"), Some("sdss"), None));
    assert_eq!((new.columns.as_deref(), new.ra, new.epoch), (Some("class"), None, None));
}

#[test]
fn every_way_to_find_pairs_has_a_title() {
    for find in [Find::Best, Find::EachSpectrum, Find::EachRow, Find::All] {
        assert!(!find_title(find).is_empty());
    }
}

fn report() -> CrossmatchReport {
    CrossmatchReport {
        prefix: "k".into(),
        source: "k.csv".into(),
        radius: "3arcsec".parse().unwrap(),
        find: Find::Best,
        places: vec!["RAJ2000".into(), "DEJ2000".into()],
        pairs: 3,
        spectra: 3,
        spectra_without: 57,
        spectra_without_position: 0,
        rows: 4000,
        rows_matched: 3,
        rows_without_position: 0,
        columns: Vec::new(),
        left_out: Vec::new(),
    }
}

#[test]
fn a_report_says_what_happened_and_no_more() {
    let usual = [
        "3 of 60 spectra have a match within 3″.",
        "3 of 4\u{202f}000 rows are matched.",
        "Positions come from RAJ2000, DEJ2000.",
    ];
    assert_eq!(said(&report()), usual);
    let odd = CrossmatchReport {
        pairs: 5,
        rows_without_position: 1,
        spectra_without_position: 2,
        left_out: vec!["coadd".into()],
        ..report()
    };
    let odd = said(&odd);
    assert!(odd[1].starts_with("5 pairs. 3 of") && odd[2] == "Left out: 1 row without a position.");
    assert!(odd[3].contains("2 spectra cannot have one"));
    assert!(odd[5].ends_with("coadd."), "{odd:?}");
    let none = said(&CrossmatchReport { spectra: 0, spectra_without: 60, ..report() });
    assert!(none[0].starts_with("0 of 60") && none[1].contains("wider radius"));
}

#[test]
fn what_is_joined_is_told_in_a_line() {
    let joined = JoinedSummary {
        prefix: "k".into(),
        kind: JoinedKind::Crossmatch,
        source: "k.csv".into(),
        time: "2026-11-24T00:10:59Z".into(),
        spectra: Some(1),
        radius: "0.5arcmin".parse().ok(),
        find: Some(Find::All),
        columns: Vec::new(),
    };
    assert_eq!(about(&joined), "on the sky within 0.5′ · all pairs · 1 spectrum · 0 columns · 2026-11-24 00:10 UTC");
    let measured = JoinedSummary { kind: JoinedKind::Measurement, spectra: None, radius: None, find: None, ..joined };
    assert_eq!(about(&measured), "line measured · 0 columns · 2026-11-24 00:10 UTC");
    assert!(way_back(JoinedKind::Crossmatch).is_some() && way_back(JoinedKind::Injection).is_none());
}
