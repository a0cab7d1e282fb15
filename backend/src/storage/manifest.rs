//! The manifest: which parts of a survey are committed.
//!
//! A part is a folder of files that are complete and on the disk before the manifest names them;
//! whatever the manifest does not name does not exist for readers, and the next writer removes it.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Result, StoreError, catalogue::Joined, durable, time};

/// Version of the folder layout; a newer one is refused rather than misread.
const FORMAT: u32 = 1;

/// One committed part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its folder under `parts/`.
    pub name: String,
    /// Spectra in it.
    pub spectra: u64,
    /// Bytes of its files.
    pub bytes: u64,
    /// SHA-256 over the content hashes of its spectra, in order, hex.
    pub digest: String,
}

/// What a survey consists of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the layout.
    pub format: u32,
    /// Time of the first commit, UTC.
    pub created: String,
    /// Time of the last commit, UTC.
    pub updated: String,
    /// Committed parts, in survey order.
    pub parts: Vec<Part>,
    /// Committed bytes of `rejects.csv`.
    pub rejects_bytes: u64,
    /// Rejected inputs listed there.
    pub rejects: u64,
    /// Catalogues joined to the spectra.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined: Option<Joined>,
}

impl Manifest {
    /// The manifest of a survey without parts.
    pub(crate) fn new() -> Self {
        let now = time::now();
        Self {
            format: FORMAT,
            created: now.clone(),
            updated: now,
            parts: Vec::new(),
            rejects_bytes: 0,
            rejects: 0,
            joined: None,
        }
    }

    /// Number of spectra in all parts.
    pub fn spectra(&self) -> u64 {
        self.parts.iter().map(|part| part.spectra).sum()
    }

    /// SHA-256 of all of it, hex: another one after every commit, whatever the number of spectra.
    pub(crate) fn revision(&self) -> String {
        // fields with plain keys only: writing them cannot fail
        format!("{:x}", Sha256::digest(serde_json::to_vec(self).unwrap_or_default()))
    }

    /// Where a survey's manifest lies.
    pub(crate) fn path(survey: &Path) -> PathBuf {
        survey.join("manifest.json")
    }

    /// Reads a survey's manifest.
    pub(crate) fn read(survey: &Path) -> Result<Self> {
        let path = Self::path(survey);
        let manifest: Self = durable::read_json(&path)?;
        if manifest.format > FORMAT {
            return Err(StoreError::damaged(
                &path,
                format!("it has format {}, this balmer knows {FORMAT}: use a newer balmer", manifest.format),
            ));
        }
        Ok(manifest)
    }

    /// Makes this the survey's manifest, in one step.
    pub(crate) fn commit(&mut self, survey: &Path) -> Result<()> {
        self.updated = time::now();
        durable::replace_json(&Self::path(survey), self)
    }

    /// The name of the next part.
    pub(crate) fn next_part(&self) -> String {
        let last = self.parts.iter().filter_map(|part| part.name.parse::<u64>().ok()).max().unwrap_or(0);
        format!("{:06}", last + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_layout_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut manifest = Manifest::new();
        manifest.commit(folder.path()).unwrap();
        assert_eq!(Manifest::read(folder.path()).unwrap(), manifest);
        manifest.format = FORMAT + 1;
        manifest.commit(folder.path()).unwrap();
        assert!(Manifest::read(folder.path()).unwrap_err().to_string().contains("newer balmer"));
    }

    #[test]
    fn equal_counts_of_other_spectra_are_another_revision() {
        let mut manifest = Manifest::new();
        manifest.parts.push(Part { name: "000001".into(), spectra: 3, bytes: 9, digest: "a".into() });
        let mut other = manifest.clone();
        assert_eq!(manifest.revision(), other.revision());
        other.parts[0].digest = "b".into();
        assert_ne!(manifest.revision(), other.revision());
    }

    #[test]
    fn part_names_go_on_after_the_last() {
        let mut manifest = Manifest::new();
        assert_eq!(manifest.next_part(), "000001");
        manifest.parts.push(Part { name: "000041".into(), spectra: 1, bytes: 1, digest: String::new() });
        assert_eq!(manifest.next_part(), "000042");
    }
}
