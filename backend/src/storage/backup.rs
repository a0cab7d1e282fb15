//! A data directory as one tar archive, and back.
//!
//! ```text
//! runs/<id>/...                 runs that have ended, without what only a resumed search would read
//! surveys/<name>/...            the committed parts, the manifest that names them, rejects, labels, classes
//! backup.json                   what is in it, what was left out and why, when, by which version
//! SHA256SUMS                    a hash of every file before it, as `sha256sum -c` reads them
//! ```
//!
//! The archive is written in one pass, to a pipe if need be, and its hashes come last: an archive that was cut
//! off has none. Nothing that a writer may change meanwhile is trusted twice: a run's files are opened before
//! any is read, and files are only ever replaced; of a survey, the manifest is read once and parts never change.
//! Runs come first, so that each run's survey is as late as the run or later. Feature matrices are a cache and are
//! left out.
//!
//! Restoring writes beside the places where surveys and runs lie, compares every hash, and only then renames:
//! each survey and each run is there whole or not at all. What is in place already is never touched.
//!
//! *A database in the data directory* would be a third kind of [`Unit`], written before the surveys: copied
//! from a snapshot that the database itself makes (`SQLite`: `VACUUM INTO` a temporary file), since a file in use
//! is not a copy of what it holds.

mod contents;
mod read;
mod verify;
mod write;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use read::{RestoreOptions, RestoreReport, restore};
pub use write::{backup_to_file, backup_to_writer};

use super::check_name;

/// Version of the archive's layout; a newer one is refused rather than misread.
const FORMAT: u32 = 1;
/// The entry that says what the archive is.
const ABOUT: &str = "backup.json";
/// Files of a survey's part.
const PART_FILES: [&str; 3] = ["metadata.parquet", "spectra.parquet", "inputs.parquet"];
/// The last entry.
const SUMS: &str = "SHA256SUMS";

/// What is saved or restored as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A survey with its labels.
    Survey,
    /// A run with its candidates.
    Run,
}

impl Kind {
    /// Its folder, in the archive as in a data directory.
    fn folder(self) -> &'static str {
        match self {
            Self::Survey => "surveys",
            Self::Run => "runs",
        }
    }
}

/// A survey or a run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unit {
    /// Which of the two.
    pub kind: Kind,
    /// Its name or id.
    pub name: String,
}

impl Unit {
    fn new(kind: Kind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into() }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::Survey => "survey",
            Kind::Run => "run",
        };
        write!(f, "{kind} {}", self.name)
    }
}

/// What is not in a backup as it may be expected to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Of which survey or run.
    #[serde(flatten)]
    pub unit: Unit,
    /// What is missing, and why.
    pub reason: String,
}

/// What a backup holds: `backup.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Version of the layout.
    pub format: u32,
    /// Version of the program that wrote it.
    pub version: String,
    /// When it was begun, UTC.
    pub created: String,
    /// Surveys and runs, in the archive's order.
    pub units: Vec<Unit>,
    /// What is missing.
    pub left_out: Vec<LeftOut>,
}

/// Where an entry of the archive belongs.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    About,
    Sums,
    /// The unit and the path below its folder.
    In(Unit, String),
}

impl Place {
    /// The place that a path names; `None` for every path that this module would not write: those that are
    /// absolute, lead upwards, begin with a dot anywhere, or lie nowhere.
    fn of(path: &str) -> Option<Self> {
        match path {
            ABOUT => return Some(Self::About),
            SUMS => return Some(Self::Sums),
            _ => {}
        }
        let mut components = path.splitn(3, '/');
        let kind = match components.next()? {
            "surveys" => Kind::Survey,
            "runs" => Kind::Run,
            _ => return None,
        };
        let (name, below) = (components.next()?, components.next()?);
        let plain = is_unit_name(name) && below.split('/').all(is_plain);
        plain.then(|| Self::In(Unit::new(kind, name), below.to_owned()))
    }
}

/// Names of surveys, and ids of runs, which are made of one and a time.
fn is_unit_name(name: &str) -> bool {
    name.len() <= 128 && is_plain(name) && check_name(&name[..name.len().min(64)]).is_ok()
}

/// A component of a path that is the same on every file system and leads nowhere else.
fn is_plain(component: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !component.is_empty() && !component.starts_with('.') && component.chars().all(allowed)
}

#[cfg(test)]
mod tests;
