//! The survey store: what Balmer keeps on disk, and nothing about how it is asked for.
//!
//! ```text
//! <data dir>/surveys/<name>/manifest.json          which parts are committed
//!                          /parts/000001/{metadata,spectra,inputs}.parquet
//!                          /metadata/<n>/          metadata with the columns of catalogues
//!                          /rejects.csv            inputs left out, with reasons
//!                          /features/<recipe>/     feature rows by recipe hash
//!                          /labels.jsonl           every change of a label
//!                          /subsets/<name>.json    spectra that somebody selected and named
//!                          /families/<name>.json   families of outliers that somebody named
//! <data dir>/runs/<id>/{spec.toml,snapshot.json,labels.csv,status.json,candidates.parquet,
//!                    neighbors.parquet,labels.parquet,rejected.csv,provenance.json,families/}
//! <data dir>/timings.json                          what the last runs took, by device
//! <data dir>/jobs.sqlite                           what a server was asked for, see [`crate::jobs`]
//! ```
//!
//! Parts never change once committed, so a [`Survey`] is a snapshot: it sees what was committed when it
//! was opened, whatever a writer does meanwhile. The API is synchronous; a server calls it from threads
//! that may block.

mod abandoned;
mod axis_encoding;
pub mod backup;
mod catalogue;
mod column_summary;
mod counted;
mod crossmatch;
mod durable;
mod error;
mod families;
mod features;
mod frozen;
mod identity;
pub mod ingest;
mod injections;
mod json_folder;
mod kept_pieces;
mod known;
mod known_candidates;
mod label_file;
mod labels;
mod manifest;
mod measurements;
mod metadata_parquet;
mod part;
pub mod query;
mod rejects;
mod run_archive;
mod run_state;
mod run_tables;
mod runs;
mod scan;
pub mod schema;
mod spectra;
mod spectra_parquet;
mod subsets;
mod survey;
#[cfg(test)]
pub(crate) mod test_spectra;
pub(crate) mod time;
mod timings;
mod writer;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::Serialize;

pub use catalogue::{CatalogueOptions, CatalogueReport, Joined, JoinedCatalogue, MatchedBy};
pub use crossmatch::{CrossmatchOptions, Crossmatched, Pairs, With, default_prefix};
pub(crate) use durable::{Lock, create_dir, read_json, remove_file, replace_json};
pub use error::{Result, StoreError, nearest};
pub use families::{KeptFamily, NamedFamilies};
pub(crate) use features::VALUES_AT_ONCE;
pub use features::{FeatureError, FeaturePortions, SurveyFeatures};
pub use identity::{FileStamp, Input};
pub use injections::{InjectOptions, default_name};
pub(crate) use kept_pieces::KeptPieces;
pub use label_file::{ImportReport, read_label_file};
pub use labels::{LabelChange, LabelInput, Labels, MAX_NAME};
pub use manifest::{Manifest, Part};
pub use measurements::MeasureOptions;
pub use metadata_parquet::{from_batch as metadata_from_batch, to_batch as metadata_to_batch};
pub use query::{Query, QueryResult};
pub use rejects::Reject;
pub use run_state::RunState;
pub use run_tables::candidate_rows;
pub use runs::{OwnedRun, Run, new_run_id};
pub use spectra::SpectraStream;
pub use subsets::{Subset, SubsetInfo, Subsets};
pub use survey::{Selection, Survey};
pub use writer::{Pushed, SurveyWriter, WriteOptions};

/// Held by the one server of a data directory.
const SERVER_LOCK: &str = "server.lock";

/// A data directory. Cheap to clone; clones share what was read.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
    snapshots: Arc<Mutex<BTreeMap<String, Survey>>>,
}

/// A survey in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SurveyInfo {
    /// Its name.
    pub name: String,
    /// Spectra committed.
    pub spectra: u64,
    /// Parts committed.
    pub parts: usize,
    /// Bytes of the committed parts.
    pub bytes: u64,
    /// Inputs left out, see `rejects.csv`.
    pub rejects: u64,
    /// First commit, UTC.
    pub created: String,
    /// Last commit, UTC.
    pub updated: String,
}

impl Store {
    /// Opens an existing data directory.
    ///
    /// # Errors
    /// When there is none.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self> {
        let root = root.into();
        if !root.is_dir() {
            return Err(StoreError::NoDataDir(root));
        }
        Ok(Self { root, snapshots: Arc::default() })
    }

    /// Opens a data directory, making it if need be.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open_or_create(root: impl Into<PathBuf>) -> Result<Self> {
        let root = root.into();
        create_dir(&root)?;
        Self::open(root)
    }

    /// The data directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The right to serve this data directory, as long as it is held.
    ///
    /// # Errors
    /// [`StoreError::Served`] while another process has it.
    pub(crate) fn lock_for_serving(&self) -> Result<Lock> {
        // one that has just died may still be going
        let patience = Duration::from_secs(1);
        match Lock::acquire_within(patience, &self.root.join(SERVER_LOCK), "") {
            Err(StoreError::Locked { holder, .. }) => Err(StoreError::Served { root: self.root.clone(), holder }),
            lock => lock,
        }
    }

    /// Refuses where a server has this data directory now.
    ///
    /// # Errors
    /// [`StoreError::Served`].
    pub fn check_not_served(&self) -> Result<()> {
        self.lock_for_serving().map(drop)
    }

    /// Whether a server has this data directory now.
    pub fn is_served(&self) -> bool {
        Lock::is_held(&self.root.join(SERVER_LOCK))
    }

    fn surveys_dir(&self) -> PathBuf {
        self.root.join("surveys")
    }

    /// Every survey, by name.
    ///
    /// # Errors
    /// When the data directory cannot be read or a manifest is damaged.
    pub fn surveys(&self) -> Result<Vec<SurveyInfo>> {
        let names = self.survey_names()?;
        names.iter().map(|name| Ok(self.survey(name)?.info())).collect()
    }

    fn survey_names(&self) -> Result<Vec<String>> {
        let mut names = durable::folders_in(&self.surveys_dir())?;
        names.retain(|name| Manifest::path(&self.surveys_dir().join(name)).exists());
        Ok(names)
    }

    /// Whether a survey of that name was committed.
    pub fn has_survey(&self, name: &str) -> bool {
        check_name(name).is_ok() && Manifest::path(&self.surveys_dir().join(name)).exists()
    }

    /// The survey as it is committed now.
    ///
    /// # Errors
    /// [`StoreError::NoSurvey`] with the nearest name there is.
    pub fn survey(&self, name: &str) -> Result<Survey> {
        if !self.has_survey(name) {
            let names = self.survey_names()?;
            let nearest = nearest(name, names.iter().map(String::as_str));
            return Err(StoreError::NoSurvey { name: name.to_owned(), nearest });
        }
        let folder = self.surveys_dir().join(name);
        let manifest = Manifest::read(&folder)?;
        let mut snapshots = self.snapshots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(survey) = snapshots.get(name)
            && *survey.manifest() == manifest
        {
            return Ok(survey.clone());
        }
        let survey = Survey::open(name, folder, manifest);
        snapshots.insert(name.to_owned(), survey.clone());
        Ok(survey)
    }

    /// The one writer of a survey, which is made if it does not exist.
    ///
    /// # Errors
    /// [`StoreError::InvalidName`]; [`StoreError::Locked`] while another writes.
    pub fn writer(&self, name: &str, options: WriteOptions) -> Result<SurveyWriter> {
        check_name(name)?;
        let folder = self.surveys_dir().join(name);
        create_dir(&folder)?;
        SurveyWriter::open(name, folder, options)
    }
}

/// Names that are the same on every file system and in every URL.
pub(crate) fn check_name(name: &str) -> Result<()> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let good = (1..=64).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(allowed);
    if good { Ok(()) } else { Err(StoreError::InvalidName(name.to_owned())) }
}

#[cfg(test)]
mod tests;
