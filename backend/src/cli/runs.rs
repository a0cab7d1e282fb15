//! `balmer runs` and `balmer show`: what was computed, from what, and how. Two runs side by side: [`super::compare`].

use std::{collections::BTreeMap, io, time::Duration};

use anyhow::{Context, bail};
use balmer::storage::{Run, RunState, Store};
use balmer_core::pipeline::Provenance;
use balmer_exchange::api::{RejectedRow, RunStatus};
use serde_json::json;

use super::{
    compare::Compare,
    output::{self, TextTable, UNKNOWN, thousands},
    progress::duration,
    run::doing,
    session::Session,
};

/// List the runs, oldest first, or compare two of them
#[derive(Debug, clap::Args)]
pub struct Runs {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Compare(Compare),
}

/// Show a run: its spec, counts, timings, and what was left out
#[derive(Debug, clap::Args)]
pub struct Show {
    /// Run: its id, the beginning of it, or 'latest'
    #[arg(default_value = "latest")]
    run: String,
    /// Show the progress of a run that is computed elsewhere, until it ends
    #[arg(long)]
    follow: bool,
}

impl Runs {
    pub fn run(self, session: &Session) -> anyhow::Result<()> {
        match self.command {
            None => list(session),
            Some(Command::Compare(command)) => command.run(session),
        }
    }
}

fn list(session: &Session) -> anyhow::Result<()> {
    let runs = session.store()?.runs()?;
    if session.json() {
        return output::print_json(&runs);
    }
    let mut table =
        TextTable::new(&["run", "survey", "status", "ranked", "outliers", "took", "finished (UTC)", "error"]);
    for run in runs {
        let done = run.finished.is_some();
        let count = |n: u64| if done { thousands(n as usize) } else { UNKNOWN.to_owned() };
        table.row(vec![
            run.id,
            run.survey,
            run.status.to_string(),
            count(run.counts.ranked),
            count(run.counts.outliers),
            run.elapsed_seconds.map_or_else(|| UNKNOWN.to_owned(), duration),
            run.finished.unwrap_or_else(|| UNKNOWN.to_owned()),
            run.error.unwrap_or_default(),
        ]);
    }
    output::print(|out| table.write(out))
}

impl Show {
    pub fn run(self, session: &Session) -> anyhow::Result<()> {
        let run = find(&session.store()?, &self.run)?;
        if self.follow {
            follow(session, &run)?;
        }
        let (state, spec, provenance) = (run.state()?, run.spec()?, run.provenance()?);
        let rejected = if provenance.is_some() { run.rejected()? } else { Vec::new() };
        if session.json() {
            return output::print_json(&json!({
                "run": run.id(), "folder": run.folder(), "state": state, "spec": spec, "provenance": provenance,
                "rejected": rejected,
            }));
        }
        output::print(|out| {
            write_state(out, &run, &state)?;
            if let Some(provenance) = &provenance {
                write_provenance(out, provenance, &rejected)?;
            }
            writeln!(out, "\n{}", spec.to_toml().trim_end())
        })
    }
}

/// How often a run that is followed is looked at.
const PERIOD: Duration = Duration::from_millis(250);

/// Shows the progress of a run until it ends.
fn follow(session: &Session, run: &Run) -> anyhow::Result<()> {
    let progress = session.progress("waiting");
    loop {
        let state = run.state()?;
        match state.status {
            RunStatus::Done | RunStatus::Archived => return Ok(()),
            RunStatus::Failed => bail!("run {} failed: {}", run.id(), state.error.unwrap_or_default()),
            RunStatus::Cancelled => bail!("run {} was cancelled", run.id()),
            RunStatus::Queued | RunStatus::Running => {
                progress.show(state.fraction, doing(&state.message, state.rate), state.eta_seconds);
            }
        }
        if session.stop.is_set() {
            drop(progress);
            return output::print(|out| writeln!(out, "run {0} goes on: `balmer cancel {0}` ends it", run.id()));
        }
        std::thread::sleep(PERIOD);
    }
}

fn write_state(out: &mut dyn io::Write, run: &Run, state: &RunState) -> io::Result<()> {
    let unknown = || UNKNOWN.to_owned();
    writeln!(out, "run       {}", run.id())?;
    writeln!(out, "folder    {}", run.folder().display())?;
    writeln!(out, "survey    {}", state.survey)?;
    writeln!(out, "status    {}", state.status)?;
    if let Some(error) = &state.error {
        writeln!(out, "error     {error}")?;
    }
    if !state.status.is_final() {
        let left = state.eta_seconds.map_or_else(String::new, |left| format!(", about {} left", duration(left)));
        writeln!(out, "progress  {:.0} %{left}: {}", 100.0 * state.fraction, doing(&state.message, state.rate))?;
    }
    if let Some(seconds) = state.elapsed_seconds {
        writeln!(out, "took      {}", duration(seconds))?;
    }
    writeln!(out, "device    {}", state.device.clone().unwrap_or_else(unknown))?;
    writeln!(out, "started   {}", state.started.clone().unwrap_or_else(unknown))?;
    writeln!(out, "finished  {}", state.finished.clone().unwrap_or_else(unknown))
}

fn write_provenance(out: &mut dyn io::Write, provenance: &Provenance, rejected: &[RejectedRow]) -> io::Result<()> {
    writeln!(out, "version   {}", provenance.code_version)?;
    writeln!(out, "recipe    {}", provenance.recipe_hash)?;
    if let Some(hash) = &provenance.scores_sha256 {
        writeln!(out, "scores    sha256 {hash}")?;
    }
    let counts = &provenance.counts;
    writeln!(out, "outliers  {}", thousands(counts.outliers))?;
    writeln!(out, "neighbors {}", provenance.neighbors)?;
    let copies = &counts.duplicates;
    writeln!(out, "copies    {} in {} groups\n", thousands(copies.spectra), thousands(copies.groups))?;
    let mut table = TextTable::new(&["stage", "in", "out", "seconds", "left out"]);
    for stage in &counts.stages {
        let seconds = provenance.timings.iter().find(|timing| timing.stage == stage.stage).map(|t| t.seconds);
        let left_out: Vec<String> =
            stage.left_out.iter().map(|(reason, count)| format!("{reason} {}", thousands(*count))).collect();
        table.row(vec![
            stage.stage.to_string(),
            thousands(stage.input),
            thousands(stage.output),
            seconds.map_or_else(|| UNKNOWN.to_owned(), |seconds| format!("{seconds:.3}")),
            left_out.join(", "),
        ]);
    }
    table.write(out)?;
    let first = rejected.iter().take(5);
    first.clone().next().map_or(Ok(()), |_| writeln!(out))?;
    for row in first {
        writeln!(out, "left out  {}: {}", row.spectrum_id, row.detail)?;
    }
    if rejected.len() > 5 {
        writeln!(out, "          and {} more: rejected.csv", thousands(rejected.len() - 5))?;
    }
    Ok(())
}

/// How many spectra were left out for which reason.
pub fn reasons(rejected: &[RejectedRow]) -> Vec<String> {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for row in rejected {
        *reasons.entry(&row.reason).or_default() += 1;
    }
    reasons.into_iter().map(|(reason, count)| format!("{} {reason}", thousands(count))).collect()
}

/// The run whose candidates are asked for: as [`find`], but `latest` is the last one that has any, if one has.
pub fn find_done(store: &Store, name: &str) -> anyhow::Result<Run> {
    let runs = if name == "latest" { store.runs()? } else { Vec::new() };
    match runs.iter().rfind(|run| run.status == RunStatus::Done) {
        Some(done) => Ok(store.run(&done.id)?),
        None => find(store, name),
    }
}

/// The run that `name` means: an id, the beginning of only one, or `latest`.
pub fn find(store: &Store, name: &str) -> anyhow::Result<Run> {
    let runs = store.runs()?;
    if name == "latest" {
        let latest = runs.last().context("there is no run yet: `balmer run` makes one")?;
        return Ok(store.run(&latest.id)?);
    }
    let ids: Vec<&str> = runs.iter().map(|run| run.id.as_str()).filter(|id| id.starts_with(name)).collect();
    match ids[..] {
        [id] => Ok(store.run(id)?),
        [first, second, ..] if !ids.contains(&name) => {
            bail!("several runs begin with '{name}': {first}, {second}{}", if ids.len() > 2 { ", ..." } else { "" })
        }
        _ => Ok(store.run(name)?),
    }
}
