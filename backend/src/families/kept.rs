//! What was found in a run, kept beside it.

use std::collections::BTreeMap;

use balmer_core::cluster::Place;
use balmer_exchange::api::FamiliesBody;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::FamilyOptions;
use crate::storage::{KeptFamily, Result, Run, StoreError};

/// The file in the run's folder.
const FILE: &str = "families.json";
/// Counts up whenever the same run gives other families.
const REVISION: u32 = 1;

/// Families as they were found, and what they were found by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Kept {
    revision: u32,
    options: FamilyOptions,
    /// Which families had names then.
    named: String,
    /// What is answered.
    pub body: FamiliesBody,
    /// Where each family lies, by its id.
    pub places: BTreeMap<String, Place>,
}

impl Kept {
    pub fn new(options: FamilyOptions, named: String, body: FamiliesBody, places: BTreeMap<String, Place>) -> Self {
        Self { revision: REVISION, options, named, body, places }
    }

    /// What is kept of a run's families; `None` where nothing is, or what another version found.
    pub fn read(run: &Run) -> Result<Option<Self>> {
        let path = run.folder().join(FILE);
        if !path.exists() {
            return Ok(None);
        }
        // another version may have written other keys
        let found: serde_json::Value = crate::storage::read_json(&path)?;
        if found["revision"] != REVISION {
            return Ok(None);
        }
        serde_json::from_value(found).map(Some).map_err(|e| StoreError::damaged(&path, e))
    }

    /// Whether it answers what is asked now.
    pub fn is_of(&self, options: &FamilyOptions, named: &str) -> bool {
        self.options == *options && self.named == named
    }

    pub fn save(&self, run: &Run) -> Result<()> {
        crate::storage::replace_json(&run.folder().join(FILE), self)
    }
}

/// What tells these named families from any others.
pub(super) fn digest(named: &[KeptFamily]) -> Result<String> {
    let text = serde_json::to_vec(named).map_err(|e| StoreError::damaged(std::path::Path::new(FILE), e))?;
    Ok(format!("{:x}", Sha256::digest(text)))
}
