//! Text with a row that names the columns.

use std::io::BufRead;

use super::{Metered, Rows};
use crate::ReadError;

/// A text being read.
pub(super) struct TextRows<R> {
    reader: csv::Reader<Metered<R>>,
    record: csv::StringRecord,
}

impl<R: BufRead> TextRows<R> {
    /// Reads the head: the text, and the names of its columns.
    pub(super) fn open(mut read: Metered<R>) -> Result<(Self, Vec<String>), ReadError> {
        let start = read.fill_buf().map_err(|e| malformed(&e))?;
        let head = start.split(|&byte| byte == b'\n').next().unwrap_or_default();
        let count = |divider: u8| head.split(|&byte| byte == divider).count();
        // of equal counts the first
        let divider = [b'\t', b';', b'|', b','].into_iter().max_by_key(|&divider| count(divider)).unwrap_or(b',');
        let mut reader =
            csv::ReaderBuilder::new().delimiter(divider).trim(csv::Trim::All).comment(None).from_reader(read);
        let head = reader.headers().map_err(|e| malformed(&e))?.clone();
        if head.iter().all(str::is_empty) {
            return Err(ReadError::Malformed("it has no row that names the columns".into()));
        }
        let name = |name: &str| name.trim_start_matches(['\u{feff}', '#']).trim().to_owned();
        let names = head.iter().map(name).collect();
        Ok((Self { reader, record: csv::StringRecord::new() }, names))
    }
}

impl<R: BufRead> Rows for TextRows<R> {
    fn advance(&mut self) -> Result<bool, ReadError> {
        self.reader.get_mut().refill();
        self.reader.read_record(&mut self.record).map_err(|e| malformed(&e))
    }

    fn cell(&self, column: usize) -> Option<String> {
        self.record.get(column).filter(|cell| !cell.is_empty()).map(str::to_owned)
    }
}

fn malformed(error: &dyn std::fmt::Display) -> ReadError {
    ReadError::Malformed(error.to_string())
}
