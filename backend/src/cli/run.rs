//! `balmer run`: the pipeline from a spec to ranked candidates.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::Context;
use balmer::{
    engine::HostEngine,
    jobs::{ExecuteOptions, RunProgress, accept_with, execute},
    storage::{OwnedRun, Query, RunState, Store},
};
use balmer_core::{
    Error,
    pipeline::{PipelineSpec, Plan},
};
use serde_json::json;

use super::{
    Usage,
    candidates::{SCREEN, best, listed},
    output::{self, thousands},
    runs::reasons,
    session::Session,
};

/// Find the rare spectra of a survey
///
/// SPEC is the pipeline spec, TOML or JSON; every key it does not set has its default. The run is kept:
/// see balmer runs, show, candidates.
#[derive(Debug, clap::Args)]
pub struct RunSpec {
    /// Pipeline spec; '-' is standard input
    #[arg(value_name = "SPEC", required_unless_present = "survey")]
    spec: Option<PathBuf>,
    /// Survey to run on, whatever the spec says; without a spec, with all defaults
    #[arg(long, value_name = "NAME")]
    survey: Option<String>,
    /// Settings of the 2016 studies of LAMOST by Palicka and Shakurova, where the spec sets none
    #[arg(long)]
    paper_2016: bool,
    /// The recipe that brings out artefacts, where the spec sets none: the whole spectrum, nothing masked or repaired
    #[arg(long, conflicts_with = "paper_2016")]
    artefacts: bool,
    /// Candidates to print
    #[arg(long, value_name = "N", default_value_t = SCREEN)]
    limit: usize,
}

/// A label file may be named by its user alone, here.
const OPTIONS: ExecuteOptions = ExecuteOptions { label_files: true };

impl RunSpec {
    pub fn run(self, session: &Session) -> anyhow::Result<()> {
        let engine = session.engine()?;
        let preset = match (self.paper_2016, self.artefacts) {
            (true, _) => Some(PipelineSpec::paper_2016("")),
            (_, true) => Some(PipelineSpec::artefacts("")),
            _ => None,
        };
        let mut spec = match &self.spec {
            Some(path) => {
                let name = path.display().to_string();
                let text = read(path).with_context(|| format!("cannot read the spec '{name}'"))?;
                parse(&text, preset).with_context(|| name)?
            }
            None => preset.unwrap_or_default(),
        };
        if let Some(survey) = self.survey {
            spec.survey = survey;
        }
        let plan = Plan::new(spec)?;
        let store = session.store()?;
        let run = accept_with(&store, &plan, None, OPTIONS)?;
        carry_out(session, &store, run, &plan, &engine, self.limit)
    }
}

/// Computes a run here and now, and shows its first `limit` candidates.
pub fn carry_out(
    session: &Session,
    store: &Store,
    run: OwnedRun,
    plan: &Plan,
    engine: &HostEngine,
    limit: usize,
) -> anyhow::Result<()> {
    let id = run.run().id().to_owned();
    let progress = session.progress("starting");
    let report = |now: &RunProgress| progress.show(now.fraction, doing(&now.message, now.rate), now.eta_seconds);
    let done = execute(store, run, plan, engine, OPTIONS, session.stop.flag(), &report);
    drop(progress);
    let state = done.map_err(|error| {
        let cancelled = error.is_cancelled();
        if cancelled { anyhow::Error::new(Error::Cancelled) } else { error.into() }
    })?;
    let run = store.run(&id)?;
    if session.json() {
        return output::print_json(&json!({
            "run": id, "folder": run.folder(), "state": state, "candidates": best(store, &id, limit)?,
        }));
    }
    let list = listed(store, &run, &Query { limit: Some(limit), ..Query::default() })?;
    let left_out = reasons(&run.rejected()?);
    output::print(|out| {
        list.table.write(out)?;
        writeln!(out, "{}", summary(&state, plan.spec()))?;
        if !left_out.is_empty() {
            writeln!(out, "left out: {}", left_out.join(", "))?;
        }
        writeln!(out, "run {id}: {}", run.folder().display())
    })
}

fn summary(state: &RunState, spec: &PipelineSpec) -> String {
    let counts = &state.counts;
    let (score, threshold) = (if spec.ensemble.rank { "ensemble" } else { "lof" }, spec.lof.threshold);
    format!(
        "{} spectra selected, {} ranked, {} with {score} > {threshold}",
        thousands(counts.selected as usize),
        thousands(counts.ranked as usize),
        thousands(counts.outliers as usize)
    )
}

fn read(path: &Path) -> io::Result<String> {
    if path == Path::new("-") { io::read_to_string(io::stdin().lock()) } else { fs::read_to_string(path) }
}

/// A spec from TOML or JSON. The settings of a preset stand for the keys it leaves out.
fn parse(text: &str, preset: Option<PipelineSpec>) -> anyhow::Result<PipelineSpec> {
    let is_json = text.trim_start().starts_with('{');
    let spec = if is_json { PipelineSpec::from_json(text)? } else { PipelineSpec::from_toml(text)? };
    let Some(preset) = preset else { return Ok(spec) };
    if is_json {
        return Err(Usage("--paper-2016 and --artefacts fill a spec in TOML".to_owned()).into());
    }
    let mut filled: toml::Table = preset.to_toml().parse()?;
    overlay(&mut filled, text.parse()?);
    Ok(PipelineSpec::from_toml(&filled.to_string())?)
}

/// Puts the keys of `over` in the place of those of `base`, table by table.
fn overlay(base: &mut toml::Table, over: toml::Table) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(toml::Value::Table(inner)), toml::Value::Table(over)) => overlay(inner, over),
            (_, value) => drop(base.insert(key, value)),
        }
    }
}

/// What a run does, and how fast.
pub fn doing(message: &str, rate: Option<f64>) -> String {
    rate.map_or_else(|| message.to_owned(), |rate| format!("{message}, {} spectra/s", thousands(rate as usize)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preset_fills_what_the_spec_leaves_out() {
        let text = "survey = \"lamost\"\n[lof]\nn_neighbors = 30\n";
        let paper = PipelineSpec::paper_2016("lamost");
        let (plain, filled) = (parse(text, None).unwrap(), parse(text, Some(paper.clone())).unwrap());
        assert_eq!(filled.recipe, paper.recipe);
        assert_eq!((filled.lof.n_neighbors, filled.lof.definition), (30, paper.lof.definition));
        assert_ne!(plain.lof.definition, paper.lof.definition);
        assert_eq!(filled.survey, "lamost");
    }

    #[test]
    fn json_is_a_spec_too() {
        assert_eq!(parse("{\"survey\": \"x\"}", None).unwrap(), PipelineSpec::new("x"));
    }
}
