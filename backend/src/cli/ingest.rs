//! `balmer ingest`: from files to a survey.

use std::{
    collections::BTreeMap,
    io::{self, BufRead},
    path::{Path, PathBuf},
    sync::atomic::Ordering,
    time::Instant,
};

use anyhow::{Context, ensure};
use balmer::storage::ingest::{IngestOptions, IngestReport, ingest};
use balmer_core::{Error, engine::Observer, spectrum::Medium};
use balmer_exchange::{Format, ReadOptions, catalogue::Catalogue};

use super::{
    output::{self, thousands},
    session::Session,
};

/// Read spectra into a survey
///
/// What is stored stays: run it again after a stop and only what is missing is read. Files that cannot
/// be used are listed with their reason in the survey's rejects.csv.
#[derive(Debug, clap::Args)]
pub struct Ingest {
    /// Name of the survey, made if it does not exist
    survey: String,
    /// Files, folders (with all below them) or patterns
    #[arg(value_name = "PATH", required_unless_present = "files_from")]
    paths: Vec<PathBuf>,
    /// File that lists more paths, one a line; '-' is standard input
    #[arg(long, value_name = "FILE")]
    files_from: Option<PathBuf>,
    /// Kind of the files: auto, lamost, sdss, ondrejov, iraf, miles, aaomega, spectrum-table, votable, csv, parquet
    #[arg(long, value_name = "FORMAT", default_value = "auto", value_parser = kind)]
    format: Kind,
    /// Medium of the wavelengths where a file does not state it
    #[arg(long, value_name = "MEDIUM", value_parser = medium)]
    medium: Option<Medium>,
    #[arg(
        long,
        value_name = "FILE",
        help = "CSV with a column spectrum_id and metadata (designation, ra, class, ...) to add to the spectra"
    )]
    catalogue: Option<PathBuf>,
}

/// What the user says the files are.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// Files of spectra.
    Spectra(Format),
    /// Parquet tables of spectra.
    Parquet,
}

fn kind(text: &str) -> Result<Kind, String> {
    match text {
        "parquet" => Ok(Kind::Parquet),
        _ => text.parse().map(Kind::Spectra).map_err(|e: String| format!("{e}, parquet")),
    }
}

fn medium(text: &str) -> Result<Medium, String> {
    match text {
        "air" => Ok(Medium::Air),
        "vacuum" => Ok(Medium::Vacuum),
        _ => Err("expected air or vacuum".to_owned()),
    }
}

impl Ingest {
    pub fn run(self, session: &Session) -> anyhow::Result<()> {
        let mut paths = self.paths;
        if let Some(list) = &self.files_from {
            paths.extend(listed(list).with_context(|| format!("cannot read the list '{}'", list.display()))?);
        }
        let catalogue = self.catalogue.as_deref().map(read_catalogue).transpose()?;
        let (format, parquet) = match self.format {
            Kind::Spectra(format) => (format, false),
            Kind::Parquet => (Format::Auto, true),
        };
        let options = IngestOptions {
            read: ReadOptions { format, medium: self.medium },
            parquet,
            catalogue,
            ..IngestOptions::default()
        };
        let store = session.store_or_create()?;
        let started = Instant::now();
        let progress = session.progress("ingesting");
        let report = ingest(&store, &self.survey, &paths, &options, session.stop.flag(), &|report| {
            progress.progress(report.files_done as f64 / report.files.max(1) as f64);
        })?;
        drop(progress);
        let rejects = store.survey(&self.survey).map(|survey| survey.folder().join("rejects.csv")).ok();
        if session.json() {
            output::print_json(&report)?;
        } else {
            output::print(|out| write(out, &report, rejects, started.elapsed().as_secs_f64()))?;
        }
        if session.stop.flag().load(Ordering::Relaxed) && report.cancelled {
            return Err(Error::Cancelled.into());
        }
        ensure!(
            report.added + report.already_present + report.duplicates > 0,
            "none of {} files gave a spectrum: {}",
            report.files,
            report.rejected.first().map_or_else(String::new, |r| format!("{}: {}", r.source, r.detail))
        );
        Ok(())
    }
}

fn read_catalogue(path: &Path) -> anyhow::Result<Catalogue> {
    let context = || format!("cannot read the catalogue '{}'", path.display());
    let catalogue = Catalogue::from_csv(&std::fs::read(path).with_context(context)?).with_context(context)?;
    if !catalogue.ignored.is_empty() {
        tracing::info!(
            "columns of the catalogue that no metadata column is named like: {}",
            catalogue.ignored.join(", ")
        );
    }
    Ok(catalogue)
}

/// The non-empty lines of a list.
fn listed(list: &Path) -> io::Result<Vec<PathBuf>> {
    let reader: Box<dyn BufRead> = if list == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(io::BufReader::new(std::fs::File::open(list)?))
    };
    let lines = reader.lines().collect::<io::Result<Vec<_>>>()?;
    Ok(lines
        .into_iter()
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty())
        .map(PathBuf::from)
        .collect())
}

fn write(out: &mut dyn io::Write, report: &IngestReport, rejects: Option<PathBuf>, seconds: f64) -> io::Result<()> {
    let count = |n: u64| thousands(n as usize);
    writeln!(
        out,
        "{} spectra added from {} files in {seconds:.1} s",
        count(report.added),
        thousands(report.files_done)
    )?;
    if report.already_present > 0 {
        writeln!(out, "{} were stored already", count(report.already_present))?;
    }
    let mut reasons: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    for reject in &report.rejected {
        reasons.entry(&reject.reason).or_insert((0, &reject.source)).0 += 1;
    }
    for (reason, (files, first)) in reasons {
        writeln!(out, "{} left out: {reason} (first: {first})", thousands(files))?;
    }
    if let Some(rejects) = rejects.filter(|_| !report.rejected.is_empty()) {
        writeln!(out, "all that was left out, with details: {}", rejects.display())?;
    }
    if report.cancelled {
        writeln!(out, "stopped at {} of {} files: run it again to go on", report.files_done, report.files)?;
    }
    writeln!(out, "survey {} has {} spectra", report.survey, count(report.total))
}
