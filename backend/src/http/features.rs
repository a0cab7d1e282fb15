//! Feature rows of a survey's spectra by a recipe, for tools that bring their own methods.
//!
//! Rows are prepared in bounded portions, kept by the store for later runs with the same recipe, and sent
//! when all of them are there: only then it is known how many spectra the recipe rejects. A client that
//! goes away ends the preparation.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue},
    response::Response,
};
use balmer_core::{
    engine::Unobserved,
    pipeline::{FeatureTable, PipelineSpec, Plan},
};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use super::{
    App, blocking,
    negotiation::Answer,
    problem::Failure,
    query::{Params, given},
    rows, stream,
    waiting::{Waiting, Watch},
};
use crate::{
    export::write_features,
    storage::{FeatureError, Selection, Survey},
};

/// Values prepared at a time: 128 MiB.
const PORTION: usize = 32 << 20;
/// Rows prepared at a time, at most: ids and bookkeeping count too.
const PORTION_ROWS: usize = 1 << 18;
/// Values in one answer, at most: 16 GiB.
const MAX_VALUES: usize = 4 << 30;
/// Says how many spectra the recipe rejects.
const REJECTED_COUNT: &str = "x-rejected-count";

/// `?recipe=<json>&where=&limit=`
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// The recipe as JSON, with the keys of `[recipe]` of a pipeline spec; the default one where absent.
    #[param(example = "{\"pixels\": 100}")]
    recipe: Option<String>,
    /// SQL expression that is true for the spectra wanted.
    #[param(example = "snr_r > 10")]
    r#where: Option<String>,
    /// Spectra, at most, in the survey's order.
    limit: Option<usize>,
}

/// `GET /surveys/{survey}/features?recipe=<json>&where=&limit=`: an Arrow stream, rows in the survey's order.
#[utoipa::path(
    get,
    path = "/surveys/{survey}/features",
    operation_id = "get_features",
    tag = "surveys",
    params(("survey" = String, Path, description = "name of the survey"), Wanted),
    responses((
        status = 200,
        description = "Arrow stream: `spectrum_id` utf8, `features` FixedSizeList<f32> before any projection; \
                       the schema's metadata has `wavelengths`, `medium`, `rest_frame`, `recipe`, `rejected`",
        headers(
            ("X-Total-Count" = u64, description = "spectra selected"),
            ("X-Rejected-Count" = u64, description = "spectra that the recipe rejects"),
        ),
        content_type = "application/vnd.apache.arrow.stream",
        body = Vec<u8>
    ))
)]
pub async fn list(
    State(app): State<App>,
    Path(survey): Path<String>,
    Params(wanted): Params<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let answer = Answer::choose(None, &headers, &[Answer::Arrow])?;
    let plan = plan(&survey, given(wanted.recipe.as_ref()))?;
    let permit = app.downloads.admit()?;
    let name = format!("{survey}-features");
    let waiting = Waiting::default();
    let (store, watch) = (app.store.clone(), waiting.watch());
    let prepared = blocking(move || -> Result<Prepared, Failure> {
        let survey = store.survey(&survey)?;
        let selected = survey.select(given(wanted.r#where.as_ref()).as_deref())?;
        let limit = wanted.limit.unwrap_or(usize::MAX).min(selected.len());
        if limit.saturating_mul(plan.recipe().grid().len()) > MAX_VALUES {
            let detail = format!("{limit} spectra of that many pixels are too much for one answer: ask in parts");
            return Err(Failure::bad_parameter("limit", detail));
        }
        Ok(Prepared::new(survey, plan, &selected.rows()[..limit], &watch)?)
    });
    let prepared = prepared.await??;
    let (total, rejected) = (prepared.total as u64, prepared.rejected);
    let response = stream::respond(permit, answer, &name, move |out| prepared.write(out));
    let mut response = rows::with_total(response, total);
    response.headers_mut().insert(REJECTED_COUNT, HeaderValue::from(rejected));
    Ok(response)
}

/// A plan with that recipe; the default one where it is absent. Errors name its keys.
fn plan(survey: &str, recipe: Option<String>) -> Result<Plan, Failure> {
    let bad = |error: String| Failure::bad_parameter("recipe", error);
    let mut spec = json!({ "survey": survey });
    if let Some(text) = recipe {
        spec["recipe"] = serde_json::from_str(&text).map_err(|e| bad(format!("it is not JSON: {e}")))?;
    }
    let plan = PipelineSpec::from_json(&spec.to_string()).and_then(Plan::new);
    plan.map_err(|error| bad(error.to_string().trim_start_matches("pipeline spec: ").to_owned()))
}

/// Rows that the store has prepared.
struct Prepared {
    survey: Survey,
    plan: Plan,
    portions: Vec<Selection>,
    total: usize,
    rejected: usize,
    /// The features themselves where they are one portion.
    only: Option<FeatureTable>,
}

impl Prepared {
    fn new(survey: Survey, plan: Plan, rows: &[u64], observer: &Watch) -> Result<Self, FeatureError> {
        let portion = (PORTION / plan.recipe().grid().len()).clamp(1, PORTION_ROWS);
        let portions: Vec<Selection> = rows.chunks(portion).map(|rows| Selection::new(rows.to_vec())).collect();
        let mut prepared = Self { survey, plan, portions, total: rows.len(), rejected: 0, only: None };
        for portion in &prepared.portions {
            let table = prepared.survey.features(&prepared.plan, portion, observer)?.table;
            prepared.rejected += table.rejected.len();
            prepared.only = (prepared.portions.len() == 1).then_some(table);
        }
        Ok(prepared)
    }

    fn write(mut self, out: &mut (dyn std::io::Write + Send)) -> Result<(), crate::export::ExportError> {
        let only = self.only.take();
        let again = if only.is_some() { &[][..] } else { &self.portions[..] };
        let read = again.iter().map(|portion| Ok(self.survey.features(&self.plan, portion, &Unobserved)?.table));
        write_features(out, self.plan.recipe(), self.rejected, only.into_iter().map(Ok).chain(read))
    }
}
