//! A survey matched over HTTP, and what a run's candidates say of it.

use serde_json::{Value, json};

use super::{SPEC, Server};

const PATH: &str = "/api/v1/surveys/test/crossmatches";

/// The first three spectra, 1" off, and a row far from all.
async fn rows(server: &Server) -> String {
    let page = server.json("/api/v1/surveys/test/spectra?limit=3&columns=ra,dec").await;
    let place = |row: &Value| format!("{},{},v\n", row["ra"], row["dec"].as_f64().unwrap() + 1.0 / 3600.0);
    let near: String = page["rows"].as_array().unwrap().iter().map(place).collect();
    format!("RAJ2000,DEJ2000,kind\n{near}10,80,w\n")
}

#[tokio::test]
async fn a_catalogue_is_sent_listed_and_taken_away() {
    let server = Server::new().await;
    let rows = rows(&server).await;
    let reply =
        server.change("POST", &format!("{PATH}?radius=3arcsec&prefix=known&name=v.csv"), "text/csv", &rows).await;
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    let report = reply.json();
    assert_eq!((&report["spectra"], &report["rows"], &report["rows_matched"]), (&json!(3), &json!(4), &json!(3)));
    let unknown = server.json("/api/v1/surveys/test/spectra?where=known_separation+IS+NULL&limit=1").await;
    assert_eq!(unknown["total"], 57);

    let joined = server.json(PATH).await;
    let one = &joined[0];
    assert_eq!(
        (&one["prefix"], &one["kind"], &one["source"]),
        (&json!("known"), &json!("crossmatch"), &json!("v.csv"))
    );
    assert_eq!((&one["spectra"], &one["radius"], &one["find"]), (&json!(3), &json!("3arcsec"), &json!("best")));

    // a run of before and its candidates
    let (location, run) = server.run(SPEC).await;
    assert_eq!(run["status"], "done", "{run}");
    let all = server.json(&format!("{location}/candidates?limit=100")).await;
    let path = format!("{location}/candidates?where=known_separation+IS+NULL+AND+rank+%3E+0&order_by=rank&limit=100");
    let unknown = server.json(&path).await;
    assert_eq!(all["total"].as_u64().unwrap(), unknown["total"].as_u64().unwrap() + 3);
    let path = format!(
        "{location}/candidates?where=known_kind+%3D+%27v%27&columns=rank,spectrum_id,known_kind,known_separation"
    );
    let known = server.json(&path).await;
    assert_eq!(known["total"], 3);
    for row in known["rows"].as_array().unwrap() {
        assert_eq!((&row["known_kind"], row.as_object().unwrap().len()), (&json!("v"), 4));
        assert!((row["known_separation"].as_f64().unwrap() - 1.0).abs() < 1e-6, "{row}");
        let rank = &all["rows"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["spectrum_id"] == row["spectrum_id"])
            .unwrap()["rank"];
        assert_eq!(&row["rank"], rank);
    }
    let csv = server
        .get(&format!("{location}/candidates?columns=known_kind,rank&order_by=known_separation&format=csv"), "*/*")
        .await;
    let text = String::from_utf8(csv.body).unwrap();
    assert!(text.starts_with("known_kind,rank\nv,") && text.lines().count() == 61, "{text}");
    let refused =
        server.get(&format!("{location}/candidates?where=known_seperation+IS+NULL"), "*/*").await.problem(400);
    assert!(refused.contains("did you mean"), "{refused}");

    let gone = server.change("DELETE", &format!("{PATH}/known"), "application/json", "").await;
    assert_eq!((gone.status.as_u16(), &gone.json()), (200, one));
    assert_eq!(server.json(PATH).await, json!([]));
    assert_eq!(server.change("DELETE", &format!("{PATH}/known"), "application/json", "").await.status, 404);
    assert_eq!(server.get(&format!("{location}/candidates?where=known_separation+IS+NULL"), "*/*").await.status, 400);
}

#[tokio::test]
async fn a_survey_is_matched_with_another() {
    let server = Server::new().await;
    let body = json!({"survey": "test", "radius": "1arcsec", "find": "each-spectrum", "columns": "spectrum_id"});
    let reply = server.change("POST", PATH, "application/json", &body.to_string()).await;
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    let same = server.json("/api/v1/surveys/test/spectra?where=test_separation+%3D+0&limit=1").await;
    assert_eq!(same["total"], reply.json()["spectra"]);
}

#[tokio::test]
async fn a_refusal_says_what_to_mend() {
    let server = Server::new().await;
    let csv = "ra,dec\n1,2\n";
    for (query, body, said) in [
        ("", csv, "radius=3arcsec"),
        ("?radius=3", csv, "say the unit"),
        ("?radius=3arcsec&find=nearest", csv, "each-spectrum"),
        ("?radius=3arcsec&ra=x&dec=y", csv, "no column `x`"),
        ("?radius=3arcsec&colour=x", csv, "colour"),
        ("?radius=3arcsec", "a,b\n1,2\n", "among a, b"),
        ("?radius=3arcsec", "<?xml version='1.0'?><VOTABLE><", "malformed"),
        ("?radius=3arcsec", "PAR1 is not enough", "Parquet"),
    ] {
        let detail =
            server.change("POST", &format!("{PATH}{query}"), "application/octet-stream", body).await.problem(400);
        assert!(detail.contains(said), "{query} {body}: {detail}");
    }
    for (body, status, said) in [
        (json!({"radius": "1deg"}), 400, "survey"),
        (json!({"radius": "1deg", "survey": "tst"}), 404, "`test`"),
        (json!({"survey": "test"}), 400, "radius"),
    ] {
        let detail = server.change("POST", PATH, "application/json", &body.to_string()).await.problem(status);
        assert!(detail.contains(said), "{detail}");
    }
    assert_eq!(server.change("POST", PATH, "application/toml", csv).await.status, 415);
    assert_eq!(server.change("POST", PATH, "application/x-www-form-urlencoded", csv).await.status, 415);
}
