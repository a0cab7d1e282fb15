//! Writing one part: spectra go to the disk as they come, and the part counts once it is closed.
//!
//! The folder is written under a hidden name and renamed when its files are complete and flushed, so
//! that a part that exists under its own name is whole. Parquet settings: row groups of
//! [`ROW_GROUP`] spectra, so that one spectrum is read without its neighbours; pixels plain and
//! uncompressed (noise does not compress, and reading is a copy); masks and listed axes by dictionary.

use std::{
    fs::File,
    io::BufWriter,
    path::{Path, PathBuf},
    sync::Arc,
};

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray, UInt64Array};
use arrow_schema::SchemaRef;
use balmer_core::spectrum::Spectrum;
use parquet::{
    arrow::ArrowWriter,
    basic::Compression,
    file::properties::{WriterProperties, WriterPropertiesBuilder},
    schema::types::ColumnPath,
};
use sha2::{Digest, Sha256};

use super::{Result, StoreError, durable, identity::Input, manifest::Part, metadata_parquet, schema, spectra_parquet};

/// Spectra in a row group of `spectra.parquet`: a few megabytes, the unit of parallel decoding.
pub(crate) const ROW_GROUP: usize = 64;

/// Spectra in a page of a row group: what is decoded to read one of them.
const PAGE: usize = 8;

/// A part being written.
pub(crate) struct PartWriter {
    parts: PathBuf,
    folder: PathBuf,
    name: String,
    spectra_file: ParquetFile,
    metadata_file: ParquetFile,
    inputs_file: ParquetFile,
    pending: Vec<(Spectrum, Input)>,
    spectra: u64,
    pixel_bytes: u64,
    digest: Sha256,
}

impl PartWriter {
    /// Begins the part `name` under the survey's `parts` folder.
    pub(crate) fn create(parts: &Path, name: String) -> Result<Self> {
        let folder = parts.join(format!(".{name}"));
        if folder.exists() {
            durable::remove_dir(&folder)?;
        }
        durable::create_dir(&folder)?;
        let snappy = || WriterProperties::builder().set_compression(Compression::SNAPPY);
        Ok(Self {
            spectra_file: ParquetFile::create(folder.join("spectra.parquet"), schema::spectra(), spectra_properties())?,
            metadata_file: ParquetFile::create(folder.join("metadata.parquet"), schema::metadata(), snappy().build())?,
            inputs_file: ParquetFile::create(folder.join("inputs.parquet"), schema::inputs(), snappy().build())?,
            parts: parts.to_owned(),
            folder,
            name,
            pending: Vec::with_capacity(ROW_GROUP),
            spectra: 0,
            pixel_bytes: 0,
            digest: Sha256::new(),
        })
    }

    /// Spectra taken so far.
    pub(crate) fn spectra(&self) -> u64 {
        self.spectra
    }

    /// Bytes of their pixels.
    pub(crate) fn pixel_bytes(&self) -> u64 {
        self.pixel_bytes
    }

    /// Adds a spectrum under its final id.
    pub(crate) fn push(&mut self, spectrum: Spectrum, input: Input) -> Result<()> {
        self.spectra += 1;
        self.pixel_bytes += spectrum.len() as u64 * 16;
        self.digest.update(&input.content_hash);
        self.pending.push((spectrum, input));
        if self.pending.len() == ROW_GROUP { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let (spectra, inputs): (Vec<Spectrum>, Vec<Input>) = self.pending.drain(..).unzip();
        let batch = |batch: Result<RecordBatch, _>| batch.map_err(|e| StoreError::damaged(&self.folder, e));
        let pixels = batch(spectra_parquet::to_batch(&spectra))?;
        let rows = batch(metadata_parquet::to_batch(&spectra.iter().map(|s| &s.metadata)))?;
        let origins = batch(inputs_to_batch(&spectra, &inputs))?;
        self.spectra_file.write(&pixels)?;
        self.spectra_file.end_row_group()?;
        self.metadata_file.write(&rows)?;
        self.inputs_file.write(&origins)
    }

    /// Completes the files, flushes them to the disk and gives the part its name. Where that fails,
    /// nothing of the part stays behind to fill the disk.
    pub(crate) fn finish(self) -> Result<Part> {
        let folder = self.folder.clone();
        self.complete().inspect_err(|_| {
            // the first error is the one to report; what stays is removed by the next writer
            let _ = durable::remove_dir(&folder);
        })
    }

    fn complete(mut self) -> Result<Part> {
        self.flush()?;
        for file in [self.spectra_file, self.metadata_file, self.inputs_file] {
            file.close()?;
        }
        durable::sync_dir(&self.folder)?;
        let bytes = durable::bytes_under(&self.folder);
        let named = self.parts.join(&self.name);
        if named.exists() {
            // complete but never committed: its writer died before it could name it in the manifest
            durable::remove_dir(&named)?;
        }
        std::fs::rename(&self.folder, &named).map_err(|e| StoreError::io("writing", &named, e))?;
        durable::sync_dir(&self.parts)?;
        let digest = format!("{:x}", self.digest.finalize());
        Ok(Part { name: self.name, spectra: self.spectra, bytes, digest })
    }

    /// Gives the part up and removes what was written.
    pub(crate) fn abandon(self) -> Result<()> {
        durable::remove_dir(&self.folder)
    }
}

fn spectra_properties() -> WriterProperties {
    let plain = |properties: WriterPropertiesBuilder, name: &str| {
        let path = ColumnPath::from(vec![name.to_owned(), "list".to_owned(), "item".to_owned()]);
        properties
            .set_column_dictionary_enabled(path.clone(), false)
            .set_column_compression(path, Compression::UNCOMPRESSED)
    };
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(parquet::file::properties::EnabledStatistics::None)
        .set_data_page_row_count_limit(PAGE)
        .set_max_row_group_row_count(Some(ROW_GROUP));
    ["flux", "ivar"].into_iter().fold(properties, plain).build()
}

fn inputs_to_batch(spectra: &[Spectrum], inputs: &[Input]) -> Result<RecordBatch, arrow_schema::ArrowError> {
    let rows = || spectra.iter().zip(inputs);
    let arrays: Vec<ArrayRef> = vec![
        Arc::new(rows().map(|(s, _)| Some(s.metadata.spectrum_id.as_str())).collect::<StringArray>()),
        Arc::new(rows().map(|(_, i)| Some(i.content_hash.as_str())).collect::<StringArray>()),
        Arc::new(rows().map(|(_, i)| i.observation.as_deref()).collect::<StringArray>()),
        Arc::new(rows().map(|(s, _)| Some(s.metadata.source.as_str())).collect::<StringArray>()),
        Arc::new(rows().map(|(_, i)| i.file.map(|f| f.bytes)).collect::<UInt64Array>()),
        Arc::new(rows().map(|(_, i)| i.file.map(|f| f.modified)).collect::<Int64Array>()),
    ];
    RecordBatch::try_new(schema::inputs(), arrays)
}

/// A Parquet file being written, whose errors name it.
pub(crate) struct ParquetFile {
    path: PathBuf,
    writer: ArrowWriter<BufWriter<File>>,
}

impl ParquetFile {
    pub(crate) fn create(path: PathBuf, schema: SchemaRef, properties: WriterProperties) -> Result<Self> {
        let file = File::create(&path).map_err(|e| StoreError::io("writing", &path, e))?;
        let writer = ArrowWriter::try_new(BufWriter::new(file), schema, Some(properties))
            .map_err(|e| StoreError::parquet("writing", &path, e))?;
        Ok(Self { path, writer })
    }

    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.writer.write(batch).map_err(|e| StoreError::parquet("writing", &self.path, e))
    }

    fn end_row_group(&mut self) -> Result<()> {
        self.writer.flush().map_err(|e| StoreError::parquet("writing", &self.path, e))
    }

    /// Writes the footer and flushes the file to the disk.
    pub(crate) fn close(self) -> Result<()> {
        let failed = |e| StoreError::parquet("writing", &self.path, e);
        let buffered = self.writer.into_inner().map_err(failed)?;
        let file = buffered.into_inner().map_err(|e| StoreError::io("writing", &self.path, e.into_error()))?;
        file.sync_all().map_err(|e| StoreError::io("writing", &self.path, e))
    }
}
