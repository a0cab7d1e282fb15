//! Record batches as people and files want them.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use balmer::{
    export::{self, TableFile, value},
    storage::StoreError,
};
use balmer_core::spectrum::Value;
use balmer_exchange::table::About;

use super::{
    matrix_io::{Format, Target},
    output::{TextTable, UNKNOWN},
};

/// Formats that tables are written in.
pub const FORMATS: &[Format] = &[Format::Vot, Format::Csv, Format::Parquet, Format::Fits];

/// Writes batches to a file or to standard output; `overflow` says that a limit left rows out.
/// Returns the number of rows.
pub fn write(
    target: &Target,
    about: &About,
    schema: &SchemaRef,
    batches: impl Iterator<Item = Result<RecordBatch, StoreError>>,
    overflow: bool,
) -> anyhow::Result<usize> {
    let file = match target.format {
        Format::Parquet => TableFile::Parquet,
        Format::Fits => TableFile::Fits,
        Format::Vot => TableFile::Votable,
        Format::Csv | Format::Npy => TableFile::Csv,
    };
    let mut count = 0;
    target.write(|out| {
        count = export::write(out, file, about, schema, batches, overflow)?;
        Ok(())
    })?;
    Ok(count)
}

/// A column of a table for people: its name in the data, its head, its decimals.
pub type Shown = (&'static str, &'static str, usize);

/// Rows as a table for people; columns that the data do not have, or have no value in, are left out.
pub fn to_text(
    shown: &[Shown],
    batches: impl Iterator<Item = Result<RecordBatch, StoreError>>,
) -> anyhow::Result<TextTable> {
    let mut lines: Vec<Vec<Option<String>>> = Vec::new();
    for batch in batches {
        let batch = batch?;
        for row in 0..batch.num_rows() {
            let cell = |&(name, _, decimals): &Shown| match value(batch.column_by_name(name)?, row) {
                Value::Null => None,
                Value::Text(text) => Some(text),
                Value::Int(int) => Some(int.to_string()),
                Value::Float(float) => Some(format!("{float:.decimals$}")),
                Value::Bool(bool) => Some(bool.to_string()),
            };
            lines.push(shown.iter().map(cell).collect());
        }
    }
    let used: Vec<usize> = (0..shown.len()).filter(|&c| c == 0 || lines.iter().any(|line| line[c].is_some())).collect();
    let mut table = TextTable::new(&used.iter().map(|&c| shown[c].1).collect::<Vec<_>>());
    for line in &lines {
        table.row(used.iter().map(|&c| line[c].clone().unwrap_or_else(|| UNKNOWN.to_owned())).collect());
    }
    Ok(table)
}
