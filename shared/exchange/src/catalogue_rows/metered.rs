//! A stream of which only so much is read before somebody says that a row has come: what grows without bound in memory
//! is refused while it is small.

use std::io::{self, BufRead, Read};

use super::MAX_ROW;

/// A stream with an allowance.
pub(crate) struct Metered<R> {
    read: R,
    left: usize,
}

impl<R: BufRead> Metered<R> {
    /// A stream that may be read for one row.
    pub(crate) fn new(read: R) -> Self {
        Self { read, left: MAX_ROW }
    }

    /// A row has come: the next one may be as long.
    pub(crate) fn refill(&mut self) {
        self.left = MAX_ROW;
    }
}

impl<R: BufRead> BufRead for Metered<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::Error::other(format!("more than {} MiB without the end of a row", MAX_ROW >> 20)));
        }
        let bytes = self.read.fill_buf()?;
        Ok(&bytes[..bytes.len().min(self.left)])
    }

    fn consume(&mut self, amount: usize) {
        self.left = self.left.saturating_sub(amount);
        self.read.consume(amount);
    }
}

impl<R: BufRead> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}
