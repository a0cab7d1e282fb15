//! Building the code of the Web Workers: once for every browser, once with SIMD, once with relaxed SIMD.
//! `frontend/worker/worker.mjs` chooses among them when a worker starts.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

use anyhow::{Context as _, Result};

use crate::{shell, tools::WasmTarget};

/// The builds and their target features.
const BUILDS: [(&str, &str); 3] = [
    ("plain", ""),
    ("simd128", "-Ctarget-feature=+simd128"),
    ("relaxed-simd", "-Ctarget-feature=+simd128,+relaxed-simd"),
];
/// Where Trunk takes them from.
const FOLDER: &str = "frontend/worker-dist";

/// Builds all of them into `frontend/worker-dist/`. Cargo keeps what it built with other flags, so that what has not
/// changed is skipped; `tools` holds wasm-bindgen.
pub fn build(target: &WasmTarget, tools: &Path) -> Result<()> {
    for (name, flags) in BUILDS {
        shell::step(&format!("building the worker, {name}"));
        let built = compiled(target, flags)?;
        let folder = Path::new(FOLDER).join(name);
        if is_newer(&built, &folder.join("balmer-worker_bg.wasm")) {
            let mut bindgen = Command::new(tools.join("wasm-bindgen"));
            bindgen.args(["--target", "web", "--no-typescript", "--out-name", "balmer-worker", "--out-dir"]);
            shell::run(bindgen.arg(&folder).arg(&built))?;
        }
    }
    let (from, to) = (Path::new("frontend/worker/worker.mjs"), Path::new(FOLDER).join("worker.mjs"));
    if is_newer(from, &to) {
        fs::copy(from, &to).with_context(|| format!("cannot write {}", to.display()))?;
    }
    Ok(())
}

fn compiled(target: &WasmTarget, flags: &str) -> Result<PathBuf> {
    let mut cargo = target.cargo();
    cargo.args(["build", "--profile", "worker", "--package", "balmer-worker", "--bin", "balmer-worker"]);
    cargo.args(["--locked", "--target", "wasm32-unknown-unknown"]);
    if !flags.is_empty() {
        cargo.arg("--config").arg(format!("target.wasm32-unknown-unknown.rustflags=[\"{flags}\"]"));
    }
    target.configure(&mut cargo)?;
    shell::run(&mut cargo)?;
    Ok(shell::target().join("wasm32-unknown-unknown/worker/balmer-worker.wasm"))
}

/// Whether a file was written after another, which may not be there.
fn is_newer(file: &Path, other: &Path) -> bool {
    let written = |path: &Path| fs::metadata(path).and_then(|about| about.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    written(other) == SystemTime::UNIX_EPOCH || written(file) > written(other)
}
