//! How far a run has come, over all its stages, and when it will end: in words. Foretold it is by
//! [`balmer_core::pipeline::Tracker`], on the server as in this browser.

use balmer_core::pipeline::{Estimate, Stage};
use balmer_exchange::api::{RunEvent, RunStatus, RunSummary};

use super::{duration::left, format::count};

/// The last news of a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Progress {
    /// The stage being computed.
    pub stage: String,
    /// How far it is, and when it will end.
    pub estimate: Estimate,
    /// What is going on.
    pub message: String,
}

/// Where a stage stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Over.
    Done,
    /// Being computed.
    Now,
    /// To come.
    Ahead,
}

impl Progress {
    /// What the list of runs says.
    pub fn of(run: &RunSummary) -> Self {
        let waiting = if run.status == RunStatus::Queued { "queued" } else { "" };
        Self {
            stage: run.stage.clone().unwrap_or_else(|| waiting.to_owned()),
            estimate: Estimate {
                fraction: run.fraction,
                eta_seconds: run.eta_seconds,
                rate: run.rate,
                ..Estimate::default()
            },
            ..Self::default()
        }
    }

    /// What an event says; `None` from one that ends the run.
    pub fn from_event(event: &RunEvent) -> Option<Self> {
        match event {
            RunEvent::Progress { stage, fraction, eta_seconds, message, stage_fraction, rate } => Some(Self {
                stage: stage.clone(),
                estimate: Estimate {
                    fraction: *fraction,
                    stage_fraction: *stage_fraction,
                    eta_seconds: *eta_seconds,
                    rate: *rate,
                },
                message: message.clone(),
            }),
            RunEvent::Done | RunEvent::Failed { .. } => None,
        }
    }

    /// Done of the whole run, 0 to 1.
    pub fn fraction(&self) -> f64 {
        self.estimate.fraction.clamp(0.0, 1.0)
    }

    /// Where each stage stands.
    pub fn standings(&self) -> impl Iterator<Item = (Stage, Standing)> {
        let now = self.at();
        Stage::ALL.into_iter().enumerate().map(move |(at, stage)| {
            let standing = match now {
                Some(now) if at < now => Standing::Done,
                Some(now) if at == now => Standing::Now,
                _ => Standing::Ahead,
            };
            (stage, standing)
        })
    }

    fn at(&self) -> Option<usize> {
        Stage::ALL.into_iter().position(|stage| stage.name() == self.stage)
    }

    /// One line: what is going on, how fast, and how long the run will take.
    pub fn line(&self) -> String {
        let stage = self.at().map_or("waiting for its turn", |at| described(Stage::ALL[at]));
        let doing = if self.message.is_empty() { stage } else { &self.message };
        let rate = self.estimate.rate.filter(|rate| *rate >= 1.0);
        let rate = rate.map(|rate| format!("{} spectra/s", count(rate as u64)));
        [Some(doing.to_owned()), rate, self.estimate.eta_seconds.map(left)]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// What a stage does.
pub fn described(stage: Stage) -> &'static str {
    match stage {
        Stage::Read => "reading spectra",
        Stage::Recipe => "spectra to features",
        Stage::Variants => "other settings",
        Stage::Components => "principal components",
        Stage::Neighbors => "nearest neighbours",
        Stage::Lof => "outlier factors",
        Stage::Labels => "labels along the graph",
        Stage::Rank => "ranking",
    }
}

/// What to do about a failed run.
pub fn remedy(error: &str) -> &'static str {
    let says = |words: &[&str]| words.iter().any(|word| error.contains(word));
    if says(&["labels:", "label"]) {
        "Give labels to spectra of this subset, at least one of each class, or choose the method without labels."
    } else if says(&["rows", "n_neighbors", "neighbours"]) {
        "Choose fewer neighbours (k, and the table under Settings), or a condition that selects more spectra."
    } else if says(&["interrupted", "server", "restart", "ended"]) {
        "Nothing is wrong with its settings: run it again."
    } else if says(&["disk", "space"]) {
        "Make room on the server's disk: old runs can be deleted under Runs."
    } else {
        "Change what is at fault in the bar above or under Settings, and run again. The server's log says more."
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remedies_fit_their_failures() {
        assert!(remedy("n_neighbors = 128 needs more than 128 rows, but there are 90").starts_with("Choose fewer"));
        assert!(remedy("labels: none of them is in the subset").starts_with("Give labels"));
        assert!(remedy("?").contains("log"));
    }

    #[test]
    fn the_line_says_what_and_how_long() {
        let event = RunEvent::Progress {
            stage: "neighbors".into(),
            fraction: 0.5,
            eta_seconds: Some(175.0),
            message: "128 neighbours of 1764 spectra".into(),
            stage_fraction: 0.25,
            rate: Some(1234.5),
        };
        let progress = Progress::from_event(&event).unwrap();
        assert_eq!(progress.line(), "128 neighbours of 1764 spectra, 1\u{202f}234 spectra/s, about 3 min left");
        assert!((progress.fraction() - 0.5).abs() < 1e-9);
        let at = |stage: &str| Progress { stage: stage.into(), ..Progress::default() };
        assert_eq!(
            (at("queued").line().as_str(), at("lof").line().as_str()),
            ("waiting for its turn", "outlier factors")
        );
        let standings: Vec<Standing> = at("recipe").standings().map(|(_, standing)| standing).collect();
        assert_eq!(standings[..3], [Standing::Done, Standing::Now, Standing::Ahead]);
        assert_eq!(Progress::from_event(&RunEvent::Done), None);
    }
}
