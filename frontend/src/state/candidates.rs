//! Moving through a list of candidates.

use balmer_exchange::api::{RunStatus, RunSummary};

/// A step through the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The next rarer one.
    Previous,
    /// The next one.
    Next,
    /// The rarest.
    First,
    /// The last that is loaded.
    Last,
}

impl Step {
    /// The step a key asks for: arrows, `j` and `k` as in many lists, Home and End.
    pub fn of_key(key: &str) -> Option<Self> {
        Some(match key {
            "ArrowDown" | "j" => Self::Next,
            "ArrowUp" | "k" => Self::Previous,
            "Home" => Self::First,
            "End" => Self::Last,
            _ => return None,
        })
    }
}

/// The row a step leads to from row `at` of `rows`; the first where nothing in the list is chosen yet.
/// `None` where the list is empty.
pub fn after(rows: usize, at: Option<usize>, step: Step) -> Option<usize> {
    let last = rows.checked_sub(1)?;
    Some(match (at, step) {
        (_, Step::First) | (None, Step::Next | Step::Previous) => 0,
        (_, Step::Last) => last,
        (Some(at), Step::Previous) => at.saturating_sub(1),
        (Some(at), Step::Next) => (at + 1).min(last),
    })
}

/// The run to open when the address names none: the newest finished one, else the newest.
pub fn run_to_open<'a>(runs: &'a [RunSummary], survey: Option<&str>) -> Option<&'a RunSummary> {
    let mine = || runs.iter().filter(|run| survey.is_none_or(|survey| run.survey == survey));
    let newest = |a: &&RunSummary, b: &&RunSummary| a.created.cmp(&b.created);
    mine().filter(|run| run.status == RunStatus::Done).max_by(newest).or_else(|| mine().max_by(newest))
}

#[cfg(test)]
mod tests {
    use balmer_exchange::api::{Method, RunCounts};

    use super::*;

    #[test]
    fn steps_stop_at_the_ends() {
        assert_eq!(after(3, Some(0), Step::Next), Some(1));
        assert_eq!(after(3, Some(2), Step::Next), Some(2));
        assert_eq!(after(3, Some(0), Step::Previous), Some(0));
        assert_eq!(after(3, Some(0), Step::Last), Some(2));
        assert_eq!(after(3, Some(2), Step::First), Some(0));
    }

    #[test]
    fn the_first_step_chooses_the_rarest() {
        assert_eq!(after(2, None, Step::Next), Some(0));
        assert_eq!(after(2, None, Step::Previous), Some(0));
        assert_eq!(after(0, None, Step::Next), None);
    }

    #[test]
    fn the_newest_finished_run_is_opened() {
        let run = |id: &str, survey: &str, status, created: &str| RunSummary {
            id: id.to_owned(),
            survey: survey.to_owned(),
            status,
            stage: None,
            fraction: 0.0,
            eta_seconds: None,
            rate: None,
            created: created.to_owned(),
            finished: None,
            error: None,
            counts: RunCounts::default(),
            r#where: None,
            method: Method::Lof,
            n_neighbors: 100,
            device: None,
            elapsed_seconds: None,
        };
        let runs = [
            run("old", "miles", RunStatus::Done, "2026-01-01T00:00:00Z"),
            run("new", "miles", RunStatus::Done, "2026-02-01T00:00:00Z"),
            run("busy", "miles", RunStatus::Running, "2026-03-01T00:00:00Z"),
            run("other", "lamost", RunStatus::Failed, "2026-01-05T00:00:00Z"),
        ];
        let open = |survey| run_to_open(&runs, survey).map(|run| run.id.as_str());
        assert_eq!(open(None), Some("new"));
        assert_eq!(open(Some("lamost")), Some("other"));
        assert_eq!(open(Some("sdss")), None);
    }
}
