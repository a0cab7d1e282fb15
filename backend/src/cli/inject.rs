//! `balmer inject`: known objects planted in a copy of a survey.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use balmer::storage::{InjectOptions, default_name};
use balmer_core::simulate::{Injection, Injector, Template};
use balmer_exchange::{Format, api::InjectionReport, read_spectra};
use serde_json::json;

use super::{
    Usage,
    output::{self, TextTable, thousands},
    session::Session,
};

/// Plant known objects in a copy of a survey, to see how many of them a run finds
///
/// Drawn spectra are replaced by themselves with the light of an object: at the host's resolution and velocity, scaled to its
/// continuum, with the noise of the new photons. The column truth says what was planted; its strength, the host and the host's
/// signal-to-noise ratio are columns that begin with injected. The same seed plants the same. Labels, subsets and the columns
/// of catalogues stay with the survey that is copied.
#[derive(Debug, clap::Args)]
pub struct Inject {
    /// Name of the survey that is copied
    survey: String,
    /// be, double, p-cygni, cv, carbon or artefact; give it several times to draw each with the same chance
    #[arg(long = "kind", value_name = "KIND", required = true)]
    kinds: Vec<Injection>,
    /// Number of spectra that something is planted in
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: u64,
    /// Draws spectra and objects
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    #[arg(
        long,
        value_name = "FROM..TO",
        value_parser = ends,
        help = "Strengths, as many in each octave: equivalent width of H-alpha's emission in Angstrom (positive); for carbon and \
                templates the share of the light, to 1; for artefacts the amplitude in sigma of the noise. Else what is usual"
    )]
    strength: Option<Ends>,
    /// File of an observed star that is planted instead of a profile; give it several times to draw among them
    #[arg(long = "template", value_name = "FILE")]
    templates: Vec<PathBuf>,
    /// SQL condition on the spectra that may be planted in
    #[arg(long = "where", value_name = "SQL")]
    condition: Option<String>,
    /// Name of the new survey [default: SURVEY-injected-SEED]
    #[arg(long, value_name = "NAME")]
    into: Option<String>,
}

/// Two ends of a range.
#[derive(Debug, Clone, Copy)]
struct Ends([f64; 2]);

fn ends(text: &str) -> Result<Ends, String> {
    let number = |text: &str| text.trim().parse::<f64>().ok();
    let (from, to) = text.split_once("..").unwrap_or((text, text));
    number(from)
        .zip(number(to))
        .map(|(from, to)| Ends([from, to]))
        .ok_or_else(|| "expected FROM..TO, as in 5..50".to_owned())
}

impl Inject {
    pub fn run(self, session: &Session) -> anyhow::Result<()> {
        let templates = self.templates.iter().map(|path| template(path)).collect::<anyhow::Result<Vec<_>>>()?;
        let ends = self.strength.map(|Ends(ends)| ends);
        let injector = Injector::new(self.kinds.clone(), self.seed)
            .and_then(|injector| injector.with_templates(templates))
            .and_then(|injector| match ends {
                Some(ends) => injector.with_strength(ends),
                None => Ok(injector),
            })
            .map_err(|e| Usage(format!("--{e}")))?;
        let into = self.into.unwrap_or_else(|| default_name(&self.survey, self.seed));
        let asked = json!({
            "survey": self.survey, "kinds": self.kinds, "count": self.count, "seed": self.seed, "strength": ends,
            "templates": self.templates, "where": self.condition,
        });
        let options = InjectOptions {
            injector,
            count: self.count,
            condition: self.condition,
            into,
            asked: asked.to_string(),
            most: None,
        };
        let progress = session.progress("planting");
        let made = session.store()?.inject(&self.survey, &options, &progress);
        drop(progress);
        let report = made?;
        if session.json() { output::print_json(&report) } else { write(&report) }
    }
}

fn template(path: &Path) -> anyhow::Result<Template> {
    let context = || format!("cannot read the template '{}'", path.display());
    let bytes = std::fs::read(path).with_context(context)?;
    let spectra = read_spectra(&bytes, &path.to_string_lossy(), Format::Auto).with_context(context)?;
    ensure!(spectra.len() == 1, "template '{}' holds {} spectra: give files of one", path.display(), spectra.len());
    Template::new(&spectra[0]).with_context(context)
}

fn write(report: &InjectionReport) -> anyhow::Result<()> {
    let mut table = TextTable::new(&["truth", "planted"]);
    for (kind, count) in &report.planted {
        table.row(vec![kind.clone(), thousands(*count as usize)]);
    }
    output::print(|out| {
        table.write(out)?;
        for (reason, count) in &report.unplantable {
            writeln!(out, "{} spectra drawn could take nothing: {reason}", thousands(*count as usize))?;
        }
        writeln!(out, "survey {} has {} spectra", report.survey, thousands(report.spectra as usize))
    })
}
