//! What a POST asks of a job (UWS 1.1 section 2.2.3): a few names are the service's own, all others are
//! parameters of the job.

use crate::{
    http::Failure,
    jobs::{
        Change, Parameters,
        service::{Jobs, ServiceError},
    },
    storage::time,
    vo::Given,
};

/// Priorities that may be asked for.
const PRIORITIES: std::ops::RangeInclusive<i64> = -100..=100;

/// What `PHASE` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// To run as soon as it is its turn.
    Run,
    /// To end.
    Abort,
    /// To wait until it is told to run.
    Hold,
}

/// A POST that makes sense.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    /// `PHASE`.
    pub verb: Option<Verb>,
    /// `ACTION=DELETE`.
    pub is_delete: bool,
    /// `EXECUTIONDURATION`, `DESTRUCTION`, `RUNID`, `PRIORITY`.
    pub changes: Vec<Change>,
    /// All others.
    pub parameters: Parameters,
}

impl Form {
    /// Reads it; a name that is repeated counts by its last value.
    ///
    /// # Errors
    /// 400 that names what makes no sense.
    pub fn read(given: Given) -> Result<Self, Failure> {
        let mut form = Self::default();
        for (name, value) in given.into_pairs() {
            let word = value.trim();
            let refused = |wanted: &str| Failure::bad_parameter(&name, format!("'{word}' is not {wanted}"));
            match name.as_str() {
                "PHASE" => {
                    form.verb = Some(match word.to_uppercase().as_str() {
                        "RUN" => Verb::Run,
                        "ABORT" => Verb::Abort,
                        "HOLD" => Verb::Hold,
                        _ => return Err(refused("RUN, ABORT or HOLD")),
                    });
                }
                "ACTION" if word.eq_ignore_ascii_case("DELETE") => form.is_delete = true,
                "ACTION" => return Err(refused("DELETE")),
                "EXECUTIONDURATION" => {
                    let seconds = word.parse().map_err(|_| refused("a number of seconds"))?;
                    form.changes.push(Change::ExecutionDuration(seconds));
                }
                "DESTRUCTION" => {
                    let time = if word.is_empty() {
                        None
                    } else {
                        Some(time::read(word).ok_or_else(|| refused("a time in UTC like 2026-11-22T18:14:55Z"))?)
                    };
                    form.changes.push(Change::Destruction(time));
                }
                "PRIORITY" => {
                    let priority = word.parse().ok().filter(|priority| PRIORITIES.contains(priority));
                    form.changes.push(Change::Priority(priority.ok_or_else(|| refused("between -100 and 100"))?));
                }
                "RUNID" => form.changes.push(Change::Label((!word.is_empty()).then(|| word.to_owned()))),
                "" => {}
                _ => drop(form.parameters.insert(name, value)),
            }
        }
        Ok(form)
    }

    /// Does all of it but deleting.
    ///
    /// # Errors
    /// Where it is too late for a part of it: what comes before it is done.
    pub async fn apply(self, jobs: &Jobs, id: &str) -> Result<(), ServiceError> {
        for change in &self.changes {
            jobs.set(id, change).await?;
        }
        if !self.parameters.is_empty() {
            jobs.set(id, &Change::Parameters(self.parameters)).await?;
        }
        match self.verb {
            None => Ok(()),
            Some(Verb::Run) => jobs.run(id).await.map(drop),
            Some(Verb::Hold) => jobs.hold(id).await.map(drop),
            Some(Verb::Abort) => jobs.abort(id).await,
        }
    }
}
