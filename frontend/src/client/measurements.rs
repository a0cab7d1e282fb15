//! Lines measured by the server.

use balmer_exchange::api::{MeasurementReport, NewMeasurement, Problem};
use gloo_net::http::Request;

use super::{encoded, send};

/// Measures a line in many spectra; the survey has the columns afterwards.
///
/// # Errors
/// 400 where nothing can be measured as asked; 409 while the survey is written.
pub async fn measure(survey: &str, new: &NewMeasurement) -> Result<MeasurementReport, Problem> {
    let path = format!("/api/v1/surveys/{}/measurements", encoded(survey));
    send(Request::post(&path), &path, Some(new)).await
}
