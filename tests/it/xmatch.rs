//! A survey matched on the sky, from the command line: every kind of catalogue, another survey, what is hostile.

use std::{fmt::Write as _, fs};

use crate::support::Balmer;

/// A survey `stars` whose spectra have places, and a catalogue of some of them in four kinds of file.
fn matched() -> Balmer {
    let balmer = Balmer::new();
    balmer.survey("plain", 12, 2);
    let mut places = String::from("spectrum_id,ra,dec,mjd\n");
    for (i, dec) in (0..12).map(|i| (i, -5.25)).chain([(40, 30.25), (41, 30.25)]) {
        let name = if i < 40 { format!("star-{i}") } else { format!("emission-{}", i - 40) };
        writeln!(places, "{name},{i}.5,{dec},55197.0").unwrap();
    }
    balmer.file("places.csv", places);
    balmer.ok(["ingest", "stars", "plain-files", "--catalogue", "places.csv"]);
    balmer.ok(["ingest", "again", "plain-files", "--catalogue", "places.csv"]);
    let columns = ["spectra", "stars", "--columns", "spectrum_id,ra,dec", "--where", "spectrum_id LIKE 'star-1%'"];
    for file in ["c.csv", "c.vot", "c.fits", "c.parquet"] {
        balmer.ok([&columns[..], &["-o", file]].concat());
    }
    balmer
}

#[test]
fn every_kind_of_catalogue_gives_the_same_columns() {
    let balmer = matched();
    let mut tables = Vec::new();
    for file in ["c.csv", "c.vot", "c.fits", "c.parquet"] {
        let found = balmer.json(["xmatch", "stars", file, "--radius", "1arcsec", "--prefix", "c", "-o", "pairs.csv"]);
        // star-1, star-10, star-11
        assert_eq!((found["pairs"].as_u64(), found["spectra_without"].as_u64()), (Some(3), Some(11)), "{found}");
        let rows = balmer.json(["spectra", "stars", "--where", "c_separation IS NOT NULL", "--order-by", "ra"]);
        tables.push((fs::read_to_string(balmer.path("pairs.csv")).unwrap(), rows));
    }
    assert_eq!(tables[0].0.lines().count(), 4);
    assert!(tables[0].0.starts_with("spectrum_id,ra,dec,row,c_separation,c_matches,c_spectrum_id,c_ra,c_dec\n"));
    assert!(tables.iter().all(|table| *table == tables[0]), "{tables:?}");
    assert_eq!(tables[0].1["spectra"][1]["c_spectrum_id"], "star-10");
}

#[test]
fn what_is_known_leaves_the_list_and_comes_back() {
    let balmer = matched();
    let text = balmer.ok(["xmatch", "stars", "again", "--radius", "2arcsec", "--where", "ra > 30", "--columns", "ra"]);
    assert!(text.contains("2 of 2 spectra have a match within 2arcsec") && text.contains("12 have none"), "{text}");
    balmer.file("spec.toml", "survey = \"stars\"\n[neighbors]\nn_neighbors = 5\n[lof]\nn_neighbors = 5\n");
    balmer.ok(["run", "spec.toml", "--quiet"]);
    let candidates = |condition: &str| {
        let found =
            balmer.json(["candidates", "latest", "--where", condition, "--columns", "rank,spectrum_id,again_ra"]);
        found["candidates"].as_array().unwrap().clone()
    };
    assert_eq!(candidates("again_separation IS NULL").len(), 12);
    let known = candidates("again_separation < 0.001 AND lof > 0");
    assert_eq!(known.len(), 2);
    assert!(known.iter().all(|one| one["again_ra"].as_f64() > Some(40.0)), "{known:?}");
    let shown = balmer.ok(["candidates", "latest", "--columns", "spectrum_id,again_ra", "--limit", "14"]);
    assert!(shown.contains("again_ra") && shown.contains("40.5"), "{shown}");

    let listed = balmer.json(["columns", "stars"]);
    assert_eq!((&listed[0]["prefix"], &listed[0]["kind"]), (&"again".into(), &"crossmatch".into()));
    assert!(
        balmer
            .ok(["columns", "stars", "--remove", "again"])
            .contains("3 columns again_* of survey stars are taken away")
    );
    assert_eq!(balmer.json(["columns", "stars"]).as_array().map(Vec::len), Some(0));
    balmer.fails(["candidates", "latest", "--where", "again_separation IS NULL"]).says(&["again_separation"]);
    balmer.fails(["columns", "stars", "--remove", "again"]).says(&["no joined columns `again_...`"]);
}

#[test]
fn what_cannot_be_matched_is_said_in_one_line() {
    let balmer = matched();
    let radius = ["--radius", "3arcsec"];
    let fails = |file: &str, more: &[&str]| balmer.fails([&["xmatch", "stars", file][..], &radius, more].concat());
    fails("none.csv", &[]).says(&["'none.csv'", "no such file, and no survey"]);
    balmer.file("names.csv", "id,name\n1,x\n");
    fails("names.csv", &[]).says(&["--ra and --dec, among id, name"]);
    fails("c.csv", &["--ra", "x", "--dec", "dec"]).says(&["no column `x`, it has spectrum_id, ra, dec"]);
    fails("c.csv", &["--pmra", "ra", "--pmdec", "dec"]).says(&["--epoch 2016.0"]);
    balmer.file("bomb.vot", r#"<!DOCTYPE a [<!ENTITY a "&a;&a;">]><VOTABLE><RESOURCE><INFO>&a;"#);
    fails("bomb.vot", &[]).says(&["bomb.vot", "malformed"]);
    let parquet = fs::read(balmer.path("c.parquet")).unwrap();
    balmer.file("cut.parquet", &parquet[..parquet.len() / 2]);
    fails("cut.parquet", &[]).says(&["cut.parquet", "Parquet"]);
    balmer.file("wide.csv", format!("ra,dec{}\n", ",x".repeat(1_000_000)));
    fails("wide.csv", &[]).says(&["1000002 columns, 5000 are read"]);
    for wrong in [["--radius", "3"], ["--radius", "3parsec"], ["--find", "nearest"]] {
        assert_eq!(balmer.fails([&["xmatch", "stars", "c.csv"][..], &wrong].concat()).code, 2, "{wrong:?}");
    }
    assert_eq!(balmer.json(["columns", "stars"]).as_array().map(Vec::len), Some(0), "nothing was joined");
}

/// Real catalogues against real spectra.
mod real_data {
    use crate::support::{Balmer, real_data};

    #[test]
    fn known_stars_are_found_among_lamost_spectra() {
        let folder = real_data::folder();
        let balmer = Balmer::new();
        for (survey, files) in [("sample", "lamost-dr10"), ("fixtures", "fixtures")] {
            balmer.ok(["ingest", survey, folder.join(files).to_str().unwrap(), "--quiet"]);
        }
        let catalogue = |name: &str| folder.join("catalogs").join(name).to_str().unwrap().to_owned();
        let (cvs, be) = (catalogue("CV-PS1dr1.csv"), catalogue("lamost-dr1-be-stars.csv"));
        for survey in ["sample", "fixtures"] {
            let found = balmer.json(["xmatch", survey, &cvs, "--radius", "3arcsec", "--prefix", "cv"]);
            println!(
                "{survey}, CVs: {} of {} spectra, {} rows",
                found["spectra"], found["spectra_without"], found["rows"]
            );
            assert_eq!(found["places"], serde_json::json!(["RAJ2000", "DEJ2000"]));
            assert!(found["rows"].as_u64() > Some(900) && found["rows_without_position"] == 0, "{found}");
            // the designation is the only place these rows state
            let found = balmer.json(["xmatch", survey, &be, "--radius", "3arcsec", "--prefix", "be"]);
            println!("{survey}, Be stars: {} spectra, {} rows", found["spectra"], found["rows"]);
            assert_eq!(
                (&found["places"], &found["rows_without_position"]),
                (&serde_json::json!(["designation"]), &0.into())
            );
        }
        // the paths of candidates are no places
        let by_hand = catalogue("candidates-by-hand.csv");
        balmer
            .fails(["xmatch", "sample", &by_hand, "--radius", "3arcsec"])
            .says(&["no column says where its rows are"]);
        // each spectrum is itself: two releases of a star, and stars observed again, are within the radius
        let own = balmer.json([
            "xmatch",
            "sample",
            "sample",
            "--radius",
            "0.5arcsec",
            "--columns",
            "spectrum_id",
            "--find",
            "all",
        ]);
        assert!(own["pairs"].as_u64().unwrap() >= 1776, "{own}");
        let same = balmer.json(["spectra", "sample", "--where", "sample_separation = 0", "--limit", "1"]);
        assert_eq!(same["matched"], 1776);
    }
}
