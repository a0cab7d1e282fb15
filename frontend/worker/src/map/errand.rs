//! A worker with one thing to do: it is started for that, and ends with it.

use std::ops::ControlFlow;

use balmer_exchange::{
    api::Problem,
    worker::{Command, Report},
};
use js_sys::ArrayBuffer;
use web_sys::AbortSignal;

use crate::{
    pool::crew::{Crew, News},
    port::Part,
    run::Ended,
};

/// Asks a new worker, and hears what it says until `hear` has what it wants; nothing from `hear` is a report that is no
/// answer. The worker ends at once when `stop` says so, whatever it is doing.
///
/// # Errors
/// Nothing where it was stopped; why there is no answer.
pub async fn ask<T>(
    stop: &AbortSignal,
    command: &Command,
    parts: &[Part<'_>],
    mut hear: impl FnMut(Report, &[ArrayBuffer]) -> Option<ControlFlow<T>>,
) -> Result<T, Ended> {
    let crew = Crew::start(1, stop);
    loop {
        match crew.news().await {
            News::Stop => return Err(None),
            News::Lost { reason, .. } => return Err(Some(no_map(reason))),
            News::Said { report: Report::Ready, member, .. } => crew.send(member, command, parts),
            News::Said { report: Report::Broken { detail }, .. } => return Err(Some(no_map(detail))),
            News::Said { report, buffers, .. } => match hear(report, &buffers) {
                Some(ControlFlow::Break(found)) => return Ok(found),
                Some(ControlFlow::Continue(())) => {}
                None => return Err(Some(no_map("a worker answered something else than it was asked"))),
            },
        }
    }
}

fn no_map(reason: impl Into<String>) -> Problem {
    Problem::new(500, "no map").with_detail(reason)
}
