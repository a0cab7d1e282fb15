//! The same rows in every format.

use arrow_array::RecordBatch;
use arrow_ipc::reader::StreamReader;
use balmer_exchange::votable;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::*;

const SPECTRA: &str = "/api/v1/surveys/test/spectra";
const ARROW: &str = "application/vnd.apache.arrow.stream";

fn arrow(bytes: &[u8]) -> (arrow_schema::SchemaRef, Vec<RecordBatch>) {
    let reader = StreamReader::try_new(bytes, None).unwrap();
    (reader.schema(), reader.map(Result::unwrap).collect())
}

fn names(schema: &arrow_schema::Schema) -> Vec<&str> {
    schema.fields().iter().map(|field| field.name().as_str()).collect()
}

#[tokio::test]
async fn the_accept_header_chooses_the_format() {
    let server = Server::new().await;
    let fits = server.get(&format!("{SPECTRA}/s00000"), "application/fits").await;
    assert_eq!(fits.header("content-type"), "application/fits");
    assert!(fits.body.starts_with(b"SIMPLE  ="));
    let table = server.get(&format!("{SPECTRA}?limit=3"), "application/x-votable+xml").await;
    let text = String::from_utf8(table.body.clone()).unwrap();
    assert!(text.contains("OVERFLOW"), "{text}");
    assert_eq!(votable::read(&table.body).unwrap().tables[0].rows.len(), 3);
    let csv = server.get(SPECTRA, "text/csv").await;
    assert_eq!(String::from_utf8(csv.body.clone()).unwrap().lines().count(), 61);
    assert_eq!((csv.header("x-total-count"), csv.header("vary").contains("accept")), ("60", true));
    let refused = server.get(SPECTRA, "image/png").await;
    assert!(refused.problem(406).contains("text/csv"));
    assert!(server.get(&format!("{SPECTRA}?format=fits"), "*/*").await.problem(400).contains("parquet"));
}

#[tokio::test]
async fn rows_come_as_arrow_and_parquet_with_the_chosen_columns() {
    let server = Server::new().await;
    let query = "where=snr_r%20%3E%3D%2050&order_by=snr_r%20desc&columns=snr_r,spectrum_id&limit=4";
    let reply = server.get(&format!("{SPECTRA}?{query}"), ARROW).await;
    assert_eq!((reply.header("content-type"), reply.header("x-total-count")), (ARROW, "10"));
    let (schema, batches) = arrow(&reply.body);
    assert_eq!((names(&schema), batches[0].num_rows()), (vec!["snr_r", "spectrum_id"], 4));
    assert_eq!(schema.metadata()["where"], "snr_r >= 50");

    let json = server.json(&format!("{SPECTRA}?{query}")).await;
    assert_eq!(json["rows"][0], json!({"snr_r": 59.0, "spectrum_id": "s00059"}));
    let csv = server.get(&format!("{SPECTRA}?{query}&format=csv"), "application/json").await;
    assert!(csv.body.starts_with(b"snr_r,spectrum_id\n59,s00059\n"), "{}", String::from_utf8_lossy(&csv.body));
    let parquet = server.get(&format!("{SPECTRA}?{query}&format=parquet"), "*/*").await;
    assert_eq!(parquet.header("content-type"), "application/vnd.apache.parquet");
    let reader = ParquetRecordBatchReaderBuilder::try_new(axum::body::Bytes::from(parquet.body)).unwrap();
    assert_eq!(reader.metadata().file_metadata().num_rows(), 4);
    assert_eq!(names(reader.schema()), ["snr_r", "spectrum_id"]);

    let unknown = server.get(&format!("{SPECTRA}?columns=snr_r,decl"), "*/*").await;
    assert!(unknown.problem(400).contains("did you mean `dec`"), "{}", unknown.problem(400));
    assert_eq!(unknown.json()["errors"][0]["name"], "columns");
    assert!(server.get(&format!("{SPECTRA}?columns=ra,ra"), "*/*").await.problem(400).contains("twice"));
}

#[tokio::test]
async fn one_spectrum_comes_as_arrow() {
    let server = Server::new().await;
    let (schema, batches) = arrow(&server.get(&format!("{SPECTRA}/s00003?format=arrow"), "*/*").await.body);
    assert_eq!(names(&schema), ["wavelength", "flux", "ivar"]);
    assert_eq!((schema.metadata()["medium"].as_str(), batches[0].num_rows()), ("vacuum", 60));
}

#[tokio::test]
async fn candidates_carry_their_provenance() {
    let server = Server::new().await;
    let (location, run) = server.run(SPEC).await;
    let id = run["id"].as_str().unwrap();
    let path = format!("{location}/candidates");
    let votable = server.get(&format!("{path}?format=votable"), "*/*").await;
    let text = String::from_utf8(votable.body.clone()).unwrap();
    for word in [&format!("name=\"run\" value=\"{id}\""), "name=\"spec\"", "name=\"software\"", "scores_sha256"] {
        assert!(text.contains(word), "{word} is not in {text}");
    }
    let document = votable::read(&votable.body).unwrap();
    let of_run = document.infos.iter().find(|info| info.name == "run").unwrap();
    assert_eq!((document.tables[0].rows.len(), of_run.value.as_str()), (60, id));
    assert!(!text.contains("OVERFLOW") && votable.header("content-disposition").contains(id));
    let (schema, batches) = arrow(&server.get(&format!("{path}?order_by=lof%20desc"), ARROW).await.body);
    assert_eq!(schema.metadata()["run"], id);
    assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 60);
    let page = server.json(&format!("{path}?columns=rank,lof&limit=2&where=rank%20%3C%2010")).await;
    assert_eq!((&page["total"], page["rows"][0].as_object().unwrap().len()), (&json!(9), 2));
    assert!(server.get(&format!("{path}?columns=lofs"), "*/*").await.problem(400).contains("`lof`"));
}

#[tokio::test]
async fn features_come_as_arrow_with_their_recipe() {
    let server = Server::new().await;
    let path = "/api/v1/surveys/test/features";
    let recipe = "recipe=%7B%22window_angstrom%22:%5B6470,6530%5D,%22pixels%22:30,%22continuum%22:%22none%22%7D";
    for _ in 0..2 {
        let reply = server.get(&format!("{path}?{recipe}&where=snr_r%20%3E%2039&limit=7"), ARROW).await;
        assert_eq!((reply.status, reply.header("x-rejected-count")), (StatusCode::OK, "0"));
        let (schema, batches) = arrow(&reply.body);
        assert_eq!((names(&schema), batches[0].num_rows()), (vec!["spectrum_id", "features"], 7));
        let wavelengths: Vec<f64> = serde_json::from_str(&schema.metadata()["wavelengths"]).unwrap();
        assert_eq!((wavelengths.len(), wavelengths[0], wavelengths[29]), (30, 6470.0, 6530.0));
        assert_eq!(schema.metadata()["medium"], "vacuum");
        assert!(schema.metadata()["recipe"].contains("\"pixels\":30"), "{}", schema.metadata()["recipe"]);
    }
    let none = server.get(path, "*/*").await;
    assert_eq!(
        (none.status, none.header("x-rejected-count")),
        (StatusCode::OK, "60"),
        "no spectrum covers the default"
    );
    assert_eq!(arrow(&none.body).0.metadata()["rejected"], "60");
    let wrong = server.get(&format!("{path}?recipe=%7B%22pixel%22:3%7D"), "*/*").await;
    assert!(wrong.problem(400).contains("recipe.pixels"), "{}", wrong.problem(400));
    let wrong = server.get(&format!("{path}?recipe=%7B%22pixels%22:0%7D"), "*/*").await;
    assert!(wrong.problem(400).contains("recipe.pixels = 0"), "{}", wrong.problem(400));
    server.get(&format!("{path}?recipe=x"), "*/*").await.problem(400);
    server.get(path, "application/json").await.problem(406);
}
