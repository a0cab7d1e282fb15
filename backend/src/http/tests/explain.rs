//! Explanations of a finished run.

use std::collections::BTreeMap;

use arrow_array::{cast::AsArray as _, types::Float32Type};
use arrow_ipc::reader::StreamReader;
use balmer_exchange::api::{Density, Explanation, NeighborRow, RecipeTrace};

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
    let squares = |n: &NeighborRow| f64::from(n.distance) * f64::from(n.distance);
    let distance = answer.neighbors.iter().map(squares).sum::<f64>() / near.len() as f64;
    assert!((answer.features.mean_squared_distance / distance - 1.0).abs() < 1e-5);
}

/// The factor once more, from the densities that are told.
fn check_the_factor(answer: &Explanation) {
    let own = answer.density.expect("the run kept it");
    let others: Vec<Density> = answer.neighbors.iter().map(|n| n.density.expect("the run kept it")).collect();
    let number = others.len() as f64;
    let mean = others.iter().map(|density| f64::from(density.lrd)).sum::<f64>() / number;
    assert!((mean / f64::from(own.lrd) / f64::from(answer.lof) - 1.0).abs() < 1e-5, "{answer:?}");
    // and its own density from how far away the neighbours are, or theirs
    let pairs = answer.neighbors.iter().zip(&others);
    let reach = pairs.map(|(n, density)| f64::from(n.distance.max(density.k_distance))).sum::<f64>() / number;
    assert!((1.0 / reach / f64::from(own.lrd) - 1.0).abs() < 1e-5, "{answer:?}");
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
        check_the_factor(&answer);
        let places: Vec<&str> = answer.places.iter().map(|place| place.setting.as_str()).collect();
        assert_eq!(places, ["k = 5", "k = 7", "k = 10", "k = 15", "k = 20"]);
        assert_eq!((answer.places[2].rank, answer.ranked), (Some(answer.rank), 60));

        // one seed is next to it, the other beyond that one; the other end of the line sends next to nothing
        let seeds = &answer.seeds;
        let ids: Vec<&str> = seeds.iter().map(|seed| seed.spectrum_id.as_str()).collect();
        assert_eq!(ids[..2], ["s00004", "s00000"]);
        assert!(seeds[0].share > 1.2 * seeds[1].share && seeds.iter().all(|seed| seed.label == "low"), "{seeds:?}");
        assert!((seeds.iter().map(|seed| seed.share).sum::<f64>() - 1.0).abs() < 1e-9);
        assert_eq!((&answer.seeds_missing, answer.seeds_left), (&None, 0));
        check_without(&server, &location, &labels, &answer).await;
        // a label given after the run changes nothing of it
        let body = json!({"spectrum_id": "s00006", "label": "low"}).to_string();
        server.change("POST", "/api/v1/surveys/test/labels", "application/json", &body).await;
        let again = explained(&server, &location, "s00005").await;
        assert!(again.seeds.iter().all(|seed| seed.spectrum_id != "s00006"));
        server.change("DELETE", "/api/v1/surveys/test/labels", "application/json", "").await;
    }
}

/// What is said of the first label taken back is what a run without it finds.
async fn check_without(server: &Server, location: &str, labels: &str, answer: &Explanation) {
    let seed = &answer.seeds[0];
    let path = "/api/v1/surveys/test/labels";
    let give = |label: Value| json!({"spectrum_id": seed.spectrum_id, "label": label}).to_string();
    server.change("POST", path, "application/json", &give(Value::Null)).await;
    let mut spec = server.json(location).await["spec"].take();
    spec["labels"] = serde_json::from_str(labels).unwrap();
    // what is stated is of labels that have settled
    (spec["labels"]["tol"], spec["labels"]["max_iter"]) = (json!(1e-9), json!(1_000_000));
    let (other, _) = server.run(&spec.to_string()).await;
    let page = server.json(&format!("{other}/candidates?where=spectrum_id%3D'{}'", answer.spectrum_id)).await;
    let place = page["classes"].as_array().unwrap().iter().position(|class| *class == seed.label).unwrap();
    let then = page["rows"][0]["probabilities"][place].as_f64().unwrap();
    let stated = seed.without.expect("told of the first");
    assert!((then - stated).abs() < 1e-5, "without {}: {then}, stated {stated}", seed.spectrum_id);
    server.change("POST", path, "application/json", &give(json!(seed.label))).await;
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

#[tokio::test]
async fn a_recipe_is_traced_from_native_pixels_to_the_vector_of_a_run() {
    let server = Server::new().await;
    let (location, run) = server.run(SPEC).await;
    let recipe = url_encoded(&run["spec"]["recipe"].to_string());
    let path = format!("/api/v1/surveys/test/spectra/s00005/trace?recipe={recipe}");
    let trace: RecipeTrace = serde_json::from_value(server.json(&path).await).unwrap();
    let last = trace.steps.last().unwrap();
    let values: Vec<f32> = last.values.iter().flatten().copied().collect();
    assert_eq!(values, explained(&server, &location, "s00005").await.features.values);
    assert_eq!((trace.steps[0].step.as_str(), last.step.as_str(), trace.rejected), ("native", "scaled", None));
    // a window that the spectrum does not have
    let elsewhere = url_encoded(r#"{"window_angstrom": [3000.0, 3100.0]}"#);
    let trace = server.json(&format!("/api/v1/surveys/test/spectra/s00005/trace?recipe={elsewhere}")).await;
    assert!(trace["rejected"].as_str().unwrap().contains("3000"), "{trace}");
    assert_eq!(trace["steps"], json!([]));
    server.get("/api/v1/surveys/test/spectra/nobody/trace", "*/*").await.problem(404);
    let bad = url_encoded(r#"{"pixel": 3}"#);
    let bad = server.get(&format!("/api/v1/surveys/test/spectra/s00005/trace?recipe={bad}"), "*/*").await;
    assert!(bad.problem(400).contains("recipe.pixels"), "{}", bad.problem(400));
}
