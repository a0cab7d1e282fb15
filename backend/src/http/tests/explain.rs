//! Explanations of a finished run.

use balmer_exchange::api::Explanation;

use super::*;

/// Every second spectrum differs from the others; two of each kind are labelled.
async fn labelled(server: &Server, labels: &str) -> String {
    for (id, label) in [("s00000", "low"), ("s00001", "low"), ("s00058", "high"), ("s00059", "high")] {
        let body = json!({"spectrum_id": id, "label": label}).to_string();
        server.change("POST", "/api/v1/surveys/test/labels", "application/json", &body).await;
    }
    let mut spec: Value = serde_json::from_str(SPEC).unwrap();
    spec["recipe"]["scale"] = json!("none");
    spec["labels"] = serde_json::from_str(labels).unwrap();
    let (location, run) = server.run(&spec.to_string()).await;
    assert_eq!(run["status"], "done", "{run}");
    location
}

async fn explained(server: &Server, location: &str, id: &str) -> Explanation {
    serde_json::from_value(server.json(&format!("{location}/explain/{id}")).await).unwrap()
}

#[tokio::test]
async fn neighbours_pixels_and_label_sources_are_told() {
    let server = Server::new();
    for algorithm in ["spreading", "propagation"] {
        let labels = json!({"algorithm": algorithm, "n_neighbors": 4}).to_string();
        let location = labelled(&server, &labels).await;
        let answer = explained(&server, &location, "s00005").await;
        assert_eq!((answer.spectrum_id.as_str(), answer.neighbors.len()), ("s00005", 10));
        assert!(answer.neighbors.windows(2).all(|pair| pair[0].distance <= pair[1].distance));
        // the test spectra lie on a line in the order of their numbers
        let mut nearest: Vec<&str> = answer.neighbors[..2].iter().map(|n| n.spectrum_id.as_str()).collect();
        nearest.sort_unstable();
        assert_eq!(nearest, ["s00004", "s00006"]);
        assert_eq!(answer.neighbors[0].label.as_deref(), Some("low"));

        let features = &answer.features;
        assert_eq!((features.wavelengths.len(), features.values.len(), features.neighbor_sd.len()), (30, 30, 30));
        assert!((features.contribution.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        assert!(features.neighbor_sd.iter().all(|sd| *sd > 0.0));

        let ids: Vec<&str> = answer.seeds.iter().map(|seed| seed.spectrum_id.as_str()).collect();
        assert!(ids.contains(&"s00001") && answer.seeds.iter().all(|seed| seed.label == "low"), "{ids:?}");
        assert!((answer.seeds.iter().map(|seed| seed.share).sum::<f64>() - 1.0).abs() < 1e-9);
        assert_eq!(answer.seeds_missing, None);
        // a label given after the run changes nothing of it
        let body = json!({"spectrum_id": "s00004", "label": "low"}).to_string();
        server.change("POST", "/api/v1/surveys/test/labels", "application/json", &body).await;
        let again = explained(&server, &location, "s00005").await;
        assert!(again.seeds.iter().all(|seed| seed.spectrum_id != "s00004"));
        server.change("DELETE", "/api/v1/surveys/test/labels", "application/json", "").await;
    }
}

#[tokio::test]
async fn all_pairs_are_explained_too() {
    let server = Server::new();
    let location = labelled(&server, r#"{"kernel": "rbf", "gamma": 1e-7}"#).await;
    let answer = explained(&server, &location, "s00057").await;
    assert!((answer.seeds.iter().map(|seed| seed.share).sum::<f64>() - 1.0).abs() < 1e-9, "{:?}", answer.seeds);
}

#[tokio::test]
async fn what_was_not_ranked_cannot_be_explained() {
    let server = Server::new();
    let spec = SPEC.replace(r#""survey": "test","#, r#""survey": "test", "where": "snr_r > 9","#);
    let (location, _) = server.run(&spec).await;
    let missing = server.get(&format!("{location}/explain/s00003"), "*/*").await;
    assert!(missing.problem(404).contains("`s00003`: it is not among"), "{}", missing.problem(404));
    server.get(&format!("{location}/explain/it's"), "*/*").await.problem(404);
    server.get("/api/v1/runs/x/explain/s00003", "*/*").await.problem(404);
    let answer = explained(&server, &location, "s00030").await;
    assert!(answer.seeds.is_empty() && answer.seeds_missing.is_none(), "the run has no label stage");
}
