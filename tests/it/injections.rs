//! Objects are planted, a run is made, and it is said how many of them it found.

use crate::support::Balmer;
use serde_json::{Value, json};

const SPEC: &str = "survey = \"planted\"\n[neighbors]\nn_neighbors = 60\n[lof]\nn_neighbors = 60\n";

/// A simulated survey of a hundred ordinary stars or so, and another in which strong and weak emission is planted.
fn planted() -> Balmer {
    let balmer = Balmer::new();
    balmer.json(["simulate", "sky", "--count", "300", "--seed", "4"]);
    let arguments = ["inject", "sky", "--kind", "be", "--count", "8", "--seed", "3", "--strength", "20..50"];
    let normal = ["--where", "truth = 'normal' AND snr_r > 30", "--into", "planted"];
    let report = balmer.json(arguments.into_iter().chain(normal));
    assert_eq!((&report["survey"], &report["spectra"]), (&json!("planted"), &json!(300)), "{report}");
    assert_eq!(report["planted"], json!({"be": 8}));
    balmer
}

#[test]
fn what_was_planted_strong_is_found() {
    let balmer = planted();
    balmer.file("spec.toml", SPEC);
    balmer.json(["run", "spec.toml"]);
    let found =
        balmer.json(["recall", "latest", "--kind", "be", "--top", "10%", "--by", "strength", "--one-in", "1000"]);
    let be = &found["kinds"]["be"];
    // the simulation has some of its own
    let planted = be["planted"].as_u64().unwrap();
    assert!(planted >= 8 && found["top"] == 30, "{found}");
    assert!(be["found"].as_u64().unwrap() + 1 >= planted, "{found}");
    let recall = &be["recall_at_top"];
    assert!(recall["low"].as_f64() < recall["value"].as_f64() && recall["low"].as_f64() > Some(0.3), "{recall}");
    let precision = be["precision_at_top"]["value"].as_f64().unwrap();
    assert!((0.005..0.2).contains(&precision), "one in a thousand is rare: {precision}");
    let parts = be["parts"].as_array().unwrap();
    let strengths: Vec<f64> =
        parts.iter().flat_map(|p| [p["from"].as_f64().unwrap(), p["to"].as_f64().unwrap()]).collect();
    assert!(strengths.is_sorted() && strengths[0] >= 20.0 && *strengths.last().unwrap() <= 50.0, "{strengths:?}");
    assert_eq!(parts.iter().map(|part| part["planted"].as_u64().unwrap()).sum::<u64>(), 8);

    let table = balmer.ok(["recall", "latest", "--top", "30", "--by", "snr"]);
    assert!(table.contains("by snr") && table.contains("among the first 30 of"), "{table}");
    balmer.fails(["recall", "latest", "--kind", "nova"]).says(&["nothing of nova was planted", "balmer inject"]);
    balmer.fails(["recall", "latest", "--score", "label:be"]).says(&["spread no label `be`"]);
}

#[test]
fn where_nothing_was_planted_is_said() {
    let balmer = Balmer::new();
    balmer.survey("stars", 30, 2);
    balmer.file("spec.toml", "survey = \"stars\"\n[neighbors]\nn_neighbors = 10\n[lof]\nn_neighbors = 10\n");
    balmer.json(["run", "spec.toml"]);
    balmer.fails(["recall"]).says(&["nothing was planted", "balmer inject"]);
}

#[test]
fn planting_is_refused_with_the_remedy() {
    let balmer = planted();
    let refused = |arguments: &[&str], said: &[&str]| {
        balmer.fails([&["inject", "sky"], arguments].concat()).says(said);
    };
    refused(&["--kind", "be", "--count", "2", "--into", "planted"], &["planted exists already"]);
    refused(&["--kind", "be", "--count", "301"], &["ask for fewer"]);
    let misused = |arguments: &[&str], said: &str| {
        let failure = balmer.fails([&["inject", "sky"], arguments].concat());
        assert!(failure.code == 2 && failure.message.contains(said), "{}", failure.message);
    };
    misused(&["--kind", "bee", "--count", "1"], "choose one of be double");
    misused(&["--kind", "be", "--count", "1", "--strength", "9..3"], "the smaller one first");
    misused(&["--kind", "be", "--kind", "carbon", "--count", "1", "--strength", "1"], "not measured alike");
    refused(&["--kind", "be", "--count", "1", "--template", "nowhere.fits"], &["nowhere.fits"]);
    refused(&["--kind", "be", "--count", "1", "--where", "snr"], &["snr"]);
    let names: Vec<Value> = balmer.json(["surveys"]).as_array().unwrap().iter().map(|s| s["name"].clone()).collect();
    assert_eq!(names, ["planted", "sky"]);
}

#[test]
fn edges_that_do_not_ascend_are_refused_and_a_list_by_the_ensemble_says_so() {
    let balmer = planted();
    balmer.file("spec.toml", format!("{SPEC}[ensemble]\nvary = [\"scale\"]\nrank = true\n"));
    let text = balmer.ok(["run", "spec.toml", "--limit", "30"]);
    assert!(text.contains("with ensemble > 1.3"), "{text}");
    let list = balmer.json(["candidates", "latest", "--limit", "300"]);
    let factors: Vec<f64> =
        list["candidates"].as_array().unwrap().iter().map(|row| row["ensemble"].as_f64().unwrap()).collect();
    assert!(factors.len() > 100 && factors.is_sorted_by(|a, b| a >= b), "{factors:?}");
    assert!(balmer.ok(["candidates", "latest"]).contains("ensemble"));
    for edges in ["5,1,10", "1,nan,3", "5", "1,1"] {
        let failure = balmer.fails(["recall", "latest", "--by", "strength", "--edges", edges]);
        assert!(failure.code == 2 && failure.message.contains("ascend"), "{edges}: {}", failure.message);
    }
    let found = balmer.json(["recall", "latest", "--kind", "be", "--by", "strength", "--edges", "20,30,50"]);
    assert_eq!(found["kinds"]["be"]["parts"].as_array().unwrap().len(), 2, "{found}");
    balmer.fails(["recall", "latest", "--truth", "snr_r"]).says(&["snr_r", "texts"]);
}
