//! What a recipe makes of one spectrum, step by step.

use axum::{
    Json,
    extract::{Path, State},
};
use balmer_exchange::api::RecipeTrace;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    App, ask, features,
    problem::Failure,
    query::{Params, given},
};

/// `?recipe=<json>`
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// The recipe as JSON, with the keys of `[recipe]` of a pipeline spec; the default one where absent.
    #[param(example = "{\"pixels\": 100}")]
    recipe: Option<String>,
}

/// `GET /surveys/{survey}/spectra/{id}/trace?recipe=<json>`
#[utoipa::path(
    get,
    path = "/surveys/{survey}/spectra/{id}/trace",
    operation_id = "trace_spectrum",
    tag = "surveys",
    params(
        ("survey" = String, Path, description = "name of the survey"),
        ("id" = String, Path, description = "id of the spectrum"),
        Wanted
    ),
    responses((status = 200, description = "the spectrum after each step of the recipe", body = RecipeTrace))
)]
pub async fn one(
    State(app): State<App>,
    Path((survey, id)): Path<(String, String)>,
    Params(wanted): Params<Wanted>,
) -> Result<Json<RecipeTrace>, Failure> {
    let plan = features::plan(&survey, given(wanted.recipe.as_ref()))?;
    let traced = ask(&app, move |store| {
        let (spectrum, recipe) = (store.survey(&survey)?.spectrum(&id)?, plan.recipe());
        Ok(RecipeTrace::of(&id, recipe, recipe.trace(&spectrum)))
    });
    Ok(Json(traced.await?))
}
