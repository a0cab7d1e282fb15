//! Metadata with more columns: one wider file a part, and the manifest that says they hold.

use std::{ops::Range, path::Path};

use arrow_array::{ArrayRef, RecordBatch, new_null_array};
use balmer_core::Observer;
use balmer_exchange::api::ColumnInfo;
use parquet::{basic::Compression, file::properties::WriterProperties};

use super::{Joined, JoinedCatalogue, Origin, commit, field_of, joined_file, widened};
use crate::storage::{Result, StoreError, Survey, durable, part::ParquetFile, scan, schema, time};

/// The wider files being written.
pub struct Wider<'a> {
    survey: &'a Survey,
    joined: Joined,
    /// The catalogues that stay.
    kept: Vec<JoinedCatalogue>,
    /// Which import of the survey this is.
    number: u64,
}

impl<'a> Wider<'a> {
    /// A survey with `columns` from an origin, which replace those of the same kind and prefix.
    ///
    /// # Errors
    /// In words where the prefix is another kind's, or a column's name is taken.
    pub fn new(survey: &'a Survey, prefix: &str, origin: Origin, columns: Vec<ColumnInfo>) -> Result<Self, String> {
        let before = survey.manifest().joined.as_ref();
        let same = before.iter().flat_map(|j| &j.catalogues).find(|c| c.prefix == prefix);
        if let Some(other) = same.filter(|other| other.kind != origin.kind) {
            return Err(format!("`{prefix}` begins the columns of {} already: choose another prefix", other.named()));
        }
        let without = Self::without(survey, prefix);
        let kept = &without.kept;
        let own = schema::metadata();
        for column in &columns {
            let of_other = kept.iter().find(|other| other.columns.iter().any(|c| c.name == column.name));
            if own.index_of(&column.name).is_ok() || of_other.is_some() {
                let whose = of_other.map_or_else(|| "every survey".to_owned(), JoinedCatalogue::named);
                return Err(format!("`{}` is a column of {whose} already: choose another prefix", column.name));
            }
        }
        let Origin { kind, source, spectra, crossmatch } = origin;
        let (number, prefix, imported) = (without.number, prefix.to_owned(), time::now());
        let catalogue = JoinedCatalogue { number, prefix, source, imported, kind, spectra, crossmatch, columns };
        let catalogues = kept.iter().cloned().chain([catalogue]).collect();
        Ok(Self { joined: Joined { catalogues, ..without.joined }, ..without })
    }

    /// A survey without the columns of a prefix.
    pub fn without(survey: &'a Survey, prefix: &str) -> Self {
        let before = survey.manifest().joined.as_ref();
        let kept: Vec<JoinedCatalogue> =
            before.iter().flat_map(|j| &j.catalogues).filter(|c| c.prefix != prefix).cloned().collect();
        let number = before.and_then(|joined| joined.folder.parse::<u64>().ok()).unwrap_or(0) + 1;
        let folder = format!("{number:06}");
        let joined = Joined { folder, parts: survey.manifest().parts.len(), catalogues: kept.clone() };
        Self { survey, joined, kept, number }
    }

    /// Writes the files, part by part, and commits them: all of it or nothing. `new` makes the new columns of a range
    /// of the survey's rows.
    pub fn write(self, observer: &dyn Observer, new: impl FnMut(Range<usize>) -> Result<Vec<ArrayRef>>) -> Result<()> {
        let folder = self.survey.folder().join("metadata").join(&self.joined.folder);
        durable::create_dir(&folder)?;
        self.write_parts(&folder, observer, new).inspect_err(|_| {
            // the first error is the one to report; what stays is removed by the next import
            let _ = durable::remove_dir(&folder);
        })?;
        commit(self.survey, self.joined)
    }

    fn write_parts(
        &self,
        folder: &Path,
        observer: &dyn Observer,
        mut new: impl FnMut(Range<usize>) -> Result<Vec<ArrayRef>>,
    ) -> Result<()> {
        let mut first = 0;
        for (part, about) in self.survey.manifest().parts.iter().enumerate() {
            if observer.is_cancelled() {
                return Err(StoreError::Cancelled);
            }
            let end = first + about.spectra as usize;
            let batch = self.batch(part, new(first..end)?)?;
            let path = joined_file(self.survey.folder(), &self.joined, &about.name);
            let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
            let mut file = ParquetFile::create(path, batch.schema(), properties)?;
            file.write(&batch)?;
            file.close()?;
            first = end;
        }
        durable::sync_dir(folder)?;
        durable::sync_dir(&self.survey.folder().join("metadata"))
    }

    /// The metadata of a part with the columns of all catalogues, the new ones last.
    fn batch(&self, part: usize, new: Vec<ArrayRef>) -> Result<RecordBatch> {
        let path = self.survey.metadata_file(part);
        let failed = |e: arrow_schema::ArrowError| StoreError::damaged(&path, e);
        let batches = scan::read(&path, None)?.collect::<Result<Vec<_>>>()?;
        let schema = scan::schema(&path)?;
        let before = arrow_select::concat::concat_batches(&schema, &batches).map_err(failed)?;
        let own = schema::metadata();
        let kept = self.kept.iter().flat_map(|catalogue| &catalogue.columns).map(field_of);
        let fields = own.fields().iter().map(|field| field.as_ref().clone()).chain(kept);
        let there = fields.map(|field| {
            let missing = || new_null_array(field.data_type(), before.num_rows());
            before.column_by_name(field.name()).cloned().unwrap_or_else(missing)
        });
        let arrays = there.chain(new).collect();
        RecordBatch::try_new(widened(self.joined.columns()), arrays).map_err(failed)
    }
}
