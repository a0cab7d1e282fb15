//! Objects planted over HTTP, and what a run found of them.

use balmer_core::simulate::Simulation;

use super::*;

const PATH: &str = "/api/v1/surveys/sky/injections";

/// The server of the other tests, with a simulated survey beside.
async fn server() -> Server {
    let server = Server::new().await;
    let options = WriteOptions { keep_duplicates: true, ..WriteOptions::default() };
    let mut writer = server.store.writer("sky", options).unwrap();
    for spectrum in Simulation::new(120, 6).spectra() {
        writer.push(spectrum).unwrap();
    }
    writer.commit().unwrap();
    server
}

#[tokio::test]
async fn what_is_planted_is_looked_for_in_a_run() {
    let server = server().await;
    let body =
        json!({"kinds": ["be", "p-cygni"], "count": 6, "seed": 2, "strength": [30, 60], "where": "truth = 'normal'"});
    let reply = server.change("POST", PATH, "application/json", &body.to_string()).await;
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    let report = reply.json();
    assert_eq!((&report["survey"], &report["spectra"]), (&json!("sky-injected-2"), &json!(120)));
    assert_eq!(report["columns"][0]["name"], "injected_strength");
    let page = server.json("/api/v1/surveys/sky-injected-2/spectra?where=injected_strength+BETWEEN+30+AND+60").await;
    assert_eq!(page["total"], 6);

    let spec = json!({"schema_version": 1, "survey": "sky-injected-2", "neighbors": {"n_neighbors": 40}, "lof": {"n_neighbors": 40}});
    let (run, _) = server.run(&spec.to_string()).await;
    let recall = server.json(&format!("{run}/recall?kinds=be,p-cygni")).await;
    assert_eq!((&recall["score"], &recall["survey"]), (&json!("lof"), &json!("sky-injected-2")));
    let detail: balmer_exchange::api::RecallDetail = serde_json::from_value(recall).unwrap();
    let strong = |row: &&balmer_exchange::api::PlantedRow| row.strength.is_some();
    let planted: Vec<_> = detail.kinds.iter().flat_map(|kind| kind.spectra.iter().filter(strong)).collect();
    assert_eq!(planted.len(), 6);
    assert!(planted.iter().all(|row| row.rank.unwrap() <= 20 && row.snr.unwrap() > 0.0), "{planted:?}");
    for kind in &detail.kinds {
        assert!(kind.spectra.is_sorted_by_key(|row| row.rank.unwrap_or(u32::MAX)));
        assert_eq!(kind.ranks(detail.total).recall(detail.total).unwrap().value, 1.0);
    }
    for (query, said) in [("score=lof2", "no score"), ("truth=flux", "flux"), ("kinds=nova", "nothing of nova")] {
        let reply = server.get(&format!("{run}/recall?{query}"), "application/json").await;
        assert!(reply.status.is_client_error(), "{query}: {}", reply.status);
        assert!(reply.json().to_string().contains(said), "{query}: {}", reply.json());
    }
}

#[tokio::test]
async fn planting_is_refused_with_the_remedy() {
    let server = server().await;
    for (body, status, said) in [
        (json!({"kinds": ["be"], "count": 121}), 400, "ask for fewer"),
        (json!({"kinds": ["be"], "count": 0}), 400, "ask for one at least"),
        (json!({"kinds": [], "count": 1}), 400, "choose one or more"),
        (json!({"kinds": ["be"], "count": 1, "strength": [5, 1]}), 400, "the smaller one first"),
        (json!({"kinds": ["bee"], "count": 1}), 400, "unknown variant `bee`"),
        (json!({"kinds": ["be"], "count": 1, "into": "test"}), 409, "test exists already"),
        (json!({"kinds": ["be"], "count": 1, "into": "a b"}), 400, "cannot be a name"),
    ] {
        let reply = server.change("POST", PATH, "application/json", &body.to_string()).await;
        assert_eq!(reply.status, status, "{body}: {}", reply.json());
        assert!(reply.json().to_string().contains(said), "{body}: {}", reply.json());
    }
    assert_eq!(server.change("POST", PATH, "text/csv", "").await.status, 415);
    assert!(!server.store.has_survey("sky-injected-0"));
}
