//! A server's runs: whatever dies, what was acknowledged comes to its end, and to the same bytes.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::{Value, json};

use crate::support::{
    Balmer,
    served::{Served, until},
};

/// How often something is killed.
const KILLS: usize = 20;
/// Enough that a run takes a few seconds, and its search has pieces.
const SPECTRA: &str = "4000";
const SPEC: &str = r#"{"survey": "sky", "recipe": {"min_good_fraction": 0.5}}"#;

/// The next of a sequence that looks random, below `bound`.
fn random(state: &mut u64, bound: u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state % bound
}

/// The process that computes a run, where one does.
fn worker(balmer: &Balmer, run: &str) -> Option<u32> {
    let text = fs::read_to_string(balmer.data_dir().join("runs").join(run).join("run.lock")).ok()?;
    let process = text.trim().strip_prefix("process ")?.parse().ok()?;
    is_alive(process).then_some(process)
}

fn is_alive(process: u32) -> bool {
    // the dead that nobody has buried are dead
    fs::read_to_string(format!("/proc/{process}/stat"))
        .is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or("Z").trim().starts_with('Z'))
}

fn kill(process: u32) {
    // it may have ended in between
    let _ = std::process::Command::new("kill").args(["-KILL", &process.to_string()]).status().unwrap();
}

fn files_under(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            files_under(&entry.path(), found);
        } else {
            found.push(entry.path());
        }
    }
}

fn candidates(balmer: &Balmer, run: &str) -> Vec<u8> {
    fs::read(balmer.data_dir().join("runs").join(run).join("candidates.parquet")).unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn whatever_is_killed_runs_come_to_the_same_end() {
    let balmer = Balmer::new();
    balmer.ok(["simulate", "sky", "--count", SPECTRA, "--seed", "1"]);
    let spec = balmer.file("run.json", SPEC);
    let undisturbed =
        balmer.json(["run", spec.to_str().unwrap(), "--device", "cpu"])["run"].as_str().unwrap().to_owned();
    let expected = candidates(&balmer, &undisturbed);
    // features are made anew by every attempt: their making is interrupted, too
    let forget_features = || drop(fs::remove_dir_all(balmer.data_dir().join("surveys/sky/features")));

    let mut state = 6563;
    let (mut acknowledged, mut workers) = (Vec::<String>::new(), BTreeSet::new());
    let mut served = Served::start(&balmer, &["--runs-at-once", "2"]);
    let mut labelled = 0;
    for turn in 0..KILLS {
        let open = |run: &&String| status(&served, run)["finished"].is_null();
        if acknowledged.iter().filter(open).count() < 2 {
            forget_features();
            let run = served.json("POST", "/runs", SPEC)["id"].as_str().unwrap().to_owned();
            acknowledged.push(run);
        }
        let label = json!({"spectrum_id": format!("sim-1-{turn:09}"), "label": "be"});
        if served.ask("POST", "/surveys/sky/labels", &label.to_string()).is_some_and(|(status, _)| status < 300) {
            labelled += 1;
        }
        std::thread::sleep(Duration::from_millis(50 + random(&mut state, 900)));
        workers.extend(acknowledged.iter().filter_map(|run| worker(&balmer, run)));
        if turn % 2 == 0 {
            workers.iter().copied().filter(|&process| is_alive(process)).take(1).for_each(kill);
        } else {
            served.kill();
            served = Served::start(&balmer, &["--runs-at-once", "2"]);
        }
    }
    for run in &acknowledged {
        until("the run ends", Duration::from_mins(2), || {
            let now = status(&served, run);
            match now["status"].as_str().unwrap() {
                "done" => Some(()),
                // too many of its workers died: somebody asks for it once more
                "failed" => {
                    let error = now["error"].as_str().unwrap_or_default();
                    assert!(error.contains("its process died"), "{now}");
                    served.json("POST", &format!("/runs/{run}/resume"), "");
                    None
                }
                _ => None,
            }
        });
        assert!(candidates(&balmer, run) == expected, "{run}: other scores than an undisturbed run's");
    }
    assert!(acknowledged.len() >= 2 && !workers.is_empty() && labelled > 0, "{acknowledged:?} {workers:?} {labelled}");
    let labels = served.json("GET", "/surveys/sky/labels", "");
    assert!(labels.as_array().unwrap().len() >= labelled, "{labelled} were acknowledged: {labels}");
    served.stop();
    until("no process is left over", Duration::from_secs(10), || workers.iter().all(|&p| !is_alive(p)).then_some(()));
    let mut files = Vec::new();
    files_under(&balmer.data_dir(), &mut files);
    let is_left_over = |path: &&PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.starts_with('.') || name.ends_with(".partial") || name.ends_with("-wal")
    };
    let left_over: Vec<_> = files.iter().filter(is_left_over).collect();
    assert!(left_over.is_empty(), "{left_over:?}");
}

fn status(served: &Served, run: &str) -> Value {
    served.json("GET", &format!("/runs/{run}"), "")
}

#[test]
#[cfg(target_os = "linux")]
fn a_run_goes_on_with_what_it_was_accepted_with() {
    let balmer = Balmer::new();
    balmer.ok(["simulate", "sky", "--count", SPECTRA, "--seed", "1"]);
    let given = |name: &str, first: usize, class: &str| {
        let rows: Vec<String> = (first..first + 40).map(|i| format!("sim-1-{i:09},{class}\n")).collect();
        let file = balmer.file(name, format!("spectrum_id,label\n{}", rows.concat()));
        balmer.ok(["labels", "import", "sky", file.to_str().unwrap(), "--author", "me"]);
    };
    given("star.csv", 0, "star");
    given("be.csv", 40, "be");
    let spec = r#"{"survey": "sky", "recipe": {"min_good_fraction": 0.5}, "labels": {}}"#;
    let file = balmer.file("run.json", spec);
    let undisturbed =
        balmer.json(["run", file.to_str().unwrap(), "--device", "cpu"])["run"].as_str().unwrap().to_owned();
    fs::remove_dir_all(balmer.data_dir().join("surveys/sky/features")).unwrap();

    let served = Served::start(&balmer, &[]);
    let run = served.json("POST", "/runs", spec)["id"].as_str().unwrap().to_owned();
    until("it runs", Duration::from_mins(1), || (status(&served, &run)["status"] == "running").then_some(()));
    served.kill();
    let text = fs::read_to_string(balmer.data_dir().join("runs").join(&run).join("status.json")).unwrap();
    assert!(!text.contains("\"done\""), "it was done before it was killed: {text}");
    given("other.csv", 20, "other");
    balmer.ok(["simulate", "sky", "--count", "4300", "--seed", "1"]);

    let served = Served::start(&balmer, &[]);
    until("it is done", Duration::from_mins(2), || (status(&served, &run)["status"] == "done").then_some(()));
    let bytes = |run: &str, name: &str| fs::read(balmer.data_dir().join("runs").join(run).join(name)).unwrap();
    for name in ["candidates.parquet", "neighbors.parquet", "labels.parquet", "rejected.csv", "labels.csv"] {
        assert!(bytes(&run, name) == bytes(&undisturbed, name), "{name} is not an undisturbed run's");
    }
    served.stop();
}

#[test]
fn a_run_outlives_its_server_and_a_full_queue_says_when_to_come_again() {
    let balmer = Balmer::new();
    balmer.ok(["simulate", "sky", "--count", "2000", "--seed", "1"]);
    let served = Served::start(&balmer, &["--waiting", "1"]);
    let first = served.json("POST", "/runs", SPEC)["id"].as_str().unwrap().to_owned();
    // as soon as the first has begun there is room for a second, and for no third
    let second = until("there is room", Duration::from_secs(20), || {
        let (status, text) = served.ask("POST", "/runs", SPEC)?;
        assert!(status == 202 || status == 503, "{status} {text}");
        (status == 202).then(|| serde_json::from_str::<Value>(&text).unwrap()["id"].as_str().unwrap().to_owned())
    });
    served.stop();
    let served = Served::start(&balmer, &[]);
    for run in [first, second] {
        until("the run is done", Duration::from_mins(1), || (status(&served, &run)["status"] == "done").then_some(()));
        check_provenance(&served.json("GET", &format!("/runs/{run}/provenance"), ""), &run);
    }
}

/// Whatever a relation names is there, and the run made its candidates from the survey's parts.
fn check_provenance(document: &Value, run: &str) {
    for (relation, role, kind) in [
        ("used", "prov:entity", "entity"),
        ("wasGeneratedBy", "prov:entity", "entity"),
        ("wasAssociatedWith", "prov:agent", "agent"),
        ("wasConfiguredBy", "voprov:configurator", "parameter"),
        ("isDescribedBy", "voprov:descriptor", "activityDescription"),
    ] {
        let pairs = document[relation].as_object().unwrap();
        assert!(!pairs.is_empty(), "{relation}: {document}");
        for pair in pairs.values() {
            let named = pair[role].as_str().unwrap();
            assert!(document[kind][named].is_object(), "{relation} names {named}, which is nowhere: {document}");
        }
    }
    let entities = document["entity"].as_object().unwrap();
    assert!(entities.contains_key(&format!("balmer:run/{run}/candidates.parquet")), "{document}");
    assert!(entities.values().any(|entity| entity["balmer:sha256"].as_str().is_some_and(|hash| hash.len() == 64)));
    let activity = document["activity"].as_object().unwrap().values().next().unwrap();
    assert!(activity["prov:startTime"].as_str() <= activity["prov:endTime"].as_str(), "{activity}");
}
