//! A new survey: a copy of another in which known objects are planted.
//!
//! The objects take the place of their hosts, so that there are as many spectra as before and no spectrum has its own copy
//! for a neighbour. `truth` names what was planted; strength, signal-to-noise ratio and host are columns as those of
//! catalogues are ([`catalogue`](super::catalogue)). Columns of catalogues, labels and subsets of the copied survey are not
//! taken along.
//!
//! The survey is written beside its place and put there by one rename: it is there whole, or not at all. Memory: a few
//! chunks of spectra, and about 200 bytes a planted one.

use std::{collections::BTreeMap, ops::Range, path::Path, sync::Arc};

use arrow_array::{ArrayRef, Float64Array, StringArray};
use balmer_core::{
    Observer,
    simulate::{Injector, Measure, Unplantable},
    spectrum::{ColumnType, Spectrum},
};
use balmer_exchange::api::{ColumnInfo, InjectionReport, JoinedKind};
use rayon::prelude::*;

use super::{
    Input, Lock, Manifest, Result, Selection, Store, StoreError, Survey, SurveyWriter, WriteOptions,
    catalogue::{Origin, Wider},
    check_name, durable,
};

/// Where a survey grows until it is whole, beside those that are.
const STAGING: &str = ".injecting";
/// What the names of the columns begin with.
const PREFIX: &str = "injected";
/// Spectra handled at once: some 20 MiB.
const CHUNK: usize = 256;
/// Share of the work that choosing the hosts is.
const CHOOSING: f64 = 0.1;

/// What is planted where.
#[derive(Debug, Clone)]
pub struct InjectOptions {
    /// The objects.
    pub injector: Injector,
    /// How many spectra take one.
    pub count: u64,
    /// Which spectra may; all without a condition.
    pub condition: Option<String>,
    /// Name of the new survey.
    pub into: String,
    /// What was asked for, in words, for the record.
    pub asked: String,
    /// Spectra of the survey, at most.
    pub most: Option<u64>,
}

/// Name of the new survey where none is given.
pub fn default_name(survey: &str, seed: u64) -> String {
    format!("{survey}-injected-{seed}")
}

/// What is known of a planted spectrum.
#[derive(Debug, Clone)]
struct Truth {
    host: String,
    kind: String,
    strength: Option<f64>,
    snr: Option<f64>,
}

impl Store {
    /// Makes a survey of planted objects.
    ///
    /// # Errors
    /// [`StoreError::NoSurvey`]; [`StoreError::Exists`] where the new one is there; [`StoreError::Query`] for the condition;
    /// [`StoreError::Injection`] where too few spectra can take an object, or the survey is larger than it may be;
    /// [`StoreError::Locked`] while another one is made; [`StoreError::Cancelled`].
    pub fn inject(&self, survey: &str, options: &InjectOptions, observer: &dyn Observer) -> Result<InjectionReport> {
        check_name(&options.into)?;
        let of = self.survey(survey)?;
        if self.has_survey(&options.into) {
            return Err(StoreError::Exists(options.into.clone()));
        }
        let making = Making { of, options, observer };
        if let Some(most) = options.most.filter(|most| making.of.count() > *most) {
            let spectra = making.of.count();
            return Err(making.refused(format!(
                "{spectra} spectra are too many to copy for one answer, which takes {most}: use `balmer inject`"
            )));
        }
        if options.count == 0 {
            return Err(making.refused("count = 0: ask for one at least".to_owned()));
        }
        let lock = self.surveys_dir().join(format!("{STAGING}.lock"));
        let _lock = Lock::acquire(&lock, "another survey of planted objects")?;
        let staging = self.surveys_dir().join(STAGING);
        if staging.exists() {
            // of one that was killed
            durable::remove_dir(&staging)?;
        }
        let made = making.make(&staging.join(&options.into)).and_then(|report| {
            let (from, to) = (staging.join(&options.into), self.surveys_dir().join(&options.into));
            std::fs::rename(&from, &to).map_err(|e| StoreError::io("putting in place", &to, e))?;
            durable::sync_dir(&self.surveys_dir())?;
            Ok(report)
        });
        if staging.exists() {
            let removed = durable::remove_dir(&staging);
            if made.is_ok() {
                removed?;
            }
        }
        made
    }
}

struct Making<'a> {
    of: Survey,
    options: &'a InjectOptions,
    observer: &'a dyn Observer,
}

impl Making<'_> {
    fn refused(&self, reason: String) -> StoreError {
        StoreError::Injection { survey: self.of.name().to_owned(), reason }
    }

    fn make(&self, folder: &Path) -> Result<InjectionReport> {
        let mut report = InjectionReport { survey: self.options.into.clone(), ..InjectionReport::default() };
        let planted = self.choose(&mut report)?;
        for truth in planted.values() {
            *report.planted.entry(truth.kind.clone()).or_default() += 1;
        }
        durable::create_dir(folder)?;
        report.spectra = self.copy(folder, &planted)?;
        let made = Survey::open(&self.options.into, folder.to_owned(), Manifest::read(folder)?);
        durable::create_dir(&folder.join("metadata"))?;
        report.columns = columns(self.options.injector.measure());
        let origin = Origin {
            kind: JoinedKind::Injection,
            source: self.options.asked.clone(),
            spectra: Some(planted.len() as u64),
            crossmatch: None,
        };
        let wider = Wider::new(&made, PREFIX, origin, report.columns.clone()).map_err(|e| self.refused(e))?;
        wider.write(self.observer, |rows| Ok(arrays(&planted, rows)))?;
        Ok(report)
    }

    /// The first spectra, in the order that the seed draws, that can take an object.
    fn choose(&self, report: &mut InjectionReport) -> Result<BTreeMap<u64, Truth>> {
        let InjectOptions { injector, count, condition, .. } = self.options;
        let allowed = self.of.select(condition.as_deref())?;
        let mut turns: Vec<(u64, u64)> = allowed.rows().iter().map(|&row| (injector.turn(row), row)).collect();
        turns.sort_unstable();
        let mut rows = turns.into_iter().map(|(_, row)| row);
        let mut planted = BTreeMap::new();
        while (planted.len() as u64) < *count {
            let missing = (*count - planted.len() as u64) as usize;
            let some = Selection::new(rows.by_ref().take(missing).collect());
            if some.is_empty() {
                return Err(self.refused(too_few(*count, allowed.len(), planted.len(), &report.unplantable)));
            }
            for (row, outcome) in self.tried(&some)? {
                match outcome {
                    Ok(truth) => _ = planted.insert(row, truth),
                    Err(reason) => *report.unplantable.entry(reason.reason().to_owned()).or_default() += 1,
                }
            }
            self.observer.progress(CHOOSING * planted.len() as f64 / *count as f64);
        }
        Ok(planted)
    }

    /// What would become of these spectra.
    fn tried(&self, selection: &Selection) -> Result<Vec<(u64, Result<Truth, Unplantable>)>> {
        let mut outcomes = Vec::with_capacity(selection.len());
        let mut spectra = self.of.spectra(selection);
        for rows in selection.rows().chunks(CHUNK) {
            let some = self.next(&mut spectra, rows.len())?;
            outcomes.par_extend(rows.par_iter().zip(some).map(|(&row, host)| {
                let planted = self.options.injector.plant(row, &host).map(|planted| Truth {
                    host: host.metadata.spectrum_id,
                    kind: planted.spectrum.metadata.truth.unwrap_or_default(),
                    strength: planted.strength,
                    snr: planted.snr,
                });
                (row, planted)
            }));
        }
        Ok(outcomes)
    }

    fn next(&self, spectra: &mut impl Iterator<Item = Result<Spectrum>>, count: usize) -> Result<Vec<Spectrum>> {
        if self.observer.is_cancelled() {
            return Err(StoreError::Cancelled);
        }
        spectra.take(count).collect()
    }

    /// Writes all spectra, the hosts with what is planted in them; their number.
    fn copy(&self, folder: &Path, planted: &BTreeMap<u64, Truth>) -> Result<u64> {
        // copies of copies are copies
        let options = WriteOptions { keep_duplicates: true, ..WriteOptions::default() };
        let mut writer = SurveyWriter::open(&self.options.into, folder.to_owned(), options)?;
        let mut spectra = self.of.spectra(&self.of.select(None)?);
        for first in (0..self.of.count()).step_by(CHUNK) {
            let some = self.next(&mut spectra, CHUNK)?;
            let ready = some.into_par_iter().enumerate().map(|(i, host)| {
                let row = first + i as u64;
                self.ready(row, host, planted.get(&row))
            });
            let ready: Vec<Result<(Spectrum, Input)>> = ready.collect();
            for ready in ready {
                let (spectrum, input) = ready?;
                writer.push_identified(spectrum, input)?;
            }
            writer.commit_if_full()?;
            self.observer.progress(CHOOSING + (1.0 - CHOOSING) * first as f64 / self.of.count() as f64);
        }
        writer.commit()?;
        Ok(writer.count())
    }

    fn ready(&self, row: u64, host: Spectrum, truth: Option<&Truth>) -> Result<(Spectrum, Input)> {
        let Some(truth) = truth else {
            let input = Input::of(&host, None);
            return Ok((host, input));
        };
        let planted = self.options.injector.plant(row, &host).map_err(|e| self.refused(e.to_string()))?;
        let mut spectrum = planted.spectrum;
        spectrum.metadata.spectrum_id = format!("{}-{}", truth.host, truth.kind);
        spectrum.metadata.remark(&format!("{} planted in {}", truth.kind, truth.host));
        let input = Input::of(&spectrum, None);
        Ok((spectrum, input))
    }
}

fn too_few(count: u64, allowed: usize, planted: usize, unplantable: &BTreeMap<String, u64>) -> String {
    let reasons: Vec<String> = unplantable.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    let others = if reasons.is_empty() { String::new() } else { format!(" (not: {})", reasons.join(", ")) };
    format!(
        "{planted} of {allowed} spectra can take an object{others}, {count} were asked for: ask for fewer, or widen the \
         condition"
    )
}

/// What the columns are, in the order of [`arrays`].
fn columns(measure: Option<Measure>) -> Vec<ColumnInfo> {
    let column = |name: &str, datatype: ColumnType, unit: &str, ucd: &str, description: &str| ColumnInfo {
        name: format!("{PREFIX}_{name}"),
        datatype,
        unit: unit.to_owned(),
        ucd: ucd.to_owned(),
        description: description.to_owned(),
    };
    let (unit, ucd, what) = match measure {
        Some(Measure::EquivalentWidth) => {
            ("Angstrom", "spect.line.eqWidth", "equivalent width of the planted H-alpha emission, positive")
        }
        Some(Measure::Share) => ("", "stat.value", "share of the light that is the planted star's"),
        Some(Measure::Sigma) => {
            ("", "stat.value", "amplitude of the planted artefact in standard deviations of the noise")
        }
        None => ("", "stat.value", "strength of what was planted, by the measure of its kind"),
    };
    vec![
        column("strength", ColumnType::Float, unit, ucd, what),
        column("snr", ColumnType::Float, "", "stat.snr", "signal-to-noise ratio per pixel of the host beside H-alpha"),
        column("host", ColumnType::Text, "", "meta.id", "spectrum that it was planted in"),
    ]
}

fn arrays(planted: &BTreeMap<u64, Truth>, rows: Range<usize>) -> Vec<ArrayRef> {
    let truths = || rows.clone().map(|row| planted.get(&(row as u64)));
    vec![
        Arc::new(truths().map(|truth| truth?.strength).collect::<Float64Array>()),
        Arc::new(truths().map(|truth| truth?.snr).collect::<Float64Array>()),
        Arc::new(truths().map(|truth| Some(truth?.host.as_str())).collect::<StringArray>()),
    ]
}

#[cfg(test)]
mod tests;
