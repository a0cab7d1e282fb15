//! Tables for people: aligned columns, units in the heads, nothing else.

use std::io::{self, IsTerminal, Write};

use serde::Serialize;

use super::session::colour;

/// A text table that is aligned when it is printed: numbers to the right, words to the left.
#[derive(Debug)]
pub struct TextTable {
    heads: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl TextTable {
    pub fn new(heads: &[&'static str]) -> Self {
        Self { heads: heads.to_vec(), rows: Vec::new() }
    }

    /// Adds a row: one cell a head; `–` stands for what is not known.
    pub fn row(&mut self, cells: Vec<String>) {
        debug_assert_eq!(cells.len(), self.heads.len());
        self.rows.push(cells);
    }

    /// Writes the table, with bold heads on a terminal.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        self.write_styled(out, colour(io::stdout().is_terminal()))
    }

    fn write_styled(&self, out: &mut dyn Write, bold: bool) -> io::Result<()> {
        let columns: Vec<(usize, bool)> = (0..self.heads.len()).map(|c| self.shape(c)).collect();
        let heads: Vec<String> = self.heads.iter().map(|&head| head.to_owned()).collect();
        let head = line(&heads, &columns);
        if bold {
            writeln!(out, "\x1b[1m{head}\x1b[0m")?;
        } else {
            writeln!(out, "{head}")?;
        }
        self.rows.iter().try_for_each(|row| writeln!(out, "{}", line(row, &columns)))
    }

    /// Width of a column and whether it holds numbers.
    fn shape(&self, column: usize) -> (usize, bool) {
        let cells = || self.rows.iter().map(|row| row[column].as_str());
        let width = cells().chain([self.heads[column]]).map(|cell| cell.chars().count()).max().unwrap_or(0);
        let numeric = cells().all(|cell| cell == UNKNOWN || cell.starts_with(|c: char| c.is_ascii_digit() || c == '-'))
            && cells().any(|cell| cell.replace(',', "").parse::<f64>().is_ok())
            && cells().all(|cell| cell == UNKNOWN || cell.replace(',', "").parse::<f64>().is_ok());
        (width, numeric)
    }
}

/// What stands where a value is not known.
pub const UNKNOWN: &str = "–";

fn line(cells: &[String], columns: &[(usize, bool)]) -> String {
    let padded = cells.iter().zip(columns).map(|(cell, &(width, right))| {
        let pad = " ".repeat(width - cell.chars().count());
        if right { pad + cell } else { cell.clone() + &pad }
    });
    padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
}

/// A count with thousands set off by commas.
pub fn thousands(count: usize) -> String {
    let digits = count.to_string();
    let first = digits.len() % 3;
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && i % 3 == first {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number of bytes in binary units.
pub fn bytes(count: u64) -> String {
    let (mut value, mut unit) = (count as f64, 0);
    while value >= 1024.0 && unit < 4 {
        value /= 1024.0;
        unit += 1;
    }
    let name = ["B", "KiB", "MiB", "GiB", "TiB"][unit];
    if unit == 0 { format!("{count} B") } else { format!("{value:.1} {name}") }
}

/// Prints one JSON document.
pub fn print_json(document: &impl Serialize) -> anyhow::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    serde_json::to_writer_pretty(&mut out, document).map_err(io::Error::from)?;
    writeln!(out)?;
    Ok(out.flush()?)
}

/// Prints what `text` writes.
pub fn print(text: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    text(&mut out)?;
    Ok(out.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align_by_kind() {
        let mut table = TextTable::new(&["rank", "spectrum", "lof"]);
        table.row(vec!["1".into(), "spec-a".into(), "12.50".into()]);
        table.row(vec!["10".into(), "b".into(), UNKNOWN.into()]);
        let mut out = Vec::new();
        table.write_styled(&mut out, false).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, "rank  spectrum    lof\n   1  spec-a    12.50\n  10  b             –\n");
    }

    #[test]
    fn counts_and_sizes_are_readable() {
        assert_eq!(thousands(7), "7");
        assert_eq!(thousands(1776), "1,776");
        assert_eq!(thousands(1_000_000), "1,000,000");
        assert_eq!(bytes(512), "512 B");
        assert_eq!(bytes(3 * 1024 * 1024 / 2), "1.5 MiB");
    }
}
