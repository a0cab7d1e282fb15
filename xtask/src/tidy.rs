//! The rules of the house that no compiler checks: which floor may stand on which, how long a file
//! may be, that each module says what it is, that documents do not point at nothing.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, bail};

use crate::shell;

/// A file longer than this is to be split by duty.
const LONGEST_FILE: usize = 500;

/// For each package, what must not be among the crates it is built from.
const FLOORS: &[(&str, &[&str])] = &[
    ("balmer-core", &["balmer-exchange", "wgpu", "arrow-array", "tokio", "web-sys", "parquet", "axum", "leptos"]),
    ("balmer-exchange", &["wgpu", "tokio", "web-sys", "parquet", "axum", "leptos"]),
    ("balmer", &["leptos", "web-sys", "balmer-web"]),
    ("balmer-worker", &["leptos", "tokio", "axum", "datafusion", "parquet", "balmer", "balmer-web"]),
    ("balmer-web", &["tokio", "axum", "datafusion", "parquet", "balmer"]),
];

/// Module names that say nothing about a duty.
const EMPTY_NAMES: &[&str] = &["utils", "util", "helpers", "helper", "common", "manager", "misc"];

/// Checks all rules and lists every breach.
pub fn run() -> Result<()> {
    shell::step("tidy");
    let mut breaches = Vec::new();
    for file in tracked_files()? {
        check_file(&file, &mut breaches);
    }
    check_floors(&mut breaches)?;
    if breaches.is_empty() {
        println!("  tidy");
        return Ok(());
    }
    for breach in &breaches {
        println!("  {breach}");
    }
    bail!("{} places are not tidy", breaches.len())
}

/// Files that git tracks or would.
fn tracked_files() -> Result<Vec<PathBuf>> {
    let list = shell::output(Command::new("git").args(["ls-files", "--cached", "--others", "--exclude-standard"]))?;
    Ok(list.lines().map(PathBuf::from).filter(|path| path.is_file()).collect())
}

fn check_file(path: &Path, breaches: &mut Vec<String>) {
    let name = path.display();
    let kind = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    if !matches!(kind, "rs" | "wgsl" | "py" | "css" | "md") {
        return;
    }
    let Ok(text) = std::fs::read_to_string(path) else {
        breaches.push(format!("{name}: is not UTF-8 text"));
        return;
    };
    let lines = text.lines().count();
    if matches!(kind, "rs" | "wgsl" | "py") && lines > LONGEST_FILE {
        breaches.push(format!("{name}: {lines} lines; split it by duty (at most {LONGEST_FILE})"));
    }
    if kind == "rs" {
        if !text.starts_with("//!") {
            breaches.push(format!("{name}: does not begin with `//!` and what it is"));
        }
        let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
        if EMPTY_NAMES.contains(&stem) {
            breaches.push(format!("{name}: name it for its duty"));
        }
    }
    if kind == "wgsl" && !path.starts_with("shaders") {
        breaches.push(format!("{name}: shaders live in shaders/"));
    }
    if kind == "md" {
        check_links(path, &text, breaches);
    }
}

/// Every relative link of a document leads to a file.
fn check_links(path: &Path, text: &str, breaches: &mut Vec<String>) {
    let folder = path.parent().unwrap_or(Path::new(""));
    for after in text.split("](").skip(1) {
        let target = after.split([')', '#', ' ']).next().unwrap_or_default();
        if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
            continue;
        }
        if !folder.join(target).exists() {
            breaches.push(format!("{}: links to {target}, which is not there", path.display()));
        }
    }
}

fn check_floors(breaches: &mut Vec<String>) -> Result<()> {
    let mut versions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (package, forbidden) in FLOORS {
        let mut tree = shell::cargo();
        tree.args(["tree", "--package", package, "--edges", "normal", "--prefix", "none", "--format", "{p}"]);
        for line in shell::output(&mut tree)?.lines() {
            let mut words = line.split(' ');
            let (Some(name), Some(version)) = (words.next(), words.next()) else { continue };
            if forbidden.contains(&name) {
                breaches.push(format!("{package} must not be built from {name}"));
            }
            let known = versions.entry(name.to_owned()).or_default();
            if !known.iter().any(|v| v == version) {
                known.push(version.to_owned());
            }
        }
    }
    if let Some(many) = versions.get("ndarray").filter(|v| v.len() > 1) {
        breaches.push(format!("more than one ndarray in the tree: {}", many.join(", ")));
    }
    breaches.dedup();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_link_is_a_breach_and_a_live_one_is_not() {
        let mut breaches = Vec::new();
        let readme = shell::root().join("README.md");
        check_links(&readme, "[a](Cargo.toml) [b](https://example.org/x) [c](Cargo.toml#top)", &mut breaches);
        assert_eq!(breaches, Vec::<String>::new());
        check_links(&readme, "[a](no/such/file.md)", &mut breaches);
        assert_eq!(breaches.len(), 1);
    }
}
