//! What a server takes upon itself: memory, disk, time; and what becomes of a run that cannot go on.

use std::{fs, time::Duration};

use crate::support::{
    Balmer, binary,
    served::{SERVE, Served, until},
};

const SPEC: &str = r#"{"survey": "sky", "recipe": {"min_good_fraction": 0.5}}"#;

/// A server of a survey of so many spectra, with settings from the environment.
fn served(spectra: u32, settings: &[(&str, &str)]) -> (Balmer, Served) {
    let balmer = Balmer::new();
    balmer.ok(["simulate", "sky", "--count", &spectra.to_string(), "--seed", "1"]);
    let served = Served::of(balmer.command(SERVE).envs(settings.iter().copied()));
    (balmer, served)
}

fn is_running(served: &Served, run: &str) -> bool {
    served.json("GET", &format!("/runs/{run}"), "")["status"] == "running"
}

#[test]
fn two_runs_share_the_machine_where_their_memory_allows() {
    let (_balmer, served) = served(3000, &[("BALMER_RUNS_AT_ONCE", "2")]);
    let runs = [served.submit(SPEC), served.submit(SPEC)];
    until("both are under way", Duration::from_mins(1), || {
        runs.iter().all(|run| is_running(&served, run)).then_some(())
    });
    for run in &runs {
        assert_eq!(served.ended(run)["status"], "done");
    }
}

#[test]
fn a_run_waits_until_there_is_memory_for_it() {
    // two need more than this by estimate
    let (_balmer, served) = served(3000, &[("BALMER_RUNS_AT_ONCE", "2"), ("BALMER_RUNS_MEMORY", "300 MiB")]);
    let (first, second) = (served.submit(SPEC), served.submit(SPEC));
    while served.json("GET", &format!("/runs/{first}"), "")["finished"].is_null() {
        assert!(!(is_running(&served, &second) && is_running(&served, &first)), "both at once");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(served.ended(&second)["status"], "done");
}

#[test]
fn a_run_that_could_never_begin_is_refused_with_the_figures() {
    let (balmer, served) = served(100, &[("BALMER_RUNS_MEMORY", "20 MiB")]);
    let (status, text) = served.ask("POST", "/runs", SPEC).unwrap();
    assert!(status == 400 && text.contains("20 MiB") && text.contains("--memory"), "{status} {text}");
    assert_eq!(fs::read_dir(balmer.data_dir().join("runs")).map_or(0, Iterator::count), 0, "nothing is left of it");
}

#[test]
fn a_run_past_its_time_is_aborted() {
    let (_balmer, served) = served(4000, &[("BALMER_RUNS_EXECUTION_DURATION", "1")]);
    let run = served.submit(SPEC);
    assert_eq!(served.ended(&run)["status"], "cancelled");
    // its worker says that it ended, then the server why
    let why = until("it says why", Duration::from_secs(10), || {
        served.json("GET", &format!("/runs/{run}"), "")["error"].as_str().map(str::to_owned)
    });
    assert!(why.contains("longer than the 1 s"), "{why}");
}

#[test]
fn no_run_is_taken_in_where_the_disk_is_nearly_full_or_the_quota_used_up() {
    for (key, value) in [("BALMER_STORAGE_KEEP_FREE", "9000 TiB"), ("BALMER_STORAGE_QUOTA", "1")] {
        let (balmer, served) = served(150, &[(key, value)]);
        let spec = balmer.file("run.json", SPEC);
        balmer.ok(["run", spec.to_str().unwrap(), "--device", "cpu"]);
        let (status, text) = served.ask("POST", "/runs", SPEC).unwrap();
        assert!(status == 507 && text.contains("try again"), "{key}: {status} {text}");
        let health = served.json("GET", "/health", "");
        assert_eq!(health["status"], "degraded", "{health}");
        assert!(health["checks"]["disk"].as_str().unwrap().contains("try again"), "{health}");
    }
}

/// The largest file that a server may write is as good as a full disk: the system refuses what goes beyond it.
#[test]
#[cfg(unix)]
fn a_full_disk_ends_the_run_and_not_the_server() {
    let balmer = Balmer::new();
    balmer.ok(["simulate", "sky", "--count", "2000", "--seed", "1"]);
    balmer.ok(["simulate", "few", "--count", "150", "--seed", "1"]);
    let mut limited = std::process::Command::new("sh");
    // blocks of 512 or 1024 bytes, as the shell has it: well below what is kept of the features and the table of neighbours,
    // whichever is written first
    limited.args(["-c", "trap '' XFSZ; ulimit -f 1000; exec \"$@\"", "sh"]).arg(binary()).args(SERVE);
    let served = Served::of(limited.env("BALMER_DATA", balmer.data_dir()));
    let ended = served.ended(&served.submit(SPEC));
    assert_eq!(ended["status"], "failed", "{ended}");
    assert!(ended["error"].as_str().unwrap().contains("disk full"), "{ended}");
    let small = served.ended(&served.submit(&SPEC.replace("sky", "few")));
    assert_eq!(small["status"], "done", "the server goes on: {small}");
}

#[test]
fn a_run_whose_survey_is_deleted_fails_and_says_so() {
    let (balmer, served) = served(4000, &[]);
    let (executing, waiting) = (served.submit(SPEC), served.submit(SPEC));
    until("the first is under way", Duration::from_mins(1), || is_running(&served, &executing).then_some(()));
    fs::remove_dir_all(balmer.data_dir().join("surveys/sky")).unwrap();
    let (first, second) = (served.ended(&executing), served.ended(&waiting));
    let is_told = |ended: &serde_json::Value| {
        ended["status"] == "failed" && ended["error"].as_str().is_some_and(|error| error.contains("sky"))
    };
    // the first may have read all it needs
    assert!(first["status"] == "done" || is_told(&first), "{first}");
    assert!(is_told(&second), "{second}");
    assert_eq!(served.json("GET", "/health", "")["status"], "ok");
}

#[test]
fn the_command_line_cancels_and_resumes_with_and_without_a_server() {
    let (balmer, served) = served(4000, &[]);
    let run = served.submit(SPEC);
    until("it is under way", Duration::from_mins(1), || is_running(&served, &run).then_some(()));
    balmer.ok(["cancel", &run]);
    assert_eq!(served.ended(&run)["status"], "cancelled");
    // the server that has the data goes on with it
    assert!(balmer.ok(["resume", &run]).contains("on the server"));
    until("it is under way again", Duration::from_mins(1), || is_running(&served, &run).then_some(()));
    balmer.ok(["cancel", &run]);
    assert_eq!(served.ended(&run)["status"], "cancelled");
    served.stop();
    balmer.json(["resume", &run, "--device", "cpu"]);
    let jobs = Served::start(&balmer, &[]);
    assert_eq!(jobs.json("GET", &format!("/runs/{run}"), "")["status"], "done");
    balmer.fails(["resume", &run]).says(&["done"]);
    balmer.fails(["cancel", &run]).says(&["done"]);
}
