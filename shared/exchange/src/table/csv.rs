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
        writer.write_record(columns.iter().map(|c| &c.name))?;
        Ok(Self { writer, columns: columns.len() })
    }

    /// Writes one row.
    ///
    /// # Errors
    /// When `out` cannot be written to.
    pub fn row(&mut self, values: &[Value]) -> io::Result<()> {
        for i in 0..self.columns {
            match values.get(i) {
                Some(Value::Text(text)) => self.writer.write_field(text)?,
                Some(Value::Int(number)) => self.writer.write_field(number.to_string())?,
                // missing and undefined are the same to readers of CSV
                Some(Value::Float(number)) if number.is_finite() => self.writer.write_field(shortest(*number))?,
                Some(Value::Bool(flag)) => self.writer.write_field(flag.to_string())?,
                _ => self.writer.write_field("")?,
            }
        }
        self.writer.write_record(None::<&[u8]>)?;
        Ok(())
    }

    /// Flushes.
    ///
    /// # Errors
    /// When `out` cannot be written to.
    pub fn finish(self) -> io::Result<W> {
        self.writer.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

/// The shortest decimal that reads back to the same number.
fn shortest(number: f64) -> String {
    if number != 0.0 && !(1e-5..1e16).contains(&number.abs()) { format!("{number:e}") } else { number.to_string() }
}
