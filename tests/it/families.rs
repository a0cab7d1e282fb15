//! Families of outliers: found, named, set aside, labelled, recognised in another run, undone; on the command line and over
//! HTTP.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Balmer, served::Served, spectra};

const SPEC: &str = "survey = \"stars\"\n[recipe]\nwindow_angstrom = [6420.0, 6730.0]\npixels = 150\n[neighbors]\nn_neighbors \
                    = 20\n[lof]\nn_neighbors = 20\n";

/// 80 ordinary stars, 5 with emission, 5 that lost a quarter of their pixels, each others. The structure of the stars is no noise: where
/// it looks like the lines of sulphur a star would count as one with emission, and is not taken.
fn stars() -> Balmer {
    let balmer = Balmer::new();
    let wavelengths = spectra::wavelengths();
    for i in [0, 1, 3, 4, 5] {
        let mut flux = spectra::star(100 + i);
        let (start, n) = (60 + 3 * i, 66);
        flux[start..start + n].fill(0.0);
        balmer.file(&format!("stars-files/dead-{i}.csv"), spectra::csv(&wavelengths, &flux, 4.0));
    }
    balmer.survey("stars", 80, 5);
    balmer.file("spec.toml", SPEC);
    balmer
}

fn run(balmer: &Balmer) -> String {
    balmer.json(["run", "spec.toml", "--artefacts"])["run"].as_str().unwrap().to_owned()
}

fn ids(list: &Value) -> BTreeSet<String> {
    list.as_array().unwrap().iter().map(|one| one["spectrum_id"].as_str().unwrap().to_owned()).collect()
}

fn begins(ids: &BTreeSet<String>, with: &str) -> usize {
    ids.iter().filter(|id| id.starts_with(with)).count()
}

/// The family of that kind.
fn of_kind<'a>(found: &'a Value, kind: &str) -> &'a Value {
    let families = found["families"].as_array().unwrap();
    families.iter().find(|family| family["kind"] == kind).unwrap_or_else(|| panic!("no {kind} in {found}"))
}

#[test]
fn a_family_is_set_aside_recognised_and_undone() {
    let balmer = stars();
    let first = run(&balmer);
    let found = balmer.json(["families", &first, "--outliers", "20"]);
    assert_eq!(found, balmer.json(["families", &first, "--outliers", "20"]), "kept beside the run");
    let dead = of_kind(&found, "dead-pixels");
    assert_eq!((begins(&ids(&dead["members"]), "dead-"), &dead["size"]), (5, &json!(5)), "{dead}");
    assert_eq!(dead["set_aside_suggested"], true);
    assert_eq!(dead["residual"].as_array().unwrap().len(), found["wavelengths"].as_array().unwrap().len());
    let lines = of_kind(&found, "emission-line");
    assert_eq!((begins(&ids(&lines["members"]), "emission-"), &lines["set_aside_suggested"]), (5, &json!(false)));

    let id = dead["id"].as_str().unwrap();
    balmer
        .fails(["families", &first, "--family", id, "--name", "x", "--label", "x", "--outliers", "3"])
        .says(&["has no family"]);
    balmer
        .fails(["families", &first, "--outliers", "20", "--family", id, "--name", "a/b", "--set-aside"])
        .says(&["a/b"]);
    balmer.fails(["families", &first, "--outliers", "5000"]).says(&["outliers = 5000"]);
    balmer.fails(["families", &first, "--outliers", "20", "--family", id, "--mask"]).says(&["nothing to mask"]);
    let name = |run: &str| {
        ["families".to_owned(), run.to_owned(), "--outliers".into(), "20".into(), "--family".into(), id.into()]
    };
    let named =
        |more: &[&str]| -> Vec<String> { name(&first).into_iter().chain(more.iter().map(|&m| m.to_owned())).collect() };
    assert!(balmer.ok(named(&["--name", "lost", "--set-aside"])).contains("5 spectra set aside"));
    balmer.fails(named(&["--name", "lost", "--set-aside"])).says(&["has a family `lost` already"]);

    let listed = |run: &str| balmer.json(["candidates", run]);
    assert_eq!(
        (listed(&first)["set_aside"].as_u64(), begins(&ids(&listed(&first)["candidates"]), "dead-")),
        (Some(5), 0)
    );
    assert_eq!(begins(&ids(&balmer.json(["candidates", &first, "--with-set-aside"])["candidates"]), "dead-"), 5);
    assert!(balmer.ok(["candidates", &first]).contains("5 are set aside"));

    // one more that lost its pixels comes in with a new file, and is known in the next run
    let wavelengths = spectra::wavelengths();
    let mut flux = spectra::star(200);
    let n = wavelengths.len();
    flux[n / 2..n / 2 + n / 5].fill(0.0);
    balmer.file("stars-files/dead-new.csv", spectra::csv(&wavelengths, &flux, 4.0));
    balmer.ok(["ingest", "stars", "stars-files"]);
    let second = run(&balmer);
    assert_eq!(begins(&ids(&listed(&second)["candidates"]), "dead-"), 1, "nobody has asked for its families");
    let again = balmer.json(["families", &second, "--outliers", "20"]);
    assert_eq!(of_kind(&again, "dead-pixels")["known"], json!([{"name": "lost", "members": 6}]));
    assert!(ids(&again["known"]).contains("dead-new"));
    assert_eq!(of_kind(&again, "emission-line")["known"], json!([]));
    assert_eq!(begins(&ids(&listed(&second)["candidates"]), "dead-"), 0);

    assert_eq!(balmer.json(["families", &second, "--list"])[0]["name"], "lost");
    balmer.ok(["families", &second, "--undo", "lost"]);
    assert_eq!(
        (listed(&second)["set_aside"].as_u64(), begins(&ids(&listed(&second)["candidates"]), "dead-")),
        (Some(0), 6)
    );
    balmer.fails(["families", &second, "--undo", "lost"]).says(&["no family `lost`"]);

    // the name, given to another family, does not bring back whom the first one hid; no way of asking undoes another
    let lines = lines["id"].as_str().unwrap();
    balmer.ok(["families", &first, "--outliers", "20", "--family", lines, "--name", "lost", "--set-aside"]);
    assert_eq!(begins(&ids(&listed(&second)["candidates"]), "dead-"), 6);
    assert_eq!(begins(&ids(&listed(&second)["candidates"]), "emission-"), 0);
    balmer.json(["families", &first, "--outliers", "20"]);
    let hidden = listed(&first)["set_aside"].as_u64().unwrap();
    assert!(hidden >= 5, "{hidden}");
    balmer.json(["families", &first, "--outliers", "2"]);
    assert_eq!(listed(&first)["set_aside"], hidden);
}

#[test]
fn a_family_is_labelled_and_unlabelled_as_one() {
    let balmer = stars();
    let first = run(&balmer);
    balmer.file("labels.csv", "spectrum_id,label\ndead-0,mine\nstar-1,mine\n");
    balmer.ok(["labels", "import", "stars", "labels.csv"]);
    let server = Served::start(&balmer, &[]);
    let found = server.json("GET", &format!("/runs/{first}/families?outliers=20"), "");
    let dead = of_kind(&found, "dead-pixels");
    let body = |action: &str, label: &str| json!({"name": "dead", "run": first, "family": dead["id"], "action": action, "label": label, "author": "ann"});
    let post = |body: Value| server.ask("POST", "/surveys/stars/families", &body.to_string()).unwrap();
    assert_eq!(post(body("set-aside", "artefact")).0, 400, "one or the other");
    assert_eq!(post(body("label", "")).0, 400);
    assert_eq!(server.json("GET", "/surveys/stars/families", ""), json!([]), "what was refused is not kept");
    let mut other = body("label", "artefact");
    other["family"] = json!("f000");
    assert_eq!(post(other).0, 404);
    let (status, text) = post(body("label", "artefact"));
    assert_eq!(status, 201, "{text}");
    assert_eq!(post(body("label", "artefact")).0, 409);

    let labels = || server.json("GET", "/surveys/stars/labels", "");
    let of = |label: &str| labels().as_array().unwrap().iter().filter(|row| row["label"] == label).count();
    assert_eq!((of("artefact"), of("mine")), (5, 1));
    // somebody thinks otherwise of one of them, and keeps it
    server.json("POST", "/surveys/stars/labels", r#"{"spectrum_id": "dead-3", "label": "mine", "author": "ben"}"#);
    let undone = server.json("DELETE", "/surveys/stars/families/dead", "");
    assert_eq!((undone["spectrum_ids"].as_array().unwrap().len(), undone["label"].as_str()), (5, Some("artefact")));
    assert_eq!((of("artefact"), of("mine")), (0, 3), "{}", labels());
    assert_eq!(server.ask("DELETE", "/surveys/stars/families/dead", "").unwrap().0, 404);

    // the same family may be named again
    let list = |more: &str| server.json("GET", &format!("/runs/{first}/candidates?limit=200{more}"), "");
    assert_eq!((&list("")["set_aside"], &list("")["total"]), (&json!(0), &json!(90)));
    let mut again = body("set-aside", "");
    again["label"] = Value::Null;
    assert_eq!(post(again).0, 201);
    assert_eq!((&list("")["set_aside"], &list("")["total"]), (&json!(5), &json!(85)));
    assert_eq!(list("&with_set_aside=true")["total"], json!(90));
    assert_eq!(list("&order_by=lof%20desc&where=rank%20%3C%2050")["set_aside"], json!(5));
    let (status, _) = server.ask("GET", &format!("/runs/{first}/families?outliers=5&threshold=2"), "").unwrap();
    assert_eq!(status, 400);
    server.stop();
}
