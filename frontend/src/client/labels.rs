//! Labels, their classes and their history.

use balmer_exchange::api::{LabelChangeRow, LabelImport, LabelRow, NewLabel, Problem};
use gloo_net::http::Request;

use super::{encoded, get, query, read, send, silent};

fn path(survey: &str) -> String {
    format!("/api/v1/surveys/{}/labels", encoded(survey))
}

/// The labels in force.
///
/// # Errors
/// See [`surveys`](super::surveys).
pub async fn labels(survey: &str) -> Result<Vec<LabelRow>, Problem> {
    get(&path(survey)).await
}

/// The last changes, newest first.
///
/// # Errors
/// See [`surveys`](super::surveys).
pub async fn label_history(survey: &str, limit: usize) -> Result<Vec<LabelChangeRow>, Problem> {
    get(&format!("{}/history{}", path(survey), query(&[("limit", Some(&limit.to_string()))]))).await
}

/// Gives or removes a label.
///
/// # Errors
/// 400 where the class is not declared.
pub async fn give_label(survey: &str, label: &NewLabel) -> Result<LabelChangeRow, Problem> {
    let path = path(survey);
    send(Request::post(&path), &path, Some(label)).await
}

/// Takes back the last change; returns it.
///
/// # Errors
/// 404 where there is nothing to take back.
pub async fn undo_label(survey: &str) -> Result<LabelChangeRow, Problem> {
    let path = path(survey);
    send(Request::delete(&path), &path, None::<&()>).await
}

/// Gives the labels of a CSV file.
///
/// # Errors
/// 400 where it is no label file, or a class is not declared.
pub async fn import_labels(survey: &str, csv: String) -> Result<LabelImport, Problem> {
    let path = path(survey);
    let request = Request::post(&path).header("Content-Type", "text/csv").header("Accept", "application/json");
    let response = request.body(csv).map_err(|_| silent(&path))?.send().await;
    read(response.map_err(|_| silent(&path))?, &path).await
}

/// The declared classes; empty where any name may be given.
///
/// # Errors
/// See [`surveys`](super::surveys).
pub async fn classes(survey: &str) -> Result<Vec<String>, Problem> {
    get(&format!("/api/v1/surveys/{}/classes", encoded(survey))).await
}

/// Declares the classes.
///
/// # Errors
/// 400 where a name is empty, repeated, or a class in use is missing.
pub async fn declare_classes(survey: &str, classes: &[String]) -> Result<Vec<String>, Problem> {
    let path = format!("/api/v1/surveys/{}/classes", encoded(survey));
    send(Request::put(&path), &path, Some(&classes)).await
}
