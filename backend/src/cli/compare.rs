//! `balmer runs compare`: two runs side by side.

use std::io;

use anyhow::{Context, ensure};
use arrow_array::{
    RecordBatch,
    cast::AsArray,
    types::{Float32Type, UInt32Type},
};
use balmer::{
    compare::{Agreement, Comparison, OnlyIn, RankedList, compare},
    storage::{Query, Run},
};
use balmer_core::pipeline::Provenance;
use balmer_exchange::api::RunStatus;
use serde_json::{Value, json};

use super::{
    output::{self, TextTable, UNKNOWN, thousands},
    runs::find_done,
    session::Session,
};

/// Compare the candidates of two runs: how far they agree, what moved, what only one has
#[derive(Debug, clap::Args)]
pub struct Compare {
    /// One run: its id, the beginning of it, or 'latest'
    a: String,
    /// The other one
    b: String,
    /// Spectra in each list, at most
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
}

/// A run that is done, with what is compared of it.
struct Side {
    run: Run,
    list: RankedList,
    record: Provenance,
}

impl Side {
    fn read(run: Run) -> anyhow::Result<Self> {
        let status = run.state()?.status;
        ensure!(status == RunStatus::Done, "run {} is {status}: only runs that are done are compared", run.id());
        let record = run.provenance()?.with_context(|| format!("run {} has no provenance.json", run.id()))?;
        let columns = ["rank", "spectrum_id", "lof"].map(str::to_owned).to_vec();
        let mut list = RankedList::default();
        for batch in run.candidates(&Query { columns: Some(columns), ..Query::default() })? {
            let damaged = || format!("{}/candidates.parquet is damaged: its columns differ", run.folder().display());
            add(&mut list, &batch?).with_context(damaged)?;
        }
        Ok(Self { run, list, record })
    }

    fn about(&self) -> Value {
        json!({ "run": self.run.id(), "survey": self.record.spec.survey, "ranked": self.list.len() })
    }
}

/// Adds a batch of candidates; `None` where its columns are of other types.
fn add(list: &mut RankedList, batch: &RecordBatch) -> Option<()> {
    let ranks = batch.column_by_name("rank")?.as_primitive_opt::<UInt32Type>()?;
    let names = batch.column_by_name("spectrum_id")?.as_string_opt::<i32>()?;
    let lof = batch.column_by_name("lof")?.as_primitive_opt::<Float32Type>()?;
    (0..batch.num_rows()).for_each(|i| list.push(names.value(i), ranks.value(i), lof.value(i)));
    Some(())
}

impl Compare {
    pub fn run(self, session: &Session) -> anyhow::Result<()> {
        let store = session.store()?;
        let (run_a, run_b) = (find_done(&store, &self.a)?, find_done(&store, &self.b)?);
        let (a, b) = (Side::read(run_a)?, Side::read(run_b)?);
        let found = compare(&a.list, &b.list, self.limit);
        let agreement = Agreement::of(&a.record, &b.record);
        if session.json() {
            let mut document = json!({ "a": a.about(), "b": b.about(), "same": agreement });
            if let (Some(document), Value::Object(found)) = (document.as_object_mut(), serde_json::to_value(&found)?) {
                document.extend(found);
            }
            return output::print_json(&document);
        }
        output::print(|out| {
            write_sides(out, &a, &b, &agreement)?;
            write_overlap(out, &found)?;
            write_moved(out, &found)?;
            write_only(out, "A", &found.only_a)?;
            write_only(out, "B", &found.only_b)
        })
    }
}

fn write_sides(out: &mut dyn io::Write, a: &Side, b: &Side, same: &Agreement) -> io::Result<()> {
    for (name, side) in [("A", a), ("B", b)] {
        writeln!(out, "{name}         {}, {} ranked", side.run.id(), thousands(side.list.len()))?;
    }
    let survey = &a.record.spec.survey;
    match (same.survey, same.survey_content) {
        (true, true) => writeln!(out, "survey    {survey}, the same spectra")?,
        (true, false) => writeln!(out, "survey    {survey}, which changed between the runs")?,
        (false, content) => {
            let spectra = if content { "the same" } else { "other" };
            writeln!(out, "survey    {survey} in A, {} in B, {spectra} spectra", b.record.spec.survey)?;
        }
    }
    let is_same = |same| if same { "the same" } else { "different" };
    writeln!(out, "features  {}", is_same(same.features))?;
    writeln!(out, "scores    {}", same.scores.map_or(UNKNOWN, is_same))?;
    if same.spec.is_empty() {
        return writeln!(out, "spec      the same");
    }
    let mut table = TextTable::new(&["spec", "A", "B"]);
    let value = |value: &Value| match value {
        Value::Null => UNKNOWN.to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    same.spec.iter().for_each(|d| table.row(vec![d.key.clone(), value(&d.a), value(&d.b)]));
    writeln!(out)?;
    table.write(out)
}

fn write_overlap(out: &mut dyn io::Write, found: &Comparison) -> io::Result<()> {
    let correlation = found.spearman.map_or_else(|| UNKNOWN.to_owned(), |rho| format!("{rho:.4}"));
    writeln!(out, "\n{} spectra in both, Spearman's rank correlation {correlation}", thousands(found.common))?;
    if found.overlap.is_empty() {
        return Ok(());
    }
    let mut table = TextTable::new(&["first", "in common", "share"]);
    for at in &found.overlap {
        table.row(vec![thousands(at.first), thousands(at.common), format!("{:.3}", at.share)]);
    }
    table.write(out)
}

fn write_moved(out: &mut dyn io::Write, found: &Comparison) -> io::Result<()> {
    if found.moved.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nmoved most, by the ratio of the ranks")?;
    let mut table = TextTable::new(&["spectrum", "rank A", "rank B", "lof A", "lof B"]);
    for moved in &found.moved {
        table.row(vec![
            moved.spectrum_id.clone(),
            thousands(moved.rank_a as usize),
            thousands(moved.rank_b as usize),
            format!("{:.3}", moved.lof_a),
            format!("{:.3}", moved.lof_b),
        ]);
    }
    table.write(out)
}

fn write_only(out: &mut dyn io::Write, name: &str, only: &OnlyIn) -> io::Result<()> {
    if only.count == 0 {
        return Ok(());
    }
    writeln!(out, "\nonly in {name}: {}", thousands(only.count))?;
    let mut table = TextTable::new(&["spectrum", "rank", "lof"]);
    for placed in &only.first {
        table.row(vec![placed.spectrum_id.clone(), thousands(placed.rank as usize), format!("{:.3}", placed.lof)]);
    }
    table.write(out)
}
