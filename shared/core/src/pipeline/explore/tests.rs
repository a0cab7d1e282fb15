//! What is found by asking again is what a new run finds.

use std::sync::Arc;

use ndarray::{Array2, ArrayView2};

use super::Exploration;
use crate::{
    Engine, Error, Result,
    engine::{CpuEngine, Observer, Unobserved},
    neighbors::NeighborTable,
    oracle::random,
    pipeline::{
        FeatureTable, Labelled, NeighborMethod, PipelineSpec, Plan, Provenance, RunOutput, analyse, tests::ready,
    },
    semi_supervised::{Diffusion, Graph, LabelDistributions, Seeds},
};

const TABLE: &str = "[neighbors]\nn_neighbors = 30\n";

fn plan(text: &str) -> Plan {
    Plan::new(PipelineSpec::from_toml(&format!("survey = \"s\"\n{text}")).unwrap()).unwrap()
}

/// 150 rows around three places; some are copies of others.
fn features() -> FeatureTable {
    let mut matrix: Array2<f32> = random(150, 6, 12);
    for row in 0..150 {
        matrix[[row, 0]] += 3.0 * (row % 3) as f32;
    }
    for row in [50, 53, 56] {
        let copy = matrix.row(2).to_owned();
        matrix.row_mut(row).assign(&copy);
    }
    FeatureTable { spectrum_ids: (0..150).map(|i| format!("s{i:03}")).collect(), matrix, rejected: Vec::new() }
}

fn labels(classes: &[&str]) -> Vec<Labelled> {
    let of = |(i, class): (usize, &&str)| Labelled { spectrum_id: format!("s{i:03}"), label: (*class).to_owned() };
    classes.iter().enumerate().map(of).collect()
}

/// Whatever labels come later: the first run has none.
fn explored<'f>(plan: &Plan, features: &'f FeatureTable) -> Exploration<&'f FeatureTable> {
    let first = Plan::new(PipelineSpec { labels: None, ..plan.spec().clone() }).unwrap();
    ready(Exploration::search(&first, features, &[], &CpuEngine, &Unobserved)).unwrap()
}

/// All that a run says, but for the columns of the table that it did not ask for.
fn assert_same(again: &RunOutput, anew: &RunOutput) {
    assert_eq!(again.scores_sha256, anew.scores_sha256);
    assert_eq!(again.features_sha256, anew.features_sha256);
    assert_eq!(again.candidates, anew.candidates);
    assert_eq!(again.counts, anew.counts);
    assert_eq!(again.classes, anew.classes);
    for row in 0..anew.table.n_rows() {
        let (indices, distances) = anew.table.row(row);
        assert_eq!(&again.table.row(row).0[..indices.len()], indices);
        assert_eq!(&again.table.row(row).1[..indices.len()], distances);
    }
}

#[test]
fn asking_again_equals_a_new_run_byte_for_byte() {
    let features = features();
    for (first, fixed) in [
        ("[lof]\nn_neighbors = 20\n", ""),
        ("[lof]\nn_neighbors = 20\nduplicates = \"distinct\"\n", "duplicates = \"distinct\"\n"),
        ("[lof]\nn_neighbors = 20\n[recipe]\ncomponents = 3\n", "[recipe]\ncomponents = 3\n"),
    ] {
        let mut exploration = explored(&plan(&format!("{TABLE}{first}")), &features);
        for (changed, seeds) in [
            ("n_neighbors = 5\nthreshold = 1.1\n", &[][..]),
            ("n_neighbors = 30\ndefinition = \"simplified-2016\"\n", &[]),
            ("n_neighbors = 7\n", &["a", "b"]),
            ("n_neighbors = 7\n", &["b", "c", "a", "d"]),
            ("n_neighbors = 7\n", &["a", "b", "c", "d", "e", "f", "g", "h"]),
        ] {
            for stage in [
                "[labels]\nn_neighbors = 10\n",
                "[labels]\nn_neighbors = 4\nalpha = 0.9\nweights = \"self-tuning\"\n",
                "[labels]\nkernel = \"rbf\"\ngamma = 0.5\nalgorithm = \"propagation\"\n",
            ] {
                let stage = if seeds.is_empty() { "" } else { stage };
                let plan = plan(&format!("{TABLE}[lof]\n{changed}{fixed}{stage}"));
                let labels = labels(seeds);
                let again = ready(exploration.conclude(&plan, &labels, &CpuEngine, &Unobserved)).unwrap();
                let anew = ready(analyse(&plan, &features, Vec::new(), &labels, &CpuEngine, &Unobserved)).unwrap();
                assert_same(&again, &anew);
            }
        }
    }
}

#[test]
fn a_narrower_plan_reads_a_wider_table() {
    let features = features();
    let mut exploration = explored(&plan(&format!("{TABLE}[lof]\nn_neighbors = 20")), &features);
    let narrow = plan("[neighbors]\nn_neighbors = 9\n[lof]\nn_neighbors = 9\n[labels]\nn_neighbors = 9");
    let labels = labels(&["a", "b", "c"]);
    let again = ready(exploration.conclude(&narrow, &labels, &CpuEngine, &Unobserved)).unwrap();
    assert_same(&again, &ready(analyse(&narrow, &features, Vec::new(), &labels, &CpuEngine, &Unobserved)).unwrap());
    assert_eq!(again.table.n_neighbors(), 30);
}

#[test]
fn ranks_and_labels_alone_are_those_of_the_run() {
    let features = features();
    let plan = plan(&format!("{TABLE}[lof]\nn_neighbors = 12\n[labels]\nn_neighbors = 6\nalpha = 0.8"));
    let mut exploration = explored(&plan, &features);
    let ranking = exploration.rank(plan.lof()).unwrap();
    let given = labels(&["a", "b", "c", "a"]);
    let stage = plan.labels().unwrap();
    let spread = ready(exploration.spread(stage, &given, &CpuEngine, &Unobserved)).unwrap();
    let run = ready(analyse(&plan, &features, Vec::new(), &given, &CpuEngine, &Unobserved)).unwrap();
    assert_eq!(Some(&spread.counts), run.counts.labels.as_ref());
    for (candidate, row) in run.candidates.iter().zip(ranking.order) {
        assert_eq!((candidate.row, candidate.lof), (row, ranking.scores.lof[row as usize]));
        assert_eq!(candidate.probabilities, spread.distributions.probabilities.row(row as usize).to_vec());
    }
}

#[test]
fn labels_that_come_later_go_on_from_the_last_ones() {
    let features = features();
    let plan = plan(&format!("{TABLE}[lof]\nn_neighbors = 12\n[labels]\nn_neighbors = 6\nalpha = 0.9\ntol = 1e-6\n"));
    let mut exploration = explored(&plan, &features);
    let stage = plan.labels().unwrap();
    // each with what a new run finds, and whether the labels before could stay
    for (classes, continued) in [
        (&["a", "b", "c"][..], false),
        (&["a", "b", "c", "b", "a"], true),
        (&["a", "b", "c", "b", "a", "c"], true),
        (&["a", "b", "a", "b", "a", "c"], false),
        (&["a", "b", "a", "b"], false),
        (&["a", "b", "a", "b", "c"], false),
    ] {
        let given = labels(classes);
        let again = exploration.respread(stage, &given, &Unobserved).unwrap();
        let anew = ready(explored(&plan, &features).spread(stage, &given, &CpuEngine, &Unobserved)).unwrap();
        assert_eq!(again.counts.continued, continued, "{classes:?}");
        let pairs = again.distributions.probabilities.iter().zip(&anew.distributions.probabilities);
        for (again, anew) in pairs {
            assert!((again - anew).abs() < 1e-4, "{classes:?}: {again}, a new run finds {anew}");
        }
        if continued {
            assert!(again.counts.iterations < anew.counts.iterations, "{:?}, {:?}", again.counts, anew.counts);
        } else {
            assert_eq!(again, anew);
        }
        // what a run states is its own
        let concluded = ready(exploration.conclude(&plan, &given, &CpuEngine, &Unobserved)).unwrap();
        assert_same(
            &concluded,
            &ready(analyse(&plan, &features, Vec::new(), &given, &CpuEngine, &Unobserved)).unwrap(),
        );
    }
}

#[test]
fn what_needs_another_table_is_refused_with_its_key() {
    let features = features();
    let mut exploration = explored(&plan(&format!("{TABLE}[lof]\nn_neighbors = 20")), &features);
    let mut refused = |text: &str, seeds: &[&str]| {
        ready(exploration.conclude(&plan(text), &labels(seeds), &CpuEngine, &Unobserved)).unwrap_err().to_string()
    };
    let message = refused("[neighbors]\nn_neighbors = 31\n[lof]\nn_neighbors = 20", &[]);
    assert_eq!(message, "neighbors.n_neighbors = 31: the table kept holds 30: choose no more, or run it anew");
    let distinct = format!("{TABLE}[lof]\nn_neighbors = 20\nduplicates = \"distinct\"");
    assert_eq!(refused(&distinct, &[]), "lof.duplicates = distinct: the table kept was made with keep: run it anew");
    let components = format!("{TABLE}[lof]\nn_neighbors = 20\n[recipe]\ncomponents = 2");
    assert_eq!(refused(&components, &[]), "recipe = changed: other features have other neighbours: run it anew");
    let nearly = format!("{TABLE}method = \"nn-descent\"\n[lof]\nn_neighbors = 20");
    assert_eq!(refused(&nearly, &[]), "neighbors.method = changed: the table kept was made by another: run it anew");
    let labelled = format!("{TABLE}[lof]\nn_neighbors = 20\n[labels]\nn_neighbors = 3\nclasses = [\"a\"]");
    assert!(refused(&labelled, &["b"]).contains("not in labels.classes"));
    let asked = plan(&distinct);
    assert!(matches!(exploration.rank(asked.lof()), Err(Error::InvalidParameter { name: "lof.duplicates", .. })));
}

/// An engine that nobody may ask.
#[derive(Debug)]
struct Idle;

impl Engine for Idle {
    fn name(&self) -> String {
        "idle".to_owned()
    }

    async fn kneighbors(&self, _: ArrayView2<'_, f32>, _: usize, _: &dyn Observer) -> Result<NeighborTable> {
        panic!("the search began")
    }

    async fn diffuse(&self, _: &Graph, _: &Seeds, _: &Diffusion, _: &dyn Observer) -> Result<LabelDistributions> {
        panic!("labels flowed")
    }
}

#[test]
fn labels_that_do_not_fit_are_refused_before_the_search() {
    let features = features();
    let plan = plan(&format!("{TABLE}[lof]\nn_neighbors = 20\n[labels]\nn_neighbors = 3\nclasses = [\"a\"]"));
    let refused = |labels: &[Labelled]| {
        ready(Exploration::search(&plan, &features, labels, &Idle, &Unobserved)).unwrap_err().to_string()
    };
    assert!(refused(&labels(&["b"])).contains("not in labels.classes"));
    let elsewhere = Labelled { spectrum_id: "elsewhere".into(), label: "a".into() };
    assert!(refused(&[elsewhere]).contains("none of the 1 labels"));
    assert!(refused(&[]).contains("none of the 0 labels"));
}

#[test]
fn approximate_neighbors_are_the_processors_and_their_recall_is_on_record() {
    let search = |rows: usize, duplicates: &str| {
        let spectrum_ids = (0..rows).map(|row| format!("s{row}")).collect();
        let features = FeatureTable { spectrum_ids, matrix: random(rows, 6, 3), ..features() };
        let lof = format!("[lof]\nn_neighbors = 5\nduplicates = \"{duplicates}\"");
        let plan = plan(&format!("seed = 4\n[neighbors]\nn_neighbors = 5\nmethod = \"nn-descent\"\n{lof}"));
        let output = ready(analyse(&plan, &features, Vec::new(), &[], &Idle, &Unobserved)).unwrap();
        let record = Provenance::new(&plan, &output, "idle");
        let again: Provenance = serde_json::from_str(&record.to_json()).unwrap();
        assert_eq!(again, record);
        record
    };
    for duplicates in ["keep", "distinct"] {
        let record = search(17_000, duplicates);
        assert_eq!(record.neighbors.method, NeighborMethod::NnDescent);
        let recall = record.neighbors.recall.unwrap();
        assert!(recall.recall > 0.98 && recall.sample == 1024, "{recall:?}");
        assert!(record.neighbors.to_string().contains("by nn-descent on the processor"), "{}", record.neighbors);
    }
    // all of few
    let record = search(150, "keep");
    assert_eq!(record.spec.neighbors.method, NeighborMethod::NnDescent);
    assert_eq!((record.neighbors.method, record.neighbors.recall), (NeighborMethod::Exact, None));
    // records of before
    let mut old = serde_json::to_value(&record).unwrap();
    old.as_object_mut().unwrap().remove("neighbors");
    assert_eq!(serde_json::from_value::<Provenance>(old).unwrap(), record);
}

#[test]
fn explorations_share_one_matrix() {
    let features = Arc::new(features());
    let searched = |k: usize| {
        let plan = plan(&format!("[neighbors]\nn_neighbors = {k}\n[lof]\nn_neighbors = {k}"));
        ready(Exploration::search(&plan, Arc::clone(&features), &[], &CpuEngine, &Unobserved)).unwrap()
    };
    let kept = [searched(10), searched(20)];
    assert!(kept.iter().all(|exploration| std::ptr::eq(exploration.features(), Arc::as_ptr(&features))));
}

#[test]
fn the_record_states_what_was_asked_last() {
    let features = features();
    let first = plan(&format!("{TABLE}[lof]\nn_neighbors = 20\n[labels]\nn_neighbors = 6"));
    let mut exploration = explored(&first, &features);
    let given = labels(&["a", "b"]);
    let output = ready(exploration.conclude(&first, &given, &CpuEngine, &Unobserved)).unwrap();
    let mut record = Provenance::new(&first, &output, "cpu");
    record.record_timing(crate::pipeline::Stage::Lof, 3.0);

    let more = labels(&["a", "b", "c"]);
    let again = plan(&format!("{TABLE}[lof]\nn_neighbors = 7\n[labels]\nn_neighbors = 6"));
    let anew = ready(analyse(&again, &features, Vec::new(), &more, &CpuEngine, &Unobserved)).unwrap();
    let spread = ready(exploration.spread(again.labels().unwrap(), &more, &CpuEngine, &Unobserved)).unwrap();
    record.record_scores(7, anew.counts.outliers, 0.5);
    record.record_labels(spread.distributions.classes, spread.counts, 0.25);
    let mut fresh = Provenance::new(&again, &anew, "cpu");
    assert_eq!(record.timings.iter().map(|timing| timing.seconds).collect::<Vec<_>>(), [0.5, 0.25]);
    assert_eq!(record.scores_sha256, None, "the hash was that of the first list");
    (record.timings, fresh.scores_sha256) = (Vec::new(), None);
    assert_eq!(record, fresh);
}
