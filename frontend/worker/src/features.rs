//! Feature rows of a subset, from the server; the last ones are kept for the next run.

use std::{cell::RefCell, collections::VecDeque, rc::Rc};

use arrow_array::{Array, RecordBatch, cast::AsArray, types::Float32Type};
use balmer_core::{
    ndarray::Array2,
    pipeline::{FeatureTable, Plan},
};
use balmer_exchange::api::{Problem, SurveyDetail};
use web_sys::AbortSignal;

use crate::{
    answer,
    stream::{Arrived, arrow_stream},
    watch::Fetching,
};

/// Subsets kept.
const KEPT: usize = 2;

/// The features of a subset, and what the server said of them.
#[derive(Debug, Clone)]
pub struct Subset {
    /// The rows; which spectra were rejected is the server's to know.
    pub table: Rc<FeatureTable>,
    /// Spectra of the survey.
    pub survey: u64,
    /// What tells the survey's state from any other.
    pub revision: String,
    /// Spectra that the condition selects.
    pub selected: u64,
    /// Spectra that the recipe rejects.
    pub rejected: u64,
}

/// What decides a subset's features: path of the answer and revision of the survey.
type Key = (String, String);

thread_local! {
    /// The last asked for come last.
    static CACHE: RefCell<VecDeque<(Key, Subset)>> = const { RefCell::new(VecDeque::new()) };
}

/// The features that a plan asks for, which are kept for the next run.
///
/// # Errors
/// What the server says, or that it does not answer; an aborted request too.
pub async fn features(plan: &Plan, signal: &AbortSignal, watch: &dyn Fetching) -> Result<Subset, Problem> {
    let (key, survey) = wanted(plan, signal).await?;
    if let Some(known) = kept(&key) {
        watch.say("features of an earlier run", 1.0);
        return Ok(known);
    }
    let subset = fetched(plan, &key, survey, signal, watch).await?;
    keep(key, subset.clone());
    Ok(subset)
}

/// The same for a moment's use: what is kept stays.
///
/// # Errors
/// See [`features`].
pub async fn passing_features(plan: &Plan, signal: &AbortSignal, watch: &dyn Fetching) -> Result<Subset, Problem> {
    let (key, survey) = wanted(plan, signal).await?;
    fetched(plan, &key, survey, signal, watch).await
}

/// What is asked for, and what the server says of the survey.
async fn wanted(plan: &Plan, signal: &AbortSignal) -> Result<(Key, SurveyDetail), Problem> {
    let spec = plan.spec();
    let encoded = |text: &str| String::from(js_sys::encode_uri_component(text));
    let survey_path = format!("/api/v1/surveys/{}", encoded(&spec.survey));
    let response = answer::fetch(&survey_path, "application/json", Some(signal)).await?;
    let survey: SurveyDetail = serde_json::from_str(&answer::text(&response, &survey_path).await?)
        .map_err(|error| unexpected(&survey_path, &error.to_string()))?;
    let mut recipe = plan.recipe().spec().clone();
    // the projection is the run's own
    recipe.components = 0;
    let recipe = serde_json::to_string(&recipe).unwrap_or_default();
    let condition = spec.r#where.as_ref().map(|text| format!("&where={}", encoded(text))).unwrap_or_default();
    let path = format!("{survey_path}/features?recipe={}{condition}", encoded(&recipe));
    Ok(((path, survey.revision.clone()), survey))
}

async fn fetched(
    plan: &Plan,
    key: &Key,
    survey: SurveyDetail,
    signal: &AbortSignal,
    watch: &dyn Fetching,
) -> Result<Subset, Problem> {
    watch.say("the server prepares the spectra", 0.0);
    let mut rows = Rows { pixels: plan.recipe().grid().len(), ids: Vec::new(), values: Vec::new(), fault: None };
    let arrived = arrow_stream(&key.0, Some(signal), |batch, arrived| {
        if let Some(total) = arrived.total {
            watch.expect(plan, total.saturating_sub(arrived.rejected.unwrap_or_default()) as usize);
        }
        rows.expect(arrived, watch);
        batch.is_none_or(|batch| rows.push(&batch))
    });
    let arrived = arrived.await?;
    if let Some(fault) = rows.fault {
        return Err(unexpected(&key.0, &fault));
    }
    let matrix = Array2::from_shape_vec((rows.ids.len(), rows.pixels), rows.values)
        .map_err(|error| unexpected(&key.0, &error.to_string()))?;
    let rejected = arrived.rejected.unwrap_or_default();
    Ok(Subset {
        selected: arrived.total.unwrap_or(rows.ids.len() as u64 + rejected),
        rejected,
        survey: survey.summary.count,
        revision: survey.revision,
        table: Rc::new(FeatureTable { spectrum_ids: rows.ids, matrix, rejected: Vec::new() }),
    })
}

/// Keeps a subset, in place of the same one of an older revision.
fn keep(key: Key, subset: Subset) {
    CACHE.with_borrow_mut(|cache| {
        cache.retain(|(known, _)| known.0 != key.0);
        cache.push_back((key, subset));
        let surplus = cache.len().saturating_sub(KEPT);
        cache.drain(..surplus);
    });
}

fn kept(key: &Key) -> Option<Subset> {
    CACHE.with_borrow_mut(|cache| {
        let at = cache.iter().position(|(known, _)| known == key)?;
        let found = cache.remove(at)?;
        let subset = found.1.clone();
        cache.push_back(found);
        Some(subset)
    })
}

fn unexpected(path: &str, why: &str) -> Problem {
    let detail = format!("the server's answer is not what this page expects ({why}): reload the page");
    Problem::new(200, "unexpected answer").with_detail(detail).with_instance(path)
}

/// The rows that have arrived.
struct Rows {
    pixels: usize,
    ids: Vec<String>,
    values: Vec<f32>,
    fault: Option<String>,
}

impl Rows {
    /// Makes room for what the server announces, and says how much of it is here.
    fn expect(&mut self, arrived: Arrived, watch: &dyn Fetching) {
        let Some(total) = arrived.total else { return };
        let rows = total.saturating_sub(arrived.rejected.unwrap_or_default()) as usize;
        if self.values.capacity() == 0 {
            self.values.reserve_exact(rows * self.pixels);
            self.ids.reserve_exact(rows);
        }
        let all = (rows * self.pixels * 4).max(1) as f64;
        let message = format!("{:.1} of {:.1} MB of features", (arrived.bytes as f64).min(all) / 1e6, all / 1e6);
        watch.say(&message, arrived.bytes as f64 / all);
    }

    /// Adds a batch; false where it is not what was asked for.
    fn push(&mut self, batch: &RecordBatch) -> bool {
        let ids = batch.column_by_name("spectrum_id").and_then(|column| column.as_string_opt::<i32>());
        let rows = batch.column_by_name("features").and_then(|column| column.as_fixed_size_list_opt());
        let (Some(ids), Some(rows)) = (ids, rows) else {
            self.fault = Some("columns are missing".to_owned());
            return false;
        };
        let values = rows.values().as_primitive_opt::<Float32Type>();
        let Some(values) = values.filter(|_| rows.value_length() as usize == self.pixels) else {
            self.fault = Some(format!("rows of {} values instead of {}", rows.value_length(), self.pixels));
            return false;
        };
        self.ids.extend((0..ids.len()).map(|row| ids.value(row).to_owned()));
        self.values.extend_from_slice(&values.values()[..rows.len() * self.pixels]);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_of_an_older_revision_are_not_taken_for_the_survey_s() {
        let key = |path: &str, revision: &str| (path.to_owned(), revision.to_owned());
        let subset = |revision: &str| Subset {
            table: Rc::new(FeatureTable {
                spectrum_ids: Vec::new(),
                matrix: Array2::zeros((0, 3)),
                rejected: Vec::new(),
            }),
            survey: 3,
            revision: revision.to_owned(),
            selected: 3,
            rejected: 0,
        };
        keep(key("all", "a"), subset("a"));
        assert!(kept(&key("all", "b")).is_none() && kept(&key("some", "a")).is_none());
        let again = kept(&key("all", "a")).unwrap();
        assert!(Rc::ptr_eq(&again.table, &kept(&key("all", "a")).unwrap().table), "one matrix for all who ask");
        keep(key("all", "b"), subset("b"));
        assert!(kept(&key("all", "a")).is_none() && kept(&key("all", "b")).is_some());
        for path in ["some", "more"] {
            keep(key(path, "b"), subset("b"));
        }
        assert!(kept(&key("all", "b")).is_none(), "the oldest has made room");
    }
}
