//! How far a run has come, over all its stages.

use balmer_core::pipeline::Stage;
use balmer_exchange::api::{RunEvent, RunStatus, RunSummary};

use super::duration::seconds;

/// The last news of a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Progress {
    /// The stage being computed.
    pub stage: String,
    /// Done of the stage, 0 to 1.
    pub fraction: f64,
    /// Seconds until the stage ends, where they can be told.
    pub eta_seconds: Option<f64>,
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
            fraction: run.fraction,
            ..Self::default()
        }
    }

    /// What an event says; `None` from one that ends the run.
    pub fn from_event(event: &RunEvent) -> Option<Self> {
        match event {
            RunEvent::Progress { stage, fraction, eta_seconds, message } => Some(Self {
                stage: stage.clone(),
                fraction: *fraction,
                eta_seconds: *eta_seconds,
                message: message.clone(),
            }),
            RunEvent::Done | RunEvent::Failed { .. } => None,
        }
    }

    /// Done of the whole run, 0 to 1: every stage counts by the share of time it usually takes.
    pub fn overall(&self) -> f64 {
        let total: f64 = Stage::ALL.into_iter().map(weight).sum();
        let Some(now) = self.at() else { return 0.0 };
        let before: f64 = Stage::ALL[..now].iter().copied().map(weight).sum();
        (before + weight(Stage::ALL[now]) * self.fraction.clamp(0.0, 1.0)) / total
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

    /// One line: what is going on, and how long the stage will take.
    pub fn line(&self) -> String {
        let stage = self.at().map_or("waiting for its turn", |at| described(Stage::ALL[at]));
        let doing = if self.message.is_empty() { stage } else { &self.message };
        match self.eta_seconds {
            Some(eta) => format!("{doing}, about {} left in this stage", seconds(eta)),
            None => doing.to_owned(),
        }
    }
}

/// Seconds until a stage ends, where its pace so far tells: seconds spent in it, done of it.
pub fn remaining(spent: f64, fraction: f64) -> Option<f64> {
    (fraction > 0.02 && spent > 0.5).then(|| spent * (1.0 - fraction).max(0.0) / fraction)
}

/// What a stage does.
pub fn described(stage: Stage) -> &'static str {
    match stage {
        Stage::Read => "reading spectra",
        Stage::Recipe => "spectra to features",
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

/// Shares of the time of a run, roughly.
fn weight(stage: Stage) -> f64 {
    match stage {
        Stage::Read => 3.0,
        Stage::Recipe | Stage::Neighbors => 4.0,
        Stage::Components | Stage::Labels => 1.0,
        Stage::Lof | Stage::Rank => 0.5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(stage: &str, fraction: f64) -> Progress {
        Progress { stage: stage.into(), fraction, ..Progress::default() }
    }

    #[test]
    fn the_whole_never_goes_back() {
        let mut last = 0.0;
        for stage in Stage::ALL {
            for fraction in [0.0, 0.5, 1.0] {
                let overall = at(stage.name(), fraction).overall();
                assert!(overall >= last, "{stage} {fraction}");
                last = overall;
            }
        }
        assert!((last - 1.0).abs() < 1e-12);
        assert_eq!((at("queued", 0.0).overall(), at("read", 9.0).overall() < 1.0), (0.0, true));
    }

    #[test]
    fn the_pace_so_far_tells_what_is_left() {
        assert_eq!((remaining(2.0, 0.25), remaining(2.0, 1.0)), (Some(6.0), Some(0.0)));
        assert_eq!((remaining(0.1, 0.25), remaining(9.0, 0.0)), (None, None));
    }

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
            eta_seconds: Some(75.0),
            message: "128 neighbours of 1764 spectra".into(),
        };
        let progress = Progress::from_event(&event).unwrap();
        assert_eq!(progress.line(), "128 neighbours of 1764 spectra, about 1 min 15 s left in this stage");
        assert_eq!(at("queued", 0.0).line(), "waiting for its turn");
        let standings: Vec<Standing> = at("recipe", 0.5).standings().map(|(_, standing)| standing).collect();
        assert_eq!(standings[..3], [Standing::Done, Standing::Now, Standing::Ahead]);
        assert_eq!(Progress::from_event(&RunEvent::Done), None);
    }
}
