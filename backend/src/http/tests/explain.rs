//! Explanations of a finished run.

use std::collections::BTreeMap;

use arrow_array::{cast::AsArray as _, types::Float32Type};
use arrow_ipc::reader::StreamReader;
use balmer_exchange::api::Explanation;

use super::*;

/// Two spectra near each end of the line on which the test spectra lie are labelled.
async fn labelled(server: &Server, labels: &str) -> String {
    for (id, label) in [("s00000", "low"), ("s00004", "low"), ("s00058", "high"), ("s00059", "high")] {
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

/// Mean, spread and shares once more, from the feature vectors that the API gives.
async fn check_against_the_features(server: &Server, location: &str, answer: &Explanation) {
    let run = server.json(location).await;
    let recipe = url_encoded(&run["spec"]["recipe"].to_string());
    let path = format!("/api/v1/surveys/test/features?recipe={recipe}");
    let mut vectors = BTreeMap::new();
    for batch in StreamReader::try_new(&server.get(&path, "*/*").await.body[..], None).unwrap() {
        let batch = batch.unwrap();
        let (ids, features) = (batch.column(0).as_string::<i32>(), batch.column(1).as_fixed_size_list());
        for (row, id) in ids.iter().enumerate() {
            vectors.insert(id.unwrap().to_owned(), features.value(row).as_primitive::<Float32Type>().values().to_vec());
        }
    }
    let own = &vectors[&answer.spectrum_id];
    assert_eq!(own, &answer.features.values);
    let near: Vec<&Vec<f32>> = answer.neighbors.iter().map(|n| &vectors[&n.spectrum_id]).collect();
    let mean_of = |value: &dyn Fn(&[f32]) -> f64| near.iter().map(|v| value(v)).sum::<f64>() / near.len() as f64;
    let square = |x: f64| x * x;
    let parts: Vec<f64> = (0..own.len()).map(|i| mean_of(&|v| square(f64::from(v[i]) - f64::from(own[i])))).collect();
    let total: f64 = parts.iter().sum();
    for (i, part) in parts.iter().enumerate() {
        let mean = mean_of(&|v| f64::from(v[i]));
        let sd = mean_of(&|v| square(f64::from(v[i]) - mean)).sqrt();
        let told = &answer.features;
        for (told, expected) in
            [(told.neighbor_mean[i], mean), (told.neighbor_sd[i], sd), (told.contribution[i], part / total)]
        {
            assert!(
                (f64::from(told) - expected).abs() <= 1e-5 * expected.abs(),
                "pixel {i}: {told}, expected {expected}"
            );
        }
    }
}

#[tokio::test]
async fn neighbours_pixels_and_label_sources_are_told() {
    let server = Server::new().await;
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
        check_against_the_features(&server, &location, &answer).await;

        // one seed is next to it, the other beyond that one; the other end of the line sends next to nothing
        let seeds = &answer.seeds;
        let ids: Vec<&str> = seeds.iter().map(|seed| seed.spectrum_id.as_str()).collect();
        assert_eq!(ids[..2], ["s00004", "s00000"]);
        assert!(seeds[0].share > 1.2 * seeds[1].share && seeds.iter().all(|seed| seed.label == "low"), "{seeds:?}");
        assert!((seeds.iter().map(|seed| seed.share).sum::<f64>() - 1.0).abs() < 1e-9);
        assert_eq!(answer.seeds_missing, None);
        // a label given after the run changes nothing of it
        let body = json!({"spectrum_id": "s00006", "label": "low"}).to_string();
        server.change("POST", "/api/v1/surveys/test/labels", "application/json", &body).await;
        let again = explained(&server, &location, "s00005").await;
        assert!(again.seeds.iter().all(|seed| seed.spectrum_id != "s00006"));
        server.change("DELETE", "/api/v1/surveys/test/labels", "application/json", "").await;
    }
}

#[tokio::test]
async fn all_pairs_are_explained_too() {
    let server = Server::new().await;
    let location = labelled(&server, r#"{"kernel": "rbf", "gamma": 1e-7}"#).await;
    let answer = explained(&server, &location, "s00057").await;
    assert!((answer.seeds.iter().map(|seed| seed.share).sum::<f64>() - 1.0).abs() < 1e-9, "{:?}", answer.seeds);
}

#[tokio::test]
async fn what_was_not_ranked_cannot_be_explained() {
    let server = Server::new().await;
    let spec = SPEC.replace(r#""survey": "test","#, r#""survey": "test", "where": "snr_r > 9","#);
    let (location, _) = server.run(&spec).await;
    let missing = server.get(&format!("{location}/explain/s00003"), "*/*").await;
    assert!(missing.problem(404).contains("`s00003`: it is not among"), "{}", missing.problem(404));
    server.get(&format!("{location}/explain/it's"), "*/*").await.problem(404);
    server.get("/api/v1/runs/x/explain/s00003", "*/*").await.problem(404);
    let answer = explained(&server, &location, "s00030").await;
    assert!(answer.seeds.is_empty() && answer.seeds_missing.is_none(), "the run has no label stage");
}
