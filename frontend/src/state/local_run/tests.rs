//! A run in the browser, from the worker's columns to the list.

use balmer_core::{
    manipulation::{Continuum, Recipe, RecipeSpec},
    pipeline::{DuplicateCount, InputHash, NeighborSearch, StageCounts},
};
use balmer_exchange::api::{Method, RunCounts, RunSummary};

use super::*;

fn run() -> LocalRun {
    let spec = PipelineSpec::new("miles");
    let summary = RunSummary {
        id: "browser-1".into(),
        survey: "miles".into(),
        status: RunStatus::Done,
        stage: None,
        fraction: 1.0,
        eta_seconds: None,
        rate: None,
        created: String::new(),
        finished: None,
        error: None,
        counts: RunCounts::default(),
        r#where: None,
        method: Method::Spreading,
        n_neighbors: 100,
        device: None,
        elapsed_seconds: None,
    };
    let detail = RunDetail {
        summary,
        spec: serde_json::to_value(&spec).unwrap(),
        classes: vec![],
        rejected: vec![],
        provenance: None,
    };
    LocalRun { detail, spec, note: None, found: None }
}

fn outcome() -> Outcome {
    let counts = RunCounts { selected: 3, ranked: 3, rejected: 0, outliers: 1 };
    let provenance = serde_json::to_value(record("a")).unwrap();
    Outcome { counts, classes: vec!["be".into()], table_neighbors: 128, provenance }
}

/// The record of a run on the survey in the state of that hash.
fn record(manifest: &str) -> Provenance {
    Provenance {
        spec: PipelineSpec::new("miles"),
        code_version: "0".into(),
        device: "browser GPU, x".into(),
        seed: 0,
        recipe_hash: String::new(),
        neighbors: NeighborSearch::default(),
        inputs: vec![InputHash { name: "manifest".into(), sha256: manifest.into() }],
        features_sha256: "f".into(),
        scores_sha256: Some("s".into()),
        classes: vec!["be".into()],
        counts: StageCounts {
            stages: Vec::new(),
            outliers: 1,
            duplicates: DuplicateCount::default(),
            labels: Some(LabelCounts { given: 1, ..LabelCounts::default() }),
        },
        timings: Vec::new(),
    }
}

fn names() -> (Vec<u32>, Vec<u8>) {
    (vec![0, 1, 2, 3], b"abc".to_vec())
}

fn scores(order: [u32; 3], lof: [f32; 3]) -> Scores {
    Scores { order: order.to_vec(), lof: lof.to_vec() }
}

fn standing() -> Standing {
    Standing { ensemble: vec![1.0, 1.75, 1.25], best: vec![1, 2, 1], worst: vec![2, 3, 3], stability: vec![0.5; 3] }
}

fn spread(label: [i32; 3]) -> Spread {
    Spread { classes: vec!["be".into()], label: label.to_vec(), probability: vec![0.5; 3], entropy: vec![0.0; 3] }
}

fn finished() -> LocalRun {
    let mut run = run();
    assert!(run.finish(outcome(), names(), scores([2, 0, 1], [1.0, 0.9, 1.5]), standing(), Some(spread([-1, 0, 0]))));
    run
}

fn listed(table: &Table) -> Vec<(&str, f64, bool, Option<&str>)> {
    (0..table.len())
        .map(|row| {
            let lof = table.number("lof", row).unwrap();
            (
                table.id(row).unwrap(),
                (lof * 10.0).round() / 10.0,
                table.flag("is_outlier", row),
                table.text("label", row),
            )
        })
        .collect()
}

#[test]
fn the_list_is_in_rank_order() {
    let table = finished().table();
    assert_eq!(listed(&table), [("c", 1.5, true, Some("be")), ("a", 1.0, false, None), ("b", 0.9, false, Some("be"))]);
    assert_eq!((table.number("rank", 0), table.number("rank", 2)), (Some(1.0), Some(3.0)));
}

#[test]
fn another_number_of_neighbours_and_other_labels_change_the_list_and_the_settings() {
    let mut run = finished();
    run.rescore(7, scores([1, 2, 0], [1.0, 1.4, 1.31]), 0.5);
    run.respread(spread([0, -1, -1]), LabelCounts { given: 4, ..LabelCounts::default() }, 0.25);
    let table = run.table();
    assert_eq!(listed(&table), [("b", 1.4, true, None), ("c", 1.3, true, None), ("a", 1.0, false, Some("be"))]);
    assert_eq!(run.detail.summary.counts.outliers, 2);
    assert_eq!((run.detail.summary.n_neighbors, run.detail.spec["lof"]["n_neighbors"].as_u64()), (7, Some(7)));
    assert_eq!(run.most_neighbors(), Some(128));
}

#[test]
fn the_record_and_the_device_state_what_the_list_is_made_with_now() {
    let mut run = finished();
    run.detail.summary.device = Some("browser GPU, x".into());
    let stated = |run: &LocalRun| Provenance::deserialize(run.detail.provenance.as_ref().unwrap()).unwrap();
    assert_eq!((run.version(), stated(&run)), (0, record("a")));
    run.rescore(7, scores([1, 2, 0], [1.0, 1.4, 1.31]), 0.5);
    let told = stated(&run);
    assert_eq!((run.version(), told.spec.lof.n_neighbors, told.counts.outliers, told.scores_sha256), (1, 7, 2, None));
    for given in [4, 5] {
        let two = Spread { classes: vec!["be".into(), "star".into()], ..spread([0, 1, -1]) };
        run.respread(two, LabelCounts { given, ..LabelCounts::default() }, 0.25);
    }
    let told = stated(&run);
    assert_eq!((run.version(), told.counts.labels.unwrap().given, told.classes), (3, 5, run.detail.classes.clone()));
    let device = "browser GPU, x; labels given since by the processor";
    assert_eq!((told.device.as_str(), run.detail.summary.device.as_deref()), (device, Some(device)));
    // promoting takes the spec that the details show
    assert_eq!((run.detail.spec["lof"]["n_neighbors"].as_u64(), run.spec.lof.n_neighbors), (Some(7), 7));
}

#[test]
fn what_the_survey_states_is_shared_by_runs_on_the_same_spectra_and_goes_with_them() {
    let mut first = finished();
    let stated = Arc::new(Stated::new(Table::default()));
    first.join(stated.clone());
    assert!(Arc::ptr_eq(&first.stated_for(&finished()).unwrap(), &stated));
    assert!(first.stated_for(&run()).is_none(), "not finished");
    let mut part = finished();
    part.spec.r#where = Some("snr_r > 10".into());
    assert!(first.stated_for(&part).is_none());
    let mut anew = finished();
    anew.detail.provenance = serde_json::to_value(record("b")).ok();
    assert!(first.stated_for(&anew).is_none(), "the survey was ingested anew");
    drop(first);
    assert_eq!(Arc::strong_count(&stated), 1, "nobody remembers it");
}

#[test]
fn what_the_survey_states_stands_beside_the_scores() {
    let ids: ArrayRef = Arc::new(StringArray::from(vec!["b", "a"]));
    let snr: ArrayRef = Arc::new(Float32Array::from(vec![20.0, 10.0]));
    let batch = RecordBatch::try_from_iter([("spectrum_id", ids), ("snr_r", snr)]).unwrap();
    let mut run = finished();
    run.join(Arc::new(Stated::new(Table::of(batch))));
    let table = run.table();
    let stated: Vec<Option<f64>> = (0..3).map(|row| table.number("snr_r", row)).collect();
    assert_eq!(stated, [None, Some(10.0), Some(20.0)]);
}

#[test]
fn columns_that_do_not_fit_together_are_refused() {
    let fine = || scores([2, 0, 1], [1.0, 0.9, 1.5]);
    assert!(!run().finish(outcome(), (vec![0, 1], b"a".to_vec()), fine(), standing(), None), "one name for three rows");
    assert!(
        !run().finish(outcome(), (vec![0, 2, 1, 3], b"abc".to_vec()), fine(), standing(), None),
        "names that go back"
    );
    assert!(
        !run().finish(outcome(), names(), scores([3, 0, 1], [1.0; 3]), standing(), None),
        "a row that is not there"
    );
    assert!(
        !run().finish(outcome(), names(), fine(), standing(), Some(spread([1, 0, 0]))),
        "a class that is not there"
    );
    let short = Standing { best: vec![1], ..standing() };
    assert!(!run().finish(outcome(), names(), fine(), short, None), "a place for three rows");
}

#[test]
fn a_list_ranked_by_an_ensemble_has_its_outliers_by_that_factor() {
    let mut run = finished();
    let outliers = |run: &LocalRun| {
        let table = run.table();
        let told = (0..3).filter(|&row| table.flag("is_outlier", row));
        told.map(|row| table.id(row).unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!((outliers(&run), run.most_neighbors().is_some()), (vec!["c".to_owned()], true));
    assert_eq!((run.table().number("ensemble", 0), run.table().number("rank_worst", 0)), (Some(1.25), Some(3.0)));
    run.spec.ensemble.rank = true;
    assert_eq!((outliers(&run), run.most_neighbors()), (vec!["b".to_owned()], None));
}

#[test]
fn neighbours_carry_their_own_ranks() {
    let spec = RecipeSpec { pixels: 3, continuum: Continuum::None, ..RecipeSpec::default() };
    let recipe = Recipe::try_from(&spec).unwrap();
    let rows = balmer_core::ndarray::array![[1.0_f32, 2.0, 0.0], [1.0, 3.0, 0.0]];
    let view = FeatureView::of(&recipe, rows.row(0), rows.view(), None);
    let density = |lrd| Density { lrd, k_distance: 0.5 };
    let near = Near { rows: vec![2, 1], distances: vec![0.25, 0.5], densities: vec![density(4.0), density(3.0)] };
    let places = vec![PlaceRow { setting: "k = 5".into(), rank: Some(2) }];
    let explained = finished().explanation(0, density(2.0), places.clone(), &near, view).unwrap();
    assert_eq!((explained.spectrum_id.as_str(), explained.rank, explained.ranked), ("a", 2, 3));
    assert_eq!((explained.density, explained.neighbors[0].density), (Some(density(2.0)), Some(density(4.0))));
    assert_eq!(explained.places, places);
    let told: Vec<(&str, u32, f32)> =
        explained.neighbors.iter().map(|n| (n.spectrum_id.as_str(), n.rank, n.distance)).collect();
    assert_eq!(told, [("c", 1, 0.25), ("b", 3, 0.5)]);
    assert!(explained.seeds_missing.is_some());
    assert_eq!((finished().row_of("c"), finished().row_of("z")), (Some(2), None));
}
