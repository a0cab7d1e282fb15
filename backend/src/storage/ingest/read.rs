//! Reading files in parallel: bytes to spectra that know what they were made from.

use std::{fs, panic, path::PathBuf};

use balmer_core::spectrum::Spectrum;
use balmer_exchange::{ReadOptions, read_spectra_with};
use rayon::prelude::*;

use super::{FileStamp, Reject, parquet};
use crate::storage::Input;

/// Files read at once, at most.
const CHUNK_FILES: usize = 64;
/// Bytes read at once, at most; a single larger file is read alone.
const CHUNK_BYTES: u64 = 64 << 20;
/// A larger file is refused: no single file of spectra in known surveys comes near.
const MAX_FILE_BYTES: u64 = 1 << 30;

/// A file to read.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) path: PathBuf,
    pub(super) stamp: Option<FileStamp>,
}

/// What a file gave: its spectra, and what of it is none.
#[derive(Debug, Default)]
pub(super) struct FileOutcome {
    pub(super) spectra: Vec<(Spectrum, Input)>,
    pub(super) rejected: Vec<Reject>,
}

/// The tasks in groups that are read at once.
pub(super) fn chunks(tasks: Vec<Task>) -> impl Iterator<Item = Vec<Task>> {
    let mut tasks = tasks.into_iter().peekable();
    std::iter::from_fn(move || {
        let (mut chunk, mut bytes) = (Vec::new(), 0);
        while let Some(task) = tasks.peek() {
            bytes += task.stamp.map_or(0, |stamp| stamp.bytes);
            if !chunk.is_empty() && (chunk.len() == CHUNK_FILES || bytes > CHUNK_BYTES) {
                break;
            }
            chunk.extend(tasks.next());
        }
        (!chunk.is_empty()).then_some(chunk)
    })
}

/// Reads a group of files over all cores; outcomes stand in the order of the files.
pub(super) fn read(chunk: Vec<Task>, options: ReadOptions, only_parquet: bool) -> Vec<FileOutcome> {
    chunk.into_par_iter().map(|task| task.read(options, only_parquet)).collect()
}

impl Task {
    /// What the file is called in lists.
    fn source(&self) -> String {
        self.path.to_string_lossy().into_owned()
    }

    fn read(&self, options: ReadOptions, only_parquet: bool) -> FileOutcome {
        if self.stamp.is_some_and(|stamp| stamp.bytes > MAX_FILE_BYTES) {
            return self.rejected("too-large", format!("more than {} MiB: split it", MAX_FILE_BYTES >> 20));
        }
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(e) => return self.rejected("unreadable", format!("{e}: check the file's permissions and the disk")),
        };
        if parquet::is_parquet(&bytes) {
            drop(bytes);
            return self.read_parquet(options);
        }
        if only_parquet {
            return self.rejected("wrong-format", "read as parquet, but it is none: use --format auto".to_owned());
        }
        // one file that trips the reader up must not take the others with it
        let source = self.source();
        match panic::catch_unwind(|| read_spectra_with(&bytes, &source, options)) {
            Ok(Ok(spectra)) if spectra.is_empty() => self.rejected("not-a-spectrum", "it holds no spectrum".to_owned()),
            Ok(Ok(spectra)) => FileOutcome { spectra: self.identified(spectra), rejected: Vec::new() },
            Ok(Err(e)) => self.rejected(e.reason(), e.to_string()),
            Err(_) => self.rejected("reader-failed", "the reader failed on this file: please report it".to_owned()),
        }
    }

    fn read_parquet(&self, options: ReadOptions) -> FileOutcome {
        if parquet::is_companion(&self.path) {
            // read together with its spectra
            return FileOutcome::default();
        }
        match parquet::read(&self.path, &self.source(), options.medium) {
            Ok(rows) => {
                let mut outcome = FileOutcome::default();
                for (i, row) in rows.into_iter().enumerate() {
                    match row {
                        Ok(spectrum) => outcome.spectra.extend(self.identified(vec![spectrum])),
                        Err(why) => {
                            let detail = format!("row {i}: {why}");
                            outcome.rejected.extend(self.rejected("bad-row", detail).rejected);
                        }
                    }
                }
                outcome
            }
            Err(e) => self.rejected("not-a-spectrum", e.to_string()),
        }
    }

    fn identified(&self, spectra: Vec<Spectrum>) -> Vec<(Spectrum, Input)> {
        let identify = |spectrum| {
            let input = Input::of(&spectrum, self.stamp);
            (spectrum, input)
        };
        spectra.into_iter().map(identify).collect()
    }

    fn rejected(&self, reason: &str, detail: String) -> FileOutcome {
        let reject = Reject { source: self.source(), reason: reason.to_owned(), detail };
        FileOutcome { spectra: Vec::new(), rejected: vec![reject] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_bounded_in_files_and_bytes_and_lose_none() {
        let task = |i: usize, bytes: u64| Task {
            path: PathBuf::from(format!("{i}")),
            stamp: Some(FileStamp { bytes, modified: 0 }),
        };
        let small: Vec<usize> = chunks((0..150).map(|i| task(i, 10)).collect()).map(|c| c.len()).collect();
        assert_eq!(small, [64, 64, 22]);
        let large: Vec<usize> = chunks((0..4).map(|i| task(i, 40 << 20)).collect()).map(|c| c.len()).collect();
        assert_eq!(large, [1, 1, 1, 1]);
        let huge: Vec<usize> = chunks((0..2).map(|i| task(i, 200 << 20)).collect()).map(|c| c.len()).collect();
        assert_eq!(huge, [1, 1]);
    }
}
