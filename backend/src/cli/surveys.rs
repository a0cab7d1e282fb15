//! `balmer surveys` and `balmer spectra`: what there is.

use std::path::PathBuf;

use balmer::{
    export::{about_spectra, to_json},
    storage::Query,
};
use serde_json::json;

use super::{
    matrix_io::{Format, Target},
    output::{self, TextTable, thousands},
    session::Session,
    table::{self, Shown},
};

/// Lists the surveys.
pub fn list(session: &Session) -> anyhow::Result<()> {
    let surveys = session.store()?.surveys()?;
    if session.json() {
        return output::print_json(&surveys);
    }
    let mut table = TextTable::new(&["survey", "spectra", "size", "rejected", "updated (UTC)"]);
    for survey in surveys {
        table.row(vec![
            survey.name,
            thousands(survey.spectra as usize),
            output::bytes(survey.bytes),
            thousands(survey.rejects as usize),
            survey.updated,
        ]);
    }
    output::print(|out| table.write(out))
}

/// List spectra of a survey, or write their metadata to a file
#[derive(Debug, clap::Args)]
pub struct Spectra {
    /// Name of the survey
    survey: String,
    #[arg(long = "where", value_name = "SQL", help = "Condition on the metadata: \"class = 'STAR' AND snr_r > 10\"")]
    condition: Option<String>,
    #[arg(long, value_name = "SQL", help = "Order of the rows: \"snr_r DESC, ra\"")]
    order_by: Option<String>,
    /// Rows, at most [default: 100 on the screen, all in files and JSON]
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Rows to pass over first
    #[arg(long, value_name = "N", default_value_t = 0)]
    offset: usize,
    /// Columns, separated by commas [default: all in files and JSON]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    columns: Option<Vec<String>>,
    /// File to write, of a kind told by its ending: .vot, .csv, .parquet or .fits; '-' is standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Kind of file, whatever its ending
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,
}

/// Columns on the screen.
const SHOWN: &[Shown] = &[
    ("spectrum_id", "spectrum", 0),
    ("designation", "designation", 0),
    ("ra", "ra (deg)", 5),
    ("dec", "dec (deg)", 5),
    ("class", "class", 0),
    ("subclass", "subclass", 0),
    ("snr_r", "S/N r", 1),
    ("z", "z", 6),
    ("truth", "truth", 0),
];
/// Rows on the screen where no limit is given.
const SCREEN: usize = 100;

impl Spectra {
    pub fn run(self, session: &Session) -> anyhow::Result<()> {
        let target =
            self.output.as_deref().map(|path| Target::choose(path, self.format, table::FORMATS)).transpose()?;
        let survey = session.store()?.survey(&self.survey)?;
        let on_screen = target.is_none() && !session.json();
        let query = Query {
            condition: self.condition.clone(),
            order_by: self.order_by.clone(),
            limit: self.limit.or(on_screen.then_some(SCREEN)),
            offset: self.offset,
            columns: self.columns.clone(),
            ..Query::default()
        };
        let result = survey.query(&query)?;
        let (matched, listed) = (result.matched(), result.remaining());
        let left_out = (matched as usize).saturating_sub(listed + self.offset);
        if let Some(target) = target.filter(|target| !(session.json() && target.is_stdout())) {
            let count =
                table::write(&target, &about_spectra(&self.survey, &query), &result.schema(), result, left_out > 0)?;
            return session.wrote(&target, count, &json!({ "survey": self.survey, "matched": matched }));
        }
        if session.json() {
            let spectra = to_json(result)?;
            return output::print_json(&json!({ "survey": self.survey, "matched": matched, "spectra": spectra }));
        }
        let custom: Vec<Shown>;
        let names: Vec<&'static str>;
        let shown = match self.columns {
            Some(columns) => {
                // few, and for the rest of the process's life anyway
                names = columns.into_iter().map(|name| &*name.leak()).collect();
                custom = names.iter().map(|&name| (name, name, 6)).collect();
                &custom[..]
            }
            None => SHOWN,
        };
        let text = table::to_text(shown, result)?;
        output::print(|out| {
            text.write(out)?;
            let more = if left_out > 0 { format!(", {} more by --limit", thousands(left_out)) } else { String::new() };
            writeln!(out, "{} of {} spectra{more}", thousands(matched as usize), thousands(survey.count() as usize))
        })
    }
}
