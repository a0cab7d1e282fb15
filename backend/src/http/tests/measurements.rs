//! Lines measured over HTTP.

use serde_json::{Value, json};

use super::Server;

const PATH: &str = "/api/v1/surveys/test/measurements";

#[tokio::test]
async fn a_measurement_makes_columns() {
    let server = Server::new().await;
    let region = |from: f64, to: f64| json!({"from": from, "to": to, "medium": "vacuum"});
    let body = json!({
        "prefix": "ha",
        "where": "snr_r > 3",
        "request": {
            "line": 6500.0,
            "window": region(6490.0, 6510.0),
            "continuum": {"straight": {"left": region(6475.0, 6490.0), "right": region(6510.0, 6525.0)}},
        },
    });
    let reply = server.change("POST", PATH, "application/json", &body.to_string()).await;
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    let (report, asked) = (reply.json(), server.json("/api/v1/surveys/test/spectra?where=snr_r%3E3&limit=1").await);
    let unmeasured: u64 = report["unmeasured"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
    assert_eq!(report["measured"].as_u64().unwrap() + unmeasured, asked["total"].as_u64().unwrap());
    let columns = server.json("/api/v1/surveys/test").await["columns"].clone();
    let column = columns.as_array().unwrap().iter().find(|column| column["name"] == "ha_ew").unwrap().clone();
    assert_eq!((&column["unit"], &column["ucd"]), (&json!("Angstrom"), &json!("spect.line.eqWidth")));
    let page = server.json("/api/v1/surveys/test/spectra?where=ha_ew+IS+NOT+NULL&columns=spectrum_id,ha_ew").await;
    assert_eq!(page["total"], report["measured"]);
    assert!(page["rows"][0]["ha_ew"].is_number(), "{page}");
}

#[tokio::test]
async fn a_refusal_says_what_to_mend() {
    let server = Server::new().await;
    for (body, said) in [
        (json!({"prefix": "ha", "request": {"window": 1, "continuum": "normalised"}}), "invalid type"),
        (json!({"prefix": "ha", "request": {"continuum": "normalised"}}), "missing field `window`"),
        (json!({"prefix": "ha", "requests": {}}), "unknown field `requests`"),
    ] {
        let reply = server.change("POST", PATH, "application/json", &body.to_string()).await;
        let detail = reply.problem(400);
        assert!(format!("{detail} {}", reply.json()).contains(said), "{detail}");
    }
    let whole = json!({"from": 6490.0, "to": 6510.0, "medium": "vacuum"});
    let beyond = json!({"prefix": "ha", "request": {"window": {"from": 1.0, "to": 2.0, "medium": "air"}, "continuum": "normalised"}});
    let detail = server.change("POST", PATH, "application/json", &beyond.to_string()).await.problem(400);
    assert!(
        detail.contains("none of 60 spectra can be measured") && detail.contains("choose one inside it"),
        "{detail}"
    );
    let body = json!({"prefix": "ha", "request": {"window": whole, "continuum": "normalised"}}).to_string();
    assert_eq!(server.change("POST", PATH, "text/csv", &body).await.status, 415);
    assert_eq!(server.change("POST", "/api/v1/surveys/x/measurements", "application/json", &body).await.status, 404);
}
