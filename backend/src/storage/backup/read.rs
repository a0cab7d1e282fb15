//! From an archive to a data directory: everything beside, every hash, then the names.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{self, BufRead, BufReader, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

use balmer_core::Observer;
use flate2::bufread::MultiGzDecoder;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Kind, Place, SUMS, Unit};
use crate::storage::{Result, Store, StoreError, counted::Counted, durable, durable::Lock};

/// Where units wait until all of them are there: beside their places, so that a rename moves them.
const STAGING: &str = ".restore";
/// Bytes read at once.
const BUFFER: usize = 1 << 20;
/// Bytes of the archive's own two entries, at most: some million files.
const MAX_LIST: u64 = 256 << 20;

/// What is restored.
#[derive(Debug, Clone, Default)]
pub struct RestoreOptions {
    /// Names of surveys and ids of runs; all where there is none.
    pub only: Vec<String>,
    /// Pass over what is in place, instead of refusing.
    pub skip_existing: bool,
}

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RestoreReport {
    /// What is in place now, in the archive's order.
    pub restored: Vec<Unit>,
    /// What was there already and was not touched.
    pub skipped: Vec<Unit>,
    /// Files restored.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Restores the archive that `from` reads, plain or gzipped, into `store`. `path` is what messages call it; `size`,
/// where it is known, is for the observer.
///
/// Every file that is asked for is compared with its hash before any survey or run is put in place; each
/// of them is put in place by one rename. On failure nothing is, unless the failure is of such a rename.
///
/// # Errors
/// [`StoreError::Damaged`] for an archive that was changed, cut off or not written by
/// [`super::backup_to_file`], naming the entry; [`StoreError::Backup`] where something of that name is in place, or
/// nothing of a name asked for is in the archive; [`StoreError::Locked`] while another restore is under way;
/// [`StoreError::Cancelled`].
pub fn restore(
    store: &Store,
    from: impl Read,
    path: &Path,
    size: Option<u64>,
    options: &RestoreOptions,
    observer: &dyn Observer,
) -> Result<RestoreReport> {
    let unreadable = |e| StoreError::io("reading", path, e);
    let _lock = Lock::acquire(&store.root().join("restore.lock"), &format!("{}", store.root().display()))?;
    let counted = Counted::new(from, size, observer);
    let mut buffered = BufReader::with_capacity(BUFFER, counted);
    let is_gzip = buffered.fill_buf().map_err(unreadable)?.starts_with(&[0x1f, 0x8b]);
    let stream: Box<dyn Read + '_> = if is_gzip { Box::new(MultiGzDecoder::new(buffered)) } else { Box::new(buffered) };
    let mut staging = Staging::new(store, path, options, observer)?;
    staging.unpack(stream)?;
    staging.verify()?;
    staging.put_in_place()
}

/// Units on their way. Whatever is left of them is removed at the end.
pub(super) struct Staging<'a> {
    store: &'a Store,
    archive: &'a Path,
    pub(super) options: &'a RestoreOptions,
    observer: &'a dyn Observer,
    /// Hashes of what was unpacked, by path in the archive.
    pub(super) found: BTreeMap<String, String>,
    /// The units to be put in place, in the archive's order.
    pub(super) wanted: Vec<Unit>,
    /// Those that are there already.
    skipped: Vec<Unit>,
    /// Names of all units, asked for or not.
    pub(super) named: BTreeSet<String>,
    pub(super) about: Option<Vec<u8>>,
    pub(super) sums: Option<Vec<u8>>,
    files: u64,
    bytes: u64,
}

impl<'a> Staging<'a> {
    fn new(
        store: &'a Store,
        archive: &'a Path,
        options: &'a RestoreOptions,
        observer: &'a dyn Observer,
    ) -> Result<Self> {
        let staging = Self {
            store,
            archive,
            options,
            observer,
            found: BTreeMap::new(),
            wanted: Vec::new(),
            skipped: Vec::new(),
            named: BTreeSet::new(),
            about: None,
            sums: None,
            files: 0,
            bytes: 0,
        };
        // what a restore that was killed left behind
        staging.clear()?;
        Ok(staging)
    }

    pub(super) fn folder(&self, kind: Kind) -> PathBuf {
        self.store.root().join(kind.folder()).join(STAGING)
    }

    fn clear(&self) -> Result<()> {
        for kind in [Kind::Survey, Kind::Run] {
            let folder = self.folder(kind);
            if folder.exists() {
                durable::remove_dir(&folder)?;
            }
        }
        Ok(())
    }

    fn place(&self, unit: &Unit) -> PathBuf {
        self.store.root().join(unit.kind.folder()).join(&unit.name)
    }

    pub(super) fn damaged(&self, reason: impl Into<String>) -> StoreError {
        StoreError::Damaged { path: self.archive.to_owned(), reason: reason.into() }
    }

    pub(super) fn refused(&self, reason: impl Into<String>) -> StoreError {
        StoreError::Backup { path: self.archive.to_owned(), reason: reason.into() }
    }

    fn unpack(&mut self, stream: Box<dyn Read + '_>) -> Result<()> {
        let mut archive = tar::Archive::new(stream);
        let mut last = "its beginning".to_owned();
        let entries = archive.entries().map_err(|e| self.damaged(e.to_string()))?;
        // as they are: our archives need none of the extensions, and an unknown entry is refused by its kind
        for entry in entries.raw(true) {
            if self.observer.is_cancelled() {
                return Err(StoreError::Cancelled);
            }
            let mut entry = entry.map_err(|e| self.damaged(format!("after {last}: {e}")))?;
            let name = String::from_utf8_lossy(&entry.header().path_bytes()).into_owned();
            let place = Place::of(&name).filter(|_| entry.header().entry_type() == tar::EntryType::Regular);
            let Some(place) = place else {
                return Err(self.damaged(format!("`{}` is no entry of a backup of Balmer's", name.escape_debug())));
            };
            if self.sums.is_some() {
                return Err(self.damaged(format!("`{name}` comes after {SUMS}, which is the last")));
            }
            let size = entry.header().size().map_err(|e| self.damaged(format!("{name}: {e}")))?;
            match place {
                Place::About => self.about = Some(self.list(&mut entry, &name, size)?),
                Place::Sums => self.sums = Some(self.list(&mut entry, &name, size)?),
                Place::In(unit, below) => {
                    if self.is_wanted(&unit)? {
                        self.file(&mut entry, &unit, &below, &name, size)?;
                    }
                }
            }
            last = name;
        }
        // to the end of the stream, where gzip has its own hash; and a pipe is read to its end
        match io::copy(&mut archive.into_inner(), &mut io::sink()) {
            Ok(_) => Ok(()),
            Err(e) => Err(self.damaged(format!("after {last}: {e}"))),
        }
    }

    /// Whether the unit is to be put in place, asked for each of its files.
    fn is_wanted(&mut self, unit: &Unit) -> Result<bool> {
        if self.wanted.last() == Some(unit) || self.wanted.contains(unit) {
            return Ok(true);
        }
        self.named.insert(unit.name.clone());
        if !self.options.only.is_empty() && !self.options.only.contains(&unit.name) {
            return Ok(false);
        }
        if self.place(unit).exists() {
            if !self.options.skip_existing {
                return Err(self.refused(format!(
                    "{unit} exists already in {}: pass over what exists by --skip-existing, or name what to restore by --only",
                    self.store.root().display()
                )));
            }
            if !self.skipped.contains(unit) {
                self.skipped.push(unit.clone());
            }
            return Ok(false);
        }
        self.wanted.push(unit.clone());
        Ok(true)
    }

    /// Reads one of the archive's own entries.
    fn list(&mut self, entry: &mut dyn Read, name: &str, size: u64) -> Result<Vec<u8>> {
        if size > MAX_LIST {
            return Err(self.damaged(format!("{name} claims to have {size} bytes")));
        }
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).map_err(|e| self.damaged(format!("{name}: {e}")))?;
        if (bytes.len() as u64) < size {
            return Err(self.cut_off(name));
        }
        self.found.insert(name.to_owned(), format!("{:x}", Sha256::digest(&bytes)));
        Ok(bytes)
    }

    fn cut_off(&self, name: &str) -> StoreError {
        self.damaged(format!("it was cut off within {name}"))
    }

    /// Unpacks a file beside its place.
    fn file(&mut self, entry: &mut dyn Read, unit: &Unit, below: &str, name: &str, size: u64) -> Result<()> {
        let path = self.folder(unit.kind).join(&unit.name).join(below);
        durable::create_dir(path.parent().unwrap_or(Path::new(".")))?;
        let failed = |e| StoreError::io("writing", &path, e);
        let mut out = BufWriter::with_capacity(
            BUFFER,
            File::create_new(&path).map_err(|e| match e.kind() {
                io::ErrorKind::AlreadyExists => self.damaged(format!("it has {name} twice")),
                _ => failed(e),
            })?,
        );
        let (mut hash, mut written, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 16]);
        loop {
            if self.observer.is_cancelled() {
                return Err(StoreError::Cancelled);
            }
            let count = match entry.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => return Err(self.cut_off(name)),
                Err(e) => return Err(self.damaged(format!("{name}: {e}"))),
            };
            hash.update(&buffer[..count]);
            written += count as u64;
            out.write_all(&buffer[..count]).map_err(failed)?;
        }
        if written < size {
            return Err(self.cut_off(name));
        }
        out.into_inner().map_err(|e| failed(e.into_error()))?;
        self.found.insert(name.to_owned(), format!("{:x}", hash.finalize()));
        self.files += 1;
        self.bytes += written;
        Ok(())
    }

    fn put_in_place(mut self) -> Result<RestoreReport> {
        for unit in &self.wanted {
            let (from, to) = (self.folder(unit.kind).join(&unit.name), self.place(unit));
            sync_below(&from)?;
            fs::rename(&from, &to).map_err(|e| StoreError::io("writing", &to, e))?;
            durable::sync_dir(&self.store.root().join(unit.kind.folder()))?;
        }
        Ok(RestoreReport {
            restored: std::mem::take(&mut self.wanted),
            skipped: std::mem::take(&mut self.skipped),
            files: self.files,
            bytes: self.bytes,
        })
    }
}

impl Drop for Staging<'_> {
    fn drop(&mut self) {
        // what cannot be removed now the next restore removes
        let _ = self.clear();
    }
}

/// Flushes a folder to the disk, with all that is in it.
fn sync_below(folder: &Path) -> Result<()> {
    let failed = |e| StoreError::io("flushing", folder, e);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            sync_below(&path)?;
        } else {
            File::open(&path).and_then(|file| file.sync_all()).map_err(|e| StoreError::io("flushing", &path, e))?;
        }
    }
    durable::sync_dir(folder)
}
