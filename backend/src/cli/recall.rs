//! `balmer recall`: how many of the planted objects a run found.

use std::{collections::BTreeMap, str::FromStr};

use balmer::recall::{Question, Score, recall};
use balmer_core::evaluation::{PlantedRanks, Share, parts};
use balmer_exchange::api::{PlantedRow, RecallDetail, RecallKind};
use serde::Serialize;

use super::{
    output::{self, TextTable, UNKNOWN, thousands},
    runs::find_done,
    session::Session,
};

/// Parts of what was planted, by strength or signal-to-noise ratio.
const PARTS: usize = 5;

/// How many of the planted objects a run found, kind by kind
///
/// For surveys that know the truth about their spectra, as `balmer inject` and `balmer simulate` make them; counted is what was
/// there when the run was asked for. 'so labelled' leaves out the spectra that the run was given labels of. Intervals are of
/// 95 % (Wilson).
#[derive(Debug, clap::Args)]
pub struct Recall {
    /// Run: its id, the beginning of it, or 'latest'
    #[arg(default_value = "latest")]
    run: String,
    /// Column that says what a spectrum is: one of those that candidates carry (truth, class, subclass, designation, source)
    #[arg(long, value_name = "COLUMN", default_value = "truth")]
    truth: String,
    /// Kinds to look at; all but normal without any
    #[arg(long = "kind", value_name = "KIND")]
    kinds: Vec<String>,
    /// How many of the list are looked at: a number, or a share as in 2%
    #[arg(long, value_name = "N", default_value = "100")]
    top: Top,
    /// Cut what was planted by its strength, or by the signal-to-noise ratio of its spectrum
    #[arg(long, value_name = "QUANTITY", value_parser = ["strength", "snr"])]
    by: Option<String>,
    /// Where to cut, in place of five parts of as many spectra each: 1,2,3.5,5,10; what is outside is in no part
    #[arg(long, value_name = "NUMBERS", value_parser = edges, requires = "by")]
    edges: Option<Edges>,
    /// What the list is ordered by: lof, or label:CLASS
    #[arg(long, value_name = "SCORE", default_value = "lof", value_parser = Score::from_text)]
    score: Score,
    /// One in how many spectra of a survey is such an object: gives the precision that is to be expected
    #[arg(long, value_name = "N", value_parser = one_in)]
    one_in: Option<f64>,
}

fn one_in(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|n: &f64| n.is_finite() && *n > 1.0).ok_or_else(|| "expected a number above 1".to_owned())
}

/// Where values are cut.
#[derive(Debug, Clone)]
struct Edges(Vec<f64>);

fn edges(text: &str) -> Result<Edges, String> {
    let edges: Option<Vec<f64>> = text.split(',').map(|edge| edge.trim().parse().ok()).collect();
    let ascend =
        |edges: &Vec<f64>| edges.len() >= 2 && edges.iter().all(|e| e.is_finite()) && edges.is_sorted_by(|a, b| a < b);
    edges
        .filter(ascend)
        .map(Edges)
        .ok_or_else(|| "expected two numbers or more that ascend, as in 1,2,3.5,5,10".to_owned())
}

/// How many of a list are looked at.
#[derive(Debug, Clone, Copy)]
enum Top {
    Number(u64),
    Share(f64),
}

impl FromStr for Top {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let share = |percent: &str| percent.parse().ok().filter(|p: &f64| *p > 0.0 && *p <= 100.0);
        let found = match text.strip_suffix('%') {
            Some(percent) => share(percent).map(|percent| Self::Share(percent / 100.0)),
            None => text.parse().ok().filter(|&n: &u64| n > 0).map(Self::Number),
        };
        found.ok_or_else(|| "expected a number of at least 1, or a share as in 2%".to_owned())
    }
}

/// What became of the spectra of one kind, or of a part of them.
#[derive(Debug, Serialize)]
struct Row {
    planted: u64,
    /// Those that are in the list; the others were rejected before.
    ranked: u64,
    above_threshold: Option<u64>,
    /// `above_threshold / planted`.
    recall: Option<f64>,
    median_rank: Option<u32>,
    labelled: Option<u64>,
    /// Those among the first.
    found: u64,
    recall_at_top: Option<Share>,
    precision_at_top: Option<Share>,
    average_precision: Option<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<PartRow>,
}

/// A part of what was planted.
#[derive(Debug, Serialize)]
struct PartRow {
    from: f64,
    to: f64,
    planted: u64,
    found: u64,
    recall_at_top: Option<Share>,
    median_rank: Option<u32>,
    ranks: Vec<Option<u32>>,
}

#[derive(Debug, Serialize)]
struct Document {
    run: String,
    score: String,
    threshold: f64,
    total: u64,
    top: u64,
    kinds: BTreeMap<String, Row>,
}

impl Recall {
    pub fn run(self, session: &Session) -> anyhow::Result<()> {
        let store = session.store()?;
        let run = find_done(&store, &self.run)?;
        let question =
            Question { truth: self.truth.clone(), score: self.score.clone(), kinds: self.kinds.clone(), most: None };
        let found = recall(&store, &run, &question)?;
        let top = match self.top {
            Top::Number(n) => n,
            // a share of a whole is not lost to rounding: 29 % of 100 are 29
            Top::Share(share) => (share * found.total as f64 + 1e-9).floor().max(1.0) as u64,
        };
        let threshold = run.spec()?.lof.threshold;
        let kinds = found.kinds.iter().map(|kind| (kind.kind.clone(), self.row(kind, &found, top))).collect();
        let RecallDetail { run, score, total, .. } = found;
        let document = Document { run, score, threshold, total, top, kinds };
        if session.json() { output::print_json(&document) } else { self.write(&document) }
    }

    fn row(&self, kind: &RecallKind, list: &RecallDetail, top: u64) -> Row {
        let ranks = kind.ranks(list.total);
        let above = list.above_threshold.map(|_| kind.above_threshold);
        Row {
            planted: kind.planted,
            ranked: ranks.found(list.total),
            above_threshold: above,
            recall: above.map(|above| above as f64 / kind.planted as f64),
            median_rank: ranks.median(),
            labelled: kind.labelled,
            found: ranks.found(top),
            recall_at_top: ranks.recall(top),
            precision_at_top: self.one_in.and_then(|one_in| ranks.precision(top, one_in.recip())),
            average_precision: ranks.average_precision(),
            parts: self.parts(&kind.spectra, list.total, top),
        }
    }

    fn parts(&self, spectra: &[PlantedRow], total: u64, top: u64) -> Vec<PartRow> {
        let value = match self.by.as_deref() {
            Some("strength") => |row: &PlantedRow| row.strength,
            Some(_) => |row: &PlantedRow| row.snr,
            None => return Vec::new(),
        };
        let values: Vec<f64> = spectra.iter().map(|row| value(row).unwrap_or(f64::NAN)).collect();
        let cut = parts(&values, self.edges.as_ref().map(|edges| &edges.0[..]), PARTS);
        cut.into_iter()
            .map(|part| {
                let ranks: Vec<Option<u32>> = part.members.iter().map(|&i| spectra[i].rank).collect();
                let places = ranks.iter().copied().flatten().collect();
                let planted = PlantedRanks::new(places, ranks.len() as u64, total);
                PartRow {
                    from: part.from,
                    to: part.to,
                    planted: planted.planted(),
                    found: planted.found(top),
                    recall_at_top: planted.recall(top),
                    median_rank: planted.median(),
                    ranks,
                }
            })
            .collect()
    }

    fn write(&self, document: &Document) -> anyhow::Result<()> {
        let number = |n: Option<u64>| n.map_or_else(|| UNKNOWN.to_owned(), |n| thousands(n as usize));
        let place = |rank: Option<u32>| number(rank.map(u64::from));
        let share = |share: Option<Share>| {
            share.map_or_else(|| UNKNOWN.to_owned(), |s| format!("{:.3} ({:.3}-{:.3})", s.value, s.low, s.high))
        };
        let mut heads = vec!["kind", "spectra", "ranked", "found", "recall", "median rank", "above", "so labelled"];
        heads.extend(self.one_in.map(|_| "expected precision"));
        let mut table = TextTable::new(&heads);
        let mut cut = TextTable::new(&["kind", "from", "to", "spectra", "found", "recall", "median rank"]);
        for (kind, row) in &document.kinds {
            let mut cells = vec![
                kind.clone(),
                thousands(row.planted as usize),
                thousands(row.ranked as usize),
                thousands(row.found as usize),
                share(row.recall_at_top),
                place(row.median_rank),
                number(row.above_threshold),
                number(row.labelled),
            ];
            cells.extend(self.one_in.map(|_| share(row.precision_at_top)));
            table.row(cells);
            for part in &row.parts {
                cut.row(vec![
                    kind.clone(),
                    format!("{:.2}", part.from),
                    format!("{:.2}", part.to),
                    thousands(part.planted as usize),
                    thousands(part.found as usize),
                    share(part.recall_at_top),
                    place(part.median_rank),
                ]);
            }
        }
        output::print(|out| {
            table.write(out)?;
            if let Some(by) = &self.by {
                writeln!(out, "\nby {by}")?;
                cut.write(out)?;
            }
            let Document { run, score, threshold, total, top, .. } = document;
            let (top, total) = (thousands(*top as usize), thousands(*total as usize));
            writeln!(out, "found: among the first {top} of {total} by {score}; above: lof > {threshold}; run {run}")
        })
    }
}
