//! Named subsets of a survey: what somebody selected by eye, to be asked for by name as `in_subset('name')` in any
//! condition, where SQL has the operations of sets.
//!
//! A subset is a file of a folder, `subsets/<name>.json`, and never changes: a name that means one thing today and another
//! tomorrow would change what a link shows and what a run was asked for. It is deleted and made anew instead. A run
//! keeps those that its condition names ([`super::frozen`]).

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{Result, StoreError, Survey, check_name, durable, error::nearest, time};

/// The folder, of a survey or of a run.
pub(super) const FOLDER: &str = "subsets";
/// How long a change waits for another that is being made.
const PATIENCE: Duration = Duration::from_secs(10);
/// Spectra of a subset, at most: a condition holds all of their ids while it is evaluated.
const MOST: usize = 1_000_000;

/// A named subset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subset {
    /// Its name.
    pub name: String,
    /// When it was made, RFC 3339 in UTC.
    pub created: String,
    /// Its spectra, ascending, each once.
    pub spectrum_ids: Vec<String>,
}

/// The subsets in a folder.
#[derive(Debug, Clone)]
pub struct Subsets {
    /// Whose they are, for people: a survey.
    owner: String,
    folder: PathBuf,
}

impl Subsets {
    /// Those of `owner` that lie in the folder `subsets` of `parent`.
    pub(super) fn of(owner: &str, parent: &Path) -> Self {
        Self { owner: owner.to_owned(), folder: parent.join(FOLDER) }
    }

    fn path(&self, name: &str) -> Result<PathBuf> {
        check_name(name)?;
        Ok(self.folder.join(format!("{name}.json")))
    }

    fn names(&self) -> Result<Vec<String>> {
        let failed = |e| StoreError::io("reading", &self.folder, e);
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(failed(e)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry.map_err(failed)?.file_name();
            names.extend(name.to_str().and_then(|name| name.strip_suffix(".json")).map(str::to_owned));
        }
        names.retain(|name| check_name(name).is_ok());
        names.sort_unstable();
        Ok(names)
    }

    /// All of them, by name.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn list(&self) -> Result<Vec<Subset>> {
        self.names()?.iter().map(|name| self.get(name)).collect()
    }

    /// The one of that name.
    ///
    /// # Errors
    /// [`StoreError::NoSubset`].
    pub fn get(&self, name: &str) -> Result<Subset> {
        let path = self.path(name)?;
        if path.exists() {
            return durable::read_json(&path);
        }
        let names = self.names()?;
        Err(StoreError::NoSubset {
            survey: self.owner.clone(),
            name: name.to_owned(),
            nearest: nearest(name, names.iter().map(String::as_str)),
        })
    }

    /// Removes one; conditions that name it are refused from then on.
    ///
    /// # Errors
    /// [`StoreError::NoSubset`]; an unwritable disk.
    pub fn delete(&self, name: &str) -> Result<()> {
        self.get(name)?;
        durable::remove_file(&self.path(name)?)?;
        durable::sync_dir(&self.folder)
    }

    /// Copies some of them to the folder `subsets` of `parent`.
    ///
    /// # Errors
    /// [`StoreError::NoSubset`]; an unwritable disk.
    pub(super) fn keep<'a>(&self, names: impl IntoIterator<Item = &'a String>, parent: &Path) -> Result<()> {
        let kept = Self::of(&self.owner, parent);
        for name in names {
            durable::create_dir(&kept.folder)?;
            durable::replace_json(&kept.path(name)?, &self.get(name)?)?;
        }
        Ok(())
    }
}

impl Survey {
    /// Its named subsets: always the present ones, whatever the snapshot, but for that of a run.
    pub fn subsets(&self) -> Subsets {
        Subsets::of(self.name(), self.subsets_parent())
    }

    /// Makes a subset of some of its spectra, on the disk when this returns. One that is there with the same spectra stays as
    /// it is.
    ///
    /// # Errors
    /// A name that is none; [`StoreError::Subset`] for no spectra and for too many, [`StoreError::SubsetTaken`] where
    /// there is another of that name; [`StoreError::NoSpectrum`]; an unwritable disk.
    pub fn make_subset(&self, name: &str, mut spectrum_ids: Vec<String>) -> Result<Subset> {
        let subsets = self.subsets();
        let path = subsets.path(name)?;
        let refused = |reason: String| StoreError::Subset { survey: self.name().to_owned(), reason };
        spectrum_ids.sort_unstable();
        spectrum_ids.dedup();
        if !(1..=MOST).contains(&spectrum_ids.len()) {
            let reason = format!("`{name}` would have {} spectra: name 1 to {MOST} of them", spectrum_ids.len());
            return Err(refused(reason));
        }
        let (_, unknown) = self.rows_of(spectrum_ids.iter().map(String::as_str))?;
        if let Some(id) = unknown.into_iter().next() {
            return Err(StoreError::NoSpectrum { survey: self.name().to_owned(), id });
        }
        durable::create_dir(&subsets.folder)?;
        let _lock = durable::Lock::acquire_within(
            PATIENCE,
            &subsets.folder.join(".lock"),
            &format!("the subsets of survey '{}'", self.name()),
        )?;
        if path.exists() {
            let known = subsets.get(name)?;
            return if known.spectrum_ids == spectrum_ids {
                Ok(known)
            } else {
                Err(StoreError::SubsetTaken { survey: self.name().to_owned(), name: name.to_owned() })
            };
        }
        let made = Subset { name: name.to_owned(), created: time::now(), spectrum_ids };
        durable::replace_json(&path, &made)?;
        Ok(made)
    }
}

#[cfg(test)]
mod tests;
