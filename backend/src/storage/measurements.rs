//! Lines measured in the spectra of a survey: a table, and columns of the survey's metadata.
//!
//! Each quantity of [`QUANTITIES`] is a column with another for its error, under a prefix that names the line. What a
//! line does not have is null, and of a spectrum that cannot be measured the reason is said; spectra that were not
//! asked for state nothing. Columns are committed as those of catalogues are ([`catalogue`](super::catalogue)): all of
//! them at once or none, and another measurement under the same prefix replaces them.

use std::{ops::Range, sync::Arc};

use arrow_array::{ArrayRef, Float64Array, StringArray};
use balmer_core::{
    Observer,
    analysis::{LineMeasurement, LineRequest, Measured, QUANTITIES, Unmeasurable},
    spectrum::{ColumnType, Spectrum},
};
use balmer_exchange::api::{ColumnInfo, JoinedKind, MeasurementReport};
use rayon::prelude::*;

use super::{
    Result, Selection, Store, StoreError, Survey,
    catalogue::{Origin, Wider, check_prefix},
};

/// Spectra measured between two looks at whether to stop.
const AT_ONCE: usize = 256;

/// What to measure.
#[derive(Debug, Clone)]
pub struct MeasureOptions {
    /// The line.
    pub request: LineRequest,
    /// The spectra; all of them without a condition.
    pub condition: Option<String>,
    /// What the names of the columns begin with.
    pub prefix: String,
    /// Spectra, at most.
    pub most: Option<usize>,
}

/// A spectrum's measurement, or why there is none.
type Outcome = Result<LineMeasurement, Unmeasurable>;

impl Store {
    /// Measures a line in the spectra of a survey and adds the columns to it.
    ///
    /// # Errors
    /// [`StoreError::NoSurvey`]; [`StoreError::Query`] for the condition; [`StoreError::Measurement`] where nothing is
    /// selected or too much, nothing can be measured, or the columns cannot be named so; [`StoreError::Locked`] while
    /// the survey is written; [`StoreError::Cancelled`].
    pub fn measure(
        &self,
        survey: &str,
        options: &MeasureOptions,
        observer: &dyn Observer,
    ) -> Result<MeasurementReport> {
        let MeasureOptions { request, condition, prefix, most } = options;
        let refused = |reason: String| StoreError::Measurement { survey: survey.to_owned(), reason };
        let choose = |of: &Survey| -> Result<Selection> {
            let selection = of.select(condition.as_deref())?;
            let selected = selection.len();
            match most {
                _ if selected == 0 => Err(refused("the condition selects no spectrum: widen it".to_owned())),
                Some(most) if selected > *most => Err(refused(format!(
                    "{selected} spectra are too many for one answer, which takes {most}: narrow the condition, or \
                     measure them with `balmer measure`"
                ))),
                _ => Ok(selection),
            }
        };
        // what is refused leaves the survey's files alone
        check_prefix(prefix).map_err(refused)?;
        choose(&self.survey(survey)?)?;
        let (_lock, of) = self.widening(survey)?;
        let selection = choose(&of)?;
        let source = serde_json::json!({ "measured": request, "where": condition }).to_string();
        let mut report = MeasurementReport { columns: columns(prefix), ..MeasurementReport::default() };
        let origin = Origin { kind: JoinedKind::Measurement, source, spectra: None, crossmatch: None };
        let wider = Wider::new(&of, prefix, origin, report.columns.clone()).map_err(refused)?;
        let mut failure = None;
        wider.write(observer, |rows| {
            let is_last = rows.end as u64 == of.count();
            let outcomes = of.measured(request, &selection, rows, observer)?;
            for outcome in outcomes.iter().flatten() {
                match outcome {
                    Ok(_) => report.measured += 1,
                    Err(reason) => {
                        *report.unmeasured.entry(reason.reason().to_owned()).or_default() += 1;
                        failure.get_or_insert_with(|| reason.to_string());
                    }
                }
            }
            match &failure {
                Some(failure) if is_last && report.measured == 0 => {
                    Err(refused(format!("none of {} spectra can be measured; the first: {failure}", selection.len())))
                }
                _ => Ok(arrays(&outcomes)),
            }
        })?;
        Ok(report)
    }
}

impl Survey {
    /// What is measured of a range of rows; `None` for those that are not selected.
    fn measured(
        &self,
        request: &LineRequest,
        selection: &Selection,
        range: Range<usize>,
        observer: &dyn Observer,
    ) -> Result<Vec<Option<Outcome>>> {
        let place = |row: usize| selection.rows().partition_point(|&other| other < row as u64);
        let chosen = &selection.rows()[place(range.start)..place(range.end)];
        let mut outcomes = vec![None; range.len()];
        let mut spectra = self.spectra(&Selection::new(chosen.to_vec()));
        for rows in chosen.chunks(AT_ONCE) {
            if observer.is_cancelled() {
                return Err(StoreError::Cancelled);
            }
            let some: Vec<Spectrum> = spectra.by_ref().take(rows.len()).collect::<Result<_>>()?;
            let measured: Vec<Outcome> = some.par_iter().map(|spectrum| request.measure(spectrum)).collect();
            for (&row, outcome) in rows.iter().zip(measured) {
                outcomes[row as usize - range.start] = Some(outcome);
            }
            if let Some(&row) = rows.last() {
                observer.progress((place(row as usize) + 1) as f64 / selection.len() as f64);
            }
        }
        Ok(outcomes)
    }
}

/// What the columns are, in the order of [`arrays`].
fn columns(prefix: &str) -> Vec<ColumnInfo> {
    let column = |name: &str, datatype: ColumnType, unit: &str, ucd: &str, description: &str| ColumnInfo {
        name: format!("{prefix}_{name}"),
        datatype,
        unit: unit.to_owned(),
        ucd: ucd.to_owned(),
        description: description.to_owned(),
    };
    let pairs = QUANTITIES.iter().flat_map(|q| {
        let error =
            (format!("{}_error", q.name), format!("stat.error;{}", q.ucd), format!("one sigma: {}", q.description));
        [
            column(q.name, ColumnType::Float, q.unit, q.ucd, q.description),
            column(&error.0, ColumnType::Float, q.unit, &error.1, &error.2),
        ]
    });
    pairs
        .chain([
            column("snr", ColumnType::Float, "", "stat.snr", "signal-to-noise ratio per pixel of the continuum"),
            column("notes", ColumnType::Text, "", "meta.note", "what errors rest on, and why something is not stated"),
            column("unmeasured", ColumnType::Text, "", "meta.code.error", "why the line could not be measured"),
        ])
        .collect()
}

fn arrays(outcomes: &[Option<Outcome>]) -> Vec<ArrayRef> {
    let lines = || outcomes.iter().map(|outcome| outcome.as_ref().and_then(|outcome| outcome.as_ref().ok()));
    let numbers = |of: &dyn Fn(&LineMeasurement) -> Option<f64>| -> ArrayRef {
        let finite = |line: &LineMeasurement| of(line).filter(|value| value.is_finite());
        Arc::new(lines().map(|line| line.and_then(finite)).collect::<Float64Array>())
    };
    let pairs = QUANTITIES.iter().flat_map(|q| {
        let part = |part: fn(Measured) -> f64| numbers(&|line| (q.of)(line).map(part));
        [part(|measured| measured.value), part(|measured| measured.error)]
    });
    let notes = |line: &LineMeasurement| {
        let notes: Vec<&str> = line.measurements.notes.iter().map(|note| note.text()).collect();
        Some(notes.join("; ")).filter(|notes| !notes.is_empty())
    };
    let texts = lines().map(|line| line.and_then(notes));
    let reason = |outcome: &Option<Outcome>| Some(outcome.as_ref()?.as_ref().err()?.reason());
    let rest: [ArrayRef; 3] = [
        numbers(&|line| Some(line.measurements.snr.value)),
        Arc::new(texts.collect::<StringArray>()),
        Arc::new(outcomes.iter().map(reason).collect::<StringArray>()),
    ];
    pairs.chain(rest).collect()
}

#[cfg(test)]
mod tests;
