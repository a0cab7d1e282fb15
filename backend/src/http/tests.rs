//! The routes from outside, on a small survey in a temporary folder.

mod coverage;
mod crossmatches;
mod document;
mod explain;
mod formats;
mod injections;
mod labels;
mod measurements;
mod subsets;

use std::time::Duration;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
    response::IntoResponse,
};
use balmer_core::pipeline::{PipelineSpec, Plan};
use balmer_exchange::api::RunStatus;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;
use tower::ServiceExt;

use super::{App, metrics::Metrics, problem::Failure, routes, stream::Downloads};
use crate::{
    explain::GraphCache,
    jobs::{
        Phase,
        launch::Threads,
        service::{Jobs, Limits},
    },
    storage::{Store, StoreError, WriteOptions, test_spectra::numbered},
};

/// A spec that the sixty short test spectra can go through.
const SPEC: &str = r#"{
    "schema_version": 1, "survey": "test",
    "recipe": {"window_angstrom": [6470.0, 6530.0], "pixels": 30, "continuum": "none"},
    "neighbors": {"n_neighbors": 20}, "lof": {"n_neighbors": 10}
}"#;

struct Server {
    router: Router,
    store: Store,
    jobs: Jobs,
    _closing: watch::Sender<bool>,
    _folder: TempDir,
}

struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
    /// The `detail` of a problem document of this status.
    fn problem(&self, status: u16) -> String {
        assert_eq!((self.status.as_u16(), self.header("content-type")), (status, "application/problem+json"));
        let json = self.json();
        assert_eq!(json["status"], status);
        assert!(json["title"].is_string() && json["type"].is_string() && json["instance"].is_string(), "{json}");
        json["detail"].as_str().unwrap_or_default().to_owned()
    }
}

impl Server {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_or_create(folder.path()).unwrap();
        let mut writer = store.writer("test", WriteOptions::default()).unwrap();
        for spectrum in numbered(60) {
            writer.push(spectrum).unwrap();
        }
        writer.commit().unwrap();
        drop(writer);
        let jobs = Jobs::open(store.clone(), Box::new(Threads(store.clone())), Limits::default()).await.unwrap();
        tokio::spawn({
            let jobs = jobs.clone();
            async move { jobs.serve().await }
        });
        let (closing, watched) = watch::channel(false);
        let router = routes(App {
            store: store.clone(),
            jobs: jobs.clone(),
            downloads: Downloads::default(),
            public_base_url: None,
            graphs: GraphCache::default(),
            metrics: Metrics::default(),
            closing: watched,
        });
        Self { router, store, jobs, _closing: closing, _folder: folder }
    }

    async fn send(&self, request: Request<Body>) -> Reply {
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Reply { status: parts.status, headers: parts.headers, body }
    }

    async fn get(&self, path: &str, accept: &str) -> Reply {
        let request = Request::get(path).header(header::HOST, "localhost:6563").header(header::ACCEPT, accept);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    async fn json(&self, path: &str) -> Value {
        let reply = self.get(path, "application/json").await;
        assert_eq!(reply.status, StatusCode::OK, "{path}: {}", String::from_utf8_lossy(&reply.body));
        reply.json()
    }

    async fn change(&self, method: &str, path: &str, media_type: &str, body: &str) -> Reply {
        let request = Request::builder().method(method).uri(path).header(header::HOST, "127.0.0.1:6563");
        let request = request.header(header::CONTENT_TYPE, media_type).header(header::CONTENT_LENGTH, body.len());
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// Posts the spec and waits for the run's end; its id and status.
    async fn run(&self, spec: &str) -> (String, Value) {
        let reply = self.change("POST", "/api/v1/runs", "application/json", spec).await;
        assert_eq!(reply.status, StatusCode::ACCEPTED, "{}", String::from_utf8_lossy(&reply.body));
        let location = reply.header("location").to_owned();
        assert_eq!(location, format!("/api/v1/runs/{}", reply.json()["id"].as_str().unwrap()));
        let run = self.ended(&location).await;
        (location, run)
    }

    /// The run at its end.
    async fn ended(&self, location: &str) -> Value {
        for _ in 0..300 {
            let run = self.json(location).await;
            if matches!(run["status"].as_str(), Some("done" | "failed" | "cancelled")) {
                return run;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the run at {location} does not end");
    }
}

#[tokio::test]
async fn surveys_and_spectra_are_told_with_units() {
    let server = Server::new().await;
    assert_eq!(server.json("/api/v1/health").await["status"], "ok");
    assert_eq!(server.json("/api/v1/surveys").await, json!([{"name": "test", "count": 60}]));
    let survey = server.json("/api/v1/surveys/test").await;
    let ra = survey["columns"].as_array().unwrap().iter().find(|column| column["name"] == "ra").unwrap();
    assert_eq!((&ra["unit"], &ra["ucd"]), (&json!("deg"), &json!("pos.eq.ra;meta.main")));
    assert_eq!(survey["coverage"]["dec"], json!([-5.0, -5.0]));

    let path = "/api/v1/surveys/test/columns";
    let column = server.json(&format!("{path}/snr_r?where=snr_r%20%3C%207")).await;
    assert_eq!((&column["count"], &column["range"]), (&json!(7), &json!([0.0, 6.0])));
    let column = server.json(&format!("{path}/class")).await;
    assert_eq!(column["values"], json!([{"value": "GALAXY", "count": 30}, {"value": "STAR", "count": 30}]));
    assert!(server.get(&format!("{path}/clas"), "*/*").await.problem(404).contains("`class`"));

    let path = "/api/v1/surveys/test/spectra?where=snr_r%20%3E%2049&order_by=snr_r%20desc&limit=2&offset=1";
    let page = server.json(path).await;
    assert_eq!((&page["total"], &page["offset"]), (&json!(10), &json!(1)));
    let ids: Vec<&Value> = page["rows"].as_array().unwrap().iter().map(|row| &row["spectrum_id"]).collect();
    assert_eq!(ids, ["s00058", "s00057"]);

    let body = server.json("/api/v1/surveys/test/spectra/s00003").await;
    assert_eq!((&body["medium"], body["flux"].as_array().unwrap().len()), (&json!("vacuum"), 60));
    assert_eq!(body["flux"][0], json!(180.0));
}

#[tokio::test]
async fn a_survey_ingested_anew_has_another_revision() {
    let server = Server::new().await;
    let told = || server.json("/api/v1/surveys/test");
    let before = told().await;
    assert_eq!(before["revision"].as_str().unwrap().len(), 64);
    assert_eq!(told().await, before);
    std::fs::remove_dir_all(server.store.survey("test").unwrap().folder()).unwrap();
    let mut writer = server.store.writer("test", WriteOptions::default()).unwrap();
    for spectrum in numbered(61).into_iter().skip(1) {
        writer.push(spectrum).unwrap();
    }
    writer.commit().unwrap();
    let after = told().await;
    assert_eq!(after["count"], before["count"]);
    assert_ne!(after["revision"], before["revision"]);
}

#[tokio::test]
async fn what_is_refused_is_a_problem_that_says_why() {
    let server = Server::new().await;
    let get = |path: &'static str| server.get(path, "*/*");
    assert!(get("/api/v1/surveys/tst").await.problem(404).contains("`test`"));
    assert!(get("/api/v1/surveys/test/spectra/x").await.problem(404).contains("no spectrum `x`"));
    assert!(get("/api/v1/runs/x").await.problem(404).contains("no run `x`"));
    let column = get("/api/v1/surveys/test/spectra?where=snr_rr%20%3E%201").await;
    assert!(column.problem(400).contains("snr_r"), "{}", column.problem(400));
    assert_eq!(column.json()["errors"][0]["name"], "where");
    get("/api/v1/surveys/test/spectra?where=1%3B%20drop%20table%20x").await.problem(400);
    get("/api/v1/surveys/test/spectra?limit=abc").await.problem(400);
    get("/api/v1/surveys/test/spectra?colour=red").await.problem(400);
    get("/api/v1/surveys/test/spectra?limit=1000000").await.problem(400);
    get("/api/v1/nowhere").await.problem(404);
    server.change("DELETE", "/api/v1/surveys", "application/json", "").await.problem(405);

    let post = |media_type: &'static str, body: &'static str| server.change("POST", "/api/v1/runs", media_type, body);
    assert!(
        post("application/json", r#"{"survey": "test", "lof": {"n_neighbours": 3}}"#)
            .await
            .problem(400)
            .contains("n_neighbors")
    );
    post("application/json", "{").await.problem(400);
    post("application/toml", "survey = ").await.problem(400);
    post("application/toml", "survey = \"nowhere\"").await.problem(404);
    post("text/plain", "survey = \"test\"").await.problem(415);
    let condition = post("application/toml", "survey = \"test\"\nwhere = \"nothing > 3\"").await;
    assert!(condition.problem(400).contains("nothing"));
    let large = "x".repeat(3 << 20);
    server.change("POST", "/api/v1/runs", "application/json", &large).await.problem(413);
    assert!(server.store.runs().unwrap().is_empty(), "a refused run leaves nothing behind");
}

#[tokio::test]
async fn a_condition_reaches_nothing_but_its_table() {
    let server = Server::new().await;
    for (condition, word) in [
        ("1=1; drop table x", "only one expression"),
        ("COPY x TO '/tmp/balmer-copy'", "only one expression"),
        ("select 1", "only one expression"),
        ("other.ra > 1", "names another table"),
        ("ra in (select ra from other)", "sub-queries"),
        ("exists (select * from '/etc/passwd')", "sub-queries"),
        ("read_csv('/etc/passwd') = 1", "`read_csv` is not allowed"),
        ("pg_sleep(10) = 1", "`pg_sleep` is not allowed"),
        ("generate_series(1, 1000000000) = 1", "`generate_series` is not allowed"),
        ("repeat(class, 1000000000) = 'x'", "`repeat` is not allowed"),
    ] {
        let condition: String = url_encoded(condition);
        for path in ["spectra", "features", "columns/ra"] {
            let reply = server.get(&format!("/api/v1/surveys/test/{path}?where={condition}"), "*/*").await;
            let detail = reply.problem(400);
            assert!(detail.starts_with("where: ") && detail.contains(word), "{condition}: {detail}");
            assert_eq!(reply.json()["errors"][0]["name"], "where");
        }
        let order = server.get(&format!("/api/v1/surveys/test/spectra?order_by={condition}"), "*/*").await;
        order.problem(400);
    }
    assert!(!std::path::Path::new("/tmp/balmer-copy").exists());
    let slow = Failure::from(StoreError::QueryTime(20.0)).into_response();
    assert_eq!(slow.status(), StatusCode::REQUEST_TIMEOUT);
}

fn url_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |encoded, byte| encoded + &format!("%{byte:02X}"))
}

#[tokio::test]
async fn a_run_goes_from_spec_to_candidates() {
    let server = Server::new().await;
    let (location, run) = server.run(SPEC).await;
    assert_eq!(run["status"], "done", "{run}");
    assert_eq!(run["counts"]["ranked"], 60);
    assert_eq!(run["spec"]["lof"]["n_neighbors"], 10);
    assert_eq!((&run["n_neighbors"], &run["method"], &run["where"]), (&json!(10), &json!("lof"), &json!(null)));
    assert!(run["elapsed_seconds"].as_f64().is_some_and(|s| s > 0.0 && s < 60.0), "{run}");
    assert!(run["device"].as_str().is_some_and(|device| device.starts_with("cpu")), "{run}");
    assert_eq!(server.json("/api/v1/runs").await[0]["id"], run["id"]);

    let page = server.json(&format!("{location}/candidates?limit=5")).await;
    assert_eq!(
        (&page["survey"], &page["total"], page["rows"].as_array().unwrap().len()),
        (&json!("test"), &json!(60), 5)
    );
    assert_eq!(page["rows"][0]["rank"], 1);
    let by_name = server.json(&format!("{location}/candidates?order_by=spectrum_id&offset=2&limit=1")).await;
    assert_eq!(by_name["rows"][0]["spectrum_id"], "s00002");

    let events = server.get(&format!("{location}/events"), "text/event-stream").await;
    let text = String::from_utf8(events.body.clone()).unwrap();
    assert!(events.header("content-type").starts_with("text/event-stream"));
    assert!(text.contains("event: done"), "{text}");

    let metrics = String::from_utf8(server.get("/metrics", "*/*").await.body).unwrap();
    let counted = "balmer_http_requests_total{method=\"POST\",route=\"/api/v1/runs\",status=\"202\"} 1";
    assert!(metrics.contains(counted) && metrics.contains("balmer_runs{state=\"done\"} 1"), "{metrics}");

    let again = server.change("POST", &format!("{location}/cancel"), "application/json", "").await;
    assert!(again.problem(409).contains("done already"));
    assert_eq!(server.change("DELETE", &location, "application/json", "").await.status, StatusCode::NO_CONTENT);
    server.get(&location, "*/*").await.problem(404);
}

#[tokio::test]
async fn a_run_that_fails_says_why() {
    let server = Server::new().await;
    let (location, run) = server.run(r#"{"survey": "test"}"#).await;
    // the default window is not covered by any of the test spectra
    assert_eq!(run["status"], "failed");
    let error = run["error"].as_str().unwrap();
    assert!(!error.is_empty());
    let events = server.get(&format!("{location}/events"), "text/event-stream").await;
    assert!(String::from_utf8(events.body.clone()).unwrap().contains("event: failed"));
    assert!(server.get(&format!("{location}/candidates"), "*/*").await.problem(409).contains("failed"));
    assert!(server.get(&format!("{location}/explain/s00001"), "*/*").await.problem(409).contains("failed"));
}

#[tokio::test]
async fn a_run_that_ended_early_starts_again_under_its_id() {
    let server = Server::new().await;
    let plan = Plan::new(PipelineSpec::from_json(SPEC).unwrap()).unwrap();
    let owned = server.store.create_run(plan.spec()).unwrap();
    let id = owned.run().id().to_owned();
    let location = format!("/api/v1/runs/{id}");
    let resume = async || server.change("POST", &format!("{location}/resume"), "application/json", "").await;
    assert!(resume().await.problem(409).contains("queued"));
    owned.run().cancel().unwrap();
    owned.finish(RunStatus::Cancelled, None).unwrap();
    let accepted = resume().await;
    assert_eq!((accepted.status, accepted.header("location")), (StatusCode::ACCEPTED, location.as_str()));
    let run = server.ended(&location).await;
    assert_eq!((&run["status"], &run["counts"]["ranked"], &run["error"]), (&json!("done"), &json!(60), &json!(null)));
    // its job ends a moment after it
    server.jobs.wait(&id, Phase::Executing, Duration::from_secs(10)).await.unwrap();
    assert!(resume().await.problem(409).contains("COMPLETED"));
    server.change("POST", "/api/v1/runs/x/resume", "application/json", "").await.problem(404);
    assert_eq!(server.json("/api/v1/runs").await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn ids_of_requests_are_echoed_where_they_are_ids() {
    let server = Server::new().await;
    let long = "a".repeat(129);
    for (sent, is_kept) in [("mine-7", true), (&*long, false), ("two words", false), ("", false)] {
        let request =
            Request::get("/api/v1/health").header(header::HOST, "localhost:6563").header("x-request-id", sent);
        let reply = server.send(request.body(Body::empty()).unwrap()).await;
        let id = reply.header("x-request-id");
        assert_eq!((id == sent, id.is_empty()), (is_kept, false), "{sent}: {id}");
    }
}

#[tokio::test]
async fn other_hosts_and_origins_are_refused() {
    let server = Server::new().await;
    let request = Request::get("/api/v1/surveys").header(header::HOST, "evil.example").body(Body::empty()).unwrap();
    server.send(request).await.problem(421);
    let request = Request::delete("/api/v1/runs/x").header(header::HOST, "localhost:6563");
    let request = request.header(header::ORIGIN, "http://evil.example").body(Body::empty()).unwrap();
    server.send(request).await.problem(403);
}

#[tokio::test]
async fn pages_have_a_strict_policy() {
    let server = Server::new().await;
    for path in ["/", "/runs/some-run/spec-1.fits"] {
        let page = server.get(path, "text/html").await;
        assert_eq!((page.status, page.header("x-content-type-options")), (StatusCode::OK, "nosniff"));
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'"), "{policy}");
        assert!(!policy.contains("unsafe-inline"), "{policy}");
    }
    server.get("/missing-0123456789abcdef.js", "*/*").await.problem(404);
}
