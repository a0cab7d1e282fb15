//! The join itself: keys of the survey, one pass over the catalogue, its cells for each part.

use std::{io::Read, path::Path};

use balmer_core::{Observer, spectrum::Value};
use balmer_exchange::{CatalogueColumn, CatalogueRows};

use super::{
    CatalogueOptions, CatalogueReport, JoinedKind, Origin, Wider,
    columns::{NONE, arrays, named},
    open::open,
    spill::{Cells, Guess, Spill},
};
use crate::{
    export::value,
    storage::{Query, Result, StoreError, Survey, schema},
};

/// Rows between two looks at whether to stop.
const LOOK: u64 = 4_096;

pub(super) fn join(
    survey: &Survey,
    from: impl Read,
    (path, size): (&Path, Option<u64>),
    options: &CatalogueOptions,
    observer: &dyn Observer,
) -> Result<CatalogueReport> {
    let refused = |reason: String| StoreError::Catalogue { path: path.to_owned(), reason };
    let mut rows = open(from, (path, size), observer)?;
    let key = Key::choose(survey, rows.columns(), &options.on).map_err(refused)?;
    let values: Vec<usize> = (0..rows.columns().len()).filter(|column| !key.catalogue.contains(column)).collect();
    if values.is_empty() {
        return Err(refused("it has no column beside those to join by".to_owned()));
    }
    let keys = key.of_survey(survey)?;
    let mut report = CatalogueReport {
        rows: 0,
        unmatched_rows: 0,
        duplicate_rows: 0,
        spectra: 0,
        spectra_without: 0,
        columns: Vec::new(),
        left_out: rows.left_out.clone(),
    };
    let mut places = vec![NONE; survey.count() as usize];
    let mut guesses = vec![Guess::NEW; values.len()];
    let mut spill = Spill::new(&survey.folder().join("metadata"))?;
    while rows.advance().map_err(|e| refused(format!("row {}: {e}", report.rows + 1)))? {
        if report.rows.is_multiple_of(LOOK) && observer.is_cancelled() {
            return Err(StoreError::Cancelled);
        }
        report.rows += 1;
        let found = key.of_row(&rows).map(|name| with_key(&keys, &name)).unwrap_or_default();
        if found.is_empty() {
            report.unmatched_rows += 1;
            continue;
        }
        let cells: Cells = values.iter().map(|&column| rows.cell(column)).collect();
        for (cell, guess) in cells.iter().zip(&mut guesses) {
            if let Some(cell) = cell {
                guess.see(cell);
            }
        }
        let place = spill.add(&cells)?;
        report.duplicate_rows += u64::from(places[found[0].1 as usize] != NONE);
        for &(_, row) in found {
            places[row as usize] = place;
        }
    }
    report.spectra = places.iter().filter(|&&place| place != NONE).count() as u64;
    report.spectra_without = survey.count() - report.spectra;
    if report.spectra == 0 {
        return Err(refused(format!(
            "none of its {} rows has the {} of a spectrum of {}: say what to join by with --on",
            report.rows,
            key.names.join(", "),
            survey.name()
        )));
    }
    report.columns = named(Vec::new(), rows.columns(), &values, &guesses, &options.prefix);
    let origin = Origin {
        kind: JoinedKind::Catalogue,
        source: path.to_string_lossy().into_owned(),
        spectra: Some(report.spectra),
        crossmatch: None,
    };
    let wider = Wider::new(survey, &options.prefix, origin, report.columns.clone()).map_err(refused)?;
    let mut spilled = spill.finish()?;
    wider.write(observer, |rows| arrays(&report.columns, &places[rows], &mut spilled))?;
    Ok(report)
}

/// What rows and spectra are joined by.
struct Key {
    /// Columns of the survey.
    names: Vec<String>,
    /// Whether each is compared as a number.
    numbers: Vec<bool>,
    /// Columns of the catalogue.
    catalogue: Vec<usize>,
}

impl Key {
    fn choose(survey: &Survey, columns: &[CatalogueColumn], on: &[(String, String)]) -> Result<Self, String> {
        let find = |name: &str| columns.iter().position(|column| column.name.eq_ignore_ascii_case(name));
        let found = || CatalogueColumn::list(columns);
        let usual = [("obsid", "obsid"), ("spectrum_id", "spectrum_id"), ("obsid", "specobjid")];
        let pairs: Vec<(String, String)> = if on.is_empty() {
            let usual = usual.into_iter().find(|(_, name)| find(name).is_some());
            let (own, name) = usual.ok_or_else(|| {
                format!(
                    "it has no column obsid, spectrum_id or specobjid: say what to join by with --on, among {}",
                    found()
                )
            })?;
            vec![(own.to_owned(), name.to_owned())]
        } else {
            on.to_vec()
        };
        let own = schema::metadata();
        let mut key = Self { names: Vec::new(), numbers: Vec::new(), catalogue: Vec::new() };
        for (name, catalogue) in pairs {
            let field = own.field_with_name(&name).map_err(|_| {
                let names: Vec<&str> = own.fields().iter().map(|field| field.name().as_str()).collect();
                format!("--on: survey {} has no column `{name}` to join by, it has {}", survey.name(), names.join(", "))
            })?;
            // a plate's number is text in some releases and a number in others
            key.numbers.push(field.data_type().is_numeric() || name == "planid");
            let column =
                find(&catalogue).ok_or_else(|| format!("--on: it has no column `{catalogue}`, it has {}", found()))?;
            key.catalogue.push(column);
            key.names.push(name);
        }
        Ok(key)
    }

    /// Keys of the survey's spectra with their rows, sorted. A spectrum that does not state all of its key has none.
    fn of_survey(&self, survey: &Survey) -> Result<Vec<(String, u32)>> {
        let mut keys = Vec::new();
        let mut first = 0;
        for batch in survey.query(&Query { columns: Some(self.names.clone()), ..Query::default() })? {
            let batch = batch?;
            for row in 0..batch.num_rows() {
                let cell = |column: usize| match value(batch.column(column), row) {
                    Value::Null => None,
                    Value::Text(text) => Some(text),
                    Value::Int(number) => Some(number.to_string()),
                    Value::Float(number) => Some(number.to_string()),
                    Value::Bool(value) => Some(value.to_string()),
                };
                if let Some(key) = self.joined(cell) {
                    keys.push((key, first + row as u32));
                }
            }
            first += batch.num_rows() as u32;
        }
        keys.sort_unstable();
        Ok(keys)
    }

    fn of_row(&self, rows: &CatalogueRows<'_>) -> Option<String> {
        self.joined(|column| rows.cell(self.catalogue[column]))
    }

    fn joined(&self, cell: impl Fn(usize) -> Option<String>) -> Option<String> {
        let parts = self.numbers.iter().enumerate().map(|(column, &number)| {
            let cell = cell(column)?;
            Some(if number { as_number(&cell) } else { cell.trim().to_owned() })
        });
        Some(parts.collect::<Option<Vec<_>>>()?.join("\u{1f}"))
    }
}

/// `101`, ` 101`, `0101` and `101.0` are one number; what is none stays as it is.
fn as_number(text: &str) -> String {
    let text = text.trim();
    if let Ok(number) = text.parse::<i128>() {
        return number.to_string();
    }
    match text.parse::<f64>() {
        Ok(number) if number.fract() == 0.0 && number.abs() < 9e15 => (number as i64).to_string(),
        Ok(number) => number.to_string(),
        Err(_) => text.to_owned(),
    }
}

fn with_key<'a>(keys: &'a [(String, u32)], key: &str) -> &'a [(String, u32)] {
    let start = keys.partition_point(|(k, _)| k.as_str() < key);
    let length = keys[start..].iter().take_while(|(k, _)| k == key).count();
    &keys[start..start + length]
}
