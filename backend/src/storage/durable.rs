//! Writes that survive `kill -9` and power cuts, and the lock that keeps writers apart.
//!
//! A file is replaced by writing a temporary one beside it, flushing it to the disk, renaming it over
//! the old and flushing the folder: readers see the old bytes or the new, never a mixture. Locks are
//! the operating system's (`flock`), so the death of a process frees them.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use super::{Result, StoreError};

/// How the names of temporary files begin.
const TEMPORARY: &str = ".tmp";
/// How often a lock is tried.
const PERIOD: Duration = Duration::from_millis(20);

/// Makes `path` and its parents.
pub(crate) fn create_dir(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|e| StoreError::io("creating folder", path, e))
}

/// Flushes a folder's entries to the disk.
pub(crate) fn sync_dir(path: &Path) -> Result<()> {
    File::open(path).and_then(|dir| dir.sync_all()).map_err(|e| StoreError::io("flushing folder", path, e))
}

/// Replaces `path` by `bytes` in one step.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut temporary = tempfile::NamedTempFile::new_in(folder).map_err(|e| StoreError::io("writing", path, e))?;
    temporary
        .write_all(bytes)
        .and_then(|()| temporary.as_file().sync_all())
        .map_err(|e| StoreError::io("writing", path, e))?;
    persist(temporary, path)?;
    sync_dir(folder)
}

/// Gives a temporary file its final name, readable by whoever may read the folder.
pub(crate) fn persist(temporary: tempfile::NamedTempFile, path: &Path) -> Result<()> {
    let temporary = readable(temporary, path)?;
    temporary.persist(path).map_err(|e| StoreError::io("writing", path, e.error))?;
    Ok(())
}

/// Gives a temporary file the first of some names that nobody has taken, whoever else is about to.
pub(crate) fn persist_beside(
    mut temporary: tempfile::NamedTempFile,
    names: &mut dyn Iterator<Item = PathBuf>,
) -> Result<()> {
    for path in names {
        match readable(temporary, &path)?.persist_noclobber(&path) {
            Err(e) if e.error.kind() == std::io::ErrorKind::AlreadyExists => temporary = e.file,
            outcome => return outcome.map(drop).map_err(|e| StoreError::io("writing", &path, e.error)),
        }
    }
    Ok(())
}

fn readable(temporary: tempfile::NamedTempFile, path: &Path) -> Result<tempfile::NamedTempFile> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let readable = fs::Permissions::from_mode(0o644);
        temporary.as_file().set_permissions(readable).map_err(|e| StoreError::io("writing", path, e))?;
    }
    Ok(temporary)
}

/// Replaces `path` by `value` as indented JSON, in one step.
pub(crate) fn replace_json<T: serde::Serialize>(path: &Path, value: &T) -> Result<()> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|e| StoreError::damaged(path, e))?;
    bytes.push(b'\n');
    replace(path, &bytes)
}

/// Reads JSON that [`replace_json`] wrote.
pub(crate) fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T> {
    let bytes = fs::read(path).map_err(|e| StoreError::io("reading", path, e))?;
    serde_json::from_slice(&bytes).map_err(|e| StoreError::damaged(path, e))
}

/// Appends `bytes` after the first `committed` ones, dropping what an interrupted writer left behind,
/// flushes, and returns the new length.
pub(crate) fn append_after(path: &Path, committed: u64, bytes: &[u8]) -> Result<u64> {
    let failed = |e| StoreError::io("writing", path, e);
    let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(failed)?;
    file.set_len(committed).map_err(failed)?;
    file.seek(SeekFrom::Start(committed)).map_err(failed)?;
    if let Err(e) = file.write_all(bytes).and_then(|()| file.sync_all()) {
        // a half-written tail must not stay in the way; if this fails too the next writer drops it
        let _ = file.set_len(committed);
        return Err(failed(e));
    }
    Ok(committed + bytes.len() as u64)
}

/// An exclusive lock on a file that names its holder; freed on drop and at the death of the process.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock at `path` for `what` (`survey lamost`), or says who holds it.
    pub(crate) fn acquire(path: &Path, what: &str) -> Result<Self> {
        let failed = |e| StoreError::io("locking", path, e);
        let mut file =
            OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // the name is for the message only
                let _ = file.read_to_string(&mut holder);
                let holder = if holder.trim().is_empty() { "another process" } else { holder.trim() };
                return Err(StoreError::Locked { what: what.to_owned(), holder: holder.to_owned() });
            }
            Err(TryLockError::Error(e)) => return Err(failed(e)),
        }
        file.set_len(0)
            .and_then(|()| file.write_all(format!("process {}\n", std::process::id()).as_bytes()))
            .map_err(failed)?;
        Ok(Self { _file: file })
    }

    /// [`Self::acquire`], but whoever holds it may take so long to let go.
    pub(crate) fn acquire_within(patience: Duration, path: &Path, what: &str) -> Result<Self> {
        let begun = Instant::now();
        loop {
            match Self::acquire(path, what) {
                Err(StoreError::Locked { .. }) if begun.elapsed() < patience => thread::sleep(PERIOD),
                outcome => return outcome,
            }
        }
    }

    /// Whether somebody holds the lock at `path`.
    pub(crate) fn is_held(path: &Path) -> bool {
        File::open(path).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }
}

/// A lock that all users of a place share, so that one of them can find out whether it is alone.
#[derive(Debug)]
pub(crate) struct Shared {
    file: File,
    path: PathBuf,
}

impl Shared {
    /// Takes the lock at `path`, which nobody holds alone for long.
    pub(crate) fn acquire(path: &Path) -> Result<Self> {
        let failed = |e| StoreError::io("locking", path, e);
        let file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path).map_err(failed)?;
        file.lock_shared().map_err(failed)?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// Does something while nobody else is here; nothing where somebody is.
    pub(crate) fn alone<T>(&self, act: impl FnOnce() -> Result<T>) -> Result<Option<T>> {
        let failed = |e| StoreError::io("locking", &self.path, e);
        // a lock cannot be changed everywhere: it is given back and taken anew
        self.file.unlock().map_err(failed)?;
        let outcome = match self.file.try_lock() {
            Ok(()) => {
                let outcome = act();
                self.file.unlock().map_err(failed)?;
                outcome.map(Some)
            }
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(e)) => Err(failed(e)),
        };
        self.file.lock_shared().map_err(failed)?;
        outcome
    }
}

/// Bytes of all files under `folder`.
pub(crate) fn bytes_under(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(m) if m.is_dir() => bytes_under(&entry.path()),
            Ok(m) => m.len(),
            Err(_) => 0,
        })
        .sum()
}

/// Names of the folders in `folder`, sorted; none where it does not exist.
pub(crate) fn folders_in(folder: &Path) -> Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(StoreError::io("reading", folder, e)),
    };
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort_unstable();
    Ok(names)
}

/// Removes a file of ours, if it is there.
pub(crate) fn remove_file(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(StoreError::io("removing", path, e)),
        _ => Ok(()),
    }
}

/// Removes what writers that died left in a folder: see [`replace`].
pub(crate) fn remove_temporary_files(folder: &Path) -> Result<()> {
    let entries = fs::read_dir(folder).map_err(|e| StoreError::io("reading", folder, e))?;
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
            remove_file(&entry.path())?;
        }
    }
    Ok(())
}

/// Removes a folder of ours and everything in it.
pub(crate) fn remove_dir(path: &PathBuf) -> Result<()> {
    fs::remove_dir_all(path).map_err(|e| StoreError::io("removing", path, e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interrupted_tail_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rejects.csv");
        let committed = append_after(&path, 0, b"a\n").unwrap();
        fs::write(&path, b"a\nhalf a li").unwrap();
        assert_eq!(append_after(&path, committed, b"b\n").unwrap(), 4);
        assert_eq!(fs::read(&path).unwrap(), b"a\nb\n");
    }

    #[test]
    fn a_second_writer_is_told_who_writes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let lock = Lock::acquire(&path, "survey x").unwrap();
        assert!(Lock::is_held(&path));
        let message = Lock::acquire(&path, "survey x").unwrap_err().to_string();
        assert!(message.contains("survey x") && message.contains(&std::process::id().to_string()), "{message}");
        drop(lock);
        assert!(!Lock::is_held(&path));
        Lock::acquire(&path, "survey x").unwrap();
    }

    #[test]
    fn of_two_that_want_a_name_nobody_loses_a_file() {
        let folder = tempfile::tempdir().unwrap();
        for content in ["a", "b", "c"] {
            let mut temporary = tempfile::NamedTempFile::new_in(folder.path()).unwrap();
            temporary.write_all(content.as_bytes()).unwrap();
            persist_beside(temporary, &mut (1..).map(|number| folder.path().join(format!("{number}")))).unwrap();
        }
        let found = [1, 2, 3].map(|number| fs::read_to_string(folder.path().join(format!("{number}"))).unwrap());
        assert_eq!(found, ["a", "b", "c"]);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
    }

    #[test]
    fn a_replaced_file_leaves_no_temporary_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("manifest.json");
        replace_json(&path, &vec![1, 2]).unwrap();
        replace_json(&path, &vec![3]).unwrap();
        assert_eq!(read_json::<Vec<i32>>(&path).unwrap(), [3]);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
