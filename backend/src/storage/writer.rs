//! The one writer of a survey: names spectra, keeps duplicates out, commits part after part.

use std::path::PathBuf;

use arrow_array::{
    Array,
    cast::AsArray,
    types::{Int64Type, UInt64Type},
};
use balmer_core::spectrum::Spectrum;

use super::{
    Result, StoreError, durable,
    durable::Lock,
    identity::{FileStamp, Input},
    known::{Known, Same},
    manifest::Manifest,
    part::PartWriter,
    rejects::{Reject, Rejects},
    scan,
};

/// How a survey is written.
#[derive(Debug, Clone)]
pub struct WriteOptions {
    /// Spectra in a part, at most (a file's spectra stay together).
    pub part_spectra: u64,
    /// Bytes of pixels in a part, at most.
    pub part_bytes: u64,
    /// Keep spectra whose content or observation is stored already: simulated surveys plant such.
    pub keep_duplicates: bool,
}

impl Default for WriteOptions {
    fn default() -> Self {
        Self { part_spectra: 1_024, part_bytes: 256 << 20, keep_duplicates: false }
    }
}

/// What became of a spectrum given to [`SurveyWriter::push`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pushed {
    /// Stored under this id.
    Added(String),
    /// The very spectrum from the very source is stored already.
    AlreadyPresent(String),
    /// Left out and listed among the rejects.
    Duplicate {
        /// The stored spectrum that it is the same as.
        of: String,
        /// `duplicate-content`, or `duplicate-observation` where the pixels differ.
        reason: &'static str,
    },
}

/// Writes one survey; nobody else can meanwhile. Readers see what was committed.
pub struct SurveyWriter {
    name: String,
    folder: PathBuf,
    manifest: Manifest,
    options: WriteOptions,
    part: Option<PartWriter>,
    rejects: Rejects,
    known: Known,
    _lock: Lock,
}

impl SurveyWriter {
    /// Takes the survey's lock and learns what it holds. `folder` exists.
    pub(super) fn open(name: &str, folder: PathBuf, options: WriteOptions) -> Result<Self> {
        let lock = Lock::acquire(&folder.join("survey.lock"), &format!("survey {name}"))?;
        let parts = folder.join("parts");
        durable::create_dir(&parts)?;
        let manifest = if Manifest::path(&folder).exists() { Manifest::read(&folder)? } else { Manifest::new() };
        let rejects = Rejects::open(&folder, &manifest)?;
        let mut writer = Self {
            name: name.to_owned(),
            folder,
            manifest,
            options,
            part: None,
            rejects,
            known: Known::default(),
            _lock: lock,
        };
        writer.learn()?;
        Ok(writer)
    }

    /// Reads what identifies the committed spectra.
    fn learn(&mut self) -> Result<()> {
        for part in self.manifest.parts.clone() {
            let path = self.folder.join("parts").join(&part.name).join("inputs.parquet");
            for batch in scan::read(&path, None)? {
                let batch = batch?;
                let text = |name: &str| {
                    let column = batch.column_by_name(name).and_then(|c| c.as_string_opt::<i32>());
                    column.ok_or_else(|| StoreError::damaged(&path, format!("column `{name}` is missing")))
                };
                let (ids, contents) = (text("spectrum_id")?, text("content_hash")?);
                let (observations, sources) = (text("observation")?, text("source")?);
                let bytes = batch.column_by_name("source_bytes").and_then(|c| c.as_primitive_opt::<UInt64Type>());
                let modified = batch.column_by_name("source_modified").and_then(|c| c.as_primitive_opt::<Int64Type>());
                for i in 0..batch.num_rows() {
                    let stamp =
                        bytes.zip(modified).filter(|(bytes, modified)| bytes.is_valid(i) && modified.is_valid(i));
                    let input = Input {
                        content_hash: contents.value(i).to_owned(),
                        observation: observations.is_valid(i).then(|| observations.value(i).to_owned()),
                        file: stamp
                            .map(|(bytes, modified)| FileStamp { bytes: bytes.value(i), modified: modified.value(i) }),
                    };
                    let compared = !self.options.keep_duplicates;
                    self.known.remember(ids.value(i), sources.value(i), &input, compared);
                }
            }
        }
        Ok(())
    }

    /// The survey's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Spectra committed or waiting for the next commit.
    pub fn count(&self) -> u64 {
        self.known.len() as u64
    }

    /// How many spectra of the file are stored, if it was ingested and did not change since.
    pub fn spectra_of_file(&self, source: &str, stamp: FileStamp) -> Option<u64> {
        self.known.of_file(source, stamp)
    }

    /// Adds a spectrum that came from no file: simulated, or fetched from a service.
    pub fn push(&mut self, spectrum: Spectrum) -> Result<Pushed> {
        let input = Input::of(&spectrum, None);
        let pushed = self.push_identified(spectrum, input)?;
        self.commit_if_full()?;
        Ok(pushed)
    }

    /// Adds a spectrum whose [`Input`] was found before, for example by many threads. It never commits:
    /// a file's spectra stay in one part, see [`Self::commit_if_full`].
    pub fn push_identified(&mut self, spectrum: Spectrum, input: Input) -> Result<Pushed> {
        let source = spectrum.metadata.source.clone();
        let (reason, of) = match self.known.same(&source, &input) {
            Some(Same::Source { id }) => return Ok(Pushed::AlreadyPresent(id.to_owned())),
            Some(Same::Content { id }) => ("duplicate-content", id.to_owned()),
            Some(Same::Observation { id }) => ("duplicate-observation", id.to_owned()),
            None => return self.store(spectrum, input),
        };
        Ok(self.leave_out(source, reason, of))
    }

    fn store(&mut self, mut spectrum: Spectrum, input: Input) -> Result<Pushed> {
        let id = self.unique_id(&spectrum);
        spectrum.metadata.spectrum_id.clone_from(&id);
        self.known.remember(&id, &spectrum.metadata.source, &input, !self.options.keep_duplicates);
        let part = match &mut self.part {
            Some(part) => part,
            none => none.insert(PartWriter::create(&self.folder.join("parts"), self.manifest.next_part())?),
        };
        part.push(spectrum, input)?;
        Ok(Pushed::Added(id))
    }

    fn leave_out(&mut self, source: String, reason: &'static str, of: String) -> Pushed {
        let detail = match reason {
            "duplicate-content" => format!("the same spectrum as {of}"),
            _ => format!("the same observation and release as {of}, with other pixels"),
        };
        self.reject(Reject { source, reason: reason.to_owned(), detail });
        Pushed::Duplicate { of, reason }
    }

    /// The spectrum's own id; with its release, else with a number, where another spectrum has that.
    fn unique_id(&self, spectrum: &Spectrum) -> String {
        let stem = &spectrum.metadata.spectrum_id;
        let stem = if stem.is_empty() { "spectrum" } else { stem };
        if !self.known.has_id(stem) {
            return stem.to_owned();
        }
        let release = spectrum.metadata.release.as_deref().unwrap_or("");
        let slug: String = release.to_lowercase().chars().filter(|c| c.is_ascii_alphanumeric() || *c == '.').collect();
        let with_release = format!("{stem}-{slug}");
        if !slug.is_empty() && !self.known.has_id(&with_release) {
            return with_release;
        }
        let mut number = 2u64;
        while self.known.has_id(&format!("{stem}-{number}")) {
            number += 1;
        }
        format!("{stem}-{number}")
    }

    /// Lists an input that was not stored, with the reason. The same entry is listed once.
    pub fn reject(&mut self, reject: Reject) {
        self.rejects.add(reject);
    }

    /// Commits when the part in hand has reached its size.
    pub fn commit_if_full(&mut self) -> Result<bool> {
        let full = self.part.as_ref().is_some_and(|part| {
            part.spectra() >= self.options.part_spectra || part.pixel_bytes() >= self.options.part_bytes
        });
        if full {
            self.commit()?;
        }
        Ok(full)
    }

    /// Makes everything pushed and rejected so far part of the survey, for good.
    pub fn commit(&mut self) -> Result<()> {
        let mut next = self.manifest.clone();
        if let Some(part) = self.part.take() {
            next.parts.push(part.finish()?);
        }
        self.rejects.append(&self.folder, &mut next)?;
        if next != self.manifest {
            next.commit(&self.folder)?;
            self.manifest = next;
        }
        Ok(())
    }
}

impl Drop for SurveyWriter {
    fn drop(&mut self) {
        if let Some(part) = self.part.take() {
            // not committed, so it does not count; if it cannot be removed the next writer does
            let _ = part.abandon();
        }
    }
}

impl std::fmt::Debug for SurveyWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SurveyWriter")
            .field("name", &self.name)
            .field("spectra", &self.known.len())
            .finish_non_exhaustive()
    }
}
