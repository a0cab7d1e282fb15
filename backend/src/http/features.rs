//! Feature rows of a survey's spectra by a recipe, for tools that bring their own methods.
//!
//! Rows are prepared in bounded portions, kept by the store for later runs with the same recipe, and sent
//! when all of them are there: only then it is known how many spectra the recipe rejects. A client that
//! goes away ends the preparation; what was kept by then is there the next time.

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
        let selected = Selection::new(selected.rows()[..limit].to_vec());
        Ok(Prepared::new(survey, plan, selected, &watch)?)
    });
    let prepared = prepared.await??;
    let (total, rejected) = (prepared.selection.len() as u64, prepared.rejected);
    let response = stream::respond(permit, answer, &name, move |out| prepared.write(out));
    let mut response = rows::with_total(response, total);
    response.headers_mut().insert(REJECTED_COUNT, HeaderValue::from(rejected));
    Ok(response)
}

/// A plan with that recipe; the default one where it is absent. Errors name its keys.
pub(super) fn plan(survey: &str, recipe: Option<String>) -> Result<Plan, Failure> {
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
    selection: Selection,
    rejected: usize,
    /// The features themselves where they are one portion.
    only: Option<FeatureTable>,
}

impl Prepared {
    fn new(survey: Survey, plan: Plan, selection: Selection, observer: &Watch) -> Result<Self, FeatureError> {
        let portions = survey.feature_portions(&plan, &selection, observer)?;
        let is_one = portions.len() == 1;
        let (mut rejected, mut only) = (0, None);
        for portion in portions {
            let table = portion?.table;
            rejected += table.rejected.len();
            only = is_one.then_some(table);
        }
        Ok(Self { survey, plan, selection, rejected, only })
    }

    fn write(self, out: &mut (dyn std::io::Write + Send)) -> Result<(), crate::export::ExportError> {
        let again = match &self.only {
            Some(_) => None,
            None => Some(self.survey.feature_portions(&self.plan, &self.selection, &Unobserved)?),
        };
        let read = again.into_iter().flatten().map(|portion| Ok(portion?.table));
        write_features(out, self.plan.recipe(), self.rejected, self.only.into_iter().map(Ok).chain(read))
    }
}
