//! `balmer candidates`: what a run found, best first.

use std::{path::PathBuf, sync::Arc};

use balmer::{
    export::{about_run, to_json},
    families::set_aside,
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
    /// Show members of families that are set aside, too
    #[arg(long)]
    with_set_aside: bool,
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
    ("ensemble", "ensemble", 3),
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
        let without = if self.with_set_aside { Arc::default() } else { Arc::new(set_aside(&store, &run)?) };
        let query =
            Query { condition: self.condition, limit: self.limit, columns: self.columns, without, ..Query::default() };
        if let Some(target) = target.filter(|target| !(session.json() && target.is_stdout())) {
            let result = store.candidates(&run, &query)?;
            let overflow = result.matched() as usize > result.remaining();
            let count = table::write(&target, &about_run(&run)?, &result.schema(), result, overflow)?;
            return session.wrote(&target, count, &json!({ "run": run.id() }));
        }
        if session.json() {
            let result = store.candidates(&run, &query)?;
            let left_out = result.left_out();
            let candidates = to_json(result)?;
            return output::print_json(&json!({ "run": run.id(), "set_aside": left_out, "candidates": candidates }));
        }
        let text = listed(&store, &run, &Query { limit: self.limit.or(Some(SCREEN)), ..query })?;
        output::print(|out| {
            text.table.write(out)?;
            writeln!(out, "of {} in run {}", thousands(text.matched), run.id())?;
            if text.left_out > 0 {
                let left_out = thousands(text.left_out);
                writeln!(
                    out,
                    "{left_out} are set aside: --with-set-aside shows them, `balmer families --list` says why"
                )?;
            }
            Ok(())
        })
    }
}

/// Candidates as a table for people.
pub struct ListedCandidates {
    /// The table.
    pub table: TextTable,
    /// How many there are.
    pub matched: usize,
    /// How many more are set aside.
    pub left_out: usize,
}

/// Candidates as a table for people, and how many there are. Probabilities are shown where the run spread labels, ensembles
/// where the list follows them.
pub fn listed(store: &Store, run: &Run, query: &Query) -> anyhow::Result<ListedCandidates> {
    let result = store.candidates(run, query)?;
    let (matched, left_out) = (result.matched() as usize, result.left_out() as usize);
    let (labelled, by_ensemble) = (!run.state()?.classes.is_empty(), run.spec()?.ensemble.rank);
    let is_told = |name: &str| match name {
        "probability" => labelled,
        "ensemble" => by_ensemble,
        _ => true,
    };
    let shown: Vec<Shown> = match &query.columns {
        // few, and for the rest of the process's life anyway
        Some(columns) => columns.iter().map(|name| &*name.clone().leak()).map(|name| (name, name, 6)).collect(),
        None => SHOWN.iter().filter(|(name, ..)| is_told(name)).copied().collect(),
    };
    Ok(ListedCandidates { table: table::to_text(&shown, result)?, matched, left_out })
}

/// The best candidates as JSON objects.
pub fn best(store: &Store, id: &str, limit: usize) -> anyhow::Result<Vec<serde_json::Value>> {
    Ok(to_json(store.run(id)?.candidates(&Query { limit: Some(limit), ..Query::default() })?)?)
}
