//! Feature rows of a survey by a recipe, kept between runs: what is not kept yet is extracted, portion by portion.
//!
//! A spectrum never changes once stored and neither does its row number, so a kept row is right as long
//! as the recipe computes the same, which a few rows are asked each time; a run extracts only the spectra that no
//! run with the same recipe asked for before. Each portion is on the disk before the next one begins: whoever is
//! interrupted loses one at most. Rejected spectra are kept with their reasons.
//!
//! Memory: the rows asked for, once, and one portion.

mod cache;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, ops::Range};

use balmer_core::{
    engine::Observer,
    ndarray::Array2,
    pipeline::{FeatureTable, Plan, Rejected, RunObserver, Stage, extract},
    spectrum::Spectrum,
};

use self::cache::{Cache, Place};
use super::{Result, Selection, SpectraStream, StoreError, Survey};

/// Spectra extracted before they are kept, at most: what an interrupted run loses.
const KEPT_AT_ONCE: usize = if cfg!(test) { 16 } else { 8_192 };
/// Values of them, at most: 32 MiB.
pub(crate) const VALUES_AT_ONCE: usize = 8 << 20;
/// Values of a portion that is handed out, at most: 128 MiB.
const PORTION: usize = 32 << 20;
/// Rows of it, at most: ids and bookkeeping count too.
const PORTION_ROWS: usize = if cfg!(test) { 40 } else { 1 << 18 };

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
        let mut portions = self.feature_portions(plan, selection, observer)?;
        let mut found = Found::with_room(selection.len(), portions.cache.width());
        while portions.append(&mut found)? {}
        Ok(found.finish(&portions)?)
    }

    /// The same, portion by portion, in survey order: for those who do not want to hold all of them.
    ///
    /// # Errors
    /// Unreadable parts, cancellation.
    pub fn feature_portions<'a>(
        &self,
        plan: &Plan,
        selection: &Selection,
        observer: &'a dyn RunObserver,
    ) -> Result<FeaturePortions<'a>, FeatureError> {
        let mut cache = Cache::open(self, plan)?;
        let mut places = cache.places(selection, observer)?;
        while !self.still_true(plan, selection, &cache, &places)? {
            cache.begin_anew()?;
            places = cache.places(selection, observer)?;
        }
        let missing = places.iter().filter(|place| place.is_none()).count();
        if missing == 0 {
            observer.stage(Stage::Recipe, &format!("{} spectra prepared by an earlier run", selection.len()));
        } else {
            observer.stage(Stage::Recipe, "preparing spectra");
        }
        observer.known_before(1.0 - missing as f64 / selection.len().max(1) as f64);
        let (survey, plan, selection) = (self.clone(), plan.clone(), selection.clone());
        Ok(FeaturePortions { survey, plan, selection, observer, cache, places, missing, next: 0, extracted: 0 })
    }

    /// Whether the recipe still gives what was kept, to the bit: asked of the first, middle and last
    /// spectrum. Another build or processor may differ in the last bits, and one matrix must not mix them.
    fn still_true(&self, plan: &Plan, selection: &Selection, cache: &Cache, places: &[Option<Place>]) -> Result<bool> {
        let known: Vec<usize> = (0..places.len()).filter(|&i| places[i].is_some()).collect();
        let Some(&last) = known.last() else { return Ok(true) };
        for i in [known[0], known[known.len() / 2], last] {
            let Some(place) = places[i] else { continue };
            let (mut kept, survey_row) = (None, selection.rows()[i]);
            let wanted = [(place.row, survey_row, i)];
            cache.read(place.file, &wanted, &mut |_, row| kept = Some(row.map(<[f32]>::to_vec)))?;
            let (part, row) = self.locate(survey_row);
            let spectra = self.read_rows(part, &[row])?;
            let same = spectra.iter().all(|spectrum| match (plan.recipe().apply(spectrum), &kept) {
                (Ok(fresh), Some(Ok(row))) => fresh == *row,
                (Err(fresh), Some(Err(rejected))) => fresh.reason() == rejected.reason,
                // removed since it was found: it is extracted anew
                (_, None) => true,
                _ => false,
            });
            if !same {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The features of selected spectra, portion by portion. After an error it ends.
pub struct FeaturePortions<'a> {
    survey: Survey,
    plan: Plan,
    selection: Selection,
    observer: &'a dyn RunObserver,
    cache: Cache,
    /// Where each selected row is kept.
    places: Vec<Option<Place>>,
    /// How many were not when this began.
    missing: usize,
    /// The first row that was not handed out.
    next: usize,
    extracted: usize,
}

impl FeaturePortions<'_> {
    /// How many portions are left.
    fn left(&self) -> usize {
        (self.selection.len() - self.next).div_ceil(self.rows_at_once())
    }

    fn rows_at_once(&self) -> usize {
        (PORTION / self.cache.width().max(1)).clamp(1, PORTION_ROWS)
    }

    /// Appends the next portion; false where there was none left.
    fn append(&mut self, found: &mut Found) -> Result<bool, FeatureError> {
        let range = self.next..self.selection.len().min(self.next + self.rows_at_once());
        if range.is_empty() {
            return Ok(false);
        }
        self.next = range.end;
        let rows = Selection::new(self.selection.rows()[range.clone()].to_vec());
        let mut portion = Portion::begin(found, range.len());
        self.take_kept(range, rows.rows(), &mut portion)?;
        let ids = self.survey.ids(&rows)?;
        let missing = portion.missing();
        let at_once = (VALUES_AT_ONCE / self.cache.width().max(1)).clamp(1, KEPT_AT_ONCE);
        for places in missing.chunks(at_once) {
            let named: Vec<&str> = places.iter().map(|&place| ids[place].as_str()).collect();
            let wanted: Vec<u64> = places.iter().map(|&place| rows.rows()[place]).collect();
            let fresh = self.extract(&Selection::new(wanted.clone()))?;
            let fresh = self.cache.add(&wanted, &named, fresh)?;
            fresh.each(|i, row| portion.take(places[i], row));
            self.extracted += places.len();
        }
        portion.finish(ids, rows.rows());
        Ok(true)
    }

    /// Takes what is kept of a range of the selection. What somebody removed in the meantime is missing, no more.
    fn take_kept(&self, range: Range<usize>, rows: &[u64], portion: &mut Portion<'_>) -> Result<()> {
        let mut by_file: BTreeMap<u32, Vec<(u32, u64, usize)>> = BTreeMap::new();
        for (position, place) in self.places[range].iter().enumerate() {
            if let Some(place) = place {
                by_file.entry(place.file).or_default().push((place.row, rows[position], position));
            }
        }
        for (file, mut wanted) in by_file {
            if self.observer.is_cancelled() {
                return Err(StoreError::Cancelled);
            }
            wanted.sort_unstable();
            self.cache.read(file, &wanted, &mut |position, row| portion.take(position, row))?;
        }
        Ok(())
    }

    fn extract(&self, selection: &Selection) -> Result<FeatureTable, FeatureError> {
        let mut failure = None;
        let mut stream = self.survey.spectra(selection);
        let mut spectra = Until { stream: &mut stream, failure: &mut failure };
        let (all, done) = (self.selection.len(), self.selection.len() - self.missing + self.extracted);
        let share = Share { of: self.observer, done, now: selection.len(), all };
        let table = extract(&self.plan, &mut spectra, &share)?;
        failure.map_or(Ok(table), |error| Err(error.into()))
    }
}

impl Iterator for FeaturePortions<'_> {
    type Item = Result<SurveyFeatures, FeatureError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut found = Found::default();
        match self.append(&mut found) {
            Ok(true) => Some(found.finish(self).map_err(FeatureError::from)),
            Ok(false) => None,
            Err(error) => {
                self.next = self.selection.len();
                Some(Err(error))
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left(), Some(self.left()))
    }
}

impl ExactSizeIterator for FeaturePortions<'_> {}

/// What was found so far.
#[derive(Default)]
struct Found {
    values: Vec<f32>,
    ids: Vec<String>,
    rows: Vec<u64>,
    rejected: Vec<Rejected>,
}

impl Found {
    fn with_room(rows: usize, width: usize) -> Self {
        Self {
            values: Vec::with_capacity(rows * width),
            ids: Vec::with_capacity(rows),
            rows: Vec::with_capacity(rows),
            rejected: Vec::new(),
        }
    }

    fn finish(self, of: &FeaturePortions<'_>) -> Result<SurveyFeatures> {
        let matrix = Array2::from_shape_vec((self.rows.len(), of.cache.width()), self.values);
        let matrix =
            matrix.map_err(|e| StoreError::damaged(of.survey.folder(), format!("features of another length: {e}")))?;
        let table = FeatureTable { spectrum_ids: self.ids, matrix, rejected: self.rejected };
        Ok(SurveyFeatures { table, rows: self.rows, extracted: of.extracted })
    }
}

/// Consecutive rows being found, in any order.
struct Portion<'a> {
    found: &'a mut Found,
    /// Where their values begin.
    first: usize,
    width: usize,
    rows: Vec<Row>,
}

#[derive(Clone)]
enum Row {
    Missing,
    Taken,
    Rejected(Rejected),
}

impl<'a> Portion<'a> {
    fn begin(found: &'a mut Found, rows: usize) -> Self {
        let first = found.values.len();
        Self { found, first, width: 0, rows: vec![Row::Missing; rows] }
    }

    /// Takes the features of a row, or why there are none.
    fn take(&mut self, position: usize, row: Result<&[f32], Rejected>) {
        self.rows[position] = match row {
            Ok(row) => {
                if self.width == 0 {
                    self.width = row.len();
                    self.found.values.resize(self.first + self.rows.len() * row.len(), 0.0);
                }
                self.found.values[self.first + position * row.len()..][..row.len()].copy_from_slice(row);
                Row::Taken
            }
            Err(rejected) => Row::Rejected(rejected),
        };
    }

    fn missing(&self) -> Vec<usize> {
        (0..self.rows.len()).filter(|&position| matches!(self.rows[position], Row::Missing)).collect()
    }

    /// Closes the gaps that rejected rows leave.
    fn finish(self, ids: Vec<String>, rows: &[u64]) {
        let Self { found, first, width, rows: states } = self;
        let mut end = first;
        for (position, ((state, id), &row)) in states.into_iter().zip(ids).zip(rows).enumerate() {
            match state {
                Row::Taken => {
                    let start = first + position * width;
                    found.values.copy_within(start..start + width, end);
                    end += width;
                    found.ids.push(id);
                    found.rows.push(row);
                }
                Row::Rejected(rejected) => found.rejected.push(rejected),
                Row::Missing => {}
            }
        }
        found.values.truncate(end);
    }
}

/// The progress of one portion as that of all.
struct Share<'a> {
    of: &'a dyn RunObserver,
    done: usize,
    now: usize,
    all: usize,
}

impl Observer for Share<'_> {
    fn progress(&self, fraction: f64) {
        // more than were missing are extracted where somebody removes what was kept
        self.of.progress(((self.done as f64 + fraction * self.now as f64) / self.all.max(1) as f64).min(1.0));
    }

    fn is_cancelled(&self) -> bool {
        self.of.is_cancelled()
    }
}

impl RunObserver for Share<'_> {
    fn stage(&self, _stage: Stage, _message: &str) {}
}

/// The spectra up to the first that cannot be read.
struct Until<'a> {
    stream: &'a mut SpectraStream,
    failure: &'a mut Option<StoreError>,
}

impl Iterator for Until<'_> {
    type Item = Spectrum;

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
