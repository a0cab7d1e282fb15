//! Server-Sent Events of one run: `progress` while it goes on, then `done` or `failed`.
//!
//! The run may be this server's or a command line's: its status on the disk tells either way. Where
//! this server carries it out, the progress comes from memory and is newer. Events are numbered, also beyond a connection that
//! broke; there is one at least twice a second, and the fraction never falls, though the process that computes may die and
//! another one go on.

use std::{
    convert::Infallible,
    time::{Duration, Instant},
};

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::sse::{Event, KeepAlive, Sse},
};
use balmer_exchange::api::{RunEvent, RunStatus};
use futures::{Stream, stream};

use super::{App, ask, openapi::ServerSentEvent, problem::Failure};
use crate::storage::RunState;

/// How often the run is looked at.
const PERIOD: Duration = Duration::from_millis(200);
/// How long nothing new may be worth no word: what is still going on is said again.
const SILENCE: Duration = Duration::from_millis(400);

/// Where a stream stands.
struct Cursor {
    app: App,
    run: String,
    sent: Option<(RunEvent, Instant)>,
    /// The number of the last event.
    number: u64,
    furthest: f64,
    over: bool,
}

/// `GET /runs/{run}/events`
#[utoipa::path(
    get,
    path = "/runs/{run}/events",
    operation_id = "watch_run",
    tag = "runs",
    params(("run" = String, Path, description = "id of the run")),
    responses((
        status = 200,
        description = "Server-Sent Events: `progress` {stage, fraction, eta_seconds, message, \
                       stage_fraction, rate}, then `done` or `failed`",
        content_type = "text/event-stream",
        body = ServerSentEvent
    ))
)]
pub async fn stream(
    State(app): State<App>,
    Path(run): Path<String>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Failure> {
    let id = run.clone();
    ask(&app, move |store| store.run(&id)?.state()).await?;
    // whoever was cut off counts on
    let number = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok()).unwrap_or(0);
    let cursor = Cursor { app, run, sent: None, number, furthest: 0.0, over: false };
    let events = stream::unfold(cursor, |mut cursor| async move {
        let event = cursor.next().await?;
        cursor.number = cursor.number.saturating_add(1);
        Some((Ok(written(&event).id(cursor.number.to_string())), cursor))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

impl Cursor {
    /// The next event, at least one a second; `None` after the last.
    async fn next(&mut self) -> Option<RunEvent> {
        while !self.over {
            let id = self.run.clone();
            let state = ask(&self.app, move |store| store.run(&id)?.state()).await.ok()?;
            let mut event = self.event(state);
            if let RunEvent::Progress { fraction, .. } = &mut event {
                self.furthest = self.furthest.max(*fraction);
                *fraction = self.furthest;
            }
            self.over = !matches!(event, RunEvent::Progress { .. });
            let is_news = |(sent, at): &(RunEvent, Instant)| *sent != event || at.elapsed() >= SILENCE;
            if self.sent.as_ref().is_none_or(is_news) {
                self.sent = Some((event.clone(), Instant::now()));
                return Some(event);
            }
            tokio::select! {
                () = tokio::time::sleep(PERIOD) => {}
                _ = self.app.closing.wait_for(|closing| *closing) => return None,
            }
        }
        None
    }

    fn event(&self, state: RunState) -> RunEvent {
        match state.status {
            RunStatus::Done => RunEvent::Done,
            RunStatus::Failed => RunEvent::Failed { message: state.error.unwrap_or(state.message) },
            RunStatus::Cancelled | RunStatus::Archived => RunEvent::Failed { message: state.status.to_string() },
            RunStatus::Queued | RunStatus::Running => match self.app.jobs.progress(&self.run) {
                Some(now) => RunEvent::Progress {
                    stage: now.stage.name().to_owned(),
                    fraction: now.fraction,
                    eta_seconds: now.eta_seconds,
                    message: now.message,
                    stage_fraction: now.stage_fraction,
                    rate: now.rate,
                },
                None => RunEvent::Progress {
                    stage: state.stage.unwrap_or_else(|| state.status.to_string()),
                    fraction: state.fraction,
                    eta_seconds: state.eta_seconds,
                    message: state.message,
                    stage_fraction: state.stage_fraction,
                    rate: state.rate,
                },
            },
        }
    }
}

/// The event as the stream has it: its name, and its fields without the name.
fn written(event: &RunEvent) -> Event {
    let mut data = serde_json::to_value(event).unwrap_or_default();
    if let Some(fields) = data.as_object_mut() {
        fields.remove("event");
    }
    Event::default().event(event.name()).data(data.to_string())
}
