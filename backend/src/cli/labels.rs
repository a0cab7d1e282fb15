//! `balmer labels`: what people say spectra are, in and out.

use std::{fs, io, path::PathBuf};

use anyhow::{Context, ensure};
use clap::Subcommand;
use serde_json::json;

use super::{
    matrix_io::{Format, Target},
    output::{self, thousands},
    session::Session,
};

/// Import or export a survey's labels
#[derive(Debug, clap::Args)]
pub struct Labels {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    #[command(about = "Give the labels of a CSV file: spectrum_id, label, and author, time, note if they are there")]
    Import {
        /// Name of the survey
        survey: String,
        /// CSV file; '-' is standard input
        file: PathBuf,
        /// Who says so, where the file does not
        #[arg(long, value_name = "NAME")]
        author: Option<String>,
    },
    /// Write the labels in force as CSV
    Export {
        /// Name of the survey
        survey: String,
        /// CSV file; '-' is standard output
        file: PathBuf,
    },
    /// Declare the only classes that labels may have, or list them
    Classes {
        /// Name of the survey
        survey: String,
        /// Classes; none lists the declared ones
        classes: Vec<String>,
    },
}

impl Labels {
    pub fn run(self, session: &Session) -> anyhow::Result<()> {
        let store = session.store()?;
        match self.command {
            Command::Import { survey, file, author } => {
                let labels = store.survey(&survey)?.labels();
                let author = author.or_else(|| std::env::var("USER").ok()).filter(|name| !name.is_empty());
                let report = labels.import(&read(&file)?, author.as_deref().unwrap_or("unknown"))?;
                if session.json() {
                    output::print_json(&report)?;
                } else {
                    output::print(|out| {
                        writeln!(out, "{} labels given, {} were in force already", report.imported, report.unchanged)
                    })?;
                }
                let examples = report.first_unknown.join(", ");
                ensure!(
                    report.unknown == 0 || report.imported + report.unchanged > 0,
                    "survey {survey} has none of the {} spectra in '{}': {examples}, ...",
                    report.unknown,
                    file.display()
                );
                if report.unknown > 0 {
                    tracing::warn!("passed over {} spectra that {survey} does not have: {examples}", report.unknown);
                }
                Ok(())
            }
            Command::Export { survey, file } => {
                let labels = store.survey(&survey)?.labels();
                let target = Target::choose(&file, Some(Format::Csv), &[Format::Csv])?;
                let mut count = 0;
                target.write(|out| {
                    count = labels.export(out)?;
                    Ok(())
                })?;
                session.wrote(&target, count, &json!({ "survey": survey }))
            }
            Command::Classes { survey, classes } => {
                let labels = store.survey(&survey)?.labels();
                if !classes.is_empty() {
                    labels.declare_classes(&classes)?;
                }
                let classes = labels.classes()?;
                if session.json() {
                    return output::print_json(&json!({ "survey": survey, "classes": classes }));
                }
                output::print(|out| match classes.len() {
                    0 => writeln!(out, "any class may be given in {survey}"),
                    n => writeln!(out, "{} classes may be given in {survey}: {}", thousands(n), classes.join(", ")),
                })
            }
        }
    }
}

fn read(file: &std::path::Path) -> anyhow::Result<Vec<u8>> {
    if file == std::path::Path::new("-") {
        return Ok(io::read_to_string(io::stdin().lock())?.into_bytes());
    }
    fs::read(file).with_context(|| format!("cannot read the label file '{}'", file.display()))
}
