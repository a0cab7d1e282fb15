//! Catalogues joined to a survey that is there: their columns become columns of the survey's metadata, under a
//! prefix. Measurements of its lines ([`measurements`](super::measurements)) and what is near its spectra on the sky
//! ([`crossmatch`](super::crossmatch)) become columns in the same way.
//!
//! Parts never change, so the wider metadata are written beside them, a file a part:
//! `metadata/<number>/<part>.parquet`, which has all columns of the part's own `metadata.parquet` and those of
//! every catalogue. The manifest says which number holds, so that an import counts at once and whole, or not at
//! all; parts committed later have no such file and state nothing in these columns, until the catalogue is imported
//! again. Why: docs/adr/0014.
//!
//! Memory: the survey's keys (about 60 bytes a spectrum), 8 bytes a spectrum, and one part. The catalogue is read
//! once; of its rows those that match are laid aside in a temporary file until their part is written.

mod batch_rows;
mod columns;
mod join;
mod open;
mod spill;
mod wider;

use std::{io::Read, path::Path, path::PathBuf, sync::Arc};

use arrow_schema::{Field, Schema, SchemaRef};
use balmer_core::{
    Observer,
    sky::{Find, Radius},
};
use balmer_exchange::api::{ColumnInfo, JoinedKind, JoinedSummary};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(super) use self::{
    batch_rows::BatchRows,
    columns::{NONE, arrays, named},
    open::open,
    spill::{Cells, Guess, Spill, Spilled},
    wider::Wider,
};
use super::{
    Manifest, Result, Store, StoreError, Survey, check_name,
    durable::{self, Lock},
    error::nearest,
    schema::{self, arrow_type, field},
};

/// How a catalogue is joined.
#[derive(Debug, Clone)]
pub struct CatalogueOptions {
    /// Pairs of a column of the survey and one of the catalogue; both of a row must be equal to all of a spectrum's.
    /// None: `obsid`, else `spectrum_id`, else the survey's `obsid` with SDSS's `SPECOBJID`, whichever the catalogue has.
    pub on: Vec<(String, String)>,
    /// What the names of its columns begin with; another import of the same prefix is replaced.
    pub prefix: String,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CatalogueReport {
    /// Rows of the catalogue.
    pub rows: u64,
    /// Rows whose key is no spectrum's.
    pub unmatched_rows: u64,
    /// Rows whose key is a spectrum's and came before: the last one holds.
    pub duplicate_rows: u64,
    /// Spectra that have a row now.
    pub spectra: u64,
    /// Spectra that have none: these columns are null there.
    pub spectra_without: u64,
    /// The survey's new columns.
    pub columns: Vec<ColumnInfo>,
    /// Columns of the catalogue that hold arrays, or cells of no known type.
    pub left_out: Vec<String>,
}

/// Catalogues of a survey, as its manifest keeps them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    /// Folder under `metadata/` that holds the wider files.
    pub folder: String,
    /// For how many of the parts, from the first.
    pub parts: usize,
    /// What was joined, by prefix.
    pub catalogues: Vec<JoinedCatalogue>,
}

/// A catalogue in a survey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinedCatalogue {
    /// Which import of the survey it was, from 1; 0 where that was not kept yet.
    #[serde(default)]
    pub number: u64,
    /// What its columns' names begin with.
    pub prefix: String,
    /// The file it was read from, as named.
    pub source: String,
    /// When, UTC.
    pub imported: String,
    /// What they came from.
    #[serde(default)]
    pub kind: JoinedKind,
    /// Spectra that had a row then; `None` where that was not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spectra: Option<u64>,
    /// How it was matched on the sky, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crossmatch: Option<MatchedBy>,
    /// Its columns.
    pub columns: Vec<ColumnInfo>,
}

/// How a catalogue was matched on the sky.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchedBy {
    /// Greatest separation.
    pub radius: Radius,
    /// Which pairs are matches.
    pub find: Find,
}

/// Where columns come from.
pub(super) struct Origin {
    /// What they came from.
    pub kind: JoinedKind,
    /// The file it was read from, as named.
    pub source: String,
    /// Spectra that have a row.
    pub spectra: Option<u64>,
    /// How it was matched, if it was.
    pub crossmatch: Option<MatchedBy>,
}

impl JoinedCatalogue {
    /// Where its columns come from, for people: the record of what was measured or planted is JSON.
    pub(super) fn named(&self) -> String {
        let is_file = matches!(self.kind, JoinedKind::Catalogue | JoinedKind::Crossmatch);
        let Some(asked) = serde_json::from_str::<Value>(&self.source).ok().filter(|_| !is_file) else {
            return self.source.clone();
        };
        let of = asked.get("injected").unwrap_or(&asked);
        let condition = of["where"].as_str().map_or_else(String::new, |condition| format!(", where {condition}"));
        if self.kind == JoinedKind::Measurement {
            return format!("a line at {} Å{condition}", asked["measured"]["line"]);
        }
        let kinds: Vec<&str> = of["kinds"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let strengths = match of["strength"].as_array().map(Vec::as_slice) {
            Some([from, to]) => format!(" with strengths {from} to {to}"),
            _ => String::new(),
        };
        let survey = asked["survey"].as_str().unwrap_or_default();
        format!(
            "{} of {}{strengths} planted in {survey}, seed {}{condition}",
            of["count"],
            kinds.join(", "),
            of["seed"]
        )
    }

    fn summary(&self) -> JoinedSummary {
        JoinedSummary {
            prefix: self.prefix.clone(),
            kind: self.kind,
            source: self.named(),
            time: self.imported.clone(),
            spectra: self.spectra,
            radius: self.crossmatch.map(|by| by.radius),
            find: self.crossmatch.map(|by| by.find),
            columns: self.columns.clone(),
        }
    }
}

impl Joined {
    /// All columns, in the order of the files.
    fn columns(&self) -> impl Iterator<Item = &ColumnInfo> {
        self.catalogues.iter().flat_map(|catalogue| &catalogue.columns)
    }
}

/// The field of a joined column.
fn field_of(column: &ColumnInfo) -> Field {
    let about = [column.unit.as_str(), &column.ucd, &column.description];
    field(&column.name, arrow_type(column.datatype), true, about)
}

/// The metadata's own columns, then `columns`.
fn widened<'a>(columns: impl Iterator<Item = &'a ColumnInfo>) -> SchemaRef {
    let own = schema::metadata();
    let fields = own.fields().iter().map(|field| field.as_ref().clone());
    Arc::new(Schema::new(fields.chain(columns.map(field_of)).collect::<Vec<_>>()))
}

impl Survey {
    /// Schema of its metadata: the columns that every survey has, and those of its catalogues.
    pub fn columns(&self) -> SchemaRef {
        match &self.manifest().joined {
            Some(joined) => widened(joined.columns()),
            None => schema::metadata(),
        }
    }

    /// What is known of the columns that catalogues added.
    pub fn catalogue_columns(&self) -> Vec<ColumnInfo> {
        self.manifest().joined.iter().flat_map(Joined::columns).cloned().collect()
    }

    /// Everything that was joined, the oldest first.
    pub fn joined(&self) -> Vec<JoinedSummary> {
        let joined = self.manifest().joined.iter().flat_map(|joined| &joined.catalogues);
        joined.map(JoinedCatalogue::summary).collect()
    }

    /// Where the metadata of a part are, with the columns of catalogues where the part has them.
    pub(crate) fn metadata_file(&self, part: usize) -> PathBuf {
        match &self.manifest().joined {
            Some(joined) if part < joined.parts => {
                joined_file(self.folder(), joined, &self.manifest().parts[part].name)
            }
            _ => self.part_file(part, "metadata.parquet"),
        }
    }
}

/// A part's wider metadata.
pub(crate) fn joined_file(survey: &Path, joined: &Joined, part: &str) -> PathBuf {
    survey.join("metadata").join(&joined.folder).join(format!("{part}.parquet"))
}

impl Store {
    /// Joins the catalogue that `from` reads, plain or gzipped, to a survey. `path` is what messages call it; `size`,
    /// where it is known, is for the observer.
    ///
    /// # Errors
    /// [`StoreError::NoSurvey`]; [`StoreError::Catalogue`] for a file that is no catalogue, has no column to join by, or
    /// shares no key with the survey; [`StoreError::Locked`] while the survey is written; [`StoreError::Cancelled`].
    pub fn import_catalogue(
        &self,
        survey: &str,
        from: impl Read,
        (path, size): (&Path, Option<u64>),
        options: &CatalogueOptions,
        observer: &dyn Observer,
    ) -> Result<CatalogueReport> {
        // what is refused leaves the survey's files alone
        self.survey(survey)?;
        check_prefix(&options.prefix).map_err(|reason| StoreError::Catalogue { path: path.to_owned(), reason })?;
        let (_lock, survey) = self.widening(survey)?;
        join::join(&survey, from, (path, size), options, observer)
    }

    /// Takes the columns of a prefix away from a survey, whatever they came from, and says what they were.
    ///
    /// # Errors
    /// [`StoreError::NoSurvey`]; [`StoreError::NoJoined`] where nothing has that prefix; [`StoreError::Locked`] while the
    /// survey is written.
    pub fn remove_joined(&self, survey: &str, prefix: &str, observer: &dyn Observer) -> Result<JoinedSummary> {
        let find = |survey: &Survey| {
            let joined = survey.joined();
            let nearest = nearest(prefix, joined.iter().map(|one| one.prefix.as_str()));
            let none = || StoreError::NoJoined { survey: survey.name().to_owned(), prefix: prefix.to_owned(), nearest };
            joined.into_iter().find(|one| one.prefix == prefix).ok_or_else(none)
        };
        // what is refused leaves the survey's files alone
        find(&self.survey(survey)?)?;
        let (_lock, survey) = self.widening(survey)?;
        let removed = find(&survey)?;
        Wider::without(&survey, prefix).write(observer, |_| Ok(Vec::new()))?;
        Ok(removed)
    }

    /// A survey that nobody else writes while the lock is held, with room for more columns.
    pub(super) fn widening(&self, survey: &str) -> Result<(Lock, Survey)> {
        let folder = self.survey(survey)?.folder().to_owned();
        let lock = Lock::acquire(&folder.join("survey.lock"), &format!("survey {survey}"))?;
        let survey = self.survey(survey)?;
        let metadata = folder.join("metadata");
        durable::create_dir(&metadata)?;
        let before = survey.manifest().joined.as_ref();
        clear(&metadata, before.map(|joined| joined.folder.as_str()))?;
        Ok((lock, survey))
    }
}

/// Removes what no manifest names any more. The files of the import before the last one stay until the next, since
/// they may be being read.
fn clear(metadata: &Path, except: Option<&str>) -> Result<()> {
    for entry in std::fs::read_dir(metadata).map_err(|e| StoreError::io("reading", metadata, e))?.flatten() {
        if except != entry.file_name().to_str() && entry.path().is_dir() {
            durable::remove_dir(&entry.path())?;
        }
    }
    Ok(())
}

/// Whether the names of columns may begin so; else the reason in words.
pub(super) fn check_prefix(prefix: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if check_name(prefix).is_ok() && prefix.starts_with(|c: char| c.is_ascii_lowercase()) && prefix.chars().all(plain) {
        return Ok(());
    }
    Err(format!("`{prefix}` cannot begin the names of columns: use lower-case letters, digits and `_`, a letter first"))
}

/// Commits the wider files in `folder` of `metadata/`.
fn commit(survey: &Survey, joined: Joined) -> Result<()> {
    let mut manifest: Manifest = survey.manifest().clone();
    manifest.joined = Some(joined);
    manifest.commit(survey.folder())
}

#[cfg(test)]
mod tests;
