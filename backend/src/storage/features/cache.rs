//! Where feature rows are kept: `features/<recipe hash>-<code version>/NNNN.parquet`, a file a portion.
//!
//! `FixedSizeList<f32>` is read at about 4 CPU-seconds a GB where raw bytes would take 1, but any
//! tool can read it. Whoever uses a folder holds a lock that all its users share. What a process that was killed left half
//! written, and rows that the recipe no longer gives, are removed by one who is alone; where others still read those rows,
//! the new ones go to a folder beside them.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use arrow_array::{
    Array, ArrayRef, FixedSizeListArray, Float32Array, RecordBatch, StringArray, UInt64Array,
    cast::AsArray,
    types::{Float32Type, UInt64Type},
};
use arrow_buffer::NullBuffer;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use balmer_core::{
    engine::Observer,
    pipeline::{FeatureTable, Plan, Rejected},
};
use parquet::{basic::Compression, file::properties::WriterProperties};

use crate::storage::{
    Result, Selection, StoreError, Survey,
    durable::{self, Shared},
    part::ParquetFile,
    scan,
    schema::field,
};

/// Name of the lock.
const LOCK: &str = "users.lock";
/// How the names of files begin that are being written.
const TEMPORARY: &str = ".features";

/// Where a row is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Which of the files.
    pub file: u32,
    /// Which of its rows.
    pub row: u32,
}

/// Takes rows by what it calls them: their features, or why there are none.
pub(super) type Take<'a> = dyn FnMut(usize, Result<&[f32], Rejected>) + 'a;

/// Rows kept by one recipe.
pub(super) struct Cache {
    folder: PathBuf,
    width: usize,
    files: Vec<PathBuf>,
    lock: Shared,
}

/// A portion of rows that was just extracted: of each, in order, whether it has features.
pub(super) struct Fresh {
    table: FeatureTable,
    has_features: Vec<bool>,
}

impl Fresh {
    /// Hands out the rows in order.
    pub(super) fn each(self, mut take: impl FnMut(usize, Result<&[f32], Rejected>)) {
        let mut features = self.table.matrix.rows().into_iter();
        let mut rejected = self.table.rejected.into_iter();
        for (i, &has_features) in self.has_features.iter().enumerate() {
            if has_features {
                features.next().and_then(|row| row.to_slice()).into_iter().for_each(|row| take(i, Ok(row)));
            } else {
                rejected.next().into_iter().for_each(|rejected| take(i, Err(rejected)));
            }
        }
    }
}

impl Cache {
    /// What is kept of a survey by the plan's recipe.
    pub(super) fn open(survey: &Survey, plan: &Plan) -> Result<Self> {
        let name = format!("{}-{}", plan.recipe().hash(), env!("CARGO_PKG_VERSION"));
        Self::in_folder(survey.folder().join("features").join(name), plan.recipe().grid().len())
    }

    fn in_folder(folder: PathBuf, width: usize) -> Result<Self> {
        durable::create_dir(&folder)?;
        let lock = Shared::acquire(&folder.join(LOCK))?;
        let mut cache = Self { folder, width, files: Vec::new(), lock };
        cache.sweep()?;
        cache.files = cache.numbered().into_iter().map(|(_, path)| path).collect();
        Ok(cache)
    }

    /// Where it is.
    #[cfg(test)]
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Values of a row.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Removes what processes that died left half written, unless somebody may be writing it.
    fn sweep(&self) -> Result<()> {
        self.lock.alone(|| remove(&self.folder, |name| name.starts_with(TEMPORARY))).map(drop)
    }

    /// Forgets everything. Where others read it, from now on this is another folder.
    pub(super) fn begin_anew(&mut self) -> Result<()> {
        if self.lock.alone(|| remove(&self.folder, |name| name != LOCK))?.is_some() {
            self.files.clear();
            return Ok(());
        }
        let name = self.folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        *self = Self::in_folder(self.folder.with_file_name(format!("{name}+")), self.width)?;
        Ok(())
    }

    /// The files, by their numbers.
    fn numbered(&self) -> Vec<(u32, PathBuf)> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let number = |path: &Path| path.file_stem()?.to_str()?.parse().ok();
        let mut files: Vec<(u32, PathBuf)> = entries
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "parquet"))
            .filter_map(|path| Some((number(&path)?, path)))
            .collect();
        files.sort_unstable();
        files
    }

    fn schema(&self) -> SchemaRef {
        let item = Arc::new(Field::new("item", DataType::Float32, false));
        Arc::new(Schema::new(vec![
            field("row", DataType::UInt64, false, ["", "meta.record", "row of the spectrum in its survey, from 0"]),
            field("spectrum_id", DataType::Utf8, false, ["", "meta.id;meta.main", "name of the spectrum"]),
            field(
                "features",
                DataType::FixedSizeList(item, self.width as i32),
                true,
                ["", "", "prepared flux on the recipe's grid; null where the spectrum was rejected"],
            ),
            field("source", DataType::Utf8, true, ["", "meta.ref.url", "source of a rejected spectrum"]),
            field("reason", DataType::Utf8, true, ["", "meta.code", "why it was rejected, short"]),
            field("detail", DataType::Utf8, true, ["", "meta.note", "why it was rejected"]),
        ]))
    }

    /// Where each selected row is kept, if it is.
    pub(super) fn places(&self, selection: &Selection, observer: &dyn Observer) -> Result<Vec<Option<Place>>> {
        let mut places = vec![None; selection.len()];
        let column = ["row".to_owned()];
        for (file, path) in (0..).zip(&self.files) {
            let Some(batches) = unless_gone(scan::read(path, Some(&column)))? else { continue };
            let mut passed = 0;
            for batch in batches {
                if observer.is_cancelled() {
                    return Err(StoreError::Cancelled);
                }
                let batch = batch?;
                let rows = batch.column_by_name("row").and_then(|column| column.as_primitive_opt::<UInt64Type>());
                let rows = rows.ok_or_else(|| foreign(path))?;
                for (row, survey_row) in (passed..).zip(rows.values()) {
                    if let Ok(position) = selection.rows().binary_search(survey_row) {
                        places[position] = Some(Place { file, row });
                    }
                }
                passed += batch.num_rows() as u32;
            }
        }
        Ok(places)
    }

    /// Hands out rows of a file: of each its number in the file, ascending, the survey's, and what the receiver calls it.
    /// What is not there any more, since somebody removed it, is passed over.
    pub(super) fn read(&self, file: u32, wanted: &[(u32, u64, usize)], take: &mut Take<'_>) -> Result<()> {
        let path = &self.files[file as usize];
        let rows: Vec<usize> = wanted.iter().map(|&(row, ..)| row as usize).collect();
        let Some(batches) = unless_gone(scan::read_selected(path, &rows, None))? else { return Ok(()) };
        let mut wanted = wanted.iter();
        for batch in batches {
            let batch = batch?;
            if batch.schema().fields() != self.schema().fields() {
                return Err(foreign(path));
            }
            let rows = batch.column(0).as_primitive::<UInt64Type>();
            let features = batch.column(2).as_fixed_size_list();
            let values = features.values().as_primitive::<Float32Type>().values();
            let text = |column: usize, i: usize| batch.column(column).as_string::<i32>().value(i).to_owned();
            for (i, &(_, survey_row, name)) in (0..batch.num_rows()).zip(wanted.by_ref()) {
                if rows.value(i) != survey_row {
                    // another file under the name of one that was removed
                    continue;
                }
                if features.is_valid(i) {
                    take(name, Ok(&values[i * self.width..(i + 1) * self.width]));
                } else {
                    let (spectrum_id, source) = (text(1, i), text(3, i));
                    take(name, Err(Rejected { spectrum_id, source, reason: text(4, i), detail: text(5, i) }));
                }
            }
        }
        Ok(())
    }

    /// Keeps one more file of rows, which `ids` name in order.
    pub(super) fn add(&mut self, rows: &[u64], ids: &[&str], table: FeatureTable) -> Result<Fresh> {
        let mut features = table.spectrum_ids.iter().peekable();
        let has_features: Vec<bool> = ids.iter().map(|id| features.next_if(|found| found == id).is_some()).collect();
        let without = has_features.iter().filter(|&&has| !has).count();
        if features.next().is_some() || without != table.rejected.len() {
            return Err(StoreError::damaged(&self.folder, "what was extracted are not the spectra asked for"));
        }
        let fresh = Fresh { table, has_features };
        // somebody may have removed the whole cache, and the lock with it
        durable::create_dir(&self.folder)?;
        self.lock = Shared::acquire(&self.folder.join(LOCK))?;
        let temporary = tempfile::Builder::new()
            .prefix(TEMPORARY)
            .tempfile_in(&self.folder)
            .map_err(|e| StoreError::io("writing", &self.folder, e))?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::UNCOMPRESSED)
            .set_column_dictionary_enabled("features.list.item".into(), false)
            .build();
        let mut file = ParquetFile::create(temporary.path().to_owned(), self.schema(), properties)?;
        file.write(&self.batch(rows, ids, &fresh).map_err(|e| StoreError::damaged(&self.folder, e))?)?;
        file.close()?;
        let last = self.numbered().last().map_or(0, |&(number, _)| number);
        let mut names = (last + 1..).map(|number| self.folder.join(format!("{number:04}.parquet")));
        durable::persist_beside(temporary, &mut names)?;
        Ok(fresh)
    }

    fn batch(&self, rows: &[u64], ids: &[&str], fresh: &Fresh) -> Result<RecordBatch, ArrowError> {
        let rejected = |part: fn(&Rejected) -> &str| -> ArrayRef {
            let mut rejected = fresh.table.rejected.iter();
            let texts = fresh.has_features.iter().map(|&has| if has { None } else { rejected.next().map(part) });
            Arc::new(texts.collect::<StringArray>())
        };
        let mut features = fresh.table.matrix.rows().into_iter();
        let mut values = Vec::with_capacity(rows.len() * self.width);
        for &has_features in &fresh.has_features {
            let end = values.len() + self.width;
            if has_features {
                values.extend(features.next().into_iter().flatten());
            }
            values.resize(end, 0.0);
        }
        let item = Arc::new(Field::new("item", DataType::Float32, false));
        let valid = NullBuffer::from(fresh.has_features.clone());
        let values = Arc::new(Float32Array::from(values));
        let features = FixedSizeListArray::try_new(item, self.width as i32, values, Some(valid))?;
        let arrays: Vec<ArrayRef> = vec![
            Arc::new(UInt64Array::from(rows.to_vec())),
            Arc::new(StringArray::from_iter_values(ids)),
            Arc::new(features),
            rejected(|r| &r.source),
            rejected(|r| &r.reason),
            rejected(|r| &r.detail),
        ];
        RecordBatch::try_new(self.schema(), arrays)
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        // what a process left that died while others were here; the next user tries again
        if let Err(error) = self.sweep() {
            tracing::warn!(%error, "temporary files stay");
        }
    }
}

/// Removes the files of those names.
fn remove(folder: &Path, is_meant: impl Fn(&str) -> bool) -> Result<()> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().to_str().is_some_and(&is_meant)) {
        durable::remove_file(&entry.path())?;
    }
    Ok(())
}

fn foreign(path: &Path) -> StoreError {
    StoreError::damaged(path, "its columns are not those of kept features: delete it")
}

/// Nothing where the file is not there any more.
fn unless_gone<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Err(StoreError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => Ok(None),
        found => found.map(Some),
    }
}
