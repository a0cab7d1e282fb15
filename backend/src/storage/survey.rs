//! One survey as it was committed when it was opened: its rows, by number, by id, by condition.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use arrow_array::{Array, RecordBatch, StringArray, cast::AsArray};
use balmer_core::spectrum::{Metadata, Spectrum};

use super::{
    Manifest, Query, QueryResult, Reject, Result, SpectraStream, StoreError, SurveyInfo, metadata_parquet, query,
    rejects, scan, schema, spectra_parquet,
};

/// A snapshot of a survey. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Survey {
    inner: Arc<Inner>,
    /// The folder whose subsets conditions see, where that is not the survey's: a run's.
    kept: Option<PathBuf>,
}

#[derive(Debug)]
struct Inner {
    name: String,
    folder: PathBuf,
    manifest: Manifest,
    index: OnceLock<Index>,
}

/// Rows of a survey, ascending: the order in which they were ingested.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    rows: Vec<u64>,
}

impl Selection {
    /// Selects row numbers, in any order.
    pub fn new(mut rows: Vec<u64>) -> Self {
        rows.sort_unstable();
        rows.dedup();
        Self { rows }
    }
    /// The row numbers, ascending.
    pub fn rows(&self) -> &[u64] {
        &self.rows
    }
    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// Ids in row order, and the rows in the order of their ids: about 60 bytes a spectrum.
#[derive(Debug)]
struct Index {
    parts: Vec<StringArray>,
    firsts: Vec<u64>,
    by_id: Vec<u32>,
}

impl Index {
    fn id(&self, row: u64) -> &str {
        let part = self.firsts.partition_point(|&first| first <= row) - 1;
        self.parts[part].value((row - self.firsts[part]) as usize)
    }

    fn row(&self, id: &str) -> Option<u64> {
        let found = self.by_id.binary_search_by(|&row| self.id(u64::from(row)).cmp(id)).ok()?;
        Some(u64::from(self.by_id[found]))
    }
}

impl Survey {
    pub(super) fn open(name: &str, folder: PathBuf, manifest: Manifest) -> Self {
        Self { inner: Arc::new(Inner { name: name.to_owned(), folder, manifest, index: OnceLock::new() }), kept: None }
    }

    /// The same, whose conditions see the subsets that are kept in another folder.
    pub(super) fn with_subsets_in(self, folder: &Path) -> Self {
        Self { kept: Some(folder.to_owned()), ..self }
    }

    /// The folder whose subsets conditions see.
    pub(super) fn subsets_parent(&self) -> &Path {
        self.kept.as_deref().unwrap_or(self.folder())
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// The folder that holds it.
    pub fn folder(&self) -> &Path {
        &self.inner.folder
    }

    /// What was committed.
    pub fn manifest(&self) -> &Manifest {
        &self.inner.manifest
    }

    /// Number of spectra.
    pub fn count(&self) -> u64 {
        self.inner.manifest.spectra()
    }

    /// What tells this state of the survey from any other, hex.
    pub fn revision(&self) -> String {
        self.inner.manifest.revision()
    }

    /// Name, sizes and times, for lists.
    pub fn info(&self) -> SurveyInfo {
        let manifest = self.manifest();
        SurveyInfo {
            name: self.name().to_owned(),
            spectra: self.count(),
            parts: manifest.parts.len(),
            bytes: manifest.parts.iter().map(|part| part.bytes).sum(),
            rejects: manifest.rejects,
            created: manifest.created.clone(),
            updated: manifest.updated.clone(),
        }
    }

    pub(crate) fn part_file(&self, part: usize, file: &str) -> PathBuf {
        self.folder().join("parts").join(&self.manifest().parts[part].name).join(file)
    }

    fn files(&self, file: &str) -> Vec<PathBuf> {
        (0..self.manifest().parts.len()).map(|part| self.part_file(part, file)).collect()
    }

    fn metadata_files(&self) -> Vec<PathBuf> {
        (0..self.manifest().parts.len()).map(|part| self.metadata_file(part)).collect()
    }

    /// Metadata of the spectra a query selects, batch by batch.
    ///
    /// # Errors
    /// A refused `where` or `order_by`, an unreadable part.
    pub fn query(&self, query: &Query) -> Result<QueryResult> {
        query::run(self.metadata_files(), &self.columns(), &self.subsets(), query)
    }

    /// Metadata rows of the spectra a query selects.
    ///
    /// # Errors
    /// As [`Self::query`].
    pub fn metadata(&self, query: &Query) -> Result<Vec<Metadata>> {
        let mut rows = Vec::new();
        for batch in self.query(query)? {
            rows.extend(metadata_parquet::from_batch(&batch?));
        }
        Ok(rows)
    }

    /// The rows that fulfil `condition`; all where it is absent.
    ///
    /// # Errors
    /// A refused condition, an unreadable part.
    pub fn select(&self, condition: Option<&str>) -> Result<Selection> {
        match condition {
            None => Ok(Selection { rows: (0..self.count()).collect() }),
            Some(condition) => {
                let query = Query { condition: Some(condition.to_owned()), ..Query::default() };
                Ok(Selection::new(query::matching_rows(
                    &self.metadata_files(),
                    &self.columns(),
                    None,
                    &self.subsets(),
                    &query,
                )?))
            }
        }
    }

    /// Ids of the spectra that fulfil `condition`, in survey order.
    ///
    /// # Errors
    /// As [`Self::select`].
    pub fn ids_where(&self, condition: Option<&str>) -> Result<Vec<String>> {
        self.ids(&self.select(condition)?)
    }

    /// Ids of selected rows.
    ///
    /// # Errors
    /// When a part cannot be read.
    pub fn ids(&self, selection: &Selection) -> Result<Vec<String>> {
        let index = self.index()?;
        Ok(selection.rows.iter().map(|&row| index.id(row).to_owned()).collect())
    }

    /// Rows of the given ids; ids the survey does not have are returned beside.
    ///
    /// # Errors
    /// When a part cannot be read.
    pub fn rows_of<'a>(&self, ids: impl IntoIterator<Item = &'a str>) -> Result<(Selection, Vec<String>)> {
        let index = self.index()?;
        let (mut rows, mut unknown) = (Vec::new(), Vec::new());
        for id in ids {
            match index.row(id) {
                Some(row) => rows.push(row),
                None => unknown.push(id.to_owned()),
            }
        }
        Ok((Selection::new(rows), unknown))
    }

    /// The row of an id.
    pub(super) fn row_of(&self, id: &str) -> Result<Option<u64>> {
        Ok(self.index()?.row(id))
    }

    /// Whether the survey has a spectrum of that id.
    ///
    /// # Errors
    /// When a part cannot be read.
    pub fn contains(&self, id: &str) -> Result<bool> {
        Ok(self.index()?.row(id).is_some())
    }

    /// One spectrum.
    ///
    /// # Errors
    /// [`StoreError::NoSpectrum`].
    pub fn spectrum(&self, id: &str) -> Result<Spectrum> {
        let row = self.index()?.row(id).ok_or_else(|| self.no_spectrum(id))?;
        let (part, row) = self.locate(row);
        let mut spectra = self.read_rows(part, &[row])?;
        spectra.pop().ok_or_else(|| self.no_spectrum(id))
    }

    /// The metadata of one spectrum.
    ///
    /// # Errors
    /// [`StoreError::NoSpectrum`].
    pub fn metadata_of(&self, id: &str) -> Result<Metadata> {
        let row = self.index()?.row(id).ok_or_else(|| self.no_spectrum(id))?;
        let (part, row) = self.locate(row);
        let batch = scan::read_rows(&self.part_file(part, "metadata.parquet"), &[row], None)?;
        metadata_parquet::from_batch(&batch).pop().ok_or_else(|| self.no_spectrum(id))
    }

    fn no_spectrum(&self, id: &str) -> StoreError {
        StoreError::NoSpectrum { survey: self.name().to_owned(), id: id.to_owned() }
    }

    /// Selected spectra in survey order, decoded in parallel ahead of the reader, in bounded memory.
    pub fn spectra(&self, selection: &Selection) -> SpectraStream {
        SpectraStream::new(self.clone(), selection)
    }

    /// Metadata of selected rows, in their order.
    ///
    /// # Errors
    /// When a part cannot be read.
    pub fn metadata_of_rows(&self, rows: &[u64], columns: Option<&[String]>) -> Result<RecordBatch> {
        // what every survey has stands in files that stay as long as the survey does
        let own = schema::metadata();
        if columns.is_some_and(|columns| columns.iter().all(|name| own.index_of(name).is_ok())) {
            return query::fetch(&self.files("metadata.parquet"), &own, rows, columns);
        }
        query::fetch(&self.metadata_files(), &self.columns(), rows, columns)
    }

    /// Inputs that did not become spectra.
    ///
    /// # Errors
    /// When the list cannot be read.
    pub fn rejects(&self) -> Result<Vec<Reject>> {
        rejects::read(self.folder(), self.manifest())
    }

    /// SHA-256 of each selected spectrum's content, as ingested, hex.
    ///
    /// # Errors
    /// When a part cannot be read.
    pub fn content_hashes(&self, selection: &Selection) -> Result<Vec<String>> {
        let column = ["content_hash".to_owned()];
        let batch = query::fetch(&self.files("inputs.parquet"), &schema::inputs(), &selection.rows, Some(&column))?;
        Ok(batch.column(0).as_string::<i32>().iter().flatten().map(str::to_owned).collect())
    }

    /// Part and row in it of a row of the survey.
    pub(crate) fn locate(&self, row: u64) -> (usize, usize) {
        let mut first = 0;
        for (part, about) in self.manifest().parts.iter().enumerate() {
            if row < first + about.spectra {
                return (part, (row - first) as usize);
            }
            first += about.spectra;
        }
        (self.manifest().parts.len().saturating_sub(1), (row.saturating_sub(first)) as usize)
    }

    /// Spectra of one part by their rows in it, ascending.
    pub(crate) fn read_rows(&self, part: usize, rows: &[usize]) -> Result<Vec<Spectrum>> {
        let metadata = scan::read_rows(&self.part_file(part, "metadata.parquet"), rows, None)?;
        let path = self.part_file(part, "spectra.parquet");
        let pixels = scan::read_rows(&path, rows, None)?;
        spectra_parquet::from_batch(&pixels, metadata_parquet::from_batch(&metadata))
            .map_err(|reason| StoreError::damaged(&path, reason))
    }

    fn index(&self) -> Result<&Index> {
        if let Some(index) = self.inner.index.get() {
            return Ok(index);
        }
        let column = ["spectrum_id".to_owned()];
        let (mut parts, mut firsts, mut count) = (Vec::new(), Vec::new(), 0u64);
        for path in self.files("metadata.parquet") {
            for batch in scan::read(&path, Some(&column))? {
                let ids = batch?.column(0).as_string::<i32>().clone();
                firsts.push(count);
                count += ids.len() as u64;
                parts.push(ids);
            }
        }
        let mut index = Index { parts, firsts, by_id: Vec::new() };
        let mut by_id: Vec<u32> = (0..count as u32).collect();
        by_id.sort_unstable_by(|&a, &b| index.id(u64::from(a)).cmp(index.id(u64::from(b))));
        index.by_id = by_id;
        Ok(self.inner.index.get_or_init(|| index))
    }
}
