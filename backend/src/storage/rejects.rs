//! `rejects.csv`: inputs that did not become spectra, with the reason. The manifest states how many
//! bytes of it are committed, so that an interrupted writer's tail is never read.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{Result, StoreError, durable, manifest::Manifest};

/// An input that was not stored.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reject {
    /// File or URL.
    pub source: String,
    /// Short stable code, for example `not-fits`.
    pub reason: String,
    /// The sentence.
    pub detail: String,
}

/// The list as a writer holds it.
#[derive(Debug)]
pub(crate) struct Rejects {
    known: BTreeSet<Reject>,
    pending: Vec<Reject>,
}

fn path(survey: &Path) -> PathBuf {
    survey.join("rejects.csv")
}

/// The committed rejects of a survey.
pub(crate) fn read(survey: &Path, manifest: &Manifest) -> Result<Vec<Reject>> {
    if manifest.rejects_bytes == 0 {
        return Ok(Vec::new());
    }
    let path = path(survey);
    let bytes = fs::read(&path).map_err(|e| StoreError::io("reading", &path, e))?;
    let committed = bytes
        .get(..manifest.rejects_bytes as usize)
        .ok_or_else(|| StoreError::damaged(&path, "it is shorter than the manifest says"))?;
    csv::Reader::from_reader(committed)
        .deserialize()
        .collect::<Result<_, _>>()
        .map_err(|e| StoreError::damaged(&path, e))
}

impl Rejects {
    pub(crate) fn open(survey: &Path, manifest: &Manifest) -> Result<Self> {
        Ok(Self { known: read(survey, manifest)?.into_iter().collect(), pending: Vec::new() })
    }

    /// Takes an entry for the next [`Self::append`]; whether it is new.
    pub(crate) fn add(&mut self, reject: Reject) -> bool {
        let new = self.known.insert(reject.clone());
        if new {
            self.pending.push(reject);
        }
        new
    }

    /// Appends what is new and states it in the manifest to be committed.
    pub(crate) fn append(&mut self, survey: &Path, manifest: &mut Manifest) -> Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let path = path(survey);
        let mut writer = csv::WriterBuilder::new().has_headers(manifest.rejects_bytes == 0).from_writer(Vec::new());
        for reject in &self.pending {
            writer.serialize(reject).map_err(|e| StoreError::damaged(&path, e))?;
        }
        let bytes = writer.into_inner().map_err(|e| StoreError::damaged(&path, e))?;
        manifest.rejects_bytes = durable::append_after(&path, manifest.rejects_bytes, &bytes)?;
        manifest.rejects += self.pending.len() as u64;
        self.pending.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_grows_without_repeating_and_ignores_an_uncommitted_tail() {
        let folder = tempfile::tempdir().unwrap();
        let mut manifest = Manifest::new();
        let reject = |source: &str| Reject {
            source: source.into(),
            reason: "not-fits".into(),
            detail: "it begins with \"hello, world\"\nand goes on".into(),
        };
        for names in [["a", "b"], ["b", "c"]] {
            let mut rejects = Rejects::open(folder.path(), &manifest).unwrap();
            for name in names {
                rejects.add(reject(name));
            }
            rejects.append(folder.path(), &mut manifest).unwrap();
        }
        let file = folder.path().join("rejects.csv");
        let mut bytes = fs::read(&file).unwrap();
        bytes.extend(b"half a li");
        fs::write(&file, bytes).unwrap();
        let listed = read(folder.path(), &manifest).unwrap();
        assert_eq!(listed, [reject("a"), reject("b"), reject("c")]);
        assert_eq!(manifest.rejects, 3);
    }
}
