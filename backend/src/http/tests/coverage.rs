//! Where a survey's spectra are on the sky.

use super::*;

const COVERAGE: &str = "/api/v1/surveys/test/coverage";

#[tokio::test]
async fn a_survey_says_where_it_has_spectra() {
    let server = Server::new().await;
    // all of them are at one place: RA 10, Dec -5
    let reply = server.get(COVERAGE, "*/*").await;
    assert_eq!((reply.status, reply.header("content-type")), (StatusCode::OK, "application/json"));
    assert_eq!(reply.json(), json!({ "4": [1122] }));
    let fits = server.get(COVERAGE, "application/fits").await;
    assert_eq!(fits.header("content-type"), "application/fits");
    assert!(fits.header("content-disposition").contains("test-coverage.fits") && fits.body.starts_with(b"SIMPLE  ="));
    assert_eq!(server.get(&format!("{COVERAGE}?format=fits"), "*/*").await.body, fits.body);

    assert!(server.get(COVERAGE, "text/csv").await.problem(406).contains("application/fits"));
    assert!(server.get(&format!("{COVERAGE}?format=csv"), "*/*").await.problem(400).contains("json, fits"));
    assert!(server.get("/api/v1/surveys/tset/coverage", "*/*").await.problem(404).contains("tset"));
}
