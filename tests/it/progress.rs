//! What a server tells of its runs, and that they end when they are told to. How well the end is foretold and how soon a
//! wish is fulfilled is measured by `tests/tools/progress_figures.py`: a test on a busy machine cannot tell.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{
    Balmer,
    served::{Served, until},
};

/// Enough that a run takes a few seconds, and its search has pieces.
const SPECTRA: &str = "4000";
const SPEC: &str = r#"{"survey": "sky", "recipe": {"min_good_fraction": 0.5}}"#;
/// No word for so long is a fault on the busiest machine.
const SILENCE: Duration = Duration::from_secs(3);

fn simulated() -> Balmer {
    let balmer = Balmer::new();
    balmer.ok(["simulate", "sky", "--count", SPECTRA, "--seed", "2"]);
    balmer
}

fn begin(served: &Served) -> String {
    served.json("POST", "/runs", SPEC)["id"].as_str().unwrap().to_owned()
}

fn number(event: &Value, name: &str) -> f64 {
    event[name].as_f64().unwrap_or_else(|| panic!("no {name}: {event}"))
}

#[test]
fn progress_never_falls_and_never_ceases_and_ends_with_the_end() {
    let balmer = simulated();
    let served = Served::start(&balmer, &[]);
    let run = begin(&served);
    let (mut last, mut furthest, mut heard, mut silence) = (0, 0.0, Instant::now(), Duration::ZERO);
    let (mut names, mut stages, mut foretold) = (Vec::new(), Vec::new(), 0);
    for (name, id, data) in served.events(&run) {
        silence = silence.max(heard.elapsed());
        heard = Instant::now();
        assert!(id > last, "{id} after {last}");
        last = id;
        if name == "progress" {
            let fraction = number(&data, "fraction");
            assert!((furthest..=1.0).contains(&fraction), "{fraction} after {furthest}");
            assert!((0.0..=1.0).contains(&number(&data, "stage_fraction")), "{data}");
            furthest = fraction;
            foretold += usize::from(data["eta_seconds"].is_f64());
            let stage = data["stage"].as_str().unwrap().to_owned();
            if stages.last() != Some(&stage) {
                stages.push(stage);
            }
        }
        names.push(name);
    }
    println!("{} events, the longest silence {silence:?}, stages {stages:?}", names.len());
    assert!(silence < SILENCE, "{silence:?} without a word");
    assert_eq!(names.pop().as_deref(), Some("done"));
    assert!(names.len() > 3 && names.iter().all(|name| name == "progress"), "{names:?}");
    assert!(furthest > 0.3 && foretold > 0, "{furthest}, foretold {foretold} times");
    assert!(stages.contains(&"recipe".to_owned()) || stages.contains(&"neighbors".to_owned()), "{stages:?}");
    // what it took is remembered: the next one is foretold by it
    let timings: Value =
        serde_json::from_slice(&std::fs::read(balmer.data_dir().join("timings.json")).unwrap()).unwrap();
    assert_eq!(timings.as_array().unwrap().len(), 1, "{timings}");
    let shown = balmer.ok(["show", &run, "--follow"]);
    assert!(shown.contains("neighbors") && shown.contains("took"), "{shown}");
}

#[test]
fn a_run_ends_soon_after_it_is_told_to_whatever_it_does() {
    let balmer = simulated();
    let served = Served::start(&balmer, &[]);
    let mut state = 20_261_123_u64;
    for _ in 0..4 {
        drop(std::fs::remove_dir_all(balmer.data_dir().join("surveys/sky/features")));
        let run = begin(&served);
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        std::thread::sleep(Duration::from_millis(50 + (state >> 33) % 1500));
        let asked = Instant::now();
        let answer = served.ask("POST", &format!("/runs/{run}/cancel"), "").unwrap();
        let status = until("the run ends", Duration::from_mins(1), || {
            let now = served.json("GET", &format!("/runs/{run}"), "");
            (!now["finished"].is_null()).then(|| now["status"].as_str().unwrap().to_owned())
        });
        println!("{status} after {:?}", asked.elapsed());
        // one that was over sooner refuses
        assert!(status == "cancelled" || answer.0 == 409 && status == "done", "{status} {answer:?}");
    }
    let run = begin(&served);
    served.json("POST", &format!("/runs/{run}/cancel"), "");
    let failure = balmer.fails(["show", &run, "--follow"]);
    assert!(failure.code == 1 && failure.message.contains("was cancelled"), "{failure:?}");
}
