//! Named subsets of a survey: what somebody selected by eye, to be asked for by name as `in_subset('name')` in any
//! condition, where SQL has the operations of sets.
//!
//! A subset is a file of a folder, `subsets/<name>.json`, and never changes: a name that means one thing today and another
//! tomorrow would change what a link shows and what a run was asked for. It is deleted and made anew instead. A run
//! keeps those that its condition names ([`super::frozen`]).

use std::{fmt, path::Path, time::Duration};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{IgnoredAny, SeqAccess, Visitor},
};

use super::{Result, StoreError, Survey, durable, error::nearest, json_folder::JsonFolder, time};

/// The folder, of a survey or of a run.
pub(super) const FOLDER: &str = "subsets";
/// How long a change waits for another that is being made.
const PATIENCE: Duration = Duration::from_secs(10);
/// Subsets of a survey, at most.
const MOST_SUBSETS: usize = 1_000;
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

/// What lists say of a subset.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SubsetInfo {
    /// Its name.
    pub name: String,
    /// When it was made, RFC 3339 in UTC.
    pub created: String,
    /// How many spectra it has.
    #[serde(rename = "spectrum_ids", deserialize_with = "counted")]
    pub count: u64,
}

/// How many items a list has, none of which is kept.
fn counted<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<u64, D::Error> {
    struct Counter;
    impl<'de> Visitor<'de> for Counter {
        type Value = u64;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> std::result::Result<u64, A::Error> {
            let mut count = 0;
            while items.next_element::<IgnoredAny>()?.is_some() {
                count += 1;
            }
            Ok(count)
        }
    }
    deserializer.deserialize_seq(Counter)
}

impl Subset {
    /// What lists say of it.
    pub fn info(&self) -> SubsetInfo {
        let Self { name, created, spectrum_ids } = self;
        SubsetInfo { name: name.clone(), created: created.clone(), count: spectrum_ids.len() as u64 }
    }
}

/// The subsets in a folder.
#[derive(Debug, Clone)]
pub struct Subsets {
    /// Whose they are, for people: a survey.
    owner: String,
    folder: JsonFolder,
}

impl Subsets {
    /// Those of `owner` that lie in the folder `subsets` of `parent`.
    pub(super) fn of(owner: &str, parent: &Path) -> Self {
        Self { owner: owner.to_owned(), folder: JsonFolder::new(parent.join(FOLDER)) }
    }

    /// All of them, by name; their spectra are counted, not held.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn list(&self) -> Result<Vec<SubsetInfo>> {
        self.folder.list()
    }

    /// The one of that name.
    ///
    /// # Errors
    /// [`StoreError::NoSubset`].
    pub fn get(&self, name: &str) -> Result<Subset> {
        if let Some(subset) = self.folder.get(name)? {
            return Ok(subset);
        }
        let names = self.folder.names()?;
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
        self.folder.remove(name)
    }

    /// Copies some of them to the folder `subsets` of `parent`.
    ///
    /// # Errors
    /// [`StoreError::NoSubset`]; an unwritable disk.
    pub(super) fn keep<'a>(&self, names: impl IntoIterator<Item = &'a String>, parent: &Path) -> Result<()> {
        let kept = Self::of(&self.owner, parent);
        for name in names {
            durable::create_dir(kept.folder.path())?;
            durable::replace_json(&kept.folder.path_of(name)?, &self.get(name)?)?;
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
        let path = subsets.folder.path_of(name)?;
        let refused = |reason: String| StoreError::Subset { survey: self.name().to_owned(), reason };
        if spectrum_ids.len() <= MOST {
            spectrum_ids.sort_unstable();
            spectrum_ids.dedup();
        }
        if !(1..=MOST).contains(&spectrum_ids.len()) {
            let reason = format!("`{name}` would have {} spectra: name 1 to {MOST} of them", spectrum_ids.len());
            return Err(refused(reason));
        }
        let (_, unknown) = self.rows_of(spectrum_ids.iter().map(String::as_str))?;
        if let Some(id) = unknown.into_iter().next() {
            return Err(StoreError::NoSpectrum { survey: self.name().to_owned(), id });
        }
        durable::create_dir(subsets.folder.path())?;
        let _lock = durable::Lock::acquire_within(
            PATIENCE,
            &self.folder().join("subsets.lock"),
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
        if subsets.folder.names()?.len() >= MOST_SUBSETS {
            return Err(refused(format!("there are {MOST_SUBSETS} already: delete some of them")));
        }
        let made = Subset { name: name.to_owned(), created: time::now(), spectrum_ids };
        durable::replace_json(&path, &made)?;
        Ok(made)
    }
}

#[cfg(test)]
mod tests;
