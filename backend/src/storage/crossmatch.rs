//! A survey matched on the sky with a catalogue or another survey: the columns of what is near become columns of the
//! survey's metadata, under a prefix, as those of catalogues do ([`catalogue`](super::catalogue)).
//!
//! Beside the catalogue's own there are `<prefix>_separation`, null where a spectrum has no match, and
//! `<prefix>_matches`, how many rows are within the radius. Where a spectrum has several matches its columns are those
//! of the nearest; all pairs can be had as a table ([`Pairs`]).
//!
//! Memory: 100 bytes a spectrum, 16 a pair, 16 a row that is near one, and a portion of the catalogue. Rows that are
//! near a spectrum are laid aside in a temporary file.

mod pairs;

use std::{io::Read, path::Path, sync::Arc};

use arrow_array::{Array, ArrayRef, Float64Array, Int64Array, cast::AsArray, types::Float64Type};
use balmer_core::{
    Observer,
    sky::{CrossmatchParams, Find, Matcher, Matches, Observed, Position, Radius, Source, julian_year},
    spectrum::ColumnType,
};
use balmer_exchange::{
    CatalogueColumn, CatalogueRows, PlaceColumns, Places,
    api::{ColumnInfo, CrossmatchReport, JoinedKind},
};

pub use self::pairs::Pairs;
use super::{
    Query, Result, Selection, Store, StoreError, Survey,
    catalogue::{BatchRows, Cells, Guess, MatchedBy, NONE, Origin, Spill, Wider, arrays, check_prefix, named, open},
};

/// Cells of the catalogue that are held at once, and their bytes.
const CELLS: usize = 1 << 19;
const CELL_BYTES: usize = 32 << 20;
/// Rows matched at once, at most.
const PORTION: usize = 1 << 14;
/// Columns that a survey takes of one catalogue.
const MOST_COLUMNS: usize = 1_000;
/// Columns beside the catalogue's own.
const OWN: usize = 2;

/// How to match.
#[derive(Debug, Clone)]
pub struct CrossmatchOptions {
    /// Greatest separation.
    pub radius: Radius,
    /// Which pairs are matches.
    pub find: Find,
    /// What the names of the columns begin with; another match of the same prefix is replaced.
    pub prefix: String,
    /// Columns of the catalogue to join; all where absent.
    pub columns: Option<Vec<String>>,
    /// The spectra; all of them without a condition.
    pub condition: Option<String>,
    /// Which columns say where the rows are.
    pub places: PlaceColumns,
    /// Pairs within the radius, at most.
    pub most_pairs: usize,
}

/// What a survey is matched with.
pub enum With<'a> {
    /// A catalogue's file, what messages call it, and its size where that is known.
    File(Box<dyn Read + 'a>, &'a Path, Option<u64>),
    /// Another survey, by name.
    Survey(&'a str),
}

/// A match that was made.
#[derive(Debug)]
pub struct Crossmatched {
    /// What was found.
    pub report: CrossmatchReport,
    /// The matches.
    pub pairs: Pairs,
}

/// The prefix of a catalogue of this name: its beginning in characters that SQL takes unquoted.
pub fn default_prefix(name: &str) -> String {
    let stem = name.split('.').find(|part| !part.is_empty()).unwrap_or_default();
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let words: String = stem.chars().take(32).map(plain).collect();
    let words = words.split('_').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_");
    if words.starts_with(|c: char| c.is_ascii_lowercase()) { words } else { format!("cat_{words}") }
}

impl Store {
    /// Matches a survey on the sky and adds the columns to it.
    ///
    /// # Errors
    /// [`StoreError::NoSurvey`]; [`StoreError::Query`] for the condition; [`StoreError::Catalogue`] for a file that is no
    /// catalogue, does not say where its rows are, or has none that says so, and for too many pairs;
    /// [`StoreError::Locked`] while the survey is written; [`StoreError::Cancelled`].
    pub fn crossmatch(
        &self,
        survey: &str,
        with: With<'_>,
        options: &CrossmatchOptions,
        observer: &dyn Observer,
    ) -> Result<Crossmatched> {
        let source = match &with {
            With::File(_, path, _) => path.to_path_buf(),
            With::Survey(name) => Path::new(name).to_owned(),
        };
        let refused = |reason: String| StoreError::Catalogue { path: source.clone(), reason };
        // what is refused leaves the survey's files alone
        check_prefix(&options.prefix).map_err(refused)?;
        self.survey(survey)?.select(options.condition.as_deref())?;
        let rows = match with {
            With::File(read, path, size) => open(read, (path, size), observer)?,
            With::Survey(name) => self.survey(name)?.as_catalogue()?,
        };
        let places = Places::find(rows.columns(), &options.places).map_err(refused)?;
        let values = chosen(rows.columns(), options.columns.as_deref()).map_err(refused)?;
        let (_lock, survey) = self.widening(survey)?;
        let selection = survey.select(options.condition.as_deref())?;
        if selection.is_empty() {
            return Err(refused("the condition selects no spectrum: widen it".to_owned()));
        }
        let search = Search { survey: &survey, selection, options, source: source.to_string_lossy().into_owned() };
        search.run(rows, &places, &values, observer)
    }
}

/// The columns to join.
fn chosen(columns: &[CatalogueColumn], names: Option<&[String]>) -> Result<Vec<usize>, String> {
    let found = |name: &String| {
        let place = columns.iter().position(|column| column.name.eq_ignore_ascii_case(name.trim()));
        place.ok_or_else(|| format!("it has no column `{name}`, it has {}", CatalogueColumn::list(columns)))
    };
    let values: Vec<usize> = match names {
        Some(names) => names.iter().map(found).collect::<Result<_, _>>()?,
        None => (0..columns.len()).collect(),
    };
    if values.len() > MOST_COLUMNS {
        let count = values.len();
        return Err(format!(
            "{count} columns are more than the {MOST_COLUMNS} that can be joined: choose some by name"
        ));
    }
    Ok(values)
}

/// A match under way.
struct Search<'a> {
    survey: &'a Survey,
    selection: Selection,
    options: &'a CrossmatchOptions,
    source: String,
}

impl Search<'_> {
    fn refused(&self, reason: String) -> StoreError {
        StoreError::Catalogue { path: self.source.clone().into(), reason }
    }

    fn failed(&self, error: balmer_core::Error) -> StoreError {
        match error {
            balmer_core::Error::Cancelled => StoreError::Cancelled,
            other => self.refused(other.to_string()),
        }
    }

    fn run(
        self,
        mut rows: CatalogueRows<'_>,
        places: &Places,
        values: &[usize],
        observer: &dyn Observer,
    ) -> Result<Crossmatched> {
        let CrossmatchOptions { radius, find, most_pairs, ref prefix, .. } = *self.options;
        let spectra = self.survey.observed(&self.selection)?;
        if spectra.iter().all(|spectrum| spectrum.position.is_none()) {
            let (name, count) = (self.survey.name(), spectra.len());
            return Err(self.refused(format!("none of {count} spectra of {name} says where it was taken")));
        }
        let params = CrossmatchParams { radius, find, most_pairs };
        let mut matcher = Matcher::new(&spectra, params).map_err(|e| self.failed(e))?;
        drop(spectra);
        let mut guesses = vec![Guess::NEW; values.len()];
        let mut spill = Spill::new(&self.survey.folder().join("metadata"))?;
        let mut kept: Vec<(u32, u64)> = Vec::new();
        let mut first = 0u64;
        loop {
            let (sources, cells) = portion(&mut rows, places, values)
                .map_err(|(row, e)| self.refused(format!("row {}: {e}", first + row as u64 + 1)))?;
            if sources.is_empty() {
                break;
            }
            for place in matcher.add(&sources, observer).map_err(|e| self.failed(e))? {
                let cells = &cells[place as usize];
                for (cell, guess) in cells.iter().zip(&mut guesses) {
                    if let Some(cell) = cell {
                        guess.see(cell);
                    }
                }
                kept.push((first as u32 + place, spill.add(cells)?));
            }
            first += sources.len() as u64;
        }
        let matches = matcher.finish();
        if matches.rows_left_out == matches.rows {
            let names: Vec<&str> =
                places.columns().iter().map(|&column| rows.columns()[column].name.as_str()).collect();
            let remedy = "name other columns with --ra and --dec";
            return Err(self.refused(format!(
                "none of its {} rows has a position in {}: {remedy}",
                matches.rows,
                names.join(" and ")
            )));
        }
        let columns = named(own_columns(prefix, radius), rows.columns(), values, &guesses, prefix);
        let report = self.report(&matches, &rows, places, columns);
        let origin = Origin {
            kind: JoinedKind::Crossmatch,
            source: self.source.clone(),
            spectra: Some(report.spectra),
            crossmatch: Some(MatchedBy { radius, find }),
        };
        let wider = Wider::new(self.survey, prefix, origin, report.columns.clone()).map_err(|e| self.refused(e))?;
        let mut spilled = spill.finish()?;
        let joined = self.joined(&matches, &kept);
        wider.write(observer, |range| {
            let (separations, near, places) =
                (&joined.separations[range.clone()], &joined.near[range.clone()], &joined.places[range]);
            let number = |value: &f64| Some(*value).filter(|value| value.is_finite());
            let own: [ArrayRef; OWN] = [
                Arc::new(separations.iter().map(number).collect::<Float64Array>()),
                Arc::new(near.iter().copied().collect::<Int64Array>()),
            ];
            Ok(own.into_iter().chain(arrays(&report.columns[OWN..], places, &mut spilled)?).collect())
        })?;
        let rows = self.selection.rows().to_vec();
        let pairs = Pairs::new(self.survey.clone(), rows, matches, kept, spilled, report.columns.clone());
        Ok(Crossmatched { report, pairs })
    }

    /// What becomes of each spectrum of the survey.
    fn joined(&self, matches: &Matches, kept: &[(u32, u64)]) -> JoinedRows {
        let count = self.survey.count() as usize;
        let mut joined =
            JoinedRows { separations: vec![f64::NAN; count], near: vec![None; count], places: vec![NONE; count] };
        for (&row, &near) in self.selection.rows().iter().zip(&matches.near) {
            joined.near[row as usize] = Some(i64::from(near));
        }
        // the first pair of a spectrum is its nearest
        for of_one in matches.pairs.chunk_by(|a, b| a.spectrum == b.spectrum) {
            let row = self.selection.rows()[of_one[0].spectrum as usize] as usize;
            joined.separations[row] = of_one[0].separation;
            joined.places[row] = pairs::place(kept, of_one[0].row);
        }
        joined
    }

    fn report(
        &self,
        matches: &Matches,
        rows: &CatalogueRows<'_>,
        places: &Places,
        columns: Vec<ColumnInfo>,
    ) -> CrossmatchReport {
        let distinct = |mut numbers: Vec<u32>| {
            numbers.sort_unstable();
            numbers.dedup();
            numbers.len() as u64
        };
        let spectra = distinct(matches.pairs.iter().map(|pair| pair.spectrum).collect());
        CrossmatchReport {
            prefix: self.options.prefix.clone(),
            source: self.source.clone(),
            radius: self.options.radius,
            find: self.options.find,
            places: places.columns().iter().map(|&column| rows.columns()[column].name.clone()).collect(),
            pairs: matches.pairs.len() as u64,
            spectra,
            spectra_without: self.selection.len() as u64 - spectra,
            spectra_without_position: matches.spectra_left_out.into(),
            rows: matches.rows.into(),
            rows_matched: distinct(matches.pairs.iter().map(|pair| pair.row).collect()),
            rows_without_position: matches.rows_left_out.into(),
            columns,
            left_out: rows.left_out.clone(),
        }
    }
}

/// What becomes of each spectrum of a survey, in its order.
struct JoinedRows {
    /// NaN where there is no match.
    separations: Vec<f64>,
    /// `None` where it was not asked for.
    near: Vec<Option<i64>>,
    /// Where the cells are, [`NONE`] where there is no match.
    places: Vec<u64>,
}

/// The next rows of a catalogue: where they are, and their cells.
fn portion(
    rows: &mut CatalogueRows<'_>,
    places: &Places,
    values: &[usize],
) -> Result<(Vec<Source>, Vec<Cells>), (usize, balmer_exchange::ReadError)> {
    let most = (CELLS / values.len().max(1)).clamp(16, PORTION);
    let (mut sources, mut all, mut bytes) = (Vec::new(), Vec::new(), 0);
    while sources.len() < most && bytes < CELL_BYTES && rows.advance().map_err(|e| (sources.len(), e))? {
        sources.push(places.of_row(rows));
        let cells: Cells = values.iter().map(|&column| rows.cell(column)).collect();
        bytes += cells.iter().flatten().map(String::len).sum::<usize>();
        all.push(cells);
    }
    Ok((sources, all))
}

/// The columns beside the catalogue's own.
fn own_columns(prefix: &str, radius: Radius) -> Vec<ColumnInfo> {
    let column = |name: &str, datatype, unit: &str, ucd: &str, description: String| ColumnInfo {
        name: format!("{prefix}_{name}"),
        datatype,
        unit: unit.to_owned(),
        ucd: ucd.to_owned(),
        description,
    };
    let near = format!("rows within {radius}");
    vec![
        column(
            "separation",
            ColumnType::Float,
            "arcsec",
            "pos.angDistance",
            "distance to the match on the sky".to_owned(),
        ),
        column("matches", ColumnType::Int, "", "meta.number", near),
    ]
}

impl Survey {
    /// Where and when selected spectra were taken.
    fn observed(&self, selection: &Selection) -> Result<Vec<Observed>> {
        let columns = ["ra", "dec", "mjd"].map(str::to_owned).to_vec();
        let (mut all, mut row) = (Vec::with_capacity(selection.len()), 0u64);
        let mut wanted = selection.rows().iter().copied().peekable();
        for batch in self.query(&Query { columns: Some(columns), ..Query::default() })? {
            let batch = batch?;
            let numbers: Vec<_> = batch.columns().iter().map(AsArray::as_primitive::<Float64Type>).collect();
            let number = |column: usize, i: usize| numbers[column].is_valid(i).then(|| numbers[column].value(i));
            for i in 0..batch.num_rows() {
                if wanted.next_if_eq(&row).is_some() {
                    let position = number(0, i).zip(number(1, i)).and_then(|(ra, dec)| Position::new(ra, dec));
                    all.push(Observed { position, epoch: number(2, i).map(julian_year) });
                }
                row += 1;
            }
        }
        Ok(all)
    }

    /// The metadata of the survey as a catalogue.
    fn as_catalogue(&self) -> Result<CatalogueRows<'static>> {
        let batches = self.query(&Query::default())?.map(|batch| batch.map_err(|e| e.to_string()));
        let rows = CatalogueRows::of_typed(BatchRows::columns(&self.columns()), Box::new(BatchRows::new(batches)));
        rows.map_err(|e| StoreError::Catalogue { path: self.name().into(), reason: e.to_string() })
    }
}

#[cfg(test)]
mod tests;
