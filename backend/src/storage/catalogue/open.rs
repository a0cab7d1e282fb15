//! A catalogue of any kind, opened: gzip and Parquet are recognised here, the rest by `exchange`.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek},
    path::Path,
};

use balmer_core::Observer;
use balmer_exchange::CatalogueRows;
use flate2::bufread::MultiGzDecoder;

use super::BatchRows;
use crate::storage::{Result, StoreError, counted::Counted};

/// Bytes read at once; a text's head must fit.
const BUFFER: usize = 1 << 20;
/// Bytes that one packed byte may become, where it is known how many there are: catalogues reach 20.
const UNPACKED: u64 = 100;
/// Unpacked bytes for which that does not matter.
const SMALL: u64 = 1 << 30;
/// First bytes of every Parquet file.
const PARQUET: &[u8] = b"PAR1";

/// Opens a catalogue, plain or gzipped. Parquet, which is read from its end, is laid into a temporary file first.
pub(in crate::storage) fn open<'a>(
    from: impl Read + 'a,
    (path, size): (&Path, Option<u64>),
    observer: &'a dyn Observer,
) -> Result<CatalogueRows<'a>> {
    let refused = |reason: String| StoreError::Catalogue { path: path.to_owned(), reason };
    let unreadable = |e: io::Error| StoreError::io("reading", path, e);
    let mut plain = BufReader::with_capacity(BUFFER, Counted::new(from, size, observer));
    let start = plain.fill_buf().map_err(unreadable)?;
    if start.is_empty() {
        return Err(refused("it is empty".to_owned()));
    }
    if start.starts_with(&[0x1f, 0x8b]) {
        let most = size.map_or(u64::MAX, |size| SMALL.max(size.saturating_mul(UNPACKED)));
        let mut unpacked = BufReader::with_capacity(BUFFER, Bounded { from: MultiGzDecoder::new(plain), left: most });
        if unpacked.fill_buf().map_err(unreadable)?.starts_with(PARQUET) {
            return Err(refused("it is Parquet within gzip: unpack it first".to_owned()));
        }
        return CatalogueRows::open(unpacked).map_err(|e| refused(e.to_string()));
    }
    if !start.starts_with(PARQUET) {
        return CatalogueRows::open(plain).map_err(|e| refused(e.to_string()));
    }
    let mut file = tempfile::tempfile().map_err(unreadable)?;
    io::copy(&mut plain, &mut file).and_then(|_| file.rewind()).map_err(unreadable)?;
    parquet(file).map_err(refused)
}

/// The rows of a Parquet file.
fn parquet(file: File) -> Result<CatalogueRows<'static>, String> {
    let (schema, batches) = super::batch_rows::read_parquet(file)?;
    CatalogueRows::of_typed(BatchRows::columns(&schema), Box::new(BatchRows::new(batches))).map_err(|e| e.to_string())
}

/// A stream that fails beyond its bound.
struct Bounded<R> {
    from: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        let too_many = || io::Error::other(format!("it unpacks to more than {UNPACKED} times its size"));
        self.left = self.left.checked_sub(count as u64).ok_or_else(too_many)?;
        Ok(count)
    }
}
