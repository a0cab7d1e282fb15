//! `balmer measure`: a line measured in the spectra of a survey, as columns of it.

use std::io::{self, Write};

use balmer::storage::{MeasureOptions, nearest};
use balmer_core::{
    analysis::{Continuum, LineRequest, SpectralRegion, column_prefix},
    lines,
    spectrum::Medium,
};
use balmer_exchange::api::MeasurementReport;

use super::{
    Usage,
    output::{self, TextTable, thousands},
    session::Session,
};

/// Measure a line in the spectra of a survey, so that its numbers can be used in conditions
///
/// Equivalent width, flux, centroid, velocity, widths, and V/R and separation of double peaks, each with its error, become columns
/// whose names begin with the prefix. Measure again to replace them, and after more spectra were ingested.
#[derive(Debug, clap::Args)]
pub struct Measure {
    /// Name of the survey
    survey: String,
    /// Line by name (H-alpha, He I 5876, ...), or its wavelength at rest in Angstrom
    #[arg(long, value_name = "LINE")]
    line: String,
    /// Medium of a line that is given as a number
    #[arg(long, default_value = "vacuum", value_parser = ["air", "vacuum"])]
    medium: String,
    /// Half of the line window, Angstrom
    #[arg(long, value_name = "ANGSTROM", default_value_t = 20.0, value_parser = angstrom)]
    half_width: f64,
    /// Width of each of the two windows beside it, Angstrom
    #[arg(long, value_name = "ANGSTROM", default_value_t = 30.0, value_parser = angstrom)]
    side: f64,
    #[arg(
        long,
        value_name = "KIND",
        default_value = "straight",
        help = "What the line is measured against: straight (through the windows beside it), polynomial:N (over all three), \
                median:WIDTH_ANGSTROM, normalised"
    )]
    continuum: String,
    /// Leave the windows where they are, whatever a spectrum's redshift
    #[arg(long)]
    observed: bool,
    /// SQL condition on the spectra to measure
    #[arg(long = "where", value_name = "SQL")]
    condition: Option<String>,
    /// What the names of the columns begin with [default: the line's name]
    #[arg(long, value_name = "PREFIX")]
    prefix: Option<String>,
}

fn angstrom(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite() && *number > 0.0);
    number.ok_or_else(|| "expected a number of Angstrom above 0".to_owned())
}

impl Measure {
    pub fn run(self, session: &Session) -> anyhow::Result<()> {
        let (request, name) = self.request()?;
        let prefix = self.prefix.unwrap_or_else(|| column_prefix(&name));
        let options = MeasureOptions { request, condition: self.condition, prefix, most: None };
        let progress = session.progress("measuring");
        let measured = session.store()?.measure(&self.survey, &options, &progress);
        drop(progress);
        let report = measured?;
        if session.json() {
            return output::print_json(&report);
        }
        output::print(|out| write(out, &report))
    }

    /// What to measure, and what it is called.
    fn request(&self) -> Result<(LineRequest, String), Usage> {
        let (about, name) = self.line()?;
        let rest_frame = about.rest_frame && !self.observed;
        Ok((LineRequest { continuum: self.continuum(&about)?, rest_frame, ..about }, name))
    }

    fn line(&self) -> Result<(LineRequest, String), Usage> {
        let around = (-self.half_width, self.half_width);
        if let Ok(wavelength) = self.line.parse::<f64>() {
            if !(wavelength.is_finite() && wavelength > self.half_width + self.side) {
                return Err(Usage(format!("--line {wavelength}: its windows must lie above 0 Angstrom")));
            }
            let medium = if self.medium == "air" { Medium::Air } else { Medium::Vacuum };
            return Ok((LineRequest::about(wavelength, medium, around, self.side), self.line.clone()));
        }
        let bare = |name: &str| name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        let wanted = bare(&self.line);
        if let Some(line) = lines::all().find(|line| bare(line.name) == wanted) {
            return Ok((LineRequest::of(line, around, self.side), line.name.to_owned()));
        }
        let near = nearest(&self.line, lines::all().map(|line| line.name));
        let remedy = near.map_or_else(
            || "give its wavelength at rest in Angstrom".to_owned(),
            |near| format!("did you mean `{near}`? Else give its wavelength at rest in Angstrom"),
        );
        Err(Usage(format!("--line: there is no line `{}` in the lists: {remedy}", self.line)))
    }

    fn continuum(&self, about: &LineRequest) -> Result<Continuum, Usage> {
        let (kind, number) = self.continuum.split_once(':').unwrap_or((&self.continuum, ""));
        let SpectralRegion { from, to, medium } = about.window;
        let over = SpectralRegion { from: from - self.side, to: to + self.side, medium };
        let found = match (kind, number) {
            ("straight", "") => Some(about.continuum),
            ("normalised", "") => Some(Continuum::Normalised),
            ("polynomial", degree) => degree.parse().ok().map(|degree| Continuum::Polynomial { degree, over }),
            ("median", width) => angstrom(width).ok().map(|width| Continuum::Median { width }),
            _ => None,
        };
        found.ok_or_else(|| {
            let known = "straight, polynomial:N, median:WIDTH_ANGSTROM or normalised";
            Usage(format!("--continuum {}: expected {known}", self.continuum))
        })
    }
}

fn write(out: &mut dyn Write, report: &MeasurementReport) -> io::Result<()> {
    let mut table = TextTable::new(&["column", "unit", "description"]);
    for column in &report.columns {
        table.row(vec![column.name.clone(), column.unit.clone(), column.description.clone()]);
    }
    table.write(out)?;
    let unmeasured: u64 = report.unmeasured.values().sum();
    write!(out, "measured in {} spectra", thousands(report.measured as usize))?;
    if unmeasured > 0 {
        let reasons =
            report.unmeasured.iter().map(|(reason, count)| format!("{} {reason}", thousands(*count as usize)));
        write!(out, ", not in {}: {}", thousands(unmeasured as usize), reasons.collect::<Vec<_>>().join(", "))?;
    }
    writeln!(out)
}
