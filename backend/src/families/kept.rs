//! What was found in a run, kept beside it: a file for each way in which it was asked for.

use std::{collections::BTreeMap, fs, path::PathBuf, time::SystemTime};

use balmer_core::cluster::Place;
use balmer_exchange::api::FamiliesBody;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::FamilyOptions;
use crate::storage::{KeptFamily, Result, Run, StoreError, create_dir, read_json, remove_file, replace_json};

/// The folder of a run.
const FOLDER: &str = "families";
/// Counts up whenever the same run gives other families.
const REVISION: u32 = 2;
/// Ways of asking that are kept, the last ones.
const MOST: usize = 8;

/// Families as they were found, and what they were found by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Kept {
    revision: u32,
    options: FamilyOptions,
    /// The families that had names then: a hash of each by its name.
    named: BTreeMap<String, String>,
    /// What is answered.
    pub body: FamiliesBody,
    /// Where each family lies, by its id.
    pub places: BTreeMap<String, Place>,
}

impl Kept {
    pub fn new(
        options: FamilyOptions,
        named: BTreeMap<String, String>,
        body: FamiliesBody,
        places: BTreeMap<String, Place>,
    ) -> Self {
        Self { revision: REVISION, options, named, body, places }
    }

    /// All that is kept of a run's families, what was found last first; not what another version found.
    pub fn all(run: &Run) -> Result<Vec<Self>> {
        let mut all = Vec::new();
        for path in files(run)?.iter().take(MOST) {
            // another version may have written other keys
            let found: serde_json::Value = read_json(path)?;
            if found["revision"] == REVISION {
                all.push(serde_json::from_value(found).map_err(|e| StoreError::damaged(path, e))?);
            }
        }
        Ok(all)
    }

    /// Whether it answers what is asked now.
    pub fn is_of(&self, options: &FamilyOptions, named: &BTreeMap<String, String>) -> bool {
        self.options == *options && self.named == *named
    }

    /// Whether this family, and not another of its name, was known when it was found.
    pub fn knew(&self, family: &KeptFamily) -> Result<bool> {
        Ok(self.named.get(&family.about.name) == Some(&digest(family)?))
    }

    pub fn save(&self, run: &Run) -> Result<()> {
        let folder = run.folder().join(FOLDER);
        create_dir(&folder)?;
        replace_json(&folder.join(self.options.file_name()), self)?;
        files(run)?.iter().skip(MOST).try_for_each(|path| remove_file(path))
    }
}

/// The files of a run, the last first.
fn files(run: &Run) -> Result<Vec<PathBuf>> {
    let folder = run.folder().join(FOLDER);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let failed = |e| StoreError::io("reading", &folder, e);
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|ending| ending == "json") {
            let changed = path.metadata().and_then(|about| about.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
            files.push((changed, path));
        }
    }
    files.sort_unstable_by(|a, b| b.cmp(a));
    Ok(files.into_iter().map(|(_, path)| path).collect())
}

impl FamilyOptions {
    fn file_name(&self) -> String {
        match (self.outliers, self.threshold) {
            (Some(outliers), _) => format!("first-{outliers}.json"),
            (None, Some(threshold)) => format!("above-{threshold}.json"),
            (None, None) => "outliers.json".to_owned(),
        }
    }
}

/// What tells these named families from any others.
pub(super) fn digests(named: &[KeptFamily]) -> Result<BTreeMap<String, String>> {
    named.iter().map(|family| Ok((family.about.name.clone(), digest(family)?))).collect()
}

fn digest(family: &KeptFamily) -> Result<String> {
    let text = serde_json::to_vec(family).map_err(|e| StoreError::damaged(std::path::Path::new(FOLDER), e))?;
    Ok(format!("{:x}", Sha256::digest(text)))
}
