//! Habits of a good command: help, versions, exit codes, pipes, signals.

use std::process::Stdio;

use crate::support::{Balmer, Failure, matrix};

#[test]
fn doctor_finds_this_machine_in_order() {
    let balmer = Balmer::new();
    let report = balmer.json(["doctor"]);
    assert_eq!(report["self_test"]["lof_matches_golden_values"], true, "{report}");
    let adapters = report["adapters"].as_array().unwrap();
    assert!(!adapters.is_empty(), "no adapter: install mesa-vulkan-drivers, or a GPU's driver for Vulkan");
    for adapter in adapters {
        assert_eq!(adapter["self_test"]["lof_matches_golden_values"], true, "{adapter}");
    }
    assert_eq!(report["data_dir"].as_str(), balmer.data_dir().to_str());
    assert!(report["threads"].as_u64() > Some(0) && report["data_dir_free_bytes"].as_u64() > Some(0));
    assert!(!balmer.data_dir().exists(), "looking must not create anything");
    let text = balmer.ok(["doctor"]);
    assert!(text.contains("LOF equals the golden values") && !text.contains('\x1b'), "{text}");
}

#[test]
fn threads_are_those_asked_for() {
    let report = Balmer::new().json(["doctor", "--threads", "1"]);
    assert_eq!(report["threads"], 1);
}

#[test]
fn wrong_usage_exits_with_2() {
    let balmer = Balmer::new();
    for arguments in [
        &["frobnicate"][..],
        &["knn", "--input", "x.npy", "--n-neighbors", "0"],
        &["knn", "--input", "x.npy", "--n-neighbors", "3", "-o", "x.docx"],
        &["doctor", "--device", "abacus"],
        &["doctor", "--threads", "0"],
    ] {
        let failure = balmer.fails(arguments);
        assert_eq!(failure.code, 2, "{arguments:?}: {}", failure.message);
    }
}

#[test]
fn a_gpu_is_refused_rather_than_silently_replaced() {
    Balmer::new().fails(["doctor", "--device", "gpu:99"]).says(&["--device gpu:99", "there is no adapter 99", "gpu:0"]);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let balmer = Balmer::new();
    matrix::write_npy(&balmer.path("x.npy"), &matrix::scattered(3000, 4));
    let mut child = balmer
        .command(["knn", "--input", "x.npy", "-k", "20", "-o", "-"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
#[cfg(unix)]
fn interrupt_stops_a_computation_cleanly() {
    let balmer = Balmer::new();
    let mut child = balmer
        .command(["bench", "knn", "--n", "200000", "--d", "140", "--k", "20"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_secs(2));
    assert!(child.try_wait().unwrap().is_none(), "the computation must be under way");
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let failure = Failure::of(&child.wait_with_output().unwrap());
    assert_eq!((failure.code, failure.message.trim()), (130, "balmer: cancelled"));
}

#[test]
fn bench_reports_what_it_measured() {
    for what in ["knn", "lof", "spread"] {
        let report = Balmer::new().json(["bench", what, "--n", "500", "--d", "20", "--k", "10", "--threads", "2"]);
        assert_eq!(report["benchmark"], what);
        assert_eq!(report["threads"], 2);
        assert!(report["seconds"].as_f64() > Some(0.0) && report["gflops"].as_f64() > Some(0.0), "{report}");
        assert!(report["device"].as_str().unwrap().starts_with("cpu"), "{report}");
    }
}

#[test]
fn bench_takes_a_matrix_and_counts_processors() {
    let balmer = Balmer::new();
    matrix::write_npy(&balmer.path("x.npy"), &matrix::scattered(3000, 40));
    let report = balmer.json(["bench", "lof", "--input", "x.npy", "--k", "10"]);
    assert_eq!((report["n"].as_u64(), report["d"].as_u64()), (Some(3000), Some(40)), "{report}");
    assert!(report["cpu_seconds"].as_f64() > Some(0.0), "{report}");
    let failure = balmer.fails(["bench", "lof", "--input", "x.npy", "--n", "10"]);
    assert_eq!(failure.code, 2, "a matrix has its own number of rows");
    let peak = balmer.json(["bench", "fma", "--threads", "2"]);
    assert!(peak["gflops"].as_f64() > peak["gflops_a_thread"].as_f64(), "{peak}");
}
