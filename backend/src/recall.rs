//! How many of the planted objects a run found: recall by kind, where a survey knows the truth about its spectra.

use std::collections::BTreeMap;

use arrow_array::{Array, StringArray, cast::AsArray, types::UInt32Type};
use serde::Serialize;

use crate::storage::{Query, Result, Run, Store, StoreError};

/// What became of the spectra of one kind.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Recall {
    /// Spectra of the kind that the run selected.
    pub planted: u64,
    /// Those that it ranked; the others were rejected before.
    pub ranked: u64,
    /// Those above the threshold of the local outlier factor.
    pub above_threshold: u64,
    /// `above_threshold / planted`.
    pub recall: f64,
    /// Place in the middle of those ranked.
    pub median_rank: Option<u32>,
    /// Those whose most probable label is the kind itself; `None` where the run spread no labels.
    pub labelled: Option<u64>,
}

/// Recall of a run by kind: `column` of its survey's metadata says what a spectrum is. Kinds in alphabetical order.
///
/// # Errors
/// A run that is not done; a survey that is gone; [`StoreError::NoColumn`] where it knows no such truth.
pub fn recall(store: &Store, run: &Run, column: &str) -> Result<BTreeMap<String, Recall>> {
    let spec = run.spec()?;
    let mut kinds: BTreeMap<String, Recall> = BTreeMap::new();
    let selected = Query { condition: spec.r#where.clone(), ..columns(&[column]) };
    for batch in store.survey(&spec.survey)?.query(&selected)? {
        for kind in texts(batch?.column(0), column)?.iter().flatten() {
            kinds.entry(kind.to_owned()).or_default().planted += 1;
        }
    }
    let mut ranks: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for batch in run.candidates(&columns(&[column, "rank", "is_outlier", "label"]))? {
        let batch = batch?;
        let (truth, labels) = (texts(batch.column(0), column)?, texts(batch.column(3), "label")?);
        let (places, outliers) = (batch.column(1).as_primitive::<UInt32Type>(), batch.column(2).as_boolean());
        for i in (0..batch.num_rows()).filter(|&i| truth.is_valid(i)) {
            let kind = truth.value(i);
            let Some(recall) = kinds.get_mut(kind) else { continue };
            recall.ranked += 1;
            recall.above_threshold += u64::from(outliers.value(i));
            if labels.is_valid(i) {
                *recall.labelled.get_or_insert(0) += u64::from(labels.value(i) == kind);
            }
            ranks.entry(kind.to_owned()).or_default().push(places.value(i));
        }
    }
    for (kind, recall) in &mut kinds {
        recall.recall = recall.above_threshold as f64 / recall.planted as f64;
        recall.median_rank = ranks.get_mut(kind).map(|ranks| {
            let middle = ranks.len() / 2;
            *ranks.select_nth_unstable(middle).1
        });
    }
    Ok(kinds)
}

fn columns(names: &[&str]) -> Query {
    Query { columns: Some(names.iter().map(|&name| name.to_owned()).collect()), ..Query::default() }
}

fn texts<'a>(array: &'a dyn Array, column: &str) -> Result<&'a StringArray> {
    array.as_string_opt().ok_or_else(|| StoreError::NoColumn { name: format!("{column} of texts"), nearest: None })
}
