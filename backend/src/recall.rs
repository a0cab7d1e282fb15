//! How many of the planted objects a run found: recall by kind, where a survey knows the truth about its spectra. It is that of
//! the survey as the run was accepted with, whatever was added since.

use std::collections::{BTreeMap, HashSet};

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
    /// Those whose most probable label is the kind itself, but for those that were given it or another one as a label: these
    /// were not found out. `None` where the run spread no labels.
    pub labelled: Option<u64>,
}

/// Recall of a run by kind: `column` says what a spectrum is, of the survey's metadata one that candidates carry, too. Kinds in
/// alphabetical order.
///
/// # Errors
/// A run that is not done; a survey that is gone or was replaced; [`StoreError::NoColumn`] where it knows no such truth.
pub fn recall(store: &Store, run: &Run, column: &str) -> Result<BTreeMap<String, Recall>> {
    let spec = run.spec()?;
    let mut kinds: BTreeMap<String, Recall> = BTreeMap::new();
    let selected = Query { condition: spec.r#where.clone(), ..columns(&[column]) };
    for batch in store.survey_of(run)?.query(&selected)? {
        for kind in texts(batch?.column(0), column)?.iter().flatten() {
            kinds.entry(kind.to_owned()).or_default().planted += 1;
        }
    }
    let given = run.labels()?.unwrap_or_default();
    let given: HashSet<&str> = given.iter().map(|label| label.spectrum_id.as_str()).collect();
    let mut ranks: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for batch in run.candidates(&columns(&[column, "rank", "is_outlier", "label", "spectrum_id"]))? {
        let batch = batch?;
        let (truth, labels) = (texts(batch.column(0), column)?, texts(batch.column(3), "label")?);
        let names = texts(batch.column(4), "spectrum_id")?;
        let (places, outliers) = (batch.column(1).as_primitive::<UInt32Type>(), batch.column(2).as_boolean());
        for i in (0..batch.num_rows()).filter(|&i| truth.is_valid(i)) {
            let kind = truth.value(i);
            let Some(recall) = kinds.get_mut(kind) else { continue };
            recall.ranked += 1;
            recall.above_threshold += u64::from(outliers.value(i));
            if labels.is_valid(i) {
                *recall.labelled.get_or_insert(0) +=
                    u64::from(labels.value(i) == kind && !given.contains(names.value(i)));
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use balmer_core::{
        CpuEngine,
        pipeline::{PipelineSpec, Plan},
    };

    use super::*;
    use crate::{
        jobs::{ExecuteOptions, accept, execute},
        storage::{LabelInput, WriteOptions, test_spectra::numbered_one},
    };

    const SPEC: &str = "survey = \"test\"\nneighbors.n_neighbors = 20\nlof.n_neighbors = 10\n[labels]\n[recipe]\n\
                        window_angstrom = [6470.0, 6530.0]\npixels = 30\ncontinuum = \"none\"\n";

    fn ingest(store: &Store, spectra: std::ops::Range<usize>) {
        let mut writer = store.writer("test", WriteOptions::default()).unwrap();
        spectra.for_each(|i| assert!(writer.push(numbered_one(i)).is_ok()));
        writer.commit().unwrap();
    }

    #[test]
    fn what_was_added_since_and_what_was_given_do_not_count() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_or_create(folder.path()).unwrap();
        ingest(&store, 0..60);
        let labels = store.survey("test").unwrap().labels();
        for id in ["s00000", "s00002"] {
            let (spectrum_id, label) = (id.to_owned(), Some("STAR".to_owned()));
            let given = LabelInput { spectrum_id, label, author: "a".into(), ..LabelInput::default() };
            labels.give(&[given]).unwrap();
        }
        let plan = Plan::new(PipelineSpec::from_toml(SPEC).unwrap()).unwrap();
        let owned = accept(&store, &plan, None).unwrap();
        let options = ExecuteOptions { label_files: false };
        let run = owned.run().clone();
        execute(&store, owned, &plan, &CpuEngine, options, &AtomicBool::new(false), &|_| {}).unwrap();
        ingest(&store, 60..100);

        let kinds = recall(&store, &run, "class").unwrap();
        let of = |kind: &str| (kinds[kind].planted, kinds[kind].ranked, kinds[kind].labelled);
        // everything is labelled a star, and two were known to be
        assert_eq!((of("GALAXY"), of("STAR")), ((30, 30, Some(0)), (30, 30, Some(28))));
    }
}
