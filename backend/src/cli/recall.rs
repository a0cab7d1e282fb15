//! `balmer recall`: how many of the planted objects a run found.

use balmer::recall::recall;
use serde_json::json;

use super::{
    output::{self, TextTable, UNKNOWN, thousands},
    runs::find_done,
    session::Session,
};

/// How many of the planted objects a run found, kind by kind
///
/// For surveys that know the truth about their spectra, as `balmer simulate` makes them; counted is what was there when the run
/// was asked for. 'so labelled' leaves out the spectra that the run was given labels of.
#[derive(Debug, clap::Args)]
pub struct Recall {
    /// Run: its id, the beginning of it, or 'latest'
    #[arg(default_value = "latest")]
    run: String,
    /// Column that says what a spectrum is: one of those that candidates carry (truth, class, subclass, designation, source)
    #[arg(long, value_name = "COLUMN", default_value = "truth")]
    truth: String,
}

impl Recall {
    pub fn run(self, session: &Session) -> anyhow::Result<()> {
        let store = session.store()?;
        let run = find_done(&store, &self.run)?;
        let (kinds, threshold) = (recall(&store, &run, &self.truth)?, run.spec()?.lof.threshold);
        if session.json() {
            return output::print_json(&json!({ "run": run.id(), "threshold": threshold, "kinds": kinds }));
        }
        let mut table = TextTable::new(&["kind", "spectra", "ranked", "above", "recall", "median rank", "so labelled"]);
        for (kind, found) in &kinds {
            table.row(vec![
                kind.clone(),
                thousands(found.planted as usize),
                thousands(found.ranked as usize),
                thousands(found.above_threshold as usize),
                format!("{:.3}", found.recall),
                found.median_rank.map_or_else(|| UNKNOWN.to_owned(), |rank| thousands(rank as usize)),
                found.labelled.map_or_else(|| UNKNOWN.to_owned(), |count| thousands(count as usize)),
            ]);
        }
        output::print(|out| {
            table.write(out)?;
            writeln!(out, "above: lof > {threshold}, in run {}", run.id())
        })
    }
}
