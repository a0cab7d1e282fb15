//! The API's own description, `OpenAPI` 3.1: collected from the routes, with the refusals that all of them
//! share.

use std::{collections::BTreeMap, sync::LazyLock};

use axum::{
    body::Bytes,
    http::header,
    response::{IntoResponse, Response},
};
use balmer_exchange::api::{PROBLEM_JSON, Problem, schemas};
use serde_json::Value;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ContentBuilder, InfoBuilder, OpenApi, Ref, RefOr, ResponseBuilder, Schema, ServerBuilder,
        path::{Operation, Parameter, PathItem},
        schema::{ObjectBuilder, Type},
    },
};

use super::{coverage, labels, negotiation::Answer, rows, spectra};

/// Where the API is.
pub const BASE: &str = "/api/v1";

static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| {
    // a document that cannot be written is empty, which its test notices
    serde_json::to_vec(&describe(super::api().into_openapi())).unwrap_or_default().into()
});

/// `GET /openapi.json`
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "describe",
    tag = "server",
    responses((status = 200, description = "this document", content_type = "application/json", body = Object))
)]
pub async fn document() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.clone()).into_response()
}

/// One event of a stream, as tools that read the document see it.
#[derive(Debug, ToSchema)]
#[allow(dead_code, reason = "a schema: nothing makes such a value")]
pub struct ServerSentEvent {
    /// `progress`, `done` or `failed`.
    event: String,
    /// JSON: `stage`, `fraction`, `eta_seconds`, `message`, `stage_fraction`, `rate` of progress, `message` of a failure.
    data: String,
}

/// The schema of a pipeline spec.
#[derive(Debug)]
pub struct PipelineSpecBody;

impl PartialSchema for PipelineSpecBody {
    fn schema() -> RefOr<Schema> {
        RefOr::from(Schema::Object(schemas::pipeline_spec()))
    }
}

impl ToSchema for PipelineSpecBody {
    fn name() -> std::borrow::Cow<'static, str> {
        "PipelineSpec".into()
    }
}

/// Adds what all routes share.
fn describe(mut api: OpenApi) -> OpenApi {
    api.info = InfoBuilder::new()
        .title("Balmer")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some("Surveys of spectra, their labels, and runs that find the rare ones."))
        .build();
    api.servers = Some(vec![ServerBuilder::new().url(BASE).build()]);
    let components = api.components.get_or_insert_default();
    components.schemas.insert(Problem::name().into_owned(), Problem::schema());
    let mut nested = Vec::new();
    Problem::schemas(&mut nested);
    components.schemas.extend(nested);
    // rows have the columns that the caller chose
    if let Some(RefOr::T(Schema::Object(row))) = components.schemas.get_mut("CandidateRow") {
        row.required.clear();
    }
    for (path, item) in &mut api.paths.paths {
        for (method, operation) in operations(item) {
            refusals(path, method, operation);
            formats(operation);
        }
    }
    api
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let all = [("get", &mut item.get), ("post", &mut item.post), ("put", &mut item.put), ("delete", &mut item.delete)];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// Leaves of the formats those that the route answers in.
fn formats(operation: &mut Operation) {
    let offered: &[Answer] = match operation.operation_id.as_deref() {
        Some("get_spectrum") => &spectra::OFFERED,
        Some("list_labels") => &labels::OFFERED,
        Some("get_coverage") => &coverage::OFFERED,
        _ => &rows::OFFERED,
    };
    let words = offered.iter().map(|answer| Value::from(answer.name())).collect();
    let format = operation.parameters.iter_mut().flatten().find_map(|parameter| match parameter {
        RefOr::T(parameter) if parameter.name == "format" => Some(parameter),
        _ => None,
    });
    if let Some(format) = format {
        let schema = ObjectBuilder::new().schema_type(Type::String).enum_values(Some::<Vec<Value>>(words)).build();
        format.schema = Some(Schema::Object(schema).into());
    }
}

/// The problems a route may answer with.
fn refusals(path: &str, method: &str, operation: &mut Operation) {
    let names_something = path.contains('{');
    let takes = |name: &str| {
        let named = |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(parameter) if parameter.name == name);
        operation.parameters.iter().flatten().any(named)
    };
    let queries = takes("where");
    let negotiates = takes("format") || path.ends_with("/features");
    let about_run = path.starts_with("/runs");
    let writes = method != "get";
    let mut problems = BTreeMap::from([
        ("400", "a parameter, key or header makes no sense; `errors` names it"),
        ("421", "the `Host` header does not name this machine's loopback"),
        ("500", "a defect or damaged data; the server's log says more"),
    ]);
    if names_something || operation.request_body.is_some() {
        problems.insert("404", "there is no survey, spectrum, column or run of that name");
    }
    if negotiates {
        problems.insert("406", "none of the formats accepted can be had");
        problems.insert("503", "too much is under way; `Retry-After` says when to come again");
    }
    if queries {
        problems.insert("408", "the query took longer than a query may");
    }
    if about_run && names_something || writes {
        problems.insert("409", "not in this state, or another process is at it");
    }
    if writes {
        problems.insert("403", "pages of other sites may not change anything");
        problems.insert("507", "the disk is full");
    }
    if operation.request_body.is_some() {
        problems.insert("413", "the body is too large");
        problems.insert("415", "the body is not of a type that is read here");
    }
    if path.starts_with("/runs") && method == "post" {
        problems.insert("503", "too many runs wait; `Retry-After` says when to come again");
    }
    for (status, description) in problems {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let response = ResponseBuilder::new().description(description).content(PROBLEM_JSON, content).build();
        operation.responses.responses.insert(status.to_owned(), response.into());
    }
}
