//! The list of jobs (UWS 1.1 section 2.2.2.1) with its filters PHASE, AFTER and LAST, and the making of new ones (2.2.3.1).

use axum::{extract::State, response::Response};
use balmer_exchange::vo::uws::{JobReference, jobs};

use super::{Asked, Base, Given, form::Form, see, xml};
use crate::{
    http::{App, Failure},
    jobs::{Filter, Job, Phase},
    storage::time,
};

/// Phases of the standard that no job here is ever in.
pub(super) const NEVER: [&str; 2] = ["UNKNOWN", "SUSPENDED"];

/// `GET /vo/uws`
pub async fn show(State(app): State<App>, base: Base, Asked(given): Asked) -> Result<Response, Failure> {
    let found = match filter(&given)? {
        Some(filter) => app.jobs.list(&filter).await?,
        None => Vec::new(),
    };
    let references: Vec<JobReference> = found.into_iter().map(|job| reference(&base, job)).collect();
    Ok(xml(jobs(&references)))
}

fn reference(base: &Base, job: Job) -> JobReference {
    JobReference {
        href: base.job(&job.id),
        id: job.id,
        phase: job.phase.name().to_owned(),
        run_id: job.label,
        owner_id: job.owner,
        creation_time: job.created,
    }
}

/// What is asked for; `None` where no job can be meant.
fn filter(given: &Given) -> Result<Option<Filter>, Failure> {
    let mut filter = Filter::default();
    let mut is_limited = false;
    for word in given.all("PHASE") {
        is_limited = true;
        if !NEVER.iter().any(|name| name.eq_ignore_ascii_case(word)) {
            filter.phases.push(word.parse::<Phase>().map_err(|detail| Failure::bad_parameter("PHASE", detail))?);
        }
    }
    if let Some(word) = given.last("AFTER") {
        let time = time::read(word).ok_or_else(|| {
            Failure::bad_parameter("AFTER", format!("'{word}' is no time in UTC like 2014-09-10T10:01:02.000Z"))
        });
        filter.after = Some(time?);
    }
    if let Some(word) = given.last("LAST") {
        let last = word.parse().map_err(|_| Failure::bad_parameter("LAST", format!("'{word}' is no number of jobs")));
        filter.last = Some(last?);
    }
    Ok((!is_limited || !filter.phases.is_empty()).then_some(filter))
}

/// `POST /vo/uws`: a new job, which waits to be told to run unless the same request says so.
pub async fn create(State(app): State<App>, base: Base, given: Given) -> Result<Response, Failure> {
    let mut form = Form::read(given)?;
    let mut parameters = std::mem::take(&mut form.parameters);
    parameters.retain(|_, value| !value.is_empty());
    let job = app.jobs.create(parameters).await?;
    if let Err(error) = form.apply(&app.jobs, &job.id).await {
        // nobody was told of it
        app.jobs.destroy(&job.id).await?;
        return Err(error.into());
    }
    Ok(see(base.job(&job.id)))
}
