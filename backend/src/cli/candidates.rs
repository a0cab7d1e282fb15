//! `balmer candidates`: what a run found, best first.

use std::path::PathBuf;

use balmer::{
    export::{about_run, to_json},
    storage::{Query, Run, Store},
};
use serde_json::json;

use super::{
    matrix_io::{Format, Target},
    output::{self, TextTable, thousands},
    runs::find_done,
    session::Session,
    table::{self, Shown},
};

/// List the candidates of a run, or write them to a file
#[derive(Debug, clap::Args)]
pub struct Candidates {
    /// Run: its id, the beginning of it, or 'latest'
    #[arg(default_value = "latest")]
    run: String,
    /// Candidates, at most [default: 20 on the screen, all in files and JSON]
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    #[arg(
        long = "where",
        value_name = "SQL",
        help = "Condition on the columns, the survey's among them: \"label = 'be' AND known_separation IS NULL\""
    )]
    condition: Option<String>,
    /// Columns, the survey's among them, separated by commas [default: the run's own]
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
    ("rank", "rank", 0),
    ("spectrum_id", "spectrum", 0),
    ("lof", "lof", 3),
    ("label", "label", 0),
    ("probability", "probability", 3),
    ("designation", "designation", 0),
    ("class", "class", 0),
    ("subclass", "subclass", 0),
    ("snr_r", "S/N r", 1),
    ("truth", "truth", 0),
];
/// Candidates on the screen where no limit is given.
pub const SCREEN: usize = 20;

impl Candidates {
    pub fn run(self, session: &Session) -> anyhow::Result<()> {
        let target =
            self.output.as_deref().map(|path| Target::choose(path, self.format, table::FORMATS)).transpose()?;
        let store = session.store()?;
        let run = find_done(&store, &self.run)?;
        let query = Query { condition: self.condition, limit: self.limit, columns: self.columns, ..Query::default() };
        if let Some(target) = target.filter(|target| !(session.json() && target.is_stdout())) {
            let result = store.candidates(&run, &query)?;
            let overflow = result.matched() as usize > result.remaining();
            let count = table::write(&target, &about_run(&run)?, &result.schema(), result, overflow)?;
            return session.wrote(&target, count, &json!({ "run": run.id() }));
        }
        if session.json() {
            let candidates = to_json(store.candidates(&run, &query)?)?;
            return output::print_json(&json!({ "run": run.id(), "candidates": candidates }));
        }
        let text = listed(&store, &run, &Query { limit: self.limit.or(Some(SCREEN)), ..query })?;
        output::print(|out| {
            text.0.write(out)?;
            writeln!(out, "of {} in run {}", thousands(text.1), run.id())
        })
    }
}

/// Candidates as a table for people, and how many there are. Labels are shown where the run spread some.
pub fn listed(store: &Store, run: &Run, query: &Query) -> anyhow::Result<(TextTable, usize)> {
    let result = store.candidates(run, query)?;
    let matched = result.matched() as usize;
    let labelled = !run.state()?.classes.is_empty();
    let shown: Vec<Shown> = match &query.columns {
        // few, and for the rest of the process's life anyway
        Some(columns) => columns.iter().map(|name| &*name.clone().leak()).map(|name| (name, name, 6)).collect(),
        None => SHOWN.iter().filter(|(name, ..)| labelled || *name != "probability").copied().collect(),
    };
    Ok((table::to_text(&shown, result)?, matched))
}

/// The best candidates as JSON objects.
pub fn best(store: &Store, id: &str, limit: usize) -> anyhow::Result<Vec<serde_json::Value>> {
    Ok(to_json(store.run(id)?.candidates(&Query { limit: Some(limit), ..Query::default() })?)?)
}
