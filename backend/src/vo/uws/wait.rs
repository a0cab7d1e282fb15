//! Blocking until a job changes (UWS 1.1 section 2.2.1.1): `WAIT`, and `PHASE` for the phase that is to be left.

use std::time::Duration;

use super::list::NEVER;
use crate::{
    http::{App, Failure},
    jobs::{Job, Phase},
    vo::Given,
};

/// The longest wait: shorter than what proxies and clients bear.
const LONGEST: Duration = Duration::from_mins(1);

/// The job, at once or after the wait that is asked for; a negative one is the longest there is.
pub async fn asked(app: &App, id: &str, given: &Given) -> Result<Job, Failure> {
    let job = app.jobs.job(id).await?;
    let Some(word) = given.last("WAIT") else { return Ok(job) };
    let seconds: i64 =
        word.parse().map_err(|_| Failure::bad_parameter("WAIT", format!("'{word}' is no number of seconds")))?;
    let at_most = u64::try_from(seconds).map_or(LONGEST, Duration::from_secs).min(LONGEST);
    if let Some(phase) = given.last("PHASE") {
        if NEVER.iter().any(|name| name.eq_ignore_ascii_case(phase)) {
            return Ok(job);
        }
        let phase: Phase = phase.parse().map_err(|detail: String| Failure::bad_parameter("PHASE", detail))?;
        if phase != job.phase {
            return Ok(job);
        }
    }
    Ok(app.jobs.wait(id, job.phase, at_most).await?)
}
