//! Feature rows kept between runs: `features/<recipe hash>-<code version>/NNNN.parquet`.
//!
//! A spectrum never changes once stored and neither does its row number, so a kept row is right as long
//! as the recipe computes the same, which a few rows are asked each time; a run extracts only the spectra that no
//! run with the same recipe asked for before, and adds them as one more file. Rejected spectra are kept with
//! their reasons. `FixedSizeList<f32>` is read at about 4 CPU-seconds a GB where raw bytes would take 1, but any
//! tool can read it.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use arrow_array::{
    Array, ArrayRef, FixedSizeListArray, RecordBatch, StringArray, UInt64Array,
    cast::AsArray,
    types::{Float32Type, UInt64Type},
};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use balmer_core::{
    ndarray::Array2,
    pipeline::{FeatureTable, Plan, Rejected, RunObserver, Stage, extract},
};
use parquet::{basic::Compression, file::properties::WriterProperties};

use super::{Result, Selection, StoreError, Survey, durable, part::ParquetFile, scan, schema::field};

/// Feature rows with the survey's row number of each.
#[derive(Debug, Clone)]
pub struct SurveyFeatures {
    /// The rows, in survey order, and what was left out.
    pub table: FeatureTable,
    /// Survey row of each feature row.
    pub rows: Vec<u64>,
    /// How many spectra were extracted now; the others were kept from earlier runs.
    pub extracted: usize,
}

/// What can go wrong while features are made.
#[derive(Debug, thiserror::Error)]
pub enum FeatureError {
    /// The store's part.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The science's part.
    #[error(transparent)]
    Core(#[from] balmer_core::Error),
}

/// What is kept of a spectrum: a row of features or the reason why there is none.
enum Kept {
    Features(Vec<f32>),
    Rejected(Rejected),
}

impl Survey {
    /// Features of the selected spectra by the plan's recipe: kept ones where there are, else extracted
    /// and kept.
    ///
    /// # Errors
    /// Unreadable parts, an unwritable disk, cancellation.
    pub fn features(
        &self,
        plan: &Plan,
        selection: &Selection,
        observer: &dyn RunObserver,
    ) -> Result<SurveyFeatures, FeatureError> {
        let cache = Cache::of(self, plan);
        let mut kept = cache.read(selection)?;
        if !self.still_true(plan, selection, &kept)? {
            cache.clear()?;
            kept = selection.rows().iter().map(|_| None).collect();
        }
        let missing: Vec<usize> = (0..selection.len()).filter(|&i| kept[i].is_none()).collect();
        if missing.is_empty() {
            observer.stage(Stage::Recipe, &format!("{} spectra prepared by an earlier run", selection.len()));
            observer.known_before(1.0);
        } else {
            let rows: Vec<u64> = missing.iter().map(|&i| selection.rows()[i]).collect();
            let fresh = self.extract(plan, &Selection::new(rows.clone()), observer)?;
            let ids = self.ids(&Selection::new(rows.clone()))?;
            let fresh = by_row(fresh, &ids);
            cache.add(&rows, &ids, &fresh)?;
            for (i, row) in missing.iter().zip(fresh) {
                kept[*i] = Some(row);
            }
        }
        let extracted = missing.len();
        let ids = self.ids(selection)?;
        let width = plan.recipe().grid().len();
        let mut table = FeatureTable { spectrum_ids: Vec::new(), matrix: Array2::zeros((0, 0)), rejected: Vec::new() };
        let (mut values, mut rows) = (Vec::with_capacity(selection.len() * width), Vec::new());
        for ((kept, id), &row) in kept.into_iter().zip(ids).zip(selection.rows()) {
            match kept {
                Some(Kept::Features(features)) => {
                    values.extend_from_slice(&features);
                    table.spectrum_ids.push(id);
                    rows.push(row);
                }
                Some(Kept::Rejected(rejected)) => table.rejected.push(rejected),
                None => {}
            }
        }
        table.matrix = Array2::from_shape_vec((rows.len(), width), values)
            .map_err(|e| StoreError::damaged(&cache.folder, format!("rows of another length: {e}")))?;
        Ok(SurveyFeatures { table, rows, extracted })
    }

    /// Whether the recipe still gives what was kept, to the bit: asked of the first, middle and last
    /// spectrum. Another build or processor may differ in the last bits, and one matrix must not mix them.
    fn still_true(&self, plan: &Plan, selection: &Selection, kept: &[Option<Kept>]) -> Result<bool> {
        let known: Vec<usize> = (0..kept.len()).filter(|&i| kept[i].is_some()).collect();
        let Some(&last) = known.last() else { return Ok(true) };
        for i in [known[0], known[known.len() / 2], last] {
            let (part, row) = self.locate(selection.rows()[i]);
            let spectra = self.read_rows(part, &[row])?;
            let same = spectra.iter().all(|spectrum| match (plan.recipe().apply(spectrum), &kept[i]) {
                (Ok(fresh), Some(Kept::Features(row))) => fresh == *row,
                (Err(fresh), Some(Kept::Rejected(rejected))) => fresh.reason() == rejected.reason,
                _ => false,
            });
            if !same {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn extract(
        &self,
        plan: &Plan,
        selection: &Selection,
        observer: &dyn RunObserver,
    ) -> Result<FeatureTable, FeatureError> {
        let mut failure = None;
        let mut stream = self.spectra(selection);
        let mut spectra = Until { stream: &mut stream, failure: &mut failure };
        let table = extract(plan, &mut spectra, observer)?;
        failure.map_or(Ok(table), |error| Err(error.into()))
    }
}

/// The spectra up to the first that cannot be read.
struct Until<'a> {
    stream: &'a mut super::SpectraStream,
    failure: &'a mut Option<StoreError>,
}

impl Iterator for Until<'_> {
    type Item = balmer_core::spectrum::Spectrum;

    fn next(&mut self) -> Option<Self::Item> {
        match self.stream.next()? {
            Ok(spectrum) => Some(spectrum),
            Err(error) => {
                *self.failure = Some(error);
                None
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.stream.size_hint()
    }
}

/// A table's rows and rejections in the order of `ids`, which name all of them.
fn by_row(table: FeatureTable, ids: &[String]) -> Vec<Kept> {
    let mut features = table.spectrum_ids.iter().zip(table.matrix.rows()).peekable();
    let mut rejected = table.rejected.into_iter();
    ids.iter()
        .filter_map(|id| match features.next_if(|(found, _)| *found == id) {
            Some((_, row)) => Some(Kept::Features(row.to_vec())),
            None => rejected.next().map(Kept::Rejected),
        })
        .collect()
}

/// Where in a file of kept rows the selected ones lie.
fn places(path: &Path, selection: &Selection) -> Result<Vec<usize>> {
    let (mut places, mut passed) = (Vec::new(), 0);
    for batch in scan::read(path, Some(&["row".to_owned()]))? {
        let batch = batch?;
        let rows = batch
            .column_by_name("row")
            .and_then(|column| column.as_primitive_opt::<UInt64Type>())
            .ok_or_else(|| StoreError::damaged(path, "its columns are not those of kept features: delete it"))?;
        let inside = rows.values().iter().enumerate().filter(|(_, row)| selection.rows().binary_search(row).is_ok());
        places.extend(inside.map(|(i, _)| passed + i));
        passed += batch.num_rows();
    }
    Ok(places)
}

struct Cache {
    folder: PathBuf,
    width: usize,
}

impl Cache {
    fn of(survey: &Survey, plan: &Plan) -> Self {
        let name = format!("{}-{}", plan.recipe().hash(), env!("CARGO_PKG_VERSION"));
        Self { folder: survey.folder().join("features").join(name), width: plan.recipe().grid().len() }
    }

    fn clear(&self) -> Result<()> {
        if self.folder.exists() { durable::remove_dir(&self.folder) } else { Ok(()) }
    }

    fn files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut files: Vec<PathBuf> =
            entries.map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "parquet")).collect();
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

    /// What is kept of each selected row.
    fn read(&self, selection: &Selection) -> Result<Vec<Option<Kept>>> {
        let mut kept: Vec<Option<Kept>> = selection.rows().iter().map(|_| None).collect();
        for path in self.files() {
            let places = places(&path, selection)?;
            for batch in scan::read_selected(&path, &places, None)? {
                let batch = batch?;
                if batch.schema().fields() != self.schema().fields() {
                    return Err(StoreError::damaged(&path, "its columns are not those of kept features: delete it"));
                }
                let rows = batch.column(0).as_primitive::<UInt64Type>();
                let features = batch.column(2).as_fixed_size_list();
                let values = features.values().as_primitive::<Float32Type>().values();
                let text = |column: usize, i: usize| batch.column(column).as_string::<i32>().value(i).to_owned();
                for i in 0..batch.num_rows() {
                    let Ok(place) = selection.rows().binary_search(&rows.value(i)) else { continue };
                    kept[place] = Some(if features.is_valid(i) {
                        Kept::Features(values[i * self.width..(i + 1) * self.width].to_vec())
                    } else {
                        Kept::Rejected(Rejected {
                            spectrum_id: text(1, i),
                            source: text(3, i),
                            reason: text(4, i),
                            detail: text(5, i),
                        })
                    });
                }
            }
        }
        Ok(kept)
    }

    /// Keeps one more file of rows.
    fn add(&self, rows: &[u64], ids: &[String], kept: &[Kept]) -> Result<()> {
        durable::create_dir(&self.folder)?;
        let temporary = tempfile::Builder::new()
            .prefix(".features")
            .tempfile_in(&self.folder)
            .map_err(|e| StoreError::io("writing", &self.folder, e))?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::UNCOMPRESSED)
            .set_column_dictionary_enabled("features.list.item".into(), false)
            .build();
        let mut file = ParquetFile::create(temporary.path().to_owned(), self.schema(), properties)?;
        let chunks = rows.chunks(scan::BATCH).zip(ids.chunks(scan::BATCH)).zip(kept.chunks(scan::BATCH));
        for ((rows, ids), kept) in chunks {
            let batch = self.batch(rows, ids, kept).map_err(|e| StoreError::damaged(&self.folder, e))?;
            file.write(&batch)?;
        }
        file.close()?;
        let last = self.files().last().and_then(|p| p.file_stem()?.to_str()?.parse::<u32>().ok()).unwrap_or(0);
        let mut names = (last + 1..).map(|number| self.folder.join(format!("{number:04}.parquet")));
        durable::persist_beside(temporary, &mut names)
    }

    fn batch(&self, rows: &[u64], ids: &[String], kept: &[Kept]) -> Result<RecordBatch, arrow_schema::ArrowError> {
        let rejected = |part: fn(&Rejected) -> &str| -> ArrayRef {
            let texts = kept.iter().map(|k| match k {
                Kept::Rejected(rejected) => Some(part(rejected)),
                Kept::Features(_) => None,
            });
            Arc::new(texts.collect::<StringArray>())
        };
        let valid: Vec<bool> = kept.iter().map(|k| matches!(k, Kept::Features(_))).collect();
        let nothing = vec![0.0f32; self.width];
        let values = kept.iter().flat_map(|k| match k {
            Kept::Features(row) => row.iter(),
            Kept::Rejected(_) => nothing.iter(),
        });
        let values = Arc::new(values.copied().collect::<arrow_array::Float32Array>());
        let item = Arc::new(Field::new("item", DataType::Float32, false));
        let features = FixedSizeListArray::try_new(item, self.width as i32, values, Some(NullBuffer::from(valid)))?;
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
