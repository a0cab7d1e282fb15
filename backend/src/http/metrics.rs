//! `/metrics`: what the server does, in the text format of Prometheus (version 0.0.4).
//!
//! Requests by route and status and how long their answers took to begin; runs by state; how many wait.
//! Routes are named by their pattern, so that their number is bounded. A few counters need no library.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use balmer_exchange::api::RunStatus;

use super::{App, ask, problem::Failure};
use crate::{machine::free_space, storage::Store};

/// Upper ends of the classes of durations, seconds.
const BUCKETS: [f64; 8] = [0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 30.0, 120.0];

/// Counters since the server began. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Metrics(Arc<Mutex<BTreeMap<String, Route>>>);

/// What happened on one route, by method.
#[derive(Debug, Clone, Default)]
struct Route {
    statuses: BTreeMap<(&'static str, u16), u64>,
    buckets: [u64; BUCKETS.len()],
    count: u64,
    seconds: f64,
}

impl Metrics {
    fn record(&self, route: &str, method: &Method, status: u16, took: Duration) {
        let mut routes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let route = routes.entry(route.to_owned()).or_default();
        *route.statuses.entry((name_of(method), status)).or_default() += 1;
        let seconds = took.as_secs_f64();
        for (count, end) in route.buckets.iter_mut().zip(BUCKETS) {
            *count += u64::from(seconds <= end);
        }
        route.count += 1;
        route.seconds += seconds;
    }

    fn text(&self) -> String {
        let routes = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut text = head("balmer_http_requests_total", "counter", "requests answered");
        for (name, route) in &routes {
            for ((method, status), count) in &route.statuses {
                let labels = format!("method=\"{method}\",route=\"{name}\",status=\"{status}\"");
                line(&mut text, "balmer_http_requests_total", &labels, &count.to_string());
            }
        }
        let name = "balmer_http_request_duration_seconds";
        text += &head(name, "histogram", "time until an answer begins");
        for (route_name, route) in &routes {
            let own = format!("route=\"{route_name}\"");
            for (count, end) in route.buckets.iter().zip(BUCKETS) {
                line(&mut text, &format!("{name}_bucket"), &format!("{own},le=\"{end}\""), &count.to_string());
            }
            line(&mut text, &format!("{name}_bucket"), &format!("{own},le=\"+Inf\""), &route.count.to_string());
            line(&mut text, &format!("{name}_sum"), &own, &route.seconds.to_string());
            line(&mut text, &format!("{name}_count"), &own, &route.count.to_string());
        }
        text
    }
}

/// A method of RFC 9110 or 5789; callers make up others, which must not become a line each.
fn name_of(method: &Method) -> &'static str {
    const NAMES: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];
    NAMES.into_iter().find(|name| *name == method.as_str()).unwrap_or("OTHER")
}

fn head(name: &str, kind: &str, help: &str) -> String {
    format!("# HELP {name} {help}\n# TYPE {name} {kind}\n")
}

fn line(text: &mut String, name: &str, labels: &str, value: &str) {
    // writing to a string cannot fail
    let _ =
        if labels.is_empty() { writeln!(text, "{name} {value}") } else { writeln!(text, "{name}{{{labels}}} {value}") };
}

/// Layer of the API's routes: counts and times each request.
pub async fn record(State(metrics): State<Metrics>, path: MatchedPath, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = request.method().clone();
    let response = next.run(request).await;
    metrics.record(path.as_str(), &method, response.status().as_u16(), begun.elapsed());
    response
}

/// `GET /metrics`
pub async fn show(State(app): State<App>) -> Result<Response, Failure> {
    let runs = ask(&app, Store::runs).await?;
    let mut text = app.metrics.text();
    text += &head("balmer_runs", "gauge", "runs by state");
    let ended = [RunStatus::Done, RunStatus::Failed, RunStatus::Cancelled, RunStatus::Archived];
    for status in [RunStatus::Queued, RunStatus::Running].into_iter().chain(ended) {
        let count = runs.iter().filter(|run| run.status == status).count();
        line(&mut text, "balmer_runs", &format!("state=\"{status}\""), &count.to_string());
    }
    let jobs = app.jobs.by_phase().await?;
    text += &head("balmer_jobs", "gauge", "jobs of this server by phase");
    for (phase, count) in jobs {
        line(&mut text, "balmer_jobs", &format!("phase=\"{phase}\""), &count.to_string());
    }
    let (needed, allowed) = app.jobs.memory();
    for (name, about, value) in [
        ("balmer_runs_memory_bytes", "memory that runs under way need by estimate", needed),
        ("balmer_runs_memory_limit_bytes", "memory that runs under way may take together", allowed),
        ("balmer_disk_free_bytes", "free on the disk of the data directory", free_space(app.store.root()).unwrap_or(0)),
    ] {
        text += &head(name, "gauge", about);
        line(&mut text, name, "", &value.to_string());
    }
    text += &head("balmer_worker_deaths_total", "counter", "processes that died over a run");
    line(&mut text, "balmer_worker_deaths_total", "", &app.jobs.deaths().to_string());
    text += &head("balmer_queue_length", "gauge", "runs that wait for their turn on this server");
    line(&mut text, "balmer_queue_length", "", &app.jobs.waiting().await?.to_string());
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_told_as_prometheus_reads_them() {
        let metrics = Metrics::default();
        metrics.record("/api/v1/runs", &Method::GET, 200, Duration::from_millis(50));
        metrics.record("/api/v1/runs", &Method::GET, 200, Duration::from_secs(1));
        for invented in [b"BREW", b"WHEN"] {
            metrics.record("/api/v1/runs", &Method::from_bytes(invented).unwrap(), 405, Duration::from_millis(1));
        }
        let text = metrics.text();
        for expected in [
            "# TYPE balmer_http_requests_total counter",
            "balmer_http_requests_total{method=\"GET\",route=\"/api/v1/runs\",status=\"200\"} 2",
            "balmer_http_requests_total{method=\"OTHER\",route=\"/api/v1/runs\",status=\"405\"} 2",
            "balmer_http_request_duration_seconds_bucket{route=\"/api/v1/runs\",le=\"0.1\"} 3",
            "balmer_http_request_duration_seconds_bucket{route=\"/api/v1/runs\",le=\"+Inf\"} 4",
            "balmer_http_request_duration_seconds_count{route=\"/api/v1/runs\"} 4",
        ] {
            assert!(text.lines().any(|line| line == expected), "{expected} is not in\n{text}");
        }
    }
}
