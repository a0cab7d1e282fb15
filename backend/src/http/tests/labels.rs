//! Labels over HTTP: given, imported, listed, taken back.

use super::*;

const PATH: &str = "/api/v1/surveys/test/labels";

async fn give(server: &Server, body: &str) -> Reply {
    server.change("POST", PATH, "application/json", body).await
}

#[tokio::test]
async fn labels_are_given_listed_and_taken_back() {
    let server = Server::new().await;
    let given = give(&server, r#"{"spectrum_id": "s00001", "label": "Be star", "note": "clear"}"#).await;
    assert_eq!(given.status, StatusCode::CREATED);
    let change = given.json();
    assert_eq!((&change["number"], &change["author"], &change["note"]), (&json!(1), &json!("local"), &json!("clear")));
    let listed = server.json(PATH).await;
    assert_eq!((&listed[0]["spectrum_id"], &listed[0]["label"]), (&json!("s00001"), &json!("Be star")));
    give(&server, r#"{"spectrum_id": "x", "label": "a"}"#).await.problem(404);
    give(&server, r#"{"spectrum_id": "s00001", "labl": "a"}"#).await.problem(400);
    let long = format!("{PATH}?author={}", "x".repeat(201));
    let body = r#"{"spectrum_id": "s00001", "label": "a", "author": "ann"}"#;
    assert!(server.change("POST", &long, "application/json", body).await.problem(400).contains("200"));
    assert_eq!(server.change("DELETE", PATH, "application/json", "").await.json()["label"], "Be star");
    assert_eq!(server.json(PATH).await, json!([]));
    server.change("DELETE", PATH, "application/json", "").await.problem(404);
}

#[tokio::test]
async fn what_no_file_can_hold_is_no_label() {
    let server = Server::new().await;
    for (label, note) in [(r"nul\u0000x", ""), (r"\u001b[31mred", ""), ("a", r"bell\u0007"), (r"two\nlines", "")] {
        let body = format!(r#"{{"spectrum_id": "s00001", "label": "{label}", "note": "{note}"}}"#);
        assert!(give(&server, &body).await.problem(400).contains("control character U+"), "{body}");
    }
    let classes = server.change("PUT", "/api/v1/surveys/test/classes", "application/json", r#"["a\u0000"]"#).await;
    assert!(classes.problem(400).contains("control character U+0000"));
    let file = "spectrum_id,label\ns00001,a\u{0}b\n";
    assert!(server.change("POST", PATH, "text/csv", file).await.problem(400).contains("U+0000"));
    assert_eq!(server.json(PATH).await, json!([]));
}

#[tokio::test]
async fn undo_goes_back_through_the_whole_history() {
    let server = Server::new().await;
    for label in [r#""a""#, r#""b""#, "null"] {
        give(&server, &format!(r#"{{"spectrum_id": "s00001", "label": {label}}}"#)).await;
    }
    let mut states = Vec::new();
    for undone in [json!(null), json!("b"), json!("a")] {
        let back = server.change("DELETE", PATH, "application/json", "").await;
        assert_eq!((back.status, &back.json()["label"]), (StatusCode::OK, &undone));
        states.push(server.json(PATH).await[0]["label"].clone());
    }
    assert_eq!(states, [json!("b"), json!("a"), json!(null)]);
    server.change("DELETE", PATH, "application/json", "").await.problem(404);
    server.change("DELETE", &format!("{PATH}?author=ann"), "application/json", "").await.problem(404);

    let history = server.json(&format!("{PATH}/history?limit=2")).await;
    assert_eq!((&history[0]["number"], &history[0]["undoes"]), (&json!(6), &json!(1)));
    assert_eq!(history.as_array().unwrap().len(), 2);
    assert_eq!(server.json(&format!("{PATH}/history")).await.as_array().unwrap().len(), 6);
    server.get(&format!("{PATH}/history?limit=10000000"), "*/*").await.problem(400);
}

#[tokio::test]
async fn a_label_file_goes_in_and_comes_out() {
    let server = Server::new().await;
    let file = "spectrum_id,label,note\ns00001,be,\"a, b\"\ns00002,cv,\nnobody,be,\n";
    let path = format!("{PATH}?author=ann");
    let report = server.change("POST", &path, "text/csv; charset=utf-8", file).await;
    assert_eq!((report.status, &report.json()["imported"]), (StatusCode::OK, &json!(2)));
    assert_eq!(report.json()["first_unknown"], json!(["nobody"]));
    assert_eq!(server.change("POST", &path, "text/csv", file).await.json()["unchanged"], 2);
    let csv = server.get(PATH, "text/csv").await;
    assert!(csv.header("content-disposition").contains("test-labels.csv"), "{}", csv.header("content-disposition"));
    let text = String::from_utf8(csv.body).unwrap();
    assert!(text.starts_with("spectrum_id,label,author,time,note\ns00001,be,ann,"), "{text}");
    assert_eq!(String::from_utf8(server.get(&format!("{PATH}?format=csv"), "*/*").await.body).unwrap(), text);
    let wrong = server.change("POST", PATH, "text/csv", "id,label\ns00001,be\n").await;
    assert!(wrong.problem(400).contains("no column `spectrum_id`"));
    server.change("POST", PATH, "application/toml", "x = 1").await.problem(415);
    let large = format!("spectrum_id,label\n{}", "s00001,be\n".repeat(300_000));
    assert_eq!(server.change("POST", PATH, "text/csv", &large).await.status, StatusCode::OK);
}

#[tokio::test]
async fn classes_are_declared_and_bind() {
    let server = Server::new().await;
    let path = "/api/v1/surveys/test/classes";
    assert_eq!(server.json(path).await, json!([]));
    let declared = server.change("PUT", path, "application/json", r#"["emission", "absorption"]"#).await;
    assert_eq!((declared.status, declared.json()), (StatusCode::OK, json!(["emission", "absorption"])));
    let refused = give(&server, r#"{"spectrum_id": "s00001", "label": "emision"}"#).await;
    assert!(refused.problem(400).contains("did you mean `emission`"));
    give(&server, r#"{"spectrum_id": "s00001", "label": "emission"}"#).await;
    let in_use = server.change("PUT", path, "application/json", r#"["absorption"]"#).await;
    assert!(in_use.problem(400).contains("`emission`"));
    server.change("PUT", path, "application/json", r#"{"a": 1}"#).await.problem(400);
    server.change("PUT", path, "text/csv", "a").await.problem(415);
    assert_eq!(server.change("PUT", path, "application/json", "[]").await.json(), json!([]));
    assert_eq!(server.json(path).await, json!([]), "no classes: any may be given again");
}
