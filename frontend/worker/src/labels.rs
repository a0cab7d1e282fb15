//! The labels that a run's source holds.

use balmer_core::pipeline::{Labelled, Plan};
use balmer_exchange::api::{LabelRow, Problem};
use web_sys::AbortSignal;

use crate::answer;

/// The labels that a plan asks for; none where it has no label stage.
///
/// # Errors
/// A source that is no survey or has no labels; what the server says else.
pub async fn labels(plan: &Plan, signal: &AbortSignal) -> Result<Vec<Labelled>, Problem> {
    let Some(spec) = &plan.spec().labels else { return Ok(Vec::new()) };
    let source = &spec.source;
    let path = format!("/api/v1/surveys/{}/labels", String::from(js_sys::encode_uri_component(source)));
    let response = answer::fetch(&path, "application/json", Some(signal)).await?;
    if response.status() == 404 {
        let detail = format!("labels.source = {source:?}: there is no survey of that name on this server");
        return Err(Problem::new(404, "no such survey").with_detail(detail));
    }
    let text = answer::text(&response, &path).await?;
    let rows: Vec<LabelRow> = serde_json::from_str(&text)
        .map_err(|error| Problem::new(200, "unexpected answer").with_detail(format!("labels of {source}: {error}")))?;
    if rows.is_empty() {
        let detail = format!(
            "survey {source} has no labels: label a few spectra of each class, or choose the method without labels"
        );
        return Err(Problem::new(400, "no labels").with_detail(detail));
    }
    Ok(rows.into_iter().map(|row| Labelled { spectrum_id: row.spectrum_id, label: row.label }).collect())
}
