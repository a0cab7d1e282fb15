//! The measurements: kernels and whole commands alone, and beside what others have written.

use std::{env, path::PathBuf, process::Command};

use anyhow::{Context as _, Result};

use crate::{apt, miles, python, shell, test};

/// `balmer bench` of these, at sizes that a minute or two suffices for.
const COMMANDS: &[&str] = &[
    "fma",
    "knn --n 20000 --k 20",
    "knn --n 20000 --k 128",
    "knn --n 5000 --d 2000",
    "lof --n 50000",
    "spread --n 200000 --k 10",
];

/// Criterion benchmarks of the core, whose ids hold the sizes, then whole commands; of both, those that hold the word.
pub fn bench(filter: &[&str]) -> Result<()> {
    shell::run(shell::cargo().args(["bench", "--package", "balmer-core", "--"]).args(filter))?;
    let balmer = release()?;
    for command in COMMANDS.iter().filter(|command| filter.iter().all(|word| command.contains(word))) {
        shell::run(Command::new(&balmer).arg("bench").args(command.split(' ')))?;
    }
    Ok(())
}

/// Balmer beside scikit-learn, FAISS, pynndescent and hnswlib; the options are those of `tests/tools/peers.py`.
pub fn peers(options: &[&str]) -> Result<()> {
    let balmer = release()?;
    let python = environment()?;
    let mut command = Command::new(python);
    command.arg("tests/tools/peers.py").arg("--balmer").arg(balmer);
    command.arg("--folder").arg(shell::cache()?.join("peers"));
    let given = |name: &str| options.iter().any(|option| option.split('=').next() == Some(name));
    if !given("--spectra") {
        command.arg("--spectra").arg(spectra()?);
    }
    if !given("--json") {
        command.arg("--json").arg(shell::target().join("peers.json"));
    }
    shell::run(command.args(options))
}

/// A whole simulated survey, from nothing to its recall; the options are those of `tests/tools/scale.py`.
pub fn scale(options: &[&str]) -> Result<()> {
    let mut command = Command::new(shell::find("python3").context("python3 is missing: install it")?);
    command.arg("tests/tools/scale.py").arg("--balmer").arg(release()?);
    if !options.iter().any(|option| option.starts_with("--folder")) {
        command.arg("--folder").arg(shell::cache()?.join("scale"));
    }
    shell::run(command.args(options))
}

/// The optimised program, without the web app.
fn release() -> Result<PathBuf> {
    shell::step("building balmer");
    shell::run(shell::cargo().args(["build", "--release", "--package", "balmer"]))?;
    Ok(shell::target().join("release").join(format!("balmer{}", env::consts::EXE_SUFFIX)))
}

/// Python with the peers, at the versions that are pinned, in the user's cache.
fn environment() -> Result<PathBuf> {
    let home = shell::cache()?.join("peers-venv");
    let python = home.join("bin").join("python");
    if !shell::works(Command::new(&python).args(["-m", "pip", "--version"])) {
        shell::step("installing the peers (once)");
        python::new_environment(&home)?;
    }
    // hnswlib comes as source
    if ["c++", "g++", "clang++"].iter().all(|compiler| shell::find(compiler).is_none()) {
        apt::install(&["g++", "python3-dev"], "a C++ compiler")?;
    }
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", "tests/tools/peers_requirements.txt"]);
    shell::run(&mut pip).context("the peers could not be installed")?;
    Ok(python)
}

/// Spectra of LAMOST where they are, else the MILES library.
fn spectra() -> Result<PathBuf> {
    match test::real_data().map(|folder| folder.join("lamost-dr10")).filter(|folder| folder.is_dir()) {
        Some(folder) => Ok(folder),
        None => miles::fetch(),
    }
}
