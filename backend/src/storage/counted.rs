//! Progress of a stream that is read once, from one end to the other.

use std::io::{self, Read};

use balmer_core::Observer;

/// A stream that says how far it was read.
pub(super) struct Counted<'a, R> {
    from: R,
    size: Option<u64>,
    read: u64,
    observer: &'a dyn Observer,
}

impl<'a, R> Counted<'a, R> {
    /// A stream of `size` bytes, if that is known: else nothing is said.
    pub(super) fn new(from: R, size: Option<u64>, observer: &'a dyn Observer) -> Self {
        Self { from, size, read: 0, observer }
    }
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        self.read += count as u64;
        if let Some(size) = self.size {
            self.observer.progress((self.read as f64 / size.max(1) as f64).min(1.0));
        }
        Ok(count)
    }
}
