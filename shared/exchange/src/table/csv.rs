//! CSV as RFC 4180 has it: one header line of names, `\n` line ends, empty cells for null. Numbers are
//! written in the fewest digits that read back to the same value.

use std::io::{self, Write};

use balmer_core::spectrum::Value;

use super::Column;

/// Writes CSV row by row.
#[derive(Debug)]
pub struct CsvWriter<W: Write> {
    writer: csv::Writer<W>,
    columns: usize,
}

impl<W: Write> CsvWriter<W> {
    /// Writes the header line.
    ///
    /// # Errors
    /// When `out` cannot be written to.
    pub fn begin(out: W, columns: &[Column]) -> io::Result<Self> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(columns.iter().map(|c| &c.name)).map_err(io_error)?;
        Ok(Self { writer, columns: columns.len() })
    }

    /// Writes one row.
    ///
    /// # Errors
    /// When `out` cannot be written to.
    pub fn row(&mut self, values: &[Value]) -> io::Result<()> {
        for i in 0..self.columns {
            let written = match values.get(i) {
                Some(Value::Text(text)) => self.writer.write_field(text),
                Some(Value::Int(number)) => self.writer.write_field(number.to_string()),
                // missing and undefined are the same to readers of CSV
                Some(Value::Float(number)) if number.is_finite() => self.writer.write_field(shortest(*number)),
                Some(Value::Bool(flag)) => self.writer.write_field(flag.to_string()),
                _ => self.writer.write_field(""),
            };
            written.map_err(io_error)?;
        }
        self.writer.write_record(None::<&[u8]>).map_err(io_error)
    }

    /// Flushes.
    ///
    /// # Errors
    /// When `out` cannot be written to.
    pub fn finish(self) -> io::Result<W> {
        self.writer.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

/// The error beneath, of its own kind: `csv`'s conversion hides that a pipe was closed.
fn io_error(error: csv::Error) -> io::Error {
    if !error.is_io_error() {
        return error.into();
    }
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        kind => io::Error::other(format!("{kind:?}")),
    }
}

/// The shortest decimal that reads back to the same number.
fn shortest(number: f64) -> String {
    if number != 0.0 && !(1e-5..1e16).contains(&number.abs()) { format!("{number:e}") } else { number.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An output whose reader went away.
    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_closed_pipe_keeps_its_kind() {
        let columns = [Column::new("id", balmer_core::spectrum::ColumnType::Text, "")];
        let mut writer = CsvWriter::begin(Closed, &columns).unwrap();
        let row = [Value::Text("x".repeat(100))];
        let error = (0..10_000).find_map(|_| writer.row(&row).err()).unwrap();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }
}
