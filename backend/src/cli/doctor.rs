//! `balmer doctor`: what this machine offers, where data go, and whether the numbers come out right.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::ensure;
use balmer::{
    engine::{self, Device},
    machine,
};
use balmer_compute::AdapterSummary;
use balmer_core::{CpuEngine, Engine, engine::Unobserved, ndarray::ArrayView2, outlier::lof};
use futures::executor::block_on;
use serde::Serialize;

use super::{
    output::{self, UNKNOWN, bytes},
    session::Session,
    system,
};

#[derive(Debug, Serialize)]
struct Report {
    version: &'static str,
    target: String,
    cpu_features: Vec<&'static str>,
    threads: usize,
    memory_bytes: Option<u64>,
    memory_available_bytes: Option<u64>,
    engine: String,
    /// What `--device gpu:N` can name, from 0.
    adapters: Vec<Adapter>,
    data_dir: PathBuf,
    data_dir_exists: bool,
    data_dir_writable: bool,
    data_dir_free_bytes: Option<u64>,
    limits: Limits,
    /// On the processor.
    self_test: SelfTest,
    problems: Vec<String>,
}

/// A GPU, or a program that plays one, tried out.
#[derive(Debug, Serialize)]
struct Adapter {
    name: String,
    driver: String,
    is_software: bool,
    max_buffer_bytes: u64,
    max_binding_bytes: u64,
    workgroup_bytes: u32,
    self_test: Option<SelfTest>,
    fault: Option<String>,
}

/// How far this version goes.
#[derive(Debug, Serialize)]
struct Limits {
    rows: u64,
    /// Rows of 140 columns whose neighbours (k = 128) are found in the memory available now.
    rows_in_memory: Option<u64>,
}

#[derive(Debug, Serialize)]
struct SelfTest {
    lof_matches_golden_values: bool,
    largest_relative_difference: f32,
}

/// Twelve points in the plane, no two distances equal.
const POINTS: [f32; 24] = [
    0.0, 0.0, 1.25, 0.0, 0.0, 2.5, 3.5, 1.0, 2.25, 3.0, 1.0, 5.5, 4.75, 4.0, 6.0, 0.5, 5.25, 2.75, 7.0, 5.0, 20.0, 9.0,
    3.25, 8.5,
];
/// Their LOF with `n_neighbors = 4` by scikit-learn 1.9.1.
const GOLDEN: [f32; 12] = [
    1.042_259,
    0.939_501_9,
    1.007_621,
    0.979_697_2,
    0.920_808_1,
    1.060_826,
    0.975_29,
    0.981_253_7,
    1.084_986,
    1.062_639,
    4.201_208,
    1.334_556,
];
/// Bytes that a row of 140 features and 128 neighbours takes: features in the file's and the engine's
/// layout, neighbours and distances.
const ROW_BYTES: u64 = 140 * 4 * 2 + 128 * 8;

/// Reports, and fails where something is wrong.
pub fn run(session: &Session) -> anyhow::Result<()> {
    let report = examine(session)?;
    if session.json() {
        output::print_json(&report)?;
    } else {
        output::print(|out| report.write(out))?;
    }
    ensure!(report.problems.is_empty(), "{}", report.problems.join("; "));
    Ok(())
}

fn examine(session: &Session) -> anyhow::Result<Report> {
    let engine = session.engine()?;
    let adapters = adapters();
    let data_dir = session.data_dir()?;
    let writable = is_writable(&data_dir);
    let self_test = self_test(&CpuEngine)?;
    let (memory, available) = machine::memory();
    let mut problems = Vec::new();
    if let Err(reason) = &writable {
        problems.push(format!("cannot write to the data directory '{}': {reason}", data_dir.display()));
    }
    if !self_test.lof_matches_golden_values {
        problems.push("the LOF of a known matrix comes out wrong on this machine: please report it".to_owned());
    }
    for (index, adapter) in adapters.iter().enumerate() {
        if let Some(fault) = &adapter.fault {
            problems.push(format!("gpu:{index} cannot compute: {fault}"));
        }
    }
    Ok(Report {
        version: env!("CARGO_PKG_VERSION"),
        target: format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
        cpu_features: system::cpu_features(),
        threads: system::threads(),
        memory_bytes: memory,
        memory_available_bytes: available,
        engine: engine.name(),
        adapters,
        data_dir_exists: data_dir.exists(),
        data_dir_writable: writable.is_ok(),
        data_dir_free_bytes: machine::free_space(&data_dir),
        data_dir,
        limits: Limits { rows: u64::from(u32::MAX), rows_in_memory: available.map(|bytes| bytes / ROW_BYTES) },
        self_test,
        problems,
    })
}

/// Whether a file can be made in the data directory, or where it would be created.
fn is_writable(data_dir: &Path) -> Result<(), String> {
    let existing = data_dir.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("/"));
    tempfile::tempfile_in(existing).map(drop).map_err(|error| error.to_string())
}

/// Every adapter, with the self-test on it.
fn adapters() -> Vec<Adapter> {
    let tried = |(index, summary): (usize, AdapterSummary)| {
        let outcome = engine::open(Device::Gpu(Some(index))).map_err(Into::into).and_then(|engine| {
            let test = self_test(&engine)?;
            ensure!(test.lof_matches_golden_values, "the LOF of a known matrix comes out wrong: please report it");
            // a device that was given up says so in its engine's name
            ensure!(!engine.name().contains(';'), "{}", engine.name());
            Ok(test)
        });
        let fault = outcome.as_ref().err().map(ToString::to_string);
        Adapter {
            name: summary.to_string(),
            driver: summary.driver,
            is_software: summary.is_software,
            max_buffer_bytes: summary.max_buffer_bytes,
            max_binding_bytes: summary.max_binding_bytes,
            workgroup_bytes: summary.workgroup_bytes,
            self_test: outcome.ok(),
            fault,
        }
    };
    block_on(balmer_compute::adapters()).into_iter().enumerate().map(tried).collect()
}

fn self_test(engine: &impl Engine) -> anyhow::Result<SelfTest> {
    let x = ArrayView2::from_shape((POINTS.len() / 2, 2), &POINTS)?;
    let table = block_on(engine.kneighbors(x, 4, &Unobserved))?;
    let scores = lof::from_table(&table, 4)?;
    let difference =
        scores.lof.iter().zip(GOLDEN).map(|(found, golden)| (found / golden - 1.0).abs()).fold(0.0, f32::max);
    Ok(SelfTest { lof_matches_golden_values: difference < 1e-5, largest_relative_difference: difference })
}

impl Report {
    fn write(&self, out: &mut dyn Write) -> std::io::Result<()> {
        let size = |count: Option<u64>| count.map_or_else(|| UNKNOWN.to_owned(), bytes);
        let writable = match (self.data_dir_writable, self.data_dir_exists) {
            (false, _) => "not writable",
            (true, true) => "writable",
            (true, false) => "will be created",
        };
        let rows = self
            .limits
            .rows_in_memory
            .map_or_else(|| UNKNOWN.to_owned(), |n| format!("about {} million", n / 1_000_000));
        writeln!(out, "balmer          {} on {}", self.version, self.target)?;
        writeln!(out, "processor       {} threads, {}", self.threads, self.cpu_features.join(" "))?;
        writeln!(out, "memory          {}, {} available", size(self.memory_bytes), size(self.memory_available_bytes))?;
        writeln!(out, "engine          {}", self.engine)?;
        if self.adapters.is_empty() {
            writeln!(out, "adapters        none: no GPU with a driver for Vulkan, Metal or DirectX 12")?;
        }
        for (index, adapter) in self.adapters.iter().enumerate() {
            let verdict = adapter.fault.clone().unwrap_or_else(|| "LOF equals the golden values".to_owned());
            let room = bytes(adapter.max_binding_bytes);
            writeln!(out, "gpu:{index:<11} {}, buffers to {room}: {verdict}", adapter.name)?;
        }
        writeln!(
            out,
            "data directory  {} ({writable}, {} free)",
            self.data_dir.display(),
            size(self.data_dir_free_bytes)
        )?;
        writeln!(out, "limits          {rows} spectra of 140 pixels with 128 neighbours in this memory")?;
        let verdict =
            if self.self_test.lof_matches_golden_values { "LOF equals the golden values" } else { "LOF is wrong" };
        writeln!(out, "self-test       {verdict} (to {:.0e})", self.self_test.largest_relative_difference)
    }
}
