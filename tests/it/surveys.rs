//! From files to candidates, with everything that a person sees on the way.

use std::fs;

use crate::support::Balmer;

const SPEC: &str = "survey = \"stars\"\n[neighbors]\nn_neighbors = 20\n[lof]\nn_neighbors = 20\n";

#[test]
fn emission_stars_stand_first_and_the_run_says_how_it_came() {
    let balmer = Balmer::new();
    balmer.survey("stars", 60, 3);
    balmer.file("spec.toml", SPEC);
    let text = balmer.ok(["run", "spec.toml", "--limit", "5"]);
    assert_eq!(text.lines().count(), 1 + 5 + 2, "a head, five candidates, what was done and where: {text}");

    let found = balmer.json(["candidates", "latest", "--limit", "3"]);
    let mut first: Vec<&str> =
        found["candidates"].as_array().unwrap().iter().map(|c| c["spectrum_id"].as_str().unwrap()).collect();
    first.sort_unstable();
    assert_eq!(first, ["emission-0", "emission-1", "emission-2"]);
    let source = found["candidates"][0]["source"].as_str().unwrap();
    assert!(source.starts_with("stars-files"), "as the user named it: {source}");

    let shown = balmer.json(["show", "latest"]);
    let provenance = &shown["provenance"];
    assert_eq!(provenance["spec"]["lof"]["n_neighbors"], 20);
    assert_eq!(provenance["spec"]["recipe"]["pixels"], 140, "defaults are written out");
    let stages: Vec<&str> =
        provenance["counts"]["stages"].as_array().unwrap().iter().map(|s| s["stage"].as_str().unwrap()).collect();
    assert_eq!(stages, ["read", "recipe", "neighbors", "lof", "rank"]);
    assert!(provenance["inputs"].as_array().unwrap().iter().all(|i| i["sha256"].as_str().unwrap().len() == 64));
    assert!(balmer.ok(["show"]).contains("n_neighbors = 20"));

    balmer.file("too-wide.toml", "survey = \"stars\"\n");
    balmer.fails(["run", "too-wide.toml"]).says(&["n_neighbors"]);
    assert_eq!(balmer.json(["candidates", "latest", "--limit", "3"]), found, "a failed run has no candidates");
}

#[test]
fn the_same_spec_gives_the_same_bytes() {
    let balmer = Balmer::new();
    balmer.survey("stars", 40, 2);
    balmer.file("spec.toml", SPEC);
    let runs: Vec<String> = ["1", "2"]
        .into_iter()
        .map(|threads| balmer.json(["run", "spec.toml", "--threads", threads])["run"].as_str().unwrap().to_owned())
        .collect();
    let hash = |run: &str| balmer.json(["show", run])["provenance"]["scores_sha256"].clone();
    assert_eq!(hash(&runs[0]), hash(&runs[1]));
    for file in ["candidates.parquet", "neighbors.parquet"] {
        let bytes = |run: &str| fs::read(balmer.data_dir().join("runs").join(run).join(file)).unwrap();
        assert!(bytes(&runs[0]) == bytes(&runs[1]), "{file} differs between 1 and 2 threads");
    }
    assert_eq!(balmer.json(["runs"]).as_array().map(Vec::len), Some(2));
    let prefix = &runs[0][..runs[0].len() - 1];
    if !runs[1].starts_with(prefix) {
        assert_eq!(balmer.json(["show", prefix])["run"], runs[0].as_str());
    }
    balmer.fails(["show", "2"]).says(&["several runs begin with '2'"]);
}

#[test]
fn two_runs_are_set_side_by_side() {
    let balmer = Balmer::new();
    balmer.survey("stars", 60, 3);
    balmer.file("a.toml", SPEC);
    balmer.file(
        "b.toml",
        format!("{SPEC}threshold = 1.5\n").replace("\nn_neighbors = 20\nthr", "\nn_neighbors = 7\nthr"),
    );
    balmer.file("fails.toml", "survey = \"stars\"\n");
    let run = |spec: &str| balmer.json(["run", spec])["run"].as_str().unwrap().to_owned();
    let (a, b) = (run("a.toml"), run("b.toml"));
    balmer.fails(["run", "fails.toml"]);

    let found = balmer.json(["runs", "compare", &a, &b, "--limit", "2"]);
    assert_eq!((found["a"]["run"].as_str(), found["b"]["run"].as_str()), (Some(&*a), Some(&*b)));
    assert_eq!(found["common"], 63);
    let depths: Vec<u64> =
        found["overlap"].as_array().unwrap().iter().map(|at| at["first"].as_u64().unwrap()).collect();
    assert_eq!(depths, [10, 63]);
    assert_eq!(found["overlap"][1]["share"], 1.0);
    assert!(found["spearman"].as_f64().unwrap() < 1.0 && found["moved"].as_array().unwrap().len() == 2, "{found}");
    let keys: Vec<&str> =
        found["same"]["spec"].as_array().unwrap().iter().map(|d| d["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["lof.n_neighbors", "lof.threshold"]);
    assert_eq!(found["same"]["features"], true);
    // ranks are those of the candidates
    let moved = &found["moved"][0];
    let condition = format!("spectrum_id = '{}'", moved["spectrum_id"].as_str().unwrap());
    for (run, rank) in [(&a, "rank_a"), (&b, "rank_b")] {
        assert_eq!(balmer.json(["candidates", run, "--where", &condition])["candidates"][0]["rank"], moved[rank]);
    }
    let text = balmer.ok(["runs", "compare", &a, &b]);
    assert!(text.contains("lof.threshold") && text.contains("63 spectra in both"), "{text}");
    let same = balmer.json(["runs", "compare", &a, &a]);
    assert_eq!((&same["spearman"], &same["same"]["scores"]), (&1.0.into(), &true.into()));

    let latest = balmer.json(["runs", "compare", &a, "latest"]);
    assert_eq!(latest["b"]["run"], balmer.json(["candidates", "latest", "--limit", "1"])["run"]);

    let runs = balmer.json(["runs"]);
    let failed = runs.as_array().unwrap().iter().find(|run| run["status"] == "failed").unwrap();
    let failed = failed["id"].as_str().unwrap();
    balmer.fails(["runs", "compare", &a, failed]).says(&[failed, "is failed", "only runs that are done"]);
    balmer.fails(["runs", "compare", &a, "nothing-like-it"]).says(&["there is no run"]);
    assert_eq!(balmer.fails(["runs", "compare", &a]).code, 2);
}

#[test]
fn labels_spread_and_come_out_again() {
    let balmer = Balmer::new();
    balmer.survey("stars", 50, 25);
    balmer.file("labels.csv", "spectrum_id,label\nstar-0,absorption\nemission-0,emission\nabsent,emission\n");
    let report = balmer.json(["labels", "import", "stars", "labels.csv", "--author", "me", "--quiet"]);
    assert_eq!((report["imported"].as_u64(), report["unknown"].as_u64()), (Some(2), Some(1)));
    let exported = balmer.ok(["labels", "export", "stars", "-"]);
    assert!(exported.starts_with("spectrum_id,label,author,time,note\nemission-0,emission,me,"), "{exported}");

    balmer.file("spec.toml", format!("{SPEC}[labels]\nsource = \"stars\"\nn_neighbors = 8\nalpha = 0.9\n"));
    let run = balmer.json(["run", "spec.toml", "--limit", "75"]);
    for candidate in run["candidates"].as_array().unwrap() {
        let expected = candidate["spectrum_id"].as_str().unwrap().split('-').next().unwrap();
        let label = candidate["label"].as_str().unwrap_or("none");
        assert_eq!(label == "emission", expected == "emission", "{candidate}");
        assert!(candidate["p_emission"].is_number() && candidate["p_absorption"].is_number());
    }
}

#[test]
fn lists_are_written_in_every_kind_of_file() {
    let balmer = Balmer::new();
    balmer.survey("stars", 30, 1);
    balmer.file("spec.toml", SPEC);
    balmer.ok(["run", "spec.toml", "--quiet"]);
    for (file, magic) in [("x.vot", "<?xml"), ("x.csv", "rank,"), ("x.parquet", "PAR1"), ("x.fits", "SIMPLE  =")] {
        balmer.ok(["candidates", "latest", "-o", file]);
        let bytes = fs::read(balmer.path(file)).unwrap();
        assert!(bytes.starts_with(magic.as_bytes()), "{file}");
        balmer.ok(["spectra", "stars", "-o", file]);
    }
    let votable = fs::read_to_string(balmer.path("x.vot")).unwrap();
    assert!(votable.contains("pos.eq.ra;meta.main"), "columns carry UCDs");
    let csv = balmer.ok(["spectra", "stars", "--where", "spectrum_id LIKE 'emission%'", "-o", "-"]);
    assert_eq!(csv.lines().count(), 2, "{csv}");
    let rows = balmer.json(["spectra", "stars", "--order-by", "spectrum_id DESC", "--limit", "2"]);
    assert_eq!(rows["matched"], 31);
    assert_eq!(rows["spectra"][0]["spectrum_id"], "star-9");
}

#[test]
fn a_simulated_survey_goes_all_the_way() {
    let balmer = Balmer::new();
    let report = balmer.json(["simulate", "sky", "--count", "400", "--seed", "7"]);
    assert_eq!((report["added"].as_u64(), report["total"].as_u64()), (Some(400), Some(400)));
    let again = balmer.json(["simulate", "sky", "--count", "400", "--seed", "7"]);
    assert_eq!((again["added"].as_u64(), again["total"].as_u64()), (Some(0), Some(400)));
    assert_eq!(balmer.json(["surveys"])[0]["spectra"], 400);
    let planted = balmer.json(["spectra", "sky", "--where", "truth <> 'normal'"]);
    assert!(planted["matched"].as_u64() > Some(0), "{planted}");
    let run = balmer.json(["run", "--survey", "sky"]);
    assert_eq!(run["state"]["status"], "done");
    assert_eq!(run["candidates"].as_array().map(Vec::len), Some(20));
}

#[test]
fn a_catalogue_names_the_objects() {
    let balmer = Balmer::new();
    balmer.survey("plain", 1, 0);
    balmer.file("catalogue.csv", "spectrum_id,designation,subclass\nstar-0,Vega,A0\n");
    balmer.ok(["ingest", "named", "plain-files", "--catalogue", "catalogue.csv"]);
    let spectra = balmer.json(["spectra", "named"]);
    assert_eq!(
        (&spectra["spectra"][0]["designation"], &spectra["spectra"][0]["subclass"]),
        (&"Vega".into(), &"A0".into())
    );
    balmer.file("bad.csv", "spectrum_id,ra\nstar-0,north\n");
    balmer.fails(["ingest", "other", "plain-files", "--catalogue", "bad.csv"]).says(&["bad.csv", "north"]);
}

#[test]
fn a_survey_s_own_tables_can_be_ingested_again() {
    let balmer = Balmer::new();
    balmer.survey("stars", 5, 1);
    let parts = balmer.data_dir().join("surveys/stars/parts");
    let copied = balmer.json(["ingest", "copy", parts.to_str().unwrap(), "--format", "parquet"]);
    assert_eq!((copied["added"].as_u64(), copied["rejected"].as_array().map(Vec::len)), (Some(6), Some(0)), "{copied}");
    balmer.fails(["ingest", "other", "stars-files", "--format", "parquet"]).says(&["read as parquet", "--format auto"]);
}

#[test]
fn a_data_directory_goes_through_a_backup_and_answers_the_same() {
    let balmer = Balmer::new();
    balmer.survey("stars", 40, 2);
    balmer.survey("more", 3, 0);
    balmer.file("spec.toml", SPEC);
    balmer.file("labels.csv", "spectrum_id,label\nemission-0,be\n");
    balmer.ok(["labels", "import", "stars", "labels.csv", "--author", "me"]);
    balmer.ok(["run", "spec.toml", "--quiet"]);
    let answers = |data: &str| {
        let ask = |arguments: &[&str]| balmer.ok([arguments, &["--data-dir", data]].concat());
        [ask(&["surveys"]), ask(&["runs"]), ask(&["candidates"]), ask(&["labels", "export", "stars", "-"])]
    };
    let saved = balmer.json(["backup", "all.tar.gz"]);
    assert_eq!(
        (saved["units"].as_array().map(Vec::len), saved["left_out"].as_array().map(Vec::len)),
        (Some(3), Some(0))
    );
    let report = balmer.json(["restore", "all.tar.gz", "--data-dir", "copy"]);
    assert_eq!(report["restored"], saved["units"]);
    assert_eq!(answers("copy"), answers("data"));

    // through a pipe, in part
    let piped = balmer.command(["backup", "-"]).output().unwrap();
    assert!(piped.status.success() && piped.stderr.is_empty());
    balmer.file("piped.tar", &piped.stdout);
    let from = fs::File::open(balmer.path("piped.tar")).unwrap();
    let restored =
        balmer.command(["restore", "-", "--only", "more", "--data-dir", "part"]).stdin(from).output().unwrap();
    assert!(restored.status.success(), "{restored:?}");
    assert_eq!(balmer.json(["surveys", "--data-dir", "part"])[0]["name"], "more");

    balmer.fails(["restore", "all.tar.gz"]).says(&["exists already", "--skip-existing"]);
    assert!(balmer.ok(["restore", "all.tar.gz", "--skip-existing"]).contains("2 surveys and 1 run passed over"));
    balmer.fails(["restore", "none.tar"]).says(&["cannot read the backup 'none.tar'"]);
    balmer.fails(["restore", "spec.toml"]).says(&["spec.toml", "is damaged"]);
    assert_eq!(balmer.fails(["backup", "-", "--json"]).code, 2);
    let unnamed = balmer.fails(["backup", "all.zip"]);
    assert_eq!((unnamed.code, unnamed.message.contains("'all.zip' in .tar, .tar.gz or .tgz")), (2, true));
}

#[test]
fn the_columns_of_a_catalogue_are_columns_of_the_survey() {
    let balmer = Balmer::new();
    balmer.survey("stars", 12, 2);
    balmer.ok(["spectra", "stars", "--columns", "spectrum_id,wavelength_min,has_ivar", "-o", "all.fits"]);
    let on = ["import-catalogue", "stars", "all.fits", "--on", "spectrum_id", "--prefix", "own"];
    let report = balmer.json(on);
    assert_eq!((&report["spectra"], &report["spectra_without"]), (&14.into(), &0.into()), "{report}");
    let column = &report["columns"][0];
    assert_eq!((column["name"].as_str(), column["unit"].as_str()), (Some("own_wavelength_min"), Some("Angstrom")));
    assert!(column["ucd"].as_str().unwrap().starts_with("em.wl"), "{column}");

    balmer.file("types.csv", "spectrum_id,type\nemission-0,Be\nemission-1,B[e]\nstranger,A\n");
    let text = balmer.ok(["import-catalogue", "stars", "types.csv"]);
    assert!(text.contains("2 of 14 spectra") && text.contains("1 are of no spectrum here"), "{text}");
    let found = balmer.json(["spectra", "stars", "--where", "cat_type = 'B[e]' AND own_wavelength_min > 0"]);
    assert_eq!(found["matched"], 1);
    assert_eq!(found["spectra"][0]["cat_type"], "B[e]");
    // a run selects by them, and what is exported carries the units
    balmer.file("spec.toml", format!("where = \"cat_type IS NULL\"\n{}", SPEC.replace("= 20", "= 5")));
    balmer.ok(["run", "spec.toml", "--quiet"]);
    assert_eq!(balmer.json(["candidates", "latest"])["candidates"].as_array().map(Vec::len), Some(12));
    let table = balmer.ok(["spectra", "stars", "--columns", "own_wavelength_min", "--format", "vot", "-o", "-"]);
    assert!(table.contains("name=\"own_wavelength_min\"") && table.contains("unit=\"Angstrom\""), "{table}");

    balmer.fails(["import-catalogue", "stars", "types.csv", "--on", "obsid"]).says(&["no column `obsid`"]);
    balmer.fails(["import-catalogue", "stars", "none.csv"]).says(&["cannot read the catalogue 'none.csv'"]);
}
