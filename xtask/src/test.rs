//! Every test of the workspace in one go, with one count at the end.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context as _, Result, bail};

use crate::{axe, schemathesis, shell, tools, vo, web};

/// Sets up what the tests need and runs them: all, or those whose names hold one of the words.
/// The last line is `N passed, N failed, N skipped`.
pub fn run(filter: &[&str]) -> Result<()> {
    tools::c_compiler()?;
    tools::browser()?;
    tools::curl()?;
    tools::vulkan()?;
    let axe = axe::fetch()?;
    web::build()?;
    // the same packages and targets as the tests below, so that cargo resolves the same features for both
    shell::step("building everything");
    shell::run(shell::cargo().args(["build", "--workspace", "--all-targets"]))?;

    shell::step("testing");
    let mut cargo = shell::cargo();
    cargo.args(["test", "--workspace", "--no-fail-fast", "--"]).args(filter);
    let balmer = shell::target().join("debug").join(format!("balmer{}", std::env::consts::EXE_SUFFIX));
    cargo.env("BALMER_BIN", &balmer).env("BALMER_AXE", axe);
    if let Some(folder) = real_data() {
        println!("real spectra from {}", folder.display());
        cargo.env("BALMER_REAL_DATA", folder);
    } else {
        println!("no real spectra: set BALMER_REAL_DATA to their folder; tests named real_data are skipped");
        cargo.args(["--skip", "real_data"]);
    }
    let mut child = cargo.stdout(Stdio::piped()).spawn().context("cannot start cargo")?;
    let mut counts = Counts::default();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).lines() {
            let line = line?;
            println!("{line}");
            counts.add(&line);
        }
    }
    let status = child.wait()?;
    let tools: [(&str, Tool); 2] = [("schemathesis", schemathesis::run), ("vo", vo::run)];
    for (name, run) in tools {
        if !filter.is_empty() && !filter.contains(&name) {
            counts.skipped += 1;
        } else if run(&balmer)? {
            counts.passed += 1;
        } else {
            counts.failed += 1;
        }
    }
    println!("\n{} passed, {} failed, {} skipped", counts.passed, counts.failed, counts.skipped);
    if !status.success() || counts.failed > 0 {
        bail!("tests failed ({status})");
    }
    if counts.passed == 0 {
        bail!("no test ran");
    }
    Ok(())
}

/// The folder of real survey spectra: `BALMER_REAL_DATA`, else `../shared/data` beside the checkout.
pub fn real_data() -> Option<PathBuf> {
    let folder =
        std::env::var_os("BALMER_REAL_DATA").map_or_else(|| shell::root().join("../shared/data"), PathBuf::from);
    folder.canonicalize().ok().filter(|f| f.is_dir())
}

/// A tool of others that is held against the program: whether it is content.
type Tool = fn(&Path) -> Result<bool>;

#[derive(Default)]
struct Counts {
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl Counts {
    /// Adds one of libtest's closing lines: `test result: ok. 3 passed; 0 failed; 1 ignored; ...`.
    fn add(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else { return };
        let result = result.split_once(". ").map_or(result, |(_, counts)| counts);
        for part in result.split("; ") {
            let mut words = part.split(' ');
            let (Some(Ok(n)), Some(what)) = (words.next().map(str::parse::<u64>), words.next()) else { continue };
            match what {
                "passed" => self.passed += n,
                "failed" => self.failed += n,
                "ignored" | "filtered" => self.skipped += n,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Counts;

    #[test]
    fn closing_lines_are_added_up() {
        let mut counts = Counts::default();
        counts.add("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.10s");
        counts.add("test result: FAILED. 2 passed; 5 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s");
        counts.add("test something ... ok");
        assert_eq!((counts.passed, counts.failed, counts.skipped), (14, 5, 4));
    }
}
