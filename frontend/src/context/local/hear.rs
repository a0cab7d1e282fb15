//! What the worker reports, taken into the runs.

use std::sync::Arc;

use balmer_exchange::{
    api::{Density, Problem, RunStatus},
    worker::{Outcome, Report},
};
use balmer_worker::port;
use js_sys::{ArrayBuffer, Int32Array, Uint8Array};
use leptos::{prelude::*, task::spawn_local};

use super::{Local, Scoring, seconds};
use crate::{
    client::{self, encoded, query},
    context::rows::{MOST_ROWS, SPECTRUM_COLUMNS},
    state::{
        local_run::{LocalRun, Near, Scores, Spread, Standing, Stated},
        progress::Progress,
        table::Table,
        turns::Pace,
    },
};

impl Local {
    /// Takes a report.
    pub(super) fn hear(self, report: Report, buffers: &[ArrayBuffer]) {
        if self.hear_map(&report, buffers) {
            return;
        }
        match report {
            Report::Device { run, name, note } => self.hear_device(&run, name, note),
            Report::Progress { run, stage, estimate, message } => {
                self.hear_progress(&run, Progress { stage: stage.name().to_owned(), estimate, message });
            }
            Report::Done { run, outcome } => self.hear_done(&run, *outcome, buffers),
            Report::Failed { run, problem: Some(problem) } => {
                self.end(&run, RunStatus::Failed, Some(problem.to_string()));
            }
            Report::Failed { run, problem: None } => self.end(&run, RunStatus::Cancelled, None),
            Report::LetGo { run } => self.change(&run, LocalRun::let_go),
            Report::Rescored { run, n_neighbors, milliseconds } => {
                self.hear_scores(&run, n_neighbors, milliseconds / 1000.0, buffers);
            }
            Report::Respread { run, classes, counts, milliseconds } => {
                if let Some(spread) = spread(classes, buffers) {
                    self.change(&run, |run| run.respread(spread, counts, milliseconds / 1000.0));
                }
            }
            Report::Explained { run, row, density, places, features } => {
                let Some(near) = near(buffers) else { return };
                let known = self.run_untracked(&run);
                let answer = known.and_then(|known| known.explanation(row, density, places, &near, *features));
                self.answer(&run, Some(row), &answer.ok_or_else(|| Problem::new(404, "not ranked")));
            }
            Report::Refused { run, problem } => {
                self.inside.update_value(|inside| drop(inside.scoring.take_if(|scoring| scoring.run == run)));
                self.answer(&run, None, &Err(problem.clone()));
                self.failures.last.set(Some(problem));
            }
            // for the chief, for the benchmark page, of a map that nobody wants any more
            Report::Ready
            | Report::Map { .. }
            | Report::Moved { .. }
            | Report::Joined { .. }
            | Report::Found { .. }
            | Report::Components { .. }
            | Report::Epoch { .. }
            | Report::Broken { .. }
            | Report::Matrix { .. } => {}
        }
    }

    fn hear_device(self, run: &str, name: String, note: Option<String>) {
        self.change(run, |run| {
            run.detail.summary.device = Some(match &note {
                Some(note) => format!("{name} ({note})"),
                None => name,
            });
            run.note = note;
        });
    }

    fn hear_progress(self, run: &str, progress: Progress) {
        let pace = self.inside.try_update_value(|inside| inside.turns.pace(run, &progress.stage, seconds()));
        let Some(Pace { is_new_stage, elapsed }) = pace.flatten() else { return };
        if is_new_stage {
            self.note(run, |summary| {
                summary.stage = Some(progress.stage.clone());
                summary.elapsed_seconds = Some(elapsed);
            });
        }
        self.progress.set(Some((run.to_owned(), progress)));
    }

    fn hear_done(self, run: &str, outcome: Outcome, buffers: &[ArrayBuffer]) {
        let [ends, names, order, lof, ensemble, best, worst, stability, labels @ ..] = buffers else { return };
        let names = (port::rows(ends), Uint8Array::new(names).to_vec());
        let scores = Scores { order: port::rows(order), lof: port::numbers(lof) };
        let standing = Standing {
            ensemble: port::numbers(ensemble),
            best: port::rows(best),
            worst: port::rows(worst),
            stability: port::numbers(stability),
        };
        let spread = spread(outcome.classes.clone(), labels);
        let mut fits = false;
        self.change(run, |run| fits = run.finish(outcome, names, scores, standing, spread));
        if fits {
            self.join(run);
            self.end(run, RunStatus::Done, None);
        } else {
            let why = "the worker's answer is not what this page expects: reload the page";
            self.end(run, RunStatus::Failed, Some(why.to_owned()));
        }
    }

    fn hear_scores(self, run: &str, n_neighbors: usize, seconds: f64, buffers: &[ArrayBuffer]) {
        let [order, lof] = buffers else { return };
        let scores = Scores { order: port::rows(order), lof: port::numbers(lof) };
        self.change(run, |run| run.rescore(n_neighbors, scores, seconds));
        let of_run = |scoring: &mut Scoring| scoring.run == run;
        let scoring = self.inside.try_update_value(|inside| inside.scoring.take_if(of_run)).flatten();
        if let Some(wanted) = scoring.and_then(|scoring| scoring.wanted).filter(|wanted| *wanted != n_neighbors) {
            self.rescore(run, wanted);
        }
    }

    /// Puts what the survey states beside the scores, as soon as the server says it.
    fn join(self, run: &str) {
        let Some(known) = self.run_untracked(run) else { return };
        let told = self.runs.with_untracked(|runs| runs.values().find_map(|other| other.stated_for(&known)));
        if let Some(stated) = told {
            return self.change(run, |run| run.join(stated));
        }
        let (survey, condition) = (known.spec.survey.clone(), known.spec.r#where.clone());
        let run = run.to_owned();
        spawn_local(async move {
            let limit = MOST_ROWS.to_string();
            let pairs =
                [("where", condition.as_deref()), ("columns", Some(SPECTRUM_COLUMNS)), ("limit", Some(&*limit))];
            let path = format!("/api/v1/surveys/{}/spectra{}", encoded(&survey), query(&pairs));
            let mut table = Table::default();
            let arrived = client::arrow_stream(&path, None, |batch, _| {
                if let Some(batch) = batch {
                    table.push(batch);
                }
                true
            });
            if self.failures.noted(arrived.await).is_ok() {
                self.change(&run, |run| run.join(Arc::new(Stated::new(table))));
            }
        });
    }
}

fn spread(classes: Vec<String>, buffers: &[ArrayBuffer]) -> Option<Spread> {
    let [label, probability, entropy] = buffers else { return None };
    let label = Int32Array::new(label).to_vec();
    Some(Spread { classes, label, probability: port::numbers(probability), entropy: port::numbers(entropy) })
}

fn near(buffers: &[ArrayBuffer]) -> Option<Near> {
    let [rows, distances, lrd, k_distance] = buffers else { return None };
    let pairs = port::numbers(lrd).into_iter().zip(port::numbers(k_distance));
    let densities = pairs.map(|(lrd, k_distance)| Density { lrd, k_distance }).collect();
    Some(Near { rows: port::rows(rows), distances: port::numbers(distances), densities })
}
