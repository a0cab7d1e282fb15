//! From files to a survey: streamed, in parallel, in bounded memory, part after part.
//!
//! A reading thread goes through the files in order, a few dozen at a time over all cores; this thread
//! names what comes and writes it. Between them stands a bounded channel. What is committed stays;
//! an ingest that is stopped or killed is taken up by running it again: files that are stored and
//! unchanged are not even opened.

mod parquet;
mod paths;
mod read;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
};

use balmer_exchange::{ReadOptions, catalogue::Catalogue};
use serde::Serialize;

use self::read::{FileOutcome, Task};
use super::{FileStamp, Pushed, Reject, Result, Store, StoreError, SurveyWriter, WriteOptions};

/// How files are ingested.
#[derive(Debug, Clone, Default)]
pub struct IngestOptions {
    /// What the user knows about the files.
    pub read: ReadOptions,
    /// Whether the files are Parquet tables of spectra: others are rejected. Without it such tables are
    /// recognised among other files.
    pub parquet: bool,
    /// How the survey is written.
    pub write: WriteOptions,
    /// What is known of the spectra beside their files; joined as they are stored.
    pub catalogue: Option<Catalogue>,
}

/// Reads a catalogue file to join at ingest.
///
/// # Errors
/// A file that cannot be read, or that is no catalogue.
pub fn read_catalogue(path: &Path) -> Result<Catalogue> {
    let bytes = fs::read(path).map_err(|e| StoreError::io("reading", path, e))?;
    Catalogue::from_csv(&bytes).map_err(|e| StoreError::Catalogue { path: path.to_owned(), reason: e.to_string() })
}

/// What became of the files, so far or in the end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct IngestReport {
    /// The survey.
    pub survey: String,
    /// Files found.
    pub files: usize,
    /// Files dealt with.
    pub files_done: usize,
    /// Spectra stored.
    pub added: u64,
    /// Spectra added that the catalogue knows.
    pub in_catalogue: u64,
    /// Spectra that were stored before from the same file.
    pub already_present: u64,
    /// Spectra left out because another file gave the same.
    pub duplicates: u64,
    /// Files (or duplicates in them) left out, with reasons; `rejects.csv` of the survey lists them too.
    pub rejected: Vec<Reject>,
    /// Spectra in the survey.
    pub total: u64,
    /// Whether it was stopped before the last file.
    pub cancelled: bool,
}

/// Ingests files, folders (with everything below them) and glob patterns into a survey.
///
/// `progress` is called after each file. When `cancel` becomes true, what is complete is committed and
/// the report says so.
///
/// # Errors
/// Paths that do not exist or hold no file, another writer, a full or read-only disk. A file that
/// cannot be read is no error: it is listed with its reason.
pub fn ingest(
    store: &Store,
    survey: &str,
    paths: &[PathBuf],
    options: &IngestOptions,
    cancel: &AtomicBool,
    progress: &dyn Fn(&IngestReport),
) -> Result<IngestReport> {
    let files = paths::expand(paths)?;
    let mut writer = store.writer(survey, options.write.clone())?;
    let mut report = IngestReport { survey: survey.to_owned(), files: files.len(), ..IngestReport::default() };
    let mut tasks = Vec::with_capacity(files.len());
    for path in files {
        let source = path.to_string_lossy().into_owned();
        let stamp = FileStamp::of(&path);
        match stamp.and_then(|stamp| writer.spectra_of_file(&source, stamp)) {
            Some(spectra) => {
                report.already_present += spectra;
                report.files_done += 1;
            }
            None => tasks.push(Task { path, stamp }),
        }
    }
    progress(&report);
    let (read, parquet) = (options.read, options.parquet);
    thread::scope(|scope| {
        // one chunk waits while one is written and one is read
        let (sender, receiver) = mpsc::sync_channel::<Vec<FileOutcome>>(1);
        scope.spawn(move || {
            for chunk in read::chunks(tasks) {
                if cancel.load(Ordering::Relaxed) || sender.send(read::read(chunk, read, parquet)).is_err() {
                    break;
                }
            }
        });
        for outcome in receiver.into_iter().flatten() {
            store_file(&mut writer, outcome, options.catalogue.as_ref(), &mut report)?;
            report.files_done += 1;
            report.total = writer.count();
            progress(&report);
        }
        Ok::<(), StoreError>(())
    })?;
    writer.commit()?;
    report.cancelled = report.files_done < report.files;
    report.total = writer.count();
    Ok(report)
}

/// Stores the spectra of one file, all in one part.
fn store_file(
    writer: &mut SurveyWriter,
    outcome: FileOutcome,
    catalogue: Option<&Catalogue>,
    report: &mut IngestReport,
) -> Result<()> {
    for (mut spectrum, input) in outcome.spectra {
        let source = spectrum.metadata.source.clone();
        let known = catalogue.is_some_and(|catalogue| catalogue.join(&mut spectrum.metadata));
        match writer.push_identified(spectrum, input)? {
            Pushed::Added(_) => {
                report.added += 1;
                report.in_catalogue += u64::from(known);
            }
            Pushed::AlreadyPresent(_) => report.already_present += 1,
            Pushed::Duplicate { of, reason } => {
                report.duplicates += 1;
                let detail = format!("stored already as {of}");
                report.rejected.push(Reject { source, reason: reason.to_owned(), detail });
            }
        }
    }
    for reject in outcome.rejected {
        report.rejected.push(reject.clone());
        writer.reject(reject);
    }
    writer.commit_if_full()?;
    Ok(())
}

#[cfg(test)]
mod real_data;
#[cfg(test)]
mod tests;
