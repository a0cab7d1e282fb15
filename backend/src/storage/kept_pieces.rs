//! Pieces of a neighbour search, kept beside its run while it goes on: a run that was interrupted goes on from there.
//!
//! One file, to which pieces are appended as they are found: its first line names the search, a piece is its number, its
//! sizes, a check sum and its lists, little-endian. A piece is with the operating system before the search goes on, and
//! on the disk a second later at most; what was cut off by a power failure is found out by its check sum.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use balmer_core::neighbors::{Keeper, Piece};
use sha2::{Digest, Sha256};

/// How often what is kept is flushed to the disk.
const FLUSHED: Duration = Duration::from_secs(1);
/// Bytes before the lists of a piece: its number, its rows, the numbers of each list, a check sum.
const HEAD: usize = 24;

/// The pieces of a run's search.
#[derive(Debug)]
pub(crate) struct KeptPieces {
    path: PathBuf,
    open: Mutex<Option<Journal>>,
}

#[derive(Debug)]
struct Journal {
    file: File,
    /// Where each piece begins.
    places: BTreeMap<usize, u64>,
    end: u64,
    flushed: Instant,
}

impl KeptPieces {
    /// Pieces in a file that may be there already.
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, open: Mutex::new(None) }
    }

    /// Does something with the file, which is left alone from its first failure on: a search without it is slower to
    /// resume, not wrong.
    fn with<T>(&self, act: impl FnOnce(&mut Journal) -> io::Result<T>) -> Option<T> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        match act(open.as_mut()?) {
            Ok(value) => Some(value),
            Err(error) => {
                tracing::warn!(%error, path = %self.path.display(), "pieces of the search are not kept any more");
                *open = None;
                None
            }
        }
    }
}

impl Keeper for KeptPieces {
    fn begins(&self, name: &dyn Fn() -> String) {
        let journal = Journal::open(&self.path, &name());
        if let Err(error) = &journal {
            tracing::warn!(%error, path = %self.path.display(), "pieces of the search cannot be kept");
        }
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = journal.ok();
    }

    fn kept(&self, piece: usize) -> Option<Piece> {
        self.with(|journal| journal.read(piece)).flatten()
    }

    fn keep(&self, piece: usize, found: &Piece) {
        self.with(|journal| journal.append(piece, found));
    }
}

impl Journal {
    /// What is there of a search of that name, or an empty file.
    fn open(path: &std::path::Path, name: &str) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let head = format!("neighbour search {name}\n");
        let mut journal = Self { file, places: BTreeMap::new(), end: head.len() as u64, flushed: Instant::now() };
        let mut reader = BufReader::new(&journal.file);
        let mut line = String::new();
        // a file of another kind is no text at all
        if reader.read_line(&mut line).is_err() || line != head {
            drop(reader);
            journal.file.set_len(0)?;
            journal.file.rewind()?;
            journal.file.write_all(head.as_bytes())?;
            return Ok(journal);
        }
        let mut record = Vec::new();
        while let Some(piece) = next(&mut reader, &mut record)? {
            journal.places.insert(piece, journal.end);
            journal.end += record.len() as u64;
        }
        // what is behind the last whole piece was never finished
        drop(reader);
        journal.file.set_len(journal.end)?;
        Ok(journal)
    }

    fn read(&mut self, piece: usize) -> io::Result<Option<Piece>> {
        let Some(&place) = self.places.get(&piece) else { return Ok(None) };
        self.file.seek(SeekFrom::Start(place))?;
        let mut record = Vec::new();
        let found = next(&mut self.file, &mut record)?;
        Ok(found.map(|_| lists(&record)))
    }

    fn append(&mut self, piece: usize, found: &Piece) -> io::Result<()> {
        let mut record = Vec::with_capacity(HEAD + 4 * (found.rows.len() + 2 * found.indices.len()));
        record.extend((piece as u64).to_le_bytes());
        for length in [found.rows.len(), found.indices.len()] {
            record.extend((length as u32).to_le_bytes());
        }
        record.extend([0; 8]);
        record.extend(found.rows.iter().chain(&found.indices).flat_map(|number| number.to_le_bytes()));
        record.extend(found.distances.iter().flat_map(|distance| distance.to_le_bytes()));
        let sum = check_sum(&record);
        record[HEAD - 8..HEAD].copy_from_slice(&sum);
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(&record)?;
        self.places.insert(piece, self.end);
        self.end += record.len() as u64;
        if self.flushed.elapsed() >= FLUSHED {
            self.file.sync_data()?;
            self.flushed = Instant::now();
        }
        Ok(())
    }
}

/// Reads the next record; nothing where what follows is none.
fn next(from: &mut impl Read, record: &mut Vec<u8>) -> io::Result<Option<usize>> {
    record.clear();
    from.by_ref().take(HEAD as u64).read_to_end(record)?;
    if record.len() < HEAD {
        return Ok(None);
    }
    let [rows, places] = lengths(record);
    let length = 4 * (rows as u64 + 2 * places as u64);
    from.by_ref().take(length).read_to_end(record)?;
    let is_whole = record.len() as u64 == HEAD as u64 + length && record[HEAD - 8..HEAD] == check_sum(record);
    let number = u64::from_le_bytes(*record.first_chunk().unwrap_or(&[0; 8]));
    Ok(usize::try_from(number).ok().filter(|_| is_whole))
}

/// The rows and the places of the lists of a record.
fn lengths(record: &[u8]) -> [u32; 2] {
    [8, 12].map(|at| u32::from_le_bytes([record[at], record[at + 1], record[at + 2], record[at + 3]]))
}

/// The first bytes of the SHA-256 of a record without its check sum.
fn check_sum(record: &[u8]) -> [u8; 8] {
    let mut hash = Sha256::new();
    hash.update(&record[..HEAD - 8]);
    hash.update(&record[HEAD..]);
    let mut sum = [0; 8];
    sum.copy_from_slice(&hash.finalize()[..8]);
    sum
}

/// The piece of a whole record.
fn lists(record: &[u8]) -> Piece {
    let [rows, places] = lengths(record).map(|length| length as usize);
    let (words, _) = record[HEAD..].as_chunks::<4>();
    let numbers = |words: &[[u8; 4]]| words.iter().map(|word| u32::from_le_bytes(*word)).collect();
    Piece {
        rows: numbers(&words[..rows]),
        indices: numbers(&words[rows..rows + places]),
        distances: words[rows + places..].iter().map(|word| f32::from_le_bytes(*word)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn piece(first: u32) -> Piece {
        Piece { rows: vec![first, first + 1], indices: vec![7, 8, 9, first], distances: vec![0.5, 1.0, 0.0, 2.5] }
    }

    fn opened(path: &std::path::Path, name: &str) -> KeptPieces {
        let kept = KeptPieces::new(path.to_owned());
        kept.begins(&|| name.to_owned());
        kept
    }

    #[test]
    fn pieces_are_there_in_the_next_search_of_the_same_name_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("neighbors.partial");
        let kept = opened(&path, "one");
        assert_eq!(kept.kept(3), None);
        for number in [3, 0, 5] {
            kept.keep(number, &piece(10 * number as u32));
        }
        assert_eq!(kept.kept(0), Some(piece(0)));
        drop(kept);
        let kept = opened(&path, "one");
        assert_eq!(
            [0, 1, 3, 5].map(|number| kept.kept(number)),
            [Some(piece(0)), None, Some(piece(30)), Some(piece(50))]
        );
        kept.keep(1, &piece(10));
        assert_eq!(opened(&path, "one").kept(1), Some(piece(10)));
        assert_eq!(opened(&path, "other").kept(1), None);
        assert_eq!(opened(&path, "one").kept(1), None);
    }

    #[test]
    fn what_was_cut_off_or_spoilt_is_gone_and_the_rest_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("neighbors.partial");
        let kept = opened(&path, "one");
        (0..3).for_each(|number| kept.keep(number, &piece(10 * number as u32)));
        let whole = fs::read(&path).unwrap();
        fs::write(&path, &whole[..whole.len() - 3]).unwrap();
        let kept = opened(&path, "one");
        assert_eq!([0, 1, 2].map(|number| kept.kept(number).is_some()), [true, true, false]);
        kept.keep(2, &piece(20));
        assert_eq!(fs::read(&path).unwrap(), whole);
        let mut spoilt = whole.clone();
        *spoilt.last_mut().unwrap() ^= 1;
        fs::write(&path, &spoilt).unwrap();
        assert_eq!(opened(&path, "one").kept(2), None);
        fs::write(&path, [0xff; 100]).unwrap();
        assert_eq!(opened(&path, "one").kept(0), None);
    }

    #[test]
    fn a_place_that_cannot_be_written_keeps_nothing() {
        let kept = opened(std::path::Path::new("/nonexistent/neighbors.partial"), "one");
        kept.keep(0, &piece(0));
        assert_eq!(kept.kept(0), None);
    }
}
