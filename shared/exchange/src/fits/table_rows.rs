//! The rows of a binary table one after the other, in bounded memory: catalogues are larger than what
//! [`super::table`] holds at once. The first binary table of the file is read.

use std::io::{self, Read};

use super::header::{BLOCK, Header};
use super::table::Column;
use crate::{ReadError, catalogue_rows::MAX_ROW};

/// Bytes of rows read at once.
const CHUNK: usize = 4 << 20;
/// Bytes of a header, at most.
const MAX_HEADER: usize = 16 << 20;

/// A table being read.
pub(crate) struct TableRows<R> {
    read: R,
    columns: Vec<(Column, String)>,
    row_bytes: usize,
    /// Rows that are not in `chunk` yet.
    left: usize,
    chunk: Vec<u8>,
    /// Where the row after the present one begins.
    next: usize,
}

impl<R: Read> TableRows<R> {
    /// Reads up to the first row.
    pub(crate) fn open(mut read: R) -> Result<Self, ReadError> {
        let mut primary = true;
        loop {
            let cards = header(&mut read, primary)?;
            let (header, _) = Header::parse(&cards, 0)?;
            let axes = (1..=header.count("NAXIS")?.min(999)).map(|i| header.count(&format!("NAXIS{i}")));
            let axes = axes.collect::<Result<Vec<_>, _>>()?;
            let is_table = !primary && header.text("XTENSION").as_deref() == Some("BINTABLE");
            if let (true, &[row_bytes, rows]) = (is_table, axes.as_slice()) {
                if row_bytes > MAX_ROW {
                    return Err(ReadError::Malformed(format!("rows of {row_bytes} bytes, {MAX_ROW} are read")));
                }
                let all = Column::all(&header, row_bytes)?;
                let ucd = |i: usize| header.text(&format!("TUCD{}", i + 1)).unwrap_or_default();
                let columns = all.into_iter().enumerate().map(|(i, column)| (column, ucd(i))).collect();
                return Ok(Self { read, columns, row_bytes, left: rows, chunk: Vec::new(), next: 0 });
            }
            let number = |key| header.int(key).and_then(|n| u64::try_from(n).ok());
            let elements = axes.iter().try_fold(u64::from(!axes.is_empty()), |n, &axis| n.checked_mul(axis as u64));
            let bytes = elements
                .and_then(|n| n.checked_add(number("PCOUNT").unwrap_or(0)))
                .and_then(|n| n.checked_mul(number("GCOUNT").unwrap_or(1)))
                .and_then(|n| n.checked_mul(header.int("BITPIX").unwrap_or(8).unsigned_abs() / 8))
                .and_then(|n| n.checked_next_multiple_of(BLOCK as u64))
                .ok_or_else(|| ReadError::Malformed(format!("axes {axes:?} are larger than any file")))?;
            io::copy(&mut read.by_ref().take(bytes), &mut io::sink()).map_err(|e| unreadable(&e))?;
            primary = false;
        }
    }

    /// The columns with their UCDs, in the file's order.
    pub(crate) fn columns(&self) -> &[(Column, String)] {
        &self.columns
    }

    /// Goes to the next row; false after the last.
    pub(crate) fn advance(&mut self) -> Result<bool, ReadError> {
        if self.next < self.chunk.len() {
            self.next += self.row_bytes;
            return Ok(true);
        }
        let rows = self.left.min((CHUNK / self.row_bytes.max(1)).max(1));
        if rows == 0 || self.row_bytes == 0 {
            return Ok(false);
        }
        let bytes = rows.checked_mul(self.row_bytes).filter(|&bytes| bytes <= CHUNK.max(self.row_bytes));
        let bytes = bytes.ok_or_else(|| ReadError::Malformed(format!("rows of {} bytes", self.row_bytes)))?;
        self.chunk.clear();
        let found = self.read.by_ref().take(bytes as u64).read_to_end(&mut self.chunk).map_err(|e| unreadable(&e))?;
        if found < bytes {
            return Err(ReadError::Malformed(format!("the table is cut off: {} of its rows are missing", self.left)));
        }
        self.left -= rows;
        self.next = self.row_bytes;
        Ok(true)
    }

    /// A cell of the present row.
    pub(crate) fn cell(&self, column: usize) -> Option<String> {
        let row = self.chunk.get(self.next.checked_sub(self.row_bytes)?..self.next)?;
        self.columns.get(column)?.0.value_text(row)
    }
}

/// The cards of the next header, in whole blocks.
fn header(read: &mut impl Read, primary: bool) -> Result<Vec<u8>, ReadError> {
    let mut cards = Vec::new();
    loop {
        let begin = cards.len();
        let found = read.by_ref().take(BLOCK as u64).read_to_end(&mut cards).map_err(|e| unreadable(&e))?;
        let expected = if primary { &b"SIMPLE"[..] } else { b"XTENSION" };
        if found < BLOCK || !cards.starts_with(expected) {
            return Err(ReadError::Malformed("it has no binary table".into()));
        }
        let ends = |card: &[u8]| card.starts_with(b"END") && card[3..8].iter().all(|b| *b == b' ');
        if cards[begin..].chunks_exact(80).any(ends) {
            return Ok(cards);
        }
        if cards.len() > MAX_HEADER {
            return Err(ReadError::Malformed("a header without END".into()));
        }
    }
}

fn unreadable(error: &io::Error) -> ReadError {
    ReadError::Malformed(format!("it cannot be read: {error}"))
}
