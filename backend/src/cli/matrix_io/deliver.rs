//! How a matrix command ends: columns to their place, a summary for people or as JSON.

use std::{path::PathBuf, time::Instant};

use serde_json::{Value, json};

use super::{
    super::{
        output::{self, thousands},
        session::Session,
    },
    Columns, Format, Target,
};

/// Where the result columns go.
#[derive(Debug, clap::Args)]
pub struct Output {
    /// File to write, of a kind told by its ending: .parquet, .csv or .npy; '-' is standard output
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: PathBuf,
    /// Kind of file, whatever its ending
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,
}

impl Output {
    /// The target, checked before anything is computed.
    pub fn target(&self) -> anyhow::Result<Target> {
        Target::choose(&self.output, self.format, &[Format::Parquet, Format::Csv, Format::Npy])
    }
}

/// Writes `columns` and reports. With `--json` the document is `summary` with `rows`, `seconds` and
/// either `output` (the file written) or `columns` (the values themselves).
pub fn deliver(
    session: &Session,
    target: &Target,
    columns: &Columns,
    mut summary: Value,
    started: Instant,
) -> anyhow::Result<()> {
    let seconds = started.elapsed().as_secs_f64();
    if session.json() {
        summary["rows"] = json!(columns.rows());
        summary["seconds"] = json!(seconds);
        if target.is_stdout() {
            summary["columns"] = columns.to_json();
        } else {
            columns.write(target)?;
            summary["output"] = json!(target.path());
        }
        return output::print_json(&summary);
    }
    columns.write(target)?;
    match target.path() {
        Some(path) => output::print(|out| {
            writeln!(out, "{} rows in {seconds:.2} s: {}", thousands(columns.rows()), path.display())
        }),
        None => Ok(()),
    }
}
