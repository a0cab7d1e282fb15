//! Rows of a catalogue laid aside until their part is written: in a temporary file, with the place of each.

use std::{
    fs::File,
    io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use balmer_core::spectrum::ColumnType;

use crate::storage::{Result, StoreError};

/// Cells of a row, as text.
pub(in crate::storage) type Cells = Vec<Option<String>>;

/// Rows being laid aside.
pub(in crate::storage) struct Spill {
    path: PathBuf,
    out: BufWriter<File>,
    end: u64,
}

/// Rows that can be had again.
#[derive(Debug)]
pub(in crate::storage) struct Spilled {
    path: PathBuf,
    file: BufReader<File>,
}

impl Spill {
    /// A temporary file in `folder`, which disappears with the process.
    pub(in crate::storage) fn new(folder: &Path) -> Result<Self> {
        let file = tempfile::tempfile_in(folder).map_err(|e| StoreError::io("writing", folder, e))?;
        Ok(Self { path: folder.to_owned(), out: BufWriter::with_capacity(1 << 20, file), end: 0 })
    }

    /// Lays a row aside; returns where.
    pub(in crate::storage) fn add(&mut self, cells: &Cells) -> Result<u64> {
        let at = self.end;
        let row = serde_json::to_vec(cells).map_err(|e| StoreError::damaged(&self.path, e))?;
        let failed = |e| StoreError::io("writing", &self.path, e);
        self.out.write_all(&(row.len() as u32).to_le_bytes()).map_err(failed)?;
        self.out.write_all(&row).map_err(failed)?;
        self.end += 4 + row.len() as u64;
        Ok(at)
    }

    /// No more rows come.
    pub(in crate::storage) fn finish(self) -> Result<Spilled> {
        let path = self.path;
        let file = self.out.into_inner().map_err(|e| StoreError::io("writing", &path, e.into_error()))?;
        Ok(Spilled { path, file: BufReader::new(file) })
    }
}

impl Spilled {
    /// The row that was laid aside at `at`.
    pub(in crate::storage) fn row(&mut self, at: u64) -> Result<Cells> {
        let failed = |e| StoreError::io("reading", &self.path, e);
        let (mut length, mut row) = ([0; 4], Vec::new());
        self.file.seek(SeekFrom::Start(at)).and_then(|_| self.file.read_exact(&mut length)).map_err(failed)?;
        row.resize(u32::from_le_bytes(length) as usize, 0);
        self.file.read_exact(&mut row).map_err(failed)?;
        serde_json::from_slice(&row).map_err(|e| StoreError::damaged(&self.path, e))
    }
}

/// Of what type the cells of a text column are, as far as they were seen.
#[derive(Debug, Clone, Copy)]
pub(in crate::storage) struct Guess(Option<ColumnType>);

impl Guess {
    pub(in crate::storage) const NEW: Self = Self(None);

    /// Looks at a cell.
    pub(in crate::storage) fn see(&mut self, cell: &str) {
        let here = type_of(cell);
        self.0 = Some(match (self.0, here) {
            (None, here) => here,
            (Some(before), here) if before == here => here,
            (Some(ColumnType::Int | ColumnType::Float), ColumnType::Int | ColumnType::Float) => ColumnType::Float,
            _ => ColumnType::Text,
        });
    }

    /// The narrowest type that holds them all.
    pub(in crate::storage) fn column_type(self) -> ColumnType {
        self.0.unwrap_or(ColumnType::Text)
    }
}

/// The narrowest type of a cell. Digits that no integer holds, or that begin with a zero, are a name and no number.
fn type_of(cell: &str) -> ColumnType {
    let digits = cell.bytes().all(|byte| byte.is_ascii_digit());
    let name = digits && cell.len() > 1 && (cell.starts_with('0') || cell.parse::<i64>().is_err());
    match cell {
        _ if name => ColumnType::Text,
        _ if cell.parse::<i64>().is_ok() => ColumnType::Int,
        _ if cell.parse::<f64>().is_ok() => ColumnType::Float,
        "true" | "false" | "True" | "False" | "TRUE" | "FALSE" => ColumnType::Bool,
        _ => ColumnType::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_what_all_its_cells_can_be() {
        let guessed = |cells: &[&str]| {
            let mut guess = Guess::NEW;
            for cell in cells {
                guess.see(cell);
            }
            guess.column_type()
        };
        assert_eq!(guessed(&["1", "-9999"]), ColumnType::Int);
        assert_eq!(guessed(&["1", "2.5e-3", "nan"]), ColumnType::Float);
        assert_eq!(guessed(&["1", "STAR"]), ColumnType::Text);
        assert_eq!(guessed(&["True", "false"]), ColumnType::Bool);
        assert_eq!(guessed(&["0042"]), ColumnType::Text, "a name of digits keeps its zeros");
        assert_eq!(guessed(&["0"]), ColumnType::Int);
        assert_eq!(guessed(&["18446744073709551615"]), ColumnType::Text, "no digit is lost");
        assert_eq!(guessed(&[]), ColumnType::Text);
    }

    #[test]
    fn rows_come_back_in_any_order() {
        let folder = tempfile::tempdir().unwrap();
        let mut spill = Spill::new(folder.path()).unwrap();
        let rows: Vec<Cells> = (0..100).map(|i| vec![Some("x".repeat(i)), None, Some("\"\n".into())]).collect();
        let places: Vec<u64> = rows.iter().map(|row| spill.add(row).unwrap()).collect();
        let mut spilled = spill.finish().unwrap();
        for i in [99, 0, 50, 49] {
            assert_eq!(spilled.row(places[i]).unwrap(), rows[i]);
        }
    }
}
