//! `balmer xmatch` and `balmer columns`: what is near the spectra of a survey on the sky as columns of it, and away again.

use std::{
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use balmer::storage::{CrossmatchOptions, Store, With, default_prefix};
use balmer_core::sky::{Find, Radius};
use balmer_exchange::{
    PlaceColumns,
    api::{CrossmatchReport, JoinedSummary},
    table::About,
};

use super::{
    matrix_io::{Format, Target},
    output::{self, TextTable, thousands},
    session::Session,
    table,
};

/// Pairs within the radius, at most: half a gibibyte of them.
const MOST_PAIRS: usize = 1 << 25;

/// Match a survey with a catalogue or another survey on the sky
///
/// The columns of what is within the radius become columns of the survey, under a prefix; <PREFIX>_separation is null where nothing is, so that "<PREFIX>_separation IS NULL" selects what is not known.
/// Match again to replace them, and after more spectra were ingested.
#[derive(Debug, clap::Args)]
pub struct Xmatch {
    /// Name of the survey
    survey: String,
    /// FITS table, VOTable, Parquet or text, gzipped or not ('-' is standard input); or another survey's name
    catalogue: PathBuf,
    /// Greatest separation with its unit: 3arcsec, 0.5arcmin, 0.01deg
    #[arg(long, value_name = "ANGLE")]
    radius: Radius,
    #[arg(
        long,
        value_name = "WHICH",
        default_value = "best",
        help = "Which pairs are matches: best (each spectrum and each row once), each-spectrum (its nearest row), each-row (its \
                nearest spectrum), all"
    )]
    find: Find,
    /// What the names of the columns begin with [default: the catalogue's name]
    #[arg(long, value_name = "PREFIX")]
    prefix: Option<String>,
    /// Columns of the catalogue to join, separated by commas [default: all]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    columns: Option<Vec<String>>,
    /// SQL condition on the spectra to match
    #[arg(long = "where", value_name = "SQL")]
    condition: Option<String>,
    /// Column of right ascensions, or of whole positions without --dec [default: by UCD, then by name]
    #[arg(long, value_name = "COLUMN")]
    ra: Option<String>,
    /// Column of declinations
    #[arg(long, value_name = "COLUMN")]
    dec: Option<String>,
    /// Column of proper motions towards east, cos(dec) included, mas/yr where it states no unit
    #[arg(long, value_name = "COLUMN")]
    pmra: Option<String>,
    /// Column of proper motions towards north
    #[arg(long, value_name = "COLUMN")]
    pmdec: Option<String>,
    /// Epoch of positions that move: a Julian year, or the column that has it [default: the column of that name]
    #[arg(long, value_name = "YEAR|COLUMN")]
    epoch: Option<String>,
    /// File of all pairs, of a kind told by its ending: .vot, .csv, .parquet or .fits; '-' is standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Kind of file, whatever its ending
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,
}

impl Xmatch {
    pub fn run(self, session: &Session) -> anyhow::Result<()> {
        let target =
            self.output.as_deref().map(|path| Target::choose(path, self.format, table::FORMATS)).transpose()?;
        let store = session.store()?;
        let name = self.catalogue.file_name().map_or_else(|| "xmatch".into(), |name| name.to_string_lossy());
        let prefix = self.prefix.clone().unwrap_or_else(|| default_prefix(if name == "-" { "xmatch" } else { &name }));
        let options = CrossmatchOptions {
            radius: self.radius,
            find: self.find,
            prefix,
            columns: self.columns.clone(),
            condition: self.condition.clone(),
            places: PlaceColumns {
                ra: self.ra.clone(),
                dec: self.dec.clone(),
                pmra: self.pmra.clone(),
                pmdec: self.pmdec.clone(),
                epoch: self.epoch.clone(),
            },
            most_pairs: MOST_PAIRS,
        };
        let text = self.catalogue.to_string_lossy();
        let with = self.with(&store, &text)?;
        let progress = session.progress("matching");
        let matched = store.crossmatch(&self.survey, with, &options, &progress);
        drop(progress);
        let matched = matched?;
        let report = matched.report;
        if let Some(target) = &target {
            let about = about(&self.survey, &report);
            table::write(target, &about, &matched.pairs.schema(), matched.pairs, false)?;
            if target.is_stdout() {
                return Ok(());
            }
        }
        if session.json() {
            return output::print_json(&report);
        }
        output::print(|out| write(out, &report))
    }

    /// The catalogue: a file, else a survey.
    fn with<'a>(&'a self, store: &Store, name: &'a str) -> anyhow::Result<With<'a>> {
        let path = &self.catalogue;
        if path == Path::new("-") {
            return Ok(With::File(Box::new(io::stdin().lock()), path, None));
        }
        if path.is_file() {
            let file = File::open(path).with_context(|| format!("cannot read the catalogue '{name}'"))?;
            let size = file.metadata().ok().map(|about| about.len());
            return Ok(With::File(Box::new(file), path, size));
        }
        if store.has_survey(name) {
            return Ok(With::Survey(name));
        }
        bail!("cannot read the catalogue '{name}': there is no such file, and no survey of that name")
    }
}

/// What the table of pairs says about itself.
fn about(survey: &str, report: &CrossmatchReport) -> About {
    let info = |name: &str, value: String| (name.to_owned(), value);
    About {
        name: "pairs".to_owned(),
        description: format!(
            "spectra of {survey} and rows of {} within {} of each other",
            report.source, report.radius
        ),
        infos: vec![
            info("survey", survey.to_owned()),
            info("catalogue", report.source.clone()),
            info("radius", report.radius.to_string()),
            info("find", report.find.to_string()),
        ],
        ..About::default()
    }
}

fn write(out: &mut dyn Write, report: &CrossmatchReport) -> io::Result<()> {
    table_of(&report.columns).write(out)?;
    let count = |count: u64| thousands(count as usize);
    write!(
        out,
        "{} of {} spectra have a match within {}, {} have none",
        count(report.spectra),
        count(report.spectra + report.spectra_without),
        report.radius,
        count(report.spectra_without)
    )?;
    unplaced(out, report.spectra_without_position)?;
    let without = report.rows - report.rows_matched;
    let places = report.places.join(", ");
    write!(out, "{} rows (places: {places}): {} have a match, ", count(report.rows), count(report.rows_matched))?;
    write!(out, "{} have none", count(without))?;
    unplaced(out, report.rows_without_position)?;
    writeln!(out, "{} pair{} ({})", count(report.pairs), if report.pairs == 1 { "" } else { "s" }, report.find)?;
    if !report.left_out.is_empty() {
        writeln!(out, "columns left out, which hold arrays: {}", report.left_out.join(", "))?;
    }
    Ok(())
}

fn unplaced(out: &mut dyn Write, without: u64) -> io::Result<()> {
    if without > 0 {
        write!(out, ", {} of them without a position", thousands(without as usize))?;
    }
    writeln!(out)
}

fn table_of(columns: &[balmer_exchange::api::ColumnInfo]) -> TextTable {
    let mut table = TextTable::new(&["column", "type", "unit", "ucd"]);
    for column in columns {
        let kind = format!("{:?}", column.datatype).to_lowercase();
        table.row(vec![column.name.clone(), kind, column.unit.clone(), column.ucd.clone()]);
    }
    table
}

/// List what was joined to the columns of a survey: catalogues, matches, measurements; or take some away
#[derive(Debug, clap::Args)]
pub struct Columns {
    /// Name of the survey
    survey: String,
    /// Take the columns away whose names begin with this prefix
    #[arg(long, value_name = "PREFIX")]
    remove: Option<String>,
}

impl Columns {
    pub fn run(self, session: &Session) -> anyhow::Result<()> {
        let store = session.store()?;
        if let Some(prefix) = self.remove {
            let progress = session.progress("taking columns away");
            let removed = store.remove_joined(&self.survey, &prefix, &progress);
            drop(progress);
            let removed = removed?;
            if session.json() {
                return output::print_json(&removed);
            }
            let count = removed.columns.len();
            return output::print(|out| {
                writeln!(out, "{count} columns {}_* of survey {} are taken away", removed.prefix, self.survey)
            });
        }
        let joined = store.survey(&self.survey)?.joined();
        if session.json() {
            return output::print_json(&joined);
        }
        output::print(|out| {
            if joined.is_empty() {
                return writeln!(out, "nothing is joined to survey {}", self.survey);
            }
            list(&joined).write(out)
        })
    }
}

fn list(joined: &[JoinedSummary]) -> TextTable {
    let mut table = TextTable::new(&["prefix", "kind", "columns", "spectra", "radius", "time (UTC)", "from"]);
    let unknown = || "–".to_owned();
    for one in joined {
        let kind = format!("{:?}", one.kind).to_lowercase();
        table.row(vec![
            one.prefix.clone(),
            kind,
            one.columns.len().to_string(),
            one.spectra.map_or_else(unknown, |count| thousands(count as usize)),
            one.radius.map_or_else(unknown, |radius| radius.to_string()),
            one.time.clone(),
            one.source.clone(),
        ]);
    }
    table
}
