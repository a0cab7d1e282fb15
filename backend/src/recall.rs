//! Where in a run's list the planted objects stand, where a survey knows the truth about its spectra. It is that of the survey
//! as the run was accepted with, whatever was added since.
//!
//! Memory: some 200 bytes a planted spectrum, and 12 bytes a spectrum of the list where it is ordered by a label.

use std::collections::{BTreeMap, HashSet};

use arrow_array::{
    Array, RecordBatch, StringArray,
    cast::AsArray,
    types::{Float32Type, Float64Type, UInt32Type},
};
use balmer_exchange::api::{PlantedRow, RecallDetail, RecallKind};

use crate::storage::{Query, Result, Run, Store, StoreError};

/// What is asked of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The column that says what a spectrum is: of the survey's metadata one that candidates carry, too.
    pub truth: String,
    /// What the list is ordered by.
    pub score: Score,
    /// The kinds wanted; all but `normal` without any.
    pub kinds: Vec<String>,
    /// Planted spectra, at most.
    pub most: Option<usize>,
}

impl Default for Question {
    fn default() -> Self {
        Self { truth: "truth".to_owned(), score: Score::Lof, kinds: Vec::new(), most: None }
    }
}

/// What a list is ordered by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Score {
    /// The local outlier factor, or the ensemble of several where the run ranks by that: the run's own list.
    Lof,
    /// The probability of a class. Spectra that the run was given labels of are left out: they were not found.
    Label(String),
}

impl Score {
    /// Reads `lof` or `label:CLASS`.
    ///
    /// # Errors
    /// In words, for anything else.
    pub fn from_text(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "lof" => Ok(Self::Lof),
            Some(("label", class)) if !class.is_empty() => Ok(Self::Label(class.to_owned())),
            _ => Err(format!("`{text}` is no score: choose lof, or label:CLASS as in label:be")),
        }
    }

    /// As it is read.
    pub fn text(&self) -> String {
        match self {
            Self::Lof => "lof".to_owned(),
            Self::Label(class) => format!("label:{class}"),
        }
    }
}

/// Where the planted spectra stand.
///
/// # Errors
/// A run that is not done; a survey that is gone or was replaced; [`StoreError::NoColumn`] where it knows no such truth;
/// [`StoreError::Run`] where nothing of the kinds was planted, more than may be answered, or no such label was spread.
pub fn recall(store: &Store, run: &Run, question: &Question) -> Result<RecallDetail> {
    let refused = |reason: String| StoreError::Run { id: run.id().to_owned(), reason };
    let given: HashSet<String> = run.labels()?.unwrap_or_default().into_iter().map(|l| l.spectrum_id).collect();
    let places = match &question.score {
        Score::Lof => None,
        Score::Label(class) if run.state()?.classes.contains(class) => Some(by_label(run, class, &given)?),
        Score::Label(class) => {
            return Err(refused(format!("it spread no label `{class}`: `balmer show {}` lists its classes", run.id())));
        }
    };
    let mut planted = planted(store, run, question)?;
    if places.is_some() {
        planted.retain(|id, _| !given.contains(id));
    }
    if planted.is_empty() {
        return Err(refused(nothing(question)));
    }
    if let Some(most) = question.most.filter(|most| planted.len() > *most) {
        let count = planted.len();
        return Err(refused(format!(
            "{count} planted spectra are too many for one answer, which takes {most}: choose kinds"
        )));
    }
    let mut kinds: BTreeMap<String, RecallKind> = BTreeMap::new();
    let (mut ranked, mut above) = (0, 0);
    for batch in run.candidates(&columns(&["spectrum_id", "rank", "is_outlier", "label"]))? {
        let batch = batch?;
        let (ids, labels) = (texts(&batch, "spectrum_id")?, texts(&batch, "label")?);
        let (lof, outliers) = (batch.column(1).as_primitive::<UInt32Type>(), batch.column(2).as_boolean());
        ranked += batch.num_rows() as u64;
        above += outliers.true_count() as u64;
        for i in 0..batch.num_rows() {
            let Some((kind, row)) = planted.get_mut(ids.value(i)) else { continue };
            row.rank = Some(places.as_ref().map_or(lof.value(i), |places| places[lof.value(i) as usize - 1]));
            let of = kinds.entry(kind.clone()).or_default();
            of.above_threshold += u64::from(outliers.value(i));
            if labels.is_valid(i) {
                *of.labelled.get_or_insert(0) += u64::from(labels.value(i) == *kind && !given.contains(ids.value(i)));
            }
        }
    }
    for (kind, row) in planted.into_values() {
        let of = kinds.entry(kind.clone()).or_default();
        (of.kind, of.planted) = (kind, of.planted + 1);
        of.spectra.push(row);
    }
    for of in kinds.values_mut() {
        // those that are not ranked come last
        of.spectra.sort_by_key(|row| row.rank.unwrap_or(u32::MAX));
    }
    let spec = run.spec()?;
    // the list and its threshold follow the ensemble where the run says so
    let score = if places.is_none() && spec.ensemble.rank { "ensemble".to_owned() } else { question.score.text() };
    Ok(RecallDetail {
        run: run.id().to_owned(),
        survey: spec.survey,
        truth: question.truth.clone(),
        score,
        total: places.as_ref().map_or(ranked, |places| places.iter().filter(|&&place| place > 0).count() as u64),
        above_threshold: places.is_none().then_some(above),
        kinds: kinds.into_values().collect(),
    })
}

fn nothing(question: &Question) -> String {
    let Question { truth, kinds, .. } = question;
    let of = if kinds.is_empty() { String::new() } else { format!(" of {}", kinds.join(", ")) };
    format!(
        "nothing{of} was planted in the spectra it selected, by the column `{truth}`: run it on a survey that \
         `balmer inject` or `balmer simulate` made, or name another column or other kinds"
    )
}

/// The planted spectra that the run selected, by id: their kind and what is known of them.
fn planted(store: &Store, run: &Run, question: &Question) -> Result<BTreeMap<String, (String, PlantedRow)>> {
    let survey = store.survey_of(run)?;
    let known = survey.columns();
    let mut names = vec![question.truth.as_str(), "spectrum_id", "snr_r"];
    names.extend(["injected_strength", "injected_snr"].into_iter().filter(|name| known.index_of(name).is_ok()));
    names.dedup();
    let mut planted = BTreeMap::new();
    for batch in survey.query(&Query { condition: run.spec()?.r#where, ..columns(&names) })? {
        let batch = batch?;
        let (truth, ids) = (texts(&batch, &question.truth)?, texts(&batch, "spectrum_id")?);
        let number = |name: &str, i: usize| {
            let column = batch.column_by_name(name)?.as_primitive_opt::<Float64Type>()?;
            column.is_valid(i).then(|| column.value(i))
        };
        for i in (0..batch.num_rows()).filter(|&i| truth.is_valid(i) && is_wanted(question, truth.value(i))) {
            let row = PlantedRow {
                spectrum_id: ids.value(i).to_owned(),
                rank: None,
                strength: number("injected_strength", i),
                snr: number("injected_snr", i).or_else(|| number("snr_r", i)),
            };
            planted.insert(row.spectrum_id.clone(), (truth.value(i).to_owned(), row));
        }
    }
    Ok(planted)
}

fn is_wanted(question: &Question, kind: &str) -> bool {
    if question.kinds.is_empty() { kind != "normal" } else { question.kinds.iter().any(|wanted| wanted == kind) }
}

/// The place of each row of the list when it is ordered by the probability of a class, then by LOF; 0 for those that were
/// given a label.
fn by_label(run: &Run, class: &str, given: &HashSet<String>) -> Result<Vec<u32>> {
    let probability = format!("p_{class}");
    let (mut order, mut rows): (Vec<(f32, u32)>, usize) = (Vec::new(), 0);
    for batch in run.candidates(&columns(&["spectrum_id", "rank", &probability]))? {
        let batch = batch?;
        let ids = texts(&batch, "spectrum_id")?;
        let (ranks, probabilities) =
            (batch.column(1).as_primitive::<UInt32Type>(), batch.column(2).as_primitive::<Float32Type>());
        rows += batch.num_rows();
        let others = (0..batch.num_rows()).filter(|&i| !given.contains(ids.value(i)));
        order.extend(others.map(|i| (probabilities.value(i), ranks.value(i))));
    }
    order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut places = vec![0; rows];
    for (place, (_, rank)) in (1..).zip(order) {
        places[rank as usize - 1] = place;
    }
    Ok(places)
}

fn columns(names: &[&str]) -> Query {
    Query { columns: Some(names.iter().map(|&name| name.to_owned()).collect()), ..Query::default() }
}

fn texts<'a>(batch: &'a RecordBatch, column: &str) -> Result<&'a StringArray> {
    let array = batch.column_by_name(column);
    let array = array.ok_or_else(|| StoreError::NoColumn { name: column.to_owned(), nearest: None })?;
    array.as_string_opt().ok_or_else(|| StoreError::Query {
        clause: "truth",
        reason: format!("`{column}` holds {}, and kinds are texts: name a column of texts", array.data_type()),
    })
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

    #[test]
    fn scores_are_read_and_written() {
        for text in ["lof", "label:be"] {
            assert_eq!(Score::from_text(text).unwrap().text(), text);
        }
        assert!(Score::from_text("label:").unwrap_err().contains("label:CLASS"));
    }

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

        let question = |score, kinds: &[&str]| {
            let kinds = kinds.iter().map(|&kind| kind.to_owned()).collect();
            Question { truth: "class".into(), score, kinds, ..Question::default() }
        };
        let found = recall(&store, &run, &question(Score::Lof, &[])).unwrap();
        let of = |kind: &RecallKind| (kind.planted, kind.ranks(found.total).found(found.total), kind.labelled);
        // everything is labelled a star, and two were known to be
        assert_eq!((of(&found.kinds[0]), of(&found.kinds[1])), ((30, 30, Some(0)), (30, 30, Some(28))));
        assert_eq!((found.total, found.kinds[0].kind.as_str()), (60, "GALAXY"));

        let label = recall(&store, &run, &question(Score::Label("STAR".into()), &["STAR"])).unwrap();
        assert_eq!((label.total, label.kinds[0].planted, label.above_threshold), (58, 28, None));
        let ranks: Vec<u32> = label.kinds[0].spectra.iter().filter_map(|row| row.rank).collect();
        assert!(ranks.len() == 28 && ranks.is_sorted() && *ranks.last().unwrap() <= 58, "{ranks:?}");

        let error = |question: &Question| recall(&store, &run, question).unwrap_err().to_string();
        let nothing = error(&Question::default());
        assert!(nothing.contains("nothing was planted") && nothing.contains("balmer inject"), "{nothing}");
        assert!(error(&question(Score::Lof, &["QSO"])).contains("nothing of QSO was planted"));
        assert!(error(&question(Score::Label("QSO".into()), &[])).contains("spread no label `QSO`"));
        let most = Question { most: Some(59), ..question(Score::Lof, &[]) };
        assert!(error(&most).contains("60 planted spectra are too many"));
    }
}
