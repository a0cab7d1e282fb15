//! `balmer import-catalogue`: the columns of a catalogue for the spectra of a survey.

use std::{
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;
use balmer::storage::{CatalogueOptions, CatalogueReport};

use super::{
    output::{self, TextTable, thousands},
    session::Session,
};

/// Join a catalogue to a survey, so that its columns can be used in conditions
///
/// The names of the columns begin with the prefix. Import the catalogue again to replace them, and after more spectra were ingested.
#[derive(Debug, clap::Args)]
pub struct ImportCatalogue {
    /// Name of the survey
    survey: String,
    /// FITS table, VOTable, Parquet, or text divided by commas, bars, semicolons or tabs, gzipped or not; '-' is standard input
    file: PathBuf,
    #[arg(
        long,
        value_name = "COLUMNS",
        value_delimiter = ',',
        value_parser = pair,
        help = "Columns to join by, as SURVEY=CATALOGUE where the names differ: planid=plate,mjd,fiberid \
                [default: obsid, spectrum_id, or obsid=specobjid]"
    )]
    on: Vec<(String, String)>,
    /// What the names of the columns begin with
    #[arg(long, value_name = "PREFIX", default_value = "cat")]
    prefix: String,
}

#[allow(clippy::unnecessary_wraps, reason = "the signature clap asks for")]
fn pair(text: &str) -> Result<(String, String), String> {
    let (own, catalogue) = text.split_once('=').unwrap_or((text, text));
    Ok((own.trim().to_lowercase(), catalogue.trim().to_owned()))
}

impl ImportCatalogue {
    pub fn run(self, session: &Session) -> anyhow::Result<()> {
        let store = session.store()?;
        let (from, size): (Box<dyn io::Read>, _) = if self.file == Path::new("-") {
            (Box::new(io::stdin().lock()), None)
        } else {
            let file = File::open(&self.file)
                .with_context(|| format!("cannot read the catalogue '{}'", self.file.display()))?;
            let size = file.metadata().ok().map(|about| about.len());
            (Box::new(file), size)
        };
        let options = CatalogueOptions { on: self.on, prefix: self.prefix };
        let progress = session.progress("joining");
        let joined = store.import_catalogue(&self.survey, from, (&self.file, size), &options, &progress);
        drop(progress);
        let report = joined?;
        if session.json() {
            return output::print_json(&report);
        }
        output::print(|out| write(out, &report))
    }
}

fn write(out: &mut dyn Write, report: &CatalogueReport) -> io::Result<()> {
    let mut table = TextTable::new(&["column", "type", "unit", "ucd", "description"]);
    for column in &report.columns {
        let kind = format!("{:?}", column.datatype).to_lowercase();
        let about = [&column.unit, &column.ucd, &column.description].map(String::clone);
        table.row([column.name.clone(), kind].into_iter().chain(about).collect());
    }
    table.write(out)?;
    let count = |count: u64| thousands(count as usize);
    writeln!(
        out,
        "{} of {} spectra have a row of the catalogue, {} have none",
        count(report.spectra),
        count(report.spectra + report.spectra_without),
        count(report.spectra_without)
    )?;
    write!(out, "{} rows: {} are of no spectrum here", count(report.rows), count(report.unmatched_rows))?;
    if report.duplicate_rows > 0 {
        write!(out, ", {} repeat a key, whose last row holds", count(report.duplicate_rows))?;
    }
    writeln!(out)?;
    if !report.left_out.is_empty() {
        writeln!(out, "columns left out, which hold arrays: {}", report.left_out.join(", "))?;
    }
    Ok(())
}
