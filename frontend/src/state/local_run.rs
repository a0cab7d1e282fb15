//! A run that was computed in this browser: what is known of it, and its list.

use std::{collections::HashMap, sync::Arc};

use arrow_array::{Array as _, ArrayRef, BooleanArray, Float32Array, RecordBatch, StringArray, UInt32Array};
use arrow_buffer::{Buffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::ArrowError;
use balmer_core::pipeline::{LabelCounts, PipelineSpec, Provenance};
use balmer_exchange::{
    api::{Density, Explanation, FeatureView, NeighborRow, PlaceRow, RunDetail, RunStatus},
    worker::Outcome,
};

use serde::Deserialize as _;

use super::table::{ABSENT, Table};

/// What is added to the name of a device where labels flowed again, which is the processor's work.
const LATER: &str = "; labels given since by the processor";

/// A run, finished or not.
#[derive(Debug, Clone)]
pub struct LocalRun {
    /// What the page shows of any run; the spec has the number of neighbours last asked for.
    pub detail: RunDetail,
    /// Its settings.
    pub spec: PipelineSpec,
    /// Why it was not computed where it was asked for.
    pub note: Option<String>,
    /// What it found, once it is finished.
    pub found: Option<Found>,
}

/// What a run found.
#[derive(Debug, Clone)]
pub struct Found {
    /// Neighbours that the worker's table holds of each spectrum; 0 once the table is gone.
    table_neighbors: usize,
    ids: Arc<StringArray>,
    scores: Arc<Scores>,
    standing: Arc<Standing>,
    spread: Option<Arc<Spread>>,
    stated: Option<Arc<Stated>>,
    /// Grows with each change of scores or labels.
    version: u32,
}

/// Outlier factors.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// Rows, the rarest first.
    pub order: Vec<u32>,
    /// Factors by row.
    pub lof: Vec<f32>,
}

/// How rows stand under all settings of the run.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Geometric means of their factors.
    pub ensemble: Vec<f32>,
    /// Best places.
    pub best: Vec<u32>,
    /// Worst places.
    pub worst: Vec<u32>,
    /// Shares of the settings that have them in the head of the list.
    pub stability: Vec<f32>,
}

/// The neighbours of a row, nearest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Near {
    /// Their rows.
    pub rows: Vec<u32>,
    /// How far away they are.
    pub distances: Vec<f32>,
    /// How dense it is around them.
    pub densities: Vec<Density>,
}

/// Labels that spread.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread {
    /// The classes.
    pub classes: Vec<String>,
    /// The class of each row; -1 where no label reaches.
    pub label: Vec<i32>,
    /// Its probability.
    pub probability: Vec<f32>,
    /// Entropy of the probabilities.
    pub entropy: Vec<f32>,
}

/// What the survey states of the spectra of a subset.
#[derive(Debug)]
pub struct Stated {
    table: Table,
    rows: HashMap<String, u32>,
}

impl Stated {
    /// By the spectra's names.
    pub fn new(table: Table) -> Self {
        let rows = (0..table.len()).filter_map(|row| Some((table.id(row)?.to_owned(), row as u32))).collect();
        Self { table, rows }
    }

    /// A table with what is stated of the spectra of its rows.
    #[must_use]
    pub fn beside(&self, table: Table, ids: impl Iterator<Item = Option<impl AsRef<str>>>) -> Table {
        let row = |id: Option<_>| id.and_then(|id| self.rows.get(AsRef::<str>::as_ref(&id))).copied().unwrap_or(ABSENT);
        let rows: Vec<u32> = ids.map(row).collect();
        table.beside(&self.table, &rows)
    }
}

impl LocalRun {
    /// Takes what the worker found; `false` where its columns do not fit together.
    pub fn finish(
        &mut self,
        outcome: Outcome,
        names: (Vec<u32>, Vec<u8>),
        scores: Scores,
        standing: Standing,
        spread: Option<Spread>,
    ) -> bool {
        let Some(ids) = names_of(names) else { return false };
        let rows = ids.len();
        let fits = scores.order.len() == rows
            && scores.lof.len() == rows
            && scores.order.iter().all(|row| (*row as usize) < rows)
            && standing.fits(rows)
            && spread.as_ref().is_none_or(|spread| spread.fits(rows));
        if fits {
            self.detail.summary.counts = outcome.counts;
            self.detail.classes = outcome.classes;
            self.detail.provenance = Some(outcome.provenance);
            self.found = Some(Found {
                table_neighbors: outcome.table_neighbors,
                ids: Arc::new(ids),
                scores: Arc::new(scores),
                standing: Arc::new(standing),
                spread: spread.map(Arc::new),
                stated: None,
                version: 0,
            });
        }
        fits
    }

    /// Takes factors of another number of neighbours, which took so many seconds.
    pub fn rescore(&mut self, n_neighbors: usize, scores: Scores, seconds: f64) {
        let Some(found) = &mut self.found else { return };
        if scores.order.len() != found.ids.len() || scores.lof.len() != found.ids.len() {
            return;
        }
        self.spec.lof.n_neighbors = n_neighbors;
        self.detail.spec = serde_json::to_value(&self.spec).unwrap_or_default();
        self.detail.summary.n_neighbors = n_neighbors as u64;
        let outliers = scores.lof.iter().filter(|lof| f64::from(**lof) > self.spec.lof.threshold).count();
        self.detail.summary.counts.outliers = outliers as u64;
        found.scores = Arc::new(scores);
        found.version += 1;
        self.amend(|record| record.record_scores(n_neighbors, outliers, seconds));
    }

    /// Takes what other labels spread to, what became of them, and the seconds that it took.
    pub fn respread(&mut self, spread: Spread, counts: LabelCounts, seconds: f64) {
        let Some(found) = self.found.as_mut().filter(|found| spread.fits(found.ids.len())) else { return };
        let classes = spread.classes.clone();
        self.detail.classes.clone_from(&classes);
        found.spread = Some(Arc::new(spread));
        found.version += 1;
        if let Some(device) = &mut self.detail.summary.device {
            *device = by_processor(device);
        }
        self.amend(|record| {
            record.record_labels(classes, counts, seconds);
            record.device = by_processor(&record.device);
        });
    }

    /// Changes the record of the run, which states what its list is made with now.
    fn amend(&mut self, change: impl FnOnce(&mut Provenance)) {
        let record = self.detail.provenance.as_ref().and_then(|value| Provenance::deserialize(value).ok());
        if let Some(mut record) = record {
            change(&mut record);
            self.detail.provenance = serde_json::to_value(&record).ok();
        }
    }

    /// Another number after each change of scores or labels.
    pub fn version(&self) -> u32 {
        self.found.as_ref().map_or(0, |found| found.version)
    }

    /// What the survey states of the spectra, for another run to take that is made of the same ones: the same subset of
    /// a survey that has not changed in between.
    pub fn stated_for(&self, other: &Self) -> Option<Arc<Stated>> {
        let subset = |run: &Self| (run.spec.survey.clone(), run.spec.r#where.clone());
        let inputs = |run: &Self| run.detail.provenance.as_ref()?.get("inputs").cloned();
        let own = inputs(self)?;
        let is_same = subset(self) == subset(other) && inputs(other).is_some_and(|other| other == own);
        self.found.as_ref().filter(|_| is_same)?.stated.clone()
    }

    /// Takes what the survey states of its spectra.
    pub fn join(&mut self, stated: Arc<Stated>) {
        if let Some(found) = &mut self.found {
            found.stated = Some(stated);
        }
    }

    /// Whether it has a result.
    pub fn is_done(&self) -> bool {
        self.detail.summary.status == RunStatus::Done
    }

    /// The most neighbours that it can be scored with from its table; `None` once the table is gone, and where the list is
    /// ranked by several numbers of them.
    pub fn most_neighbors(&self) -> Option<usize> {
        Some(self.found.as_ref()?.table_neighbors).filter(|held| *held > 0 && !self.spec.ensemble.rank)
    }

    /// The worker keeps its table no more.
    pub fn let_go(&mut self) {
        if let Some(found) = &mut self.found {
            found.table_neighbors = 0;
        }
    }

    /// The list, the rarest first.
    pub fn table(&self) -> Table {
        let Some(found) = &self.found else { return Table::default() };
        found.table(&self.spec).unwrap_or_default()
    }

    /// The row of a spectrum in the feature table.
    pub fn row_of(&self, id: &str) -> Option<u32> {
        let ids = &self.found.as_ref()?.ids;
        (0..ids.len()).find(|row| ids.value(*row) == id).map(|row| row as u32)
    }

    /// Why a row stands where it does, from what the worker says of it and its neighbours.
    pub fn explanation(
        &self,
        row: u32,
        density: Density,
        places: Vec<PlaceRow>,
        near: &Near,
        features: FeatureView,
    ) -> Option<Explanation> {
        let found = self.found.as_ref()?;
        let mut ranks = vec![0; found.ids.len()];
        found.scores.order.iter().zip(1..).for_each(|(row, rank)| ranks[*row as usize] = rank);
        let label = |row: u32| found.spread.as_ref()?.of(row as usize).map(str::to_owned);
        let neighbor = |((&row, &distance), &density): ((&u32, &f32), &Density)| {
            let at = row as usize;
            Some(NeighborRow {
                spectrum_id: found.ids.value(at).to_owned(),
                distance,
                rank: *ranks.get(at)?,
                lof: *found.scores.lof.get(at)?,
                density: Some(density),
                label: label(row),
            })
        };
        let at = row as usize;
        let no_seeds = "Which labelled spectra it comes from, the server knows: run it there.";
        Some(Explanation {
            spectrum_id: found.ids.value(at).to_owned(),
            rank: *ranks.get(at)?,
            ranked: found.ids.len() as u64,
            lof: *found.scores.lof.get(at)?,
            density: Some(density),
            neighbors: near.rows.iter().zip(&near.distances).zip(&near.densities).filter_map(neighbor).collect(),
            places,
            probability: None,
            seeds: Vec::new(),
            seeds_left: 0,
            seeds_missing: found.spread.is_some().then(|| no_seeds.to_owned()),
            features,
        })
    }
}

impl Standing {
    fn fits(&self, rows: usize) -> bool {
        [self.ensemble.len(), self.best.len(), self.worst.len(), self.stability.len()] == [rows; 4]
    }
}

impl Spread {
    fn fits(&self, rows: usize) -> bool {
        let is_class = |place: &i32| *place < self.classes.len() as i32;
        [self.label.len(), self.probability.len(), self.entropy.len()] == [rows; 3] && self.label.iter().all(is_class)
    }

    fn of(&self, row: usize) -> Option<&str> {
        let place = usize::try_from(*self.label.get(row)?).ok()?;
        self.classes.get(place).map(String::as_str)
    }
}

impl Found {
    fn table(&self, spec: &PipelineSpec) -> Result<Table, ArrowError> {
        let (scores, standing, rows) = (&self.scores, &self.standing, self.ids.len());
        let factors = if spec.ensemble.rank { &standing.ensemble } else { &scores.lof };
        let outliers: BooleanArray =
            factors.iter().map(|factor| Some(f64::from(*factor) > spec.lof.threshold)).collect();
        let numbers = |values: &[f32]| -> ArrayRef { Arc::new(Float32Array::from(values.to_vec())) };
        let places = |values: &[u32]| -> ArrayRef { Arc::new(UInt32Array::from(values.to_vec())) };
        let mut columns: Vec<(&str, ArrayRef)> = vec![
            ("spectrum_id", self.ids.clone()),
            ("lof", numbers(&scores.lof)),
            ("ensemble", numbers(&standing.ensemble)),
            ("rank_best", places(&standing.best)),
            ("rank_worst", places(&standing.worst)),
            ("stability", numbers(&standing.stability)),
            ("is_outlier", Arc::new(outliers)),
        ];
        if let Some(spread) = &self.spread {
            let labels: StringArray = (0..rows).map(|row| spread.of(row)).collect();
            columns.push(("label", Arc::new(labels)));
            columns.push(("probability", numbers(&spread.probability)));
            columns.push(("entropy", numbers(&spread.entropy)));
        }
        let ranks: ArrayRef = Arc::new(UInt32Array::from_iter_values(1..=rows as u32));
        let mut table = Table::of(RecordBatch::try_from_iter([("rank", ranks)])?)
            .beside(&Table::of(RecordBatch::try_from_iter(columns)?), &scores.order);
        if let Some(stated) = &self.stated {
            let ids = scores.order.iter().map(|row| Some(self.ids.value(*row as usize)));
            table = stated.beside(table, ids);
        }
        Ok(table)
    }
}

fn by_processor(device: &str) -> String {
    if device.starts_with("browser CPU") || device.ends_with(LATER) {
        device.to_owned()
    } else {
        format!("{device}{LATER}")
    }
}

fn names_of((ends, text): (Vec<u32>, Vec<u8>)) -> Option<StringArray> {
    let ends: Vec<i32> = ends.into_iter().map(i32::try_from).collect::<Result<_, _>>().ok()?;
    if ends.first() != Some(&0) || ends.windows(2).any(|pair| pair[1] < pair[0]) {
        return None;
    }
    let offsets = OffsetBuffer::new(ScalarBuffer::from(ends));
    StringArray::try_new(offsets, Buffer::from_vec(text), None).ok()
}

#[cfg(test)]
mod tests;
