//! Label files: CSV with the columns `spectrum_id` and `label`, and `author`, `time`, `note` if they
//! are there, in any order; other columns are passed over.

use std::{fs, io::Write, path::Path};

use balmer_core::pipeline::Labelled;
use serde::{Deserialize, Serialize};

use super::{LabelChange, LabelInput, Result, StoreError};

/// What became of an imported label file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// Labels given.
    pub imported: usize,
    /// Labels that were in force already.
    pub unchanged: usize,
    /// Labels of spectra that the survey does not have.
    pub unknown: usize,
    /// The first of those spectra.
    pub first_unknown: Vec<String>,
}

impl ImportReport {
    /// How many unknown spectra are named.
    pub(crate) const NAMED: usize = 5;
}

#[derive(Deserialize)]
struct Row {
    spectrum_id: String,
    label: String,
    #[serde(default)]
    author: Option<String>,
    #[serde(default)]
    time: Option<String>,
    #[serde(default)]
    note: Option<String>,
}

/// The labels of a file; `author` stands where a row names none. Rows without a label are passed over:
/// they are spectra that nobody labelled yet.
pub(crate) fn parse(bytes: &[u8], author: &str) -> Result<Vec<LabelInput>, String> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    let headers = reader.headers().map_err(|e| format!("not a CSV file: {e}"))?.clone();
    for needed in ["spectrum_id", "label"] {
        if !headers.iter().any(|header| header == needed) {
            let found = headers.iter().collect::<Vec<_>>().join(", ");
            return Err(format!("the label file has no column `{needed}`, it has {found}: name it in the first line"));
        }
    }
    let some = |text: Option<String>| text.filter(|t| !t.is_empty());
    let mut rows = Vec::new();
    for row in reader.deserialize::<Row>() {
        let row = row.map_err(|e| format!("label file: {e}"))?;
        if row.label.is_empty() {
            continue;
        }
        rows.push(LabelInput {
            spectrum_id: row.spectrum_id,
            label: Some(row.label),
            author: some(row.author).unwrap_or_else(|| author.to_owned()),
            time: some(row.time),
            note: row.note.unwrap_or_default(),
        });
    }
    Ok(rows)
}

/// Writes labels as such a file.
pub(crate) fn write(labels: &[LabelChange], out: impl Write) -> Result<(), csv::Error> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(["spectrum_id", "label", "author", "time", "note"])?;
    for change in labels {
        let label = change.label.as_deref().unwrap_or_default();
        writer.write_record([&change.spectrum_id, label, &change.author, &change.time, &change.note])?;
    }
    writer.flush()?;
    Ok(())
}

/// The labels of the file at `path`, for a run.
///
/// # Errors
/// When it cannot be read or is no label file.
pub fn read_label_file(path: &Path) -> Result<Vec<Labelled>> {
    let bytes = fs::read(path).map_err(|e| StoreError::io("reading", path, e))?;
    let rows = parse(&bytes, "file").map_err(|reason| StoreError::damaged(path, reason))?;
    let labelled = |row: LabelInput| row.label.map(|label| Labelled { spectrum_id: row.spectrum_id, label });
    Ok(rows.into_iter().filter_map(labelled).collect())
}
