//! Universal Worker Service 1.1 (IVOA REC 2016-10-24): the jobs of this server as resources under `/vo/uws`, section 2.2.1's tree
//! and no more.
//!
//! A job is a run of the pipeline, its parameters are the keys of a pipeline spec ([`crate::jobs::parameters`]). Beyond the
//! standard: `PHASE=HOLD`, `PRIORITY`, and what `jobInfo` tells.

mod fields;
mod form;
mod job;
mod list;
mod results;
mod wait;

use axum::{
    Router,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};

use super::{Asked, Base, Given, plain, xml};
use crate::http::App;

/// Every resource.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/uws", get(list::show).post(list::create))
        .route("/uws/{id}", get(job::show).post(job::change).delete(job::destroy))
        .route("/uws/{id}/phase", get(fields::phase).post(fields::set_phase))
        .route("/uws/{id}/executionduration", get(fields::duration).post(fields::set_duration))
        .route("/uws/{id}/destruction", get(fields::destruction).post(fields::set_destruction))
        .route("/uws/{id}/quote", get(fields::quote))
        .route("/uws/{id}/owner", get(fields::owner))
        .route("/uws/{id}/error", get(fields::error))
        .route("/uws/{id}/parameters", get(fields::parameters).post(job::change))
        .route("/uws/{id}/parameters/{name}", get(fields::parameter))
        .route("/uws/{id}/results", get(results::list))
        .route("/uws/{id}/results/{name}", get(results::one))
}

/// Section 2.2.3: the answer to every change says where to look next.
fn see(address: String) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, address)]).into_response()
}
