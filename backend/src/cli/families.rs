//! `balmer families`: outliers that share a defect; named, set aside, labelled, masked, undone.

use std::io::{self, Write};

use anyhow::Context;
use balmer::{
    families::{FamilyOptions, MOST, families, name},
    storage::{FeatureError, Run, Store, StoreError},
};
use balmer_core::cluster;
use balmer_exchange::api::{FamiliesBody, FamilyAction, FamilyBody, NamedFamily, NewFamily};

use super::{
    Usage,
    output::{self, TextTable, thousands},
    runs::find_done,
    session::Session,
};

/// Find families among the outliers of a run: what shares a defect, and on which piece of the instrument it sits
///
/// A family can be named once: set aside, its members leave the lists of candidates, in later runs those recognised, too;
/// or labelled together. --undo takes all of it back. For artefacts, begin with `balmer run --artefacts`.
#[derive(Debug, clap::Args)]
pub struct Families {
    /// Run: its id, the beginning of it, or 'latest'
    #[arg(default_value = "latest")]
    run: String,
    /// Look among the first N candidates [default: those above the run's threshold]
    #[arg(long, value_name = "N", conflicts_with = "threshold")]
    outliers: Option<usize>,
    /// Look among candidates with a larger local outlier factor
    #[arg(long, value_name = "LOF")]
    threshold: Option<f64>,
    /// Name a family of this run: the one that --family says
    #[arg(long, value_name = "NAME", requires = "family")]
    name: Option<String>,
    /// Family: its id, or its number in the table
    #[arg(long, value_name = "ID")]
    family: Option<String>,
    /// Its members leave the lists of candidates
    #[arg(long, requires = "name", conflicts_with = "label")]
    set_aside: bool,
    /// Its members get this label
    #[arg(long, requires = "name", value_name = "CLASS")]
    label: Option<String>,
    /// Who says so [default: the user]
    #[arg(long, requires = "name", value_name = "NAME")]
    author: Option<String>,
    /// Print the run's spec with what the family sits on masked: a spec for a new run
    #[arg(long, requires = "family", conflicts_with = "name")]
    mask: bool,
    /// Undo what naming a family of the run's survey did
    #[arg(long, value_name = "NAME", conflicts_with_all = ["name", "mask", "list"])]
    undo: Option<String>,
    /// List the named families of the run's survey
    #[arg(long, conflicts_with_all = ["name", "mask"])]
    list: bool,
}

impl Families {
    pub fn run(self, session: &Session) -> anyhow::Result<()> {
        let store = session.store()?;
        let run = find_done(&store, &self.run)?;
        let survey = run.spec()?.survey;
        if let Some(undo) = &self.undo {
            let undone = store.survey(&survey)?.families().undo(undo)?.about;
            return said(session, &undone, "undone");
        }
        if self.list {
            let named = store.survey(&survey)?.families().list()?;
            return list(session, named.into_iter().map(|family| family.about).collect());
        }
        let options = FamilyOptions { outliers: self.outliers, threshold: self.threshold };
        let found = find(session, &store, &run, options)?;
        match (&self.name, &self.family) {
            (Some(given), Some(family)) => {
                let action = match (self.set_aside, &self.label) {
                    (true, _) => FamilyAction::SetAside,
                    (false, Some(_)) => FamilyAction::Label,
                    (false, None) => return Err(Usage("--name needs --set-aside or --label CLASS".to_owned()).into()),
                };
                let author = self.author.clone().or_else(|| std::env::var("USER").ok()).filter(|name| !name.is_empty());
                let new = NewFamily {
                    name: given.clone(),
                    run: run.id().to_owned(),
                    family: of_text(&run, &found, family)?.id.clone(),
                    action,
                    label: self.label.clone(),
                    author,
                };
                let progress = session.progress("naming");
                let named = name(&store, &survey, new, "unknown", &progress);
                drop(progress);
                said(session, &named.map_err(cancelled)?, "named")
            }
            (None, Some(family)) if self.mask => masked(session, &run, of_text(&run, &found, family)?),
            (None, Some(_)) => Err(Usage("--family needs --name or --mask".to_owned()).into()),
            _ if session.json() => output::print_json(&found),
            _ => output::print(|out| write(out, &found)),
        }
    }
}

fn find(session: &Session, store: &Store, run: &Run, options: FamilyOptions) -> anyhow::Result<FamiliesBody> {
    let progress = session.progress("describing outliers");
    let found = families(store, run, options, &progress);
    drop(progress);
    found.map_err(cancelled)
}

fn cancelled(error: FeatureError) -> anyhow::Error {
    match error {
        FeatureError::Store(StoreError::Cancelled) => balmer_core::Error::Cancelled.into(),
        other => other.into(),
    }
}

/// The family of that number in the table, or of that id.
fn of_text<'a>(run: &Run, found: &'a FamiliesBody, text: &str) -> anyhow::Result<&'a FamilyBody> {
    let number = text.parse::<usize>().ok().and_then(|number| found.families.get(number.checked_sub(1)?));
    let family = number.or_else(|| found.families.iter().find(|family| family.id == text));
    family.with_context(|| format!("run {} has no family '{text}' among these outliers", run.id()))
}

fn masked(session: &Session, run: &Run, family: &FamilyBody) -> anyhow::Result<()> {
    anyhow::ensure!(
        !family.mask_angstrom.is_empty(),
        "family {} sits on no sky line and no column of pixels: there is nothing to mask",
        family.id
    );
    let mut spec = run.spec()?;
    spec.recipe = cluster::mask(&spec.recipe, &family.mask_angstrom);
    if session.json() {
        return output::print_json(&spec);
    }
    output::print(|out| write!(out, "{}", spec.to_toml()))
}

fn write(out: &mut dyn Write, found: &FamiliesBody) -> io::Result<()> {
    let mut table = TextTable::new(&["family", "id", "members", "may be", "suggested", "known as", "why"]);
    for (i, family) in found.families.iter().enumerate() {
        let known: Vec<String> = family
            .known
            .iter()
            .map(|known| format!("{} ({})", known.name, thousands(known.members as usize)))
            .collect();
        table.row(vec![
            (i + 1).to_string(),
            family.id.clone(),
            thousands(family.size as usize),
            family.title.clone(),
            if family.set_aside_suggested { "yes" } else { "no" }.to_owned(),
            known.join(", "),
            family.reason.clone(),
        ]);
    }
    table.write(out)?;
    for (i, family) in found.families.iter().enumerate().filter(|(_, family)| !family.over_represented.is_empty()) {
        writeln!(out, "\nfamily {} has more than chance would give of", i + 1)?;
        for excess in family.over_represented.iter().take(MOST_SHOWN) {
            writeln!(out, "  {}, q = {:.1e}", excess.words, excess.q)?;
        }
    }
    let (outliers, alone) = (thousands(found.outliers as usize), thousands(found.alone as usize));
    writeln!(out, "\n{outliers} outliers of run {} looked at, {alone} of them in no family", found.run)?;
    if found.outliers as usize == MOST {
        writeln!(out, "{} are looked at, at most: those further down the list were not", thousands(MOST))?;
    }
    Ok(())
}

/// Pieces of the instrument shown of a family.
const MOST_SHOWN: usize = 8;

fn said(session: &Session, family: &NamedFamily, done: &str) -> anyhow::Result<()> {
    if session.json() {
        return output::print_json(family);
    }
    let members = thousands(family.spectrum_ids.len());
    let what = match (&family.action, &family.label) {
        (FamilyAction::Label, Some(label)) => format!("{members} spectra labelled '{label}'"),
        _ => format!("{members} spectra set aside"),
    };
    output::print(|out| writeln!(out, "{}: {what}, {done}", family.name))
}

fn list(session: &Session, named: Vec<NamedFamily>) -> anyhow::Result<()> {
    if session.json() {
        return output::print_json(&named);
    }
    let mut table = TextTable::new(&["name", "members", "may be", "label", "author", "named (UTC)", "run"]);
    for family in named {
        table.row(vec![
            family.name,
            thousands(family.spectrum_ids.len()),
            family.kind.to_string(),
            family.label.unwrap_or_else(|| "set aside".to_owned()),
            family.author,
            family.created,
            family.run,
        ]);
    }
    output::print(|out| table.write(out))
}
