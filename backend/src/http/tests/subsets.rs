//! Subsets over HTTP: named, asked for in conditions of spectra and of candidates, listed, deleted.

use super::*;

const PATH: &str = "/api/v1/surveys/test/subsets";

async fn make(server: &Server, name: &str, body: &str) -> Reply {
    server.change("PUT", &format!("{PATH}/{name}"), "application/json", body).await
}

#[tokio::test]
async fn subsets_are_made_listed_and_deleted() {
    let server = Server::new().await;
    let made = make(&server, "island", r#"{"spectrum_ids": ["s00007", "s00003", "s00007"]}"#).await;
    assert_eq!(made.status, StatusCode::CREATED);
    assert_eq!((&made.json()["name"], &made.json()["count"]), (&json!("island"), &json!(2)));
    let listed = server.json(PATH).await;
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["count"]), (1, &json!(2)));
    let whole = server.json(&format!("{PATH}/island")).await;
    assert_eq!((&whole["name"], &whole["spectrum_ids"]), (&json!("island"), &json!(["s00003", "s00007"])));
    // a name means the same spectra for ever
    assert_eq!(make(&server, "island", r#"{"spectrum_ids": ["s00003", "s00007"]}"#).await.status, StatusCode::CREATED);
    let other = make(&server, "island", r#"{"spectrum_ids": ["s00003"]}"#).await.problem(409);
    assert!(other.contains("delete it first"), "{other}");
    let deleted = server.change("DELETE", &format!("{PATH}/island"), "application/json", "").await;
    assert_eq!(deleted.status, StatusCode::NO_CONTENT);
    server.change("DELETE", &format!("{PATH}/island"), "application/json", "").await.problem(404);
    assert_eq!(server.json(PATH).await, json!([]));
}

#[tokio::test]
async fn what_is_no_subset_is_refused() {
    let server = Server::new().await;
    for (name, body, status) in [
        ("a", r#"{"spectrum_ids": []}"#, 400),
        ("a", r#"{"spectrum_ids": ["nobody"]}"#, 404),
        ("a", r#"{"ids": ["s00003"]}"#, 400),
        ("a", "s00003", 400),
        (".a", r#"{"spectrum_ids": ["s00003"]}"#, 400),
        ("a%2Fb", r#"{"spectrum_ids": ["s00003"]}"#, 400),
    ] {
        make(&server, name, body).await.problem(status);
    }
    let path = format!("{PATH}/a");
    server.change("PUT", &path, "text/csv", "s00003").await.problem(415);
    assert_eq!(server.json(PATH).await, json!([]));
}

#[tokio::test]
async fn spectra_and_candidates_are_asked_for_by_subset() {
    let server = Server::new().await;
    make(&server, "island", r#"{"spectrum_ids": ["s00003", "s00007"]}"#).await;
    let ids = |page: &Value| -> Vec<String> {
        let mut ids: Vec<String> = page["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["spectrum_id"].as_str().unwrap().to_owned())
            .collect();
        ids.sort();
        ids
    };
    let condition = "where=in_subset('island')".replace('\'', "%27");
    let spectra = server.json(&format!("/api/v1/surveys/test/spectra?{condition}")).await;
    assert_eq!(ids(&spectra), ["s00003", "s00007"]);
    let (location, run) = server.run(SPEC).await;
    assert_eq!(run["status"], "done");
    let candidates = server.json(&format!("{location}/candidates?{condition}")).await;
    assert_eq!(ids(&candidates), ["s00003", "s00007"]);
    let unknown = "where=in_subset('iland')".replace('\'', "%27");
    let refused = server.get(&format!("{location}/candidates?{unknown}"), "*/*").await.problem(400);
    assert!(refused.contains("did you mean `island`?"), "{refused}");
}
