//! The release binary and the measurements.

use std::process::Command;

use anyhow::Result;

use crate::{shell, tools, web};

/// Builds `balmer` fully optimised, with the web app inside.
pub fn run() -> Result<()> {
    tools::c_compiler()?;
    web::build()?;
    shell::step("building balmer for distribution");
    shell::run(shell::cargo().args(["build", "--profile", "dist", "--package", "balmer"]))?;
    println!("{}", shell::target().join("dist").join(format!("balmer{}", std::env::consts::EXE_SUFFIX)).display());
    Ok(())
}

/// Criterion benchmarks of the core; ids hold the sizes.
pub fn bench(filter: &[&str]) -> Result<()> {
    shell::run(shell::cargo().args(["bench", "--package", "balmer-core", "--"]).args(filter))
}

/// Exact LOF beside scikit-learn's on the same matrix, alternating, as a ratio.
pub fn peers() -> Result<()> {
    shell::step("building balmer");
    shell::run(shell::cargo().args(["build", "--release", "--package", "balmer"]))?;
    let environment = shell::cache()?.join("peers-venv");
    let python = environment.join("bin").join("python");
    if !python.exists() {
        shell::step("installing scikit-learn");
        shell::run(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
    }
    shell::run(Command::new(&python).args(["-m", "pip", "install", "-q", "-r", "tests/tools/requirements.txt"]))?;
    let balmer = shell::target().join("release").join(format!("balmer{}", std::env::consts::EXE_SUFFIX));
    shell::run(
        Command::new(&python).args(["tests/tools/peers_lof.py", "--algorithms", "brute", "--balmer"]).arg(balmer),
    )
}
