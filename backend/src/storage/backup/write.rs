//! From a data directory to an archive, in one pass.

use std::{
    fs::File,
    io::{self, BufWriter, Read, Write},
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use balmer_core::Observer;
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};

use super::{
    ABOUT, About, FORMAT, Kind, LeftOut, SUMS, Unit,
    contents::{self, Bytes, Saved, Snapshot},
};
use crate::storage::{Result, Store, StoreError, durable, time};

/// Bytes written at once.
const BUFFER: usize = 1 << 20;

/// Saves `store` as the file at `path`, gzipped where the name ends in `.gz` or `.tgz`. The file appears when it is
/// complete and on the disk; only its owner may read it.
///
/// # Errors
/// What cannot be read or written; [`StoreError::Cancelled`]. The file that was there before stays then.
pub fn backup_to_file(store: &Store, path: &Path, observer: &dyn Observer) -> Result<About> {
    let failed = |e| StoreError::io("writing", path, e);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut temporary = tempfile::Builder::new().prefix(".balmer-").tempfile_in(folder).map_err(failed)?;
    let ending = path.extension().unwrap_or_default();
    let about = if ending.eq_ignore_ascii_case("gz") || ending.eq_ignore_ascii_case("tgz") {
        let mut encoder =
            GzEncoder::new(BufWriter::with_capacity(BUFFER, temporary.as_file_mut()), Compression::default());
        let about = write(store, path, &mut encoder, observer)?;
        encoder.finish().and_then(|mut out| out.flush()).map_err(failed)?;
        about
    } else {
        let mut out = BufWriter::with_capacity(BUFFER, temporary.as_file_mut());
        let about = write(store, path, &mut out, observer)?;
        out.flush().map_err(failed)?;
        about
    };
    temporary.as_file().sync_all().map_err(failed)?;
    temporary.persist(path).map_err(|e| failed(e.error))?;
    durable::sync_dir(folder)?;
    Ok(about)
}

/// Saves `store` to `out`, for example a pipe, as it is: not gzipped.
///
/// # Errors
/// As [`backup_to_file`].
pub fn backup_to_writer(store: &Store, out: impl Write, observer: &dyn Observer) -> Result<About> {
    let path = Path::new("-");
    let mut out = BufWriter::with_capacity(BUFFER, out);
    let about = write(store, path, &mut out, observer)?;
    out.flush().map_err(|e| StoreError::io("writing", path, e))?;
    Ok(about)
}

fn write(store: &Store, path: &Path, out: &mut dyn Write, observer: &dyn Observer) -> Result<About> {
    let modified = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
    let mut about = About {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        created: time::now(),
        units: Vec::new(),
        left_out: Vec::new(),
    };
    let runs = contents::run_ids(store)?;
    let (surveys, empty) = contents::survey_names(store)?;
    let folders = || runs.iter().map(|id| ("runs", id)).chain(surveys.iter().map(|name| ("surveys", name)));
    let total = folders().map(|(kind, name)| durable::bytes_under(&store.root().join(kind).join(name))).sum();
    let mut archive = Archive {
        path,
        tar: tar::Builder::new(out),
        sums: String::new(),
        modified,
        watched: Watched { observer, total, done: 0 },
    };
    for id in runs {
        let unit = Unit::new(Kind::Run, id);
        match contents::run(store, &unit.name) {
            Ok(found) => archive.unit(unit, found, &mut about)?,
            Err(reason) => about.left_out.push(LeftOut { unit, reason }),
        }
    }
    for name in surveys {
        let found = contents::survey(store, &name)?;
        archive.unit(Unit::new(Kind::Survey, name), found, &mut about)?;
    }
    let nothing =
        |name| LeftOut { unit: Unit::new(Kind::Survey, name), reason: "nothing of it is committed".to_owned() };
    about.left_out.extend(empty.into_iter().map(nothing));
    let mut bytes = serde_json::to_vec_pretty(&about).map_err(|e| StoreError::damaged(path, e))?;
    bytes.push(b'\n');
    archive.entry(ABOUT, bytes.as_slice(), bytes.len() as u64, path)?;
    let sums = std::mem::take(&mut archive.sums);
    archive.entry(SUMS, sums.as_bytes(), sums.len() as u64, path)?;
    archive.tar.finish().map_err(|e| StoreError::io("writing", path, e))?;
    Ok(about)
}

/// The archive being written.
struct Archive<'a> {
    path: &'a Path,
    tar: tar::Builder<&'a mut dyn Write>,
    sums: String,
    modified: u64,
    watched: Watched<'a>,
}

impl Archive<'_> {
    fn unit(&mut self, unit: Unit, found: Snapshot, about: &mut About) -> Result<()> {
        for Saved { name, path, len, bytes } in found.files {
            match bytes {
                Bytes::Here(bytes) => self.entry(&name, bytes.as_slice(), len, &path)?,
                Bytes::Open(file) => self.entry(&name, file, len, &path)?,
                Bytes::Closed => {
                    let file = File::open(&path).map_err(|e| StoreError::io("reading", &path, e))?;
                    self.entry(&name, file, len, &path)?;
                }
            }
        }
        about.left_out.extend(found.left_out.into_iter().map(|reason| LeftOut { unit: unit.clone(), reason }));
        about.units.push(unit);
        Ok(())
    }

    /// Adds the first `len` bytes of `from`, which stand for `path`, under `name`.
    fn entry(&mut self, name: &str, from: impl Read, len: u64, path: &Path) -> Result<()> {
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(tar::EntryType::Regular);
        header.set_size(len);
        header.set_mode(0o644);
        header.set_mtime(self.modified);
        header.set_path(name).map_err(|e| StoreError::io("naming", path, e))?;
        header.set_cksum();
        let mut source =
            Source { from: from.take(len), hash: Sha256::new(), read: 0, failed: None, watched: &mut self.watched };
        let written = self.tar.append(&header, &mut source);
        let Source { hash, read, failed, watched, .. } = source;
        if watched.observer.is_cancelled() {
            return Err(StoreError::Cancelled);
        }
        if let Some(e) = failed {
            return Err(StoreError::io("reading", path, e));
        }
        written.map_err(|e| StoreError::io("writing", self.path, e))?;
        if read < len {
            return Err(StoreError::damaged(path, "it became shorter while it was read: make the backup again"));
        }
        let hash = format!("{:x}", hash.finalize());
        self.sums.extend([&*hash, "  ", name, "\n"]);
        Ok(())
    }
}

/// How far it is, and whether to go on.
struct Watched<'a> {
    observer: &'a dyn Observer,
    total: u64,
    done: u64,
}

/// A file on its way into the archive. It tells its own failures from those of the archive.
struct Source<'a, 'b, R> {
    from: io::Take<R>,
    hash: Sha256,
    read: u64,
    failed: Option<io::Error>,
    watched: &'a mut Watched<'b>,
}

impl<R: Read> Read for Source<'_, '_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.watched.observer.is_cancelled() {
            return Err(io::Error::other("cancelled"));
        }
        match self.from.read(buffer) {
            Ok(count) => {
                self.hash.update(&buffer[..count]);
                self.read += count as u64;
                self.watched.done += count as u64;
                let fraction = self.watched.done as f64 / self.watched.total.max(1) as f64;
                self.watched.observer.progress(fraction.min(1.0));
                Ok(count)
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => Err(e),
            Err(e) => {
                let reported = io::Error::from(e.kind());
                self.failed = Some(e);
                Err(reported)
            }
        }
    }
}
