//! The `OpenAPI` document against the routes.

use super::*;
use crate::http::openapi::BASE;

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

#[tokio::test]
async fn the_document_and_the_routes_are_the_same() {
    let server = Server::new().await;
    let document = server.json(&format!("{BASE}/openapi.json")).await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{}", document["openapi"]);
    assert_eq!(document["servers"][0]["url"], BASE);
    let paths = document["paths"].as_object().unwrap();
    for (path, item) in paths {
        let plain = format!("{BASE}{}", path.replace(['{', '}'], ""));
        for method in METHODS {
            let reply = server.change(&method.to_uppercase(), &plain, "application/json", "").await;
            let there = reply.status != StatusCode::METHOD_NOT_ALLOWED;
            assert_eq!(there, item.get(method).is_some(), "{method} {path}: {}", reply.status);
            if there && reply.status.is_client_error() {
                let status = reply.status.as_u16().to_string();
                assert!(item[method]["responses"].get(&status).is_some(), "{method} {path} does not tell of {status}");
                assert!(!reply.problem(reply.status.as_u16()).contains("no such route"), "{path}");
            }
        }
    }
    // what users and checks may rely on
    for (path, methods) in [
        ("/health", "get"),
        ("/openapi.json", "get"),
        ("/surveys", "get"),
        ("/surveys/{survey}", "get"),
        ("/surveys/{survey}/columns/{column}", "get"),
        ("/surveys/{survey}/coverage", "get"),
        ("/surveys/{survey}/measurements", "post"),
        ("/surveys/{survey}/crossmatches", "get post"),
        ("/surveys/{survey}/crossmatches/{prefix}", "delete"),
        ("/surveys/{survey}/injections", "post"),
        ("/surveys/{survey}/families", "get post"),
        ("/surveys/{survey}/families/{family}", "delete"),
        ("/runs/{run}/families", "get"),
        ("/surveys/{survey}/classes", "get put"),
        ("/surveys/{survey}/spectra", "get"),
        ("/surveys/{survey}/spectra/{id}", "get"),
        ("/surveys/{survey}/spectra/{id}/trace", "get"),
        ("/surveys/{survey}/features", "get"),
        ("/surveys/{survey}/labels", "get post delete"),
        ("/surveys/{survey}/labels/history", "get"),
        ("/surveys/{survey}/subsets", "get"),
        ("/surveys/{survey}/subsets/{subset}", "get put delete"),
        ("/runs", "get post"),
        ("/runs/{run}", "get delete"),
        ("/runs/{run}/provenance", "get"),
        ("/runs/{run}/cancel", "post"),
        ("/runs/{run}/resume", "post"),
        ("/runs/{run}/events", "get"),
        ("/runs/{run}/candidates", "get"),
        ("/runs/{run}/explain/{id}", "get"),
        ("/runs/{run}/recall", "get"),
    ] {
        for method in methods.split(' ') {
            assert!(paths.get(path).is_some_and(|item| item.get(method).is_some()), "{method} {path}");
        }
    }
    let total: usize = paths.values().map(|item| item.as_object().unwrap().len()).sum();
    assert_eq!((paths.len(), total), (31, 40), "a new route belongs into this test too");
}

#[tokio::test]
async fn every_reference_in_the_document_leads_somewhere() {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(object) => object.iter().for_each(|(key, value)| match value.as_str() {
                Some(target) if key == "$ref" => found.push(target.to_owned()),
                _ => references(value, found),
            }),
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let document = Server::new().await.json(&format!("{BASE}/openapi.json")).await;
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 50, "{}", found.len());
    for target in found {
        assert!(document.pointer(target.trim_start_matches('#')).is_some_and(Value::is_object), "{target}");
    }
    let spec = &document["components"]["schemas"]["PipelineSpec"]["properties"];
    assert!(spec["lof"]["properties"]["n_neighbors"].is_object(), "{spec}");
}
